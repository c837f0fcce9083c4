"""What stands around the live view of a run."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

from gan_core.runs.store import RunStore
from pages._parts.live import _log_tail
from tests.runs_by_hand import trained


def test_of_a_large_log_the_end_is_read(tmp_path: Path) -> None:
    run = trained(RunStore(tmp_path))
    with run.paths.log.open("wb") as log:
        os.truncate(log.fileno(), 64 * 2**20)
        log.seek(0, os.SEEK_END)
        log.write(b"\n" + "".join(f"line {i} é\n" for i in range(100)).encode())
    tracemalloc.start()
    said = _log_tail(run)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert said.splitlines() == [f"line {i} é" for i in range(40, 100)]
    assert most < 2**20


def test_a_log_that_is_missing_or_empty_is_told_in_words(tmp_path: Path) -> None:
    run = trained(RunStore(tmp_path))
    run.paths.log.unlink(missing_ok=True)
    assert "not written anything" in _log_tail(run)
    run.paths.log.touch()
    assert "not written anything" in _log_tail(run)
