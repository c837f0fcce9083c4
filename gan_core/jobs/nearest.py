"""The index of a data set's training images: made once, by a process of its own, for everybody.

One is made at a time in a runs folder: whoever holds `.nearest/.lock` makes one. It takes
seconds, so those who want another ask again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gan_core.access.people import Person
from gan_core.config import DatasetInfo
from gan_core.errors import JobFailedError
from gan_core.jobs import slots
from gan_core.jobs.detached import spawn
from gan_core.jobs.process import last_line
from gan_core.runs import classifiers, nearest
from gan_core.runs.files import disk_faults, write_json
from gan_core.runs.lock import FileLock, is_held
from gan_core.text import N_

State = Literal["none", "building", "ready", "failed"]

_LOCK = ".lock"
_INFO = "info.json"


@dataclass(frozen=True)
class Standing:
    """How things stand with an index.

    Attributes:
        state: see `State`.
        share: how much of its making is done, 0 to 1.
        reason: why it failed, in the process's own last words.
    """

    state: State
    share: float = 0.0
    reason: str = ""


def standing(runs_dir: Path, info: DatasetInfo, measure: nearest.Measure) -> Standing:
    """Look; costs a few small files.

    Raises:
        DamagedError: the data set's classifier is.
    """
    folder = nearest.folder_of(runs_dir, info, measure)
    # In this order: a process that ends between two looks has left its result by then, and it
    # clears its progress only afterwards.
    busy = is_held(nearest.home(runs_dir) / _LOCK)
    progress = classifiers.read_progress(folder)
    if nearest.is_there(folder):
        return Standing("ready", 1.0)
    if progress is None:
        return Standing("none")
    if busy:
        return Standing("building", progress.share)
    return Standing("failed", reason=last_line(classifiers.log_of(folder)))


def start(
    runs_dir: Path,
    info: DatasetInfo,
    measure: nearest.Measure,
    data_dir: Path,
    *,
    by: Person,
    own_dir: Path | None = None,
) -> None:
    """Begin to make an index in the background, unless one is being made; then ask again.

    Args:
        runs_dir: the runs folder.
        info: what a run records of its data set.
        measure: by what images are compared.
        data_dir: the data folder.
        by: who asks for it.
        own_dir: the folder of a prepared own set, for a name that begins with `own:`.

    Raises:
        NotAllowedError: their role does not explore.
        QuotaError: as many jobs are under way as are allowed.
        DamagedError: the data set's classifier is.
        JobFailedError: the process does not start.
        ReadOnlyError, DiskFullError: the runs folder cannot be written.
    """
    by.require("explore")
    folder = nearest.folder_of(runs_dir, info, measure)
    classifier = classifiers.folder_of(runs_dir, info)
    with disk_faults(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock.acquire(folder.parent / _LOCK)
    if lock is None:
        return
    with lock, slots.slot(runs_dir, by) as held:
        if nearest.is_there(folder):
            return
        described = folder.with_name(f"{folder.name}-{_INFO}")
        write_json(described, info.model_dump(mode="json"))
        classifiers.write_progress(folder, classifiers.Progress(done=0, total=1))
        reason = spawn(
            "gan_core.inference.nearest_build",
            *(str(path.resolve()) for path in (described, data_dir, folder)),
            *([] if measure == "pixels" else ["--classifier", str(classifier.resolve())]),
            *([] if own_dir is None else ["--own-dir", str(own_dir.resolve())]),
            lock=lock,
            log=classifiers.log_of(folder),
            held=held,
        )
    if reason:
        raise JobFailedError(N_("the index does not start: {reason}"), reason=reason)


def forget_failure(
    runs_dir: Path, info: DatasetInfo, measure: nearest.Measure, *, by: Person
) -> None:
    """Let the next one who asks try again.

    Raises:
        NotAllowedError: the role of `by` does not explore.
    """
    by.require("explore")
    classifiers.clear_progress(nearest.folder_of(runs_dir, info, measure))
