"""A run that a worker in waiting takes is the run that a cold one would have trained."""

from __future__ import annotations

from pathlib import Path

from gan_core.jobs import standby
from gan_core.jobs.launch import write_launch
from gan_core.jobs.supervisor import start_worker
from gan_core.runs.files import TEMPORARY_PREFIX
from gan_core.runs.status import read_status
from tests.processes.worker_runs import differences, new_run, start, until

SETTINGS = {"batch_size": 16, "dropout": 0.3, "log_every": 1, "snapshot_every": 10}


def test_equal_to_the_bit(tmp_path: Path, data_dir: Path) -> None:
    runs_dir = tmp_path / "runs"
    cold, warm = (new_run(runs_dir, data_dir, steps=20, settings=dict(SETTINGS)) for _ in "ab")
    (runs_dir / standby.NOTE_NAME).touch()
    keeper = standby.Keeper(runs_dir)
    keeper.tend(idle=True)
    assert keeper.standby is not None
    waiting = keeper.standby.process
    beside = start(cold, data_dir)
    said = runs_dir / standby.LOG_NAME
    assert until(waiting, lambda: "ready" in said.read_text())
    write_launch(warm, data_dir)
    assert start_worker(warm, keeper) is waiting
    assert keeper.standby is None
    assert (waiting.wait(), beside.wait()) == (0, 0)
    assert [read_status(paths).state for paths in (cold, warm)] == ["completed"] * 2
    assert differences(cold, warm) == []
    assert "Traceback" not in warm.log.read_text()
    assert "waiting took this run" in warm.log.read_text()
    assert list(runs_dir.glob(f"{TEMPORARY_PREFIX}*")) == []
