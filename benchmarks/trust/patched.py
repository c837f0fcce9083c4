"""Starts the real worker with one thing put wrong (see `patched_worker`)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.first_minute import REPO
from gan_core.runs.layout import RunPaths


def start_patched(
    paths: RunPaths, data_dir: Path, fault: str, at_step: int
) -> subprocess.Popen[bytes]:
    """Start it; its output goes to the run's log."""
    words = [sys.executable, "-m", "benchmarks.trust.patched_worker"]
    words += [str(paths.root), str(data_dir), fault, str(at_step)]
    with paths.log.open("ab") as log:
        return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=REPO)
