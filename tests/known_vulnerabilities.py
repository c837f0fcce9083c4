"""Known vulnerabilities of the pinned packages, where their list can be reached.

    python tests/known_vulnerabilities.py [OPTION of pip-audit …]

Reports and never fails: a weakness that became known today is no fault of a change, and a machine
without a network must be able to run the tests.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_REPO = Path(__file__).resolve().parent.parent
_FILES = ("requirements.txt", "requirements-dev.txt")
_MAX_SECS = 60


def report(options: Sequence[str] = ()) -> str:
    """What is known, or in words why nobody could be asked."""
    words = [
        sys.executable, "-m", "pip_audit", *(f"--requirement={_REPO / name}" for name in _FILES),
        "--no-deps", "--disable-pip", "--progress-spinner=off", "--timeout=5", "--format=json",
        "--desc=off", *options,
    ]  # fmt: skip
    try:
        asked = subprocess.run(
            words, cwd=_REPO, capture_output=True, text=True, check=False, timeout=_MAX_SECS
        )
    except subprocess.TimeoutExpired:
        return f"Known vulnerabilities: skipped, no answer within {_MAX_SECS} s."
    try:
        packages = json.loads(asked.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = [line for line in asked.stderr.splitlines() if line.strip()][-1:]
        reason = " ".join(" ".join(last).split())[:200] or f"exit code {asked.returncode}"
        return f"Known vulnerabilities: skipped, their list cannot be reached ({reason})."
    return _told(packages)


def _told(packages: list[dict[str, Any]]) -> str:
    """Packages that the source does not know are no good news: they were not looked at."""
    asked = [package for package in packages if "skip_reason" not in package]
    if not asked:
        return "Known vulnerabilities: skipped, the source knows none of the pinned packages."
    unknown = len(packages) - len(asked)
    scope = f"{len(asked)} pinned packages" + (f", {unknown} not looked at" if unknown else "")
    found = [_line(package, known) for package in asked for known in package.get("vulns", [])]
    if not found:
        return f"Known vulnerabilities in {scope}: none."
    return "\n".join([f"KNOWN VULNERABILITIES in {scope}: {len(found)}", *found])


def _line(package: dict[str, Any], known: dict[str, Any]) -> str:
    names = ", ".join([known["id"], *known.get("aliases", [])])
    fixed = ", ".join(known.get("fix_versions", [])) or "no version"
    return f"  {package['name']} {package['version']}: {names}; fixed in {fixed}"


if __name__ == "__main__":
    sys.stdout.write(report(sys.argv[1:]) + "\n")
