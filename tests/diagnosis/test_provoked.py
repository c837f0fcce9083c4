"""Failures provoked by real runs, seconds each; all of them: `python -m benchmarks.diagnosis`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gan_core.diagnosis.signals import Signals

RULES = ("wrong_scaling", "small_batch", "not_finite", "posterior_collapse")


@pytest.fixture(scope="module")
def provoked(tmp_path_factory, repo: Path, data_dir: Path) -> tuple[Path, str]:
    """The runs, trained one after the other by the command that all of them are for."""
    folder = tmp_path_factory.mktemp("provoked")
    words = [
        sys.executable, "-m", "benchmarks.diagnosis", "--only", *RULES,
        "--runs", str(folder / "runs"), "--data-dir", str(data_dir), "--signals", str(folder),
    ]  # fmt: skip
    done = subprocess.run(words, cwd=repo, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stderr[-3000:] + done.stdout
    return folder / "provoked", done.stdout


@pytest.mark.parametrize("rule", RULES)
def test_it_is_recognised(rule: str, provoked: tuple[Path, str]) -> None:
    signals, table = provoked
    found = Signals.model_validate(json.loads((signals / f"{rule}.json").read_text()))
    assert found.step > 0
    assert table.count("| yes |") == len(RULES)
