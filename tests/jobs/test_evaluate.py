"""A full evaluation seen from outside: who may start it, what is refused, and why one failed."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from gan_core.access.people import OWNER, NotAllowedError, Person
from gan_core.errors import BadInputError, ConflictError, JobFailedError, NotFoundError
from gan_core.jobs import edit, evaluate, slots
from gan_core.jobs.process import signal_holder
from gan_core.runs import evaluations
from gan_core.runs.lock import FileLock
from gan_core.runs.status import Said, write_status
from gan_core.runs.store import RunStore, RunView
from tests import evaluations_by_hand as made_by_hand
from tests import runs_by_hand as by_hand


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def run(store: RunStore) -> RunView:
    """Its snapshots hold stubs, which no generator runs."""
    return by_hand.trained(store, (0, 50))


def test_only_who_trains(store: RunStore, run: RunView, tmp_path: Path) -> None:
    viewer = Person(id="x", role="viewer")
    with pytest.raises(NotAllowedError):
        evaluate.start(store, run.id, 50, data_dir=tmp_path, by=viewer)
    assert evaluate.progress(run.paths) is None


def test_one_at_a_time(store: RunStore, run: RunView, tmp_path: Path) -> None:
    run.paths.evaluations.mkdir()
    with (
        FileLock.acquire(evaluations.job_lock(run.paths)),
        pytest.raises(ConflictError, match="being made"),
    ):
        evaluate.start(store, run.id, 50, data_dir=tmp_path, by=OWNER)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"measures": ["fid", "beauty"]}, "beauty"),
        ({"measures": []}, "none"),
        ({"num_images": 5}, "100 … 10000"),
        ({"num_images": 10_001}, "100 … 10000"),
    ],
)
def test_what_is_refused(
    store: RunStore, run: RunView, tmp_path: Path, given: dict[str, object], said: str
) -> None:
    with pytest.raises(BadInputError, match=said):
        evaluate.start(store, run.id, 50, data_dir=tmp_path, by=OWNER, **given)  # type: ignore[arg-type]


def test_a_generator_whose_images_nobody_knows(store: RunStore, tmp_path: Path) -> None:
    config = by_hand.config()
    unknown = config.dataset.model_copy(update={"name": "unknown"})
    run = store.create(config.model_copy(update={"dataset": unknown}))
    with pytest.raises(BadInputError, match="does not say which images"):
        evaluate.start(store, run.id, 0, data_dir=tmp_path, by=OWNER)


def test_the_reason_why_there_is_none(store: RunStore, run: RunView, tmp_path: Path) -> None:
    begun = evaluate.start(store, run.id, 99, data_dir=tmp_path, num_images=100, by=OWNER)
    with pytest.raises(JobFailedError, match="99 has no manifest"):
        evaluate.wait_for(store, begun, by=OWNER)
    now = evaluate.progress(run.paths)
    assert now is not None
    assert now.state == "failed"
    assert "manifest" in now.reason
    evaluate.stop(store, run.id, by=OWNER)
    assert evaluate.progress(run.paths) is None


def test_measuring_the_same_again_gives_the_same(store: RunStore, run: RunView) -> None:
    """All of it, the seconds too, may be as last time: what is new is the file."""
    found = made_by_hand.one(50, 3.0, depth="full")
    evaluations.write(run.paths, found)
    begun = evaluate.Begun(run.id, 50, evaluations.full_stamps(run.paths, 50))
    with pytest.raises(JobFailedError, match="no result"):
        evaluate.wait_for(store, begun, by=OWNER)
    evaluations.write(run.paths, found)
    assert evaluate.wait_for(store, begun, by=OWNER) == found


def test_a_run_that_is_deleted_meanwhile_is_named(store: RunStore, run: RunView) -> None:
    begun = evaluate.Begun(run.id, 50, evaluations.full_stamps(run.paths, 50))
    run.paths.evaluations.mkdir()
    with FileLock.acquire(evaluations.job_lock(run.paths)):
        evaluations.write_progress(run.paths, evaluations.Progress(step=50, share=0.5))
        with pytest.raises(NotFoundError, match=run.id):
            evaluate.wait_for(
                store, begun, by=OWNER, progress=lambda _share: shutil.rmtree(run.paths.root)
            )


def test_a_stranger_with_a_killed_ones_number_is_not_signalled(
    store: RunStore, run: RunView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody stops it while the next one holds the lock and waits for a place."""
    left: list[evaluations.Progress | None] = []

    def full(*_args: object, **_more: object) -> NoReturn:
        left.append(evaluations.read_progress(run.paths))
        evaluate.stop(store, run.id, by=OWNER)
        raise JobFailedError("no place")

    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as stranger:
        run.paths.evaluations.mkdir()
        noted = evaluations.Progress(step=50, process=stranger.pid)
        evaluations.write_progress(run.paths, noted)
        monkeypatch.setattr(slots, "slot", full)
        with pytest.raises(JobFailedError, match="no place"):
            evaluate.start(store, run.id, 50, data_dir=tmp_path, num_images=100, by=OWNER)
        assert left == [None]
        assert evaluate.progress(run.paths) is None
        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the system does not tell")
def test_a_number_is_believed_only_of_who_has_the_lock_open(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
    with (
        FileLock.acquire(file) as lock,
        subprocess.Popen(sleeper) as stranger,
        subprocess.Popen(sleeper, pass_fds=(lock.descriptor,)) as holder,
    ):
        assert not signal_holder(stranger.pid, file, signal.SIGTERM)
        assert signal_holder(holder.pid, file, signal.SIGTERM)
        assert holder.wait(60) == -signal.SIGTERM
        assert stranger.poll() is None
        stranger.kill()


def test_who_is_at_work_is_known_from_the_start(
    store: RunStore, run: RunView, tmp_path: Path
) -> None:
    """Else who asks at once to stop it would not be heard."""
    evaluate.start(store, run.id, 50, data_dir=tmp_path, num_images=100, by=OWNER)
    noted = evaluations.read_progress(run.paths)
    assert noted is not None
    assert noted.process > 0
    evaluate.stop(store, run.id, by=OWNER)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the system does not tell")
def test_who_deletes_a_run_ends_its_evaluation(store: RunStore, run: RunView) -> None:
    """Else it would compute on, for a run that is gone."""
    evaluations.make_folder(run.paths)
    with (
        FileLock.acquire(evaluations.job_lock(run.paths)) as lock,
        subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(600)"], pass_fds=(lock.descriptor,)
        ) as job,
    ):
        evaluations.write_progress(run.paths, evaluations.Progress(step=50, process=job.pid))
        edit.delete(store, run.id, by=OWNER)
        try:
            assert job.wait(10) == -signal.SIGTERM
        finally:
            job.kill()
    assert store.ids() == []


def test_a_run_that_is_not_deleted_keeps_its_evaluation(store: RunStore, run: RunView) -> None:
    evaluations.make_folder(run.paths)
    noted = evaluations.Progress(step=50)
    evaluations.write_progress(run.paths, noted)
    write_status(run.paths, "running", 50, 100, Said(template="on"))
    with FileLock.acquire(run.paths.lock), pytest.raises(ConflictError, match="is running"):
        edit.delete(store, run.id, by=OWNER)
    assert evaluations.read_progress(run.paths) == noted
