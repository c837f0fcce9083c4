"""Full evaluations: made by a process of its own, one at a time in a run, for everybody.

Whoever holds `evaluations/.job.lock` of a run makes one. The process outlives the page that asked
for it; what it found is read with `runs.evaluations.full`.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gan_core import data
from gan_core.access.people import Person
from gan_core.config import RunConfig
from gan_core.data.prepared import is_own
from gan_core.errors import BadInputError, ConflictError, JobFailedError
from gan_core.evaluation import Evaluation
from gan_core.jobs import images, slots
from gan_core.jobs.detached import spawn
from gan_core.jobs.process import last_line, signal_holder
from gan_core.latent.sampling import MAX_COUNT
from gan_core.metrics.evaluate import MEASURES
from gan_core.recipes.imported import DATASET as NO_DATASET
from gan_core.runs import evaluations
from gan_core.runs.files import disk_faults
from gan_core.runs.kept import Stamp
from gan_core.runs.layout import RunPaths
from gan_core.runs.lock import FileLock, is_held
from gan_core.runs.store import RunStore
from gan_core.text import N_

State = Literal["running", "failed"]

NUM_IMAGES = 10_000
FEWEST_IMAGES = 100
_LOOK_SECS = 0.25
_LOCK_SECS = 2.0
_WAIT_SECS = 6 * 3600.0


@dataclass(frozen=True)
class Progress:
    """How an evaluation stands that is being made, or was and failed.

    Attributes:
        state: see `State`.
        step: of the snapshot.
        share: how much is done, 0 to 1.
        reason: why it failed, in the process's own last words.
    """

    state: State
    step: int
    share: float
    reason: str = ""


@dataclass(frozen=True)
class Begun:
    """An evaluation that has begun.

    Attributes:
        run_id: of the run.
        step: of the snapshot.
        known: what was there of this step; see `evaluations.full_stamps`.
    """

    run_id: str
    step: int
    known: Mapping[Path, Stamp]


def progress(paths: RunPaths) -> Progress | None:
    """Look at a run; `None` where none is being made and the last one succeeded."""
    # In this order: a process that ends between two looks has left its result by then, and it
    # clears its progress only afterwards.
    is_running = is_held(evaluations.job_lock(paths))
    found = evaluations.read_progress(paths)
    if found is None:
        return None
    if is_running:
        return Progress("running", found.step, found.share)
    reason = last_line(evaluations.job_log(paths))
    return Progress("failed", found.step, found.share, reason)


def start(
    store: RunStore,
    run_id: str,
    step: int,
    *,
    data_dir: Path,
    measures: Collection[str] = MEASURES,
    num_images: int = NUM_IMAGES,
    by: Person,
    mirror: str | None = None,
    download: data.Progress | None = None,
) -> Begun:
    """Begin a full evaluation of a snapshot in the background; `wait_for` follows it.

    Args:
        store: the runs folder.
        run_id: the run.
        step: of a snapshot that is there; `snapshots.resolve_step` finds it.
        data_dir: where data sets lie on this machine.
        measures: some of `metrics.evaluate.MEASURES`.
        num_images: how many images to generate, and of real ones at most.
        by: who asks for it.
        mirror, download: as for `plan`, should the data set be missing here.

    Raises:
        NotAllowedError: their role does not train.
        QuotaError: as many jobs are under way as are allowed.
        NotFoundError: no such run, or its images are gone.
        BadInputError: the images it learnt from are not known, or a number is out of bounds.
        ConflictError: another evaluation of this run is being made.
        OfflineError, DamagedError: as for `data.prepare`; or the run's configuration is damaged.
        JobFailedError: the process does not start.
        ReadOnlyError, DiskFullError: the run directory cannot be written.
    """
    by.require("train")
    found = store.get(run_id)
    config = found.sound_config()
    _check(config, measures, num_images)
    images.ensure(config.dataset, found.paths, data_dir, mirror=mirror, progress=download)
    paths = found.paths
    evaluations.make_folder(paths)
    begun = Begun(run_id, step, evaluations.full_stamps(paths, step))
    with disk_faults(paths.evaluations):
        # Who asks whether it is held holds it for an instant, and longer where a process is being
        # started meanwhile: until that runs, it has what was open when it was forked.
        lock = FileLock.acquire(evaluations.job_lock(paths), patience_secs=_LOCK_SECS)
    if lock is None:
        raise ConflictError(
            N_("an evaluation of run {run} is being made at the moment."),
            N_("Wait for it, or stop it."),
            field="run",
            run=run_id,
        )
    with lock:
        # Before a place is waited for: the number that a killed one noted may be a stranger's
        # by now, and whoever stops it takes the lock as proof that it is not.
        evaluations.clear_progress(paths)
        with slots.slot(store.root, by) as held:
            evaluations.write_progress(paths, evaluations.Progress(step=step))
            own_dir = ["--own-dir", str(paths.dataset.resolve())]
            reason = spawn(
                "gan_core.nn.evaluate",
                *(str(paths.root.resolve()), str(step), str(data_dir.resolve())),
                *("--measures", ",".join(measures), "--images", str(num_images)),
                *(own_dir if is_own(config.dataset.name) else []),
                lock=lock,
                log=evaluations.job_log(paths),
                held=held,
            )
    if reason:
        raise JobFailedError(N_("the evaluation does not start: {reason}"), reason=reason)
    return begun


def stop(store: RunStore, run_id: str, *, by: Person) -> None:
    """End the evaluation of a run that is being made, if any; nothing of it is kept.

    Raises:
        NotAllowedError: the role of `by` does not train.
        NotFoundError: no such run.
    """
    by.require("train")
    paths = store.paths(run_id)
    found = evaluations.read_progress(paths)
    if found is not None and found.process:
        signal_holder(found.process, evaluations.job_lock(paths), signal.SIGTERM)
    evaluations.clear_progress(paths)


def wait_for(
    store: RunStore,
    begun: Begun,
    *,
    by: Person,
    progress: Callable[[float], None] = lambda share: None,  # noqa: ARG005
) -> Evaluation:
    """Wait for an evaluation; one who is interrupted meanwhile ends it.

    Args:
        store: the runs folder.
        begun: what `start` said.
        by: who asked for it.
        progress: told now and then how much is done, 0 to 1.

    Raises:
        NotAllowedError: their role does not train.
        NotFoundError: no such run any more.
        JobFailedError: it failed or took too long.
    """
    by.require("train")
    paths = store.paths(begun.run_id)
    try:
        _wait(paths, progress)
    except KeyboardInterrupt:
        stop(store, begun.run_id, by=by)
        raise
    store.paths(begun.run_id)  # it may have been deleted meanwhile
    # By its file: figures are those of last time where the same is measured again.
    made = evaluations.newest_full(paths)
    if made is None or evaluations.full_stamps(paths, begun.step) == begun.known:
        raise JobFailedError(N_("the evaluation left no result."))
    return made


def _wait(paths: RunPaths, tell: Callable[[float], None]) -> None:
    give_up_at = time.monotonic() + _WAIT_SECS
    while (now := progress(paths)) is not None:
        if now.state == "failed":
            raise JobFailedError(N_("the evaluation failed: {reason}"), reason=now.reason)
        if time.monotonic() > give_up_at:
            raise JobFailedError(
                N_("the evaluation was not done after {limit:.0f} s."), limit=_WAIT_SECS
            )
        tell(now.share)
        time.sleep(_LOOK_SECS)


def _check(config: RunConfig, measures: Collection[str], num_images: int) -> None:
    if config.dataset.name == NO_DATASET:
        raise BadInputError(
            N_("this generator came from a file that does not say which images it learnt from: "
               "there is nothing to compare its images with."),
            field="run",
        )  # fmt: skip
    wrong = sorted(set(measures) - set(MEASURES))
    if wrong or not measures:
        raise BadInputError(
            N_("got {given}; allowed are some of: {allowed}."),
            field="--metrics",
            given=", ".join(wrong) or "none",
            allowed=", ".join(MEASURES),
        )
    if not FEWEST_IMAGES <= num_images <= MAX_COUNT:
        raise BadInputError(
            N_("got {given}; allowed is {low} … {high}."),
            field="--images",
            given=num_images,
            low=FEWEST_IMAGES,
            high=MAX_COUNT,
        )
