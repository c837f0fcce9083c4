"""A disk that fills up while a run trains: it pauses in words, loses nothing, and goes on."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gan_core.runs import checkpoints
from gan_core.runs.files import TEMPORARY_PREFIX
from gan_core.runs.layout import RunPaths
from gan_core.runs.metrics import MetricReader
from gan_core.runs.status import read_status
from tests.processes.worker_runs import new_run, num_logged, start, until

DISK_BYTES = 96_000_000
SETTINGS = {"batch_size": 8, "log_every": 1, "snapshot_every": 10_000, "checkpoint_secs": 1.0}
STEPS = 900
_INSIDE = "GAN_TEST_INSIDE_NAMESPACE"


def _mount(folder: Path) -> bool:
    words = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


def _repeat_as_root_of_a_namespace() -> bool:
    """Without root: this very file again, in a name space where one may mount."""
    if _INSIDE in os.environ:
        return False
    can = subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False)
    if can.returncode:
        return False
    words = ["unshare", "-rm", sys.executable, "-m", "pytest", "-q", __file__]
    environ = {**os.environ, _INSIDE: "1"}
    subprocess.run(words, check=True, env=environ, cwd=Path(__file__).parents[2])
    return True


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path | None]:
    """A folder on a disk of 96 MB; `None` when the test has run elsewhere."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if sys.platform != "linux":
        pytest.skip("only Linux lets a test mount a small disk")
    if _mount(folder):
        yield folder
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
    elif _repeat_as_root_of_a_namespace():
        yield None
    else:
        pytest.skip("this system allows no mount: neither root's nor in a name space")


def _fill(disk: Path, *, leave_bytes: int) -> Path:
    """Write until only `leave_bytes` are free."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        while True:
            found = os.statvfs(disk)
            free = found.f_bavail * found.f_frsize - leave_bytes
            if free <= 0:
                return filler
            try:
                file.write(b"\1" * min(free, 1_000_000))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                return filler


def _check_paused(paths: RunPaths, exit_code: int) -> int:
    """The run says what is wrong and has lost nothing; return the step of its checkpoint."""
    assert exit_code == 1
    status = read_status(paths)
    assert status.state == "paused"
    assert status.message.startswith("disk full: no space left to write")
    assert "Make space, then resume the run" in status.message
    loaded = checkpoints.load_newest(paths)
    assert loaded is not None
    assert loaded.skipped == ()
    assert loaded.step <= status.step
    assert list(paths.root.rglob(f"{TEMPORARY_PREFIX}*")) == []
    assert not paths.ballast.exists()
    return loaded.step


def test_the_disk_fills_up(small_disk: Path | None, data_dir: Path) -> None:
    if small_disk is None:
        return
    paths = new_run(small_disk / "runs", data_dir, steps=STEPS, settings=dict(SETTINGS))

    # A little space is left: small files still fit, a checkpoint does not.
    worker = start(paths, data_dir)
    assert until(worker, lambda: any(paths.checkpoints.glob("[0-9]*")))
    filler = _fill(small_disk, leave_bytes=1_000_000)
    first = _check_paused(paths, worker.wait(timeout=60))
    assert first > 0
    filler.unlink()

    # Not a byte is left.
    before = num_logged(paths)
    worker = start(paths, data_dir)
    assert until(worker, lambda: num_logged(paths) > before + 5)
    filler = _fill(small_disk, leave_bytes=0)
    second = _check_paused(paths, worker.wait(timeout=60))
    assert second >= first

    # Resumed too early, it says so again, at once.
    assert _check_paused(paths, start(paths, data_dir).wait(timeout=10)) == second
    filler.unlink()

    assert start(paths, data_dir).wait(timeout=120) == 0
    status = read_status(paths)
    assert (status.state, status.step) == ("completed", STEPS)
    reader = MetricReader(paths.metrics)
    reader.poll()
    assert reader.num_bad_lines == 0
    assert reader.columns["step"] == list(range(1, STEPS + 1))
