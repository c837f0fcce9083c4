"""The classifier of a labelled data set: trained once, by a process of its own, for everybody.

One is trained at a time in a runs folder: whoever holds `.classifiers/.lock` trains. The process
outlives the page that asked for it, and any page or command can see how far it is.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gan_core.access.people import Person
from gan_core.config import DatasetInfo
from gan_core.errors import BadInputError, ConflictError, JobFailedError
from gan_core.jobs import slots
from gan_core.jobs.process import (
    SOURCE_ROOT,
    child_environment,
    exit_words,
    last_line,
    module_command,
)
from gan_core.runs import classifiers
from gan_core.runs.files import disk_faults, write_json
from gan_core.runs.lock import FileLock, is_held
from gan_core.text import N_

State = Literal["unsuited", "none", "training", "ready", "failed"]

_INFO = "info.json"
_START_TIMEOUT_SECS = 60.0
_LOOK_SECS = 0.25
_WAIT_SECS = 1800.0


@dataclass(frozen=True)
class Standing:
    """How things stand with a data set's classifier.

    Attributes:
        state: `unsuited` where there is nothing to tell apart.
        share: how much of its training is done, 0 to 1.
        card: what it is, once `ready`.
        reason: why it failed, in the process's own last words.
    """

    state: State
    share: float = 0.0
    card: classifiers.Card | None = None
    reason: str = ""


def standing(runs_dir: Path, info: DatasetInfo) -> Standing:
    """Look; costs a few small files.

    Raises:
        DamagedError: the classifier's card is damaged.
    """
    if not classifiers.suits(info):
        return Standing("unsuited")
    folder = classifiers.folder_of(runs_dir, info)
    # In this order: a process that ends between two looks has left its result by then, and it
    # clears its progress only afterwards.
    busy = is_held(classifiers.home(runs_dir) / classifiers.LOCK)
    progress = classifiers.read_progress(folder)
    if classifiers.is_there(folder):
        return Standing("ready", 1.0, classifiers.read_card(folder))
    if progress is None:
        return Standing("none")
    if busy:
        return Standing("training", progress.share)
    return Standing("failed", reason=last_line(classifiers.log_of(folder)))


def start(
    runs_dir: Path, info: DatasetInfo, data_dir: Path, *, by: Person, own_dir: Path | None = None
) -> None:
    """Begin to train the classifier in the background, unless it is there or on its way.

    Args:
        runs_dir: the runs folder.
        info: what a run records of its data set.
        data_dir: the data folder.
        by: who asks for it.
        own_dir: the folder of a prepared own set, for a name that begins with `own:`.

    Raises:
        NotAllowedError: their role does not train.
        QuotaError: as many jobs are under way as are allowed.
        BadInputError: the data set has fewer than two classes.
        ConflictError: another data set's classifier is being trained.
        JobFailedError: the process does not start.
        ReadOnlyError, DiskFullError: the runs folder cannot be written.
    """
    by.require("train")
    _check(info)
    folder = classifiers.folder_of(runs_dir, info)
    if classifiers.is_there(folder):
        return
    with disk_faults(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock.acquire(folder.parent / classifiers.LOCK)
    if lock is None:
        if standing(runs_dir, info).state in ("training", "ready"):
            return
        raise ConflictError(
            N_("another classifier is being trained at the moment."),
            N_("Try again in half a minute."),
            field="classifier",
        )
    with lock, slots.slot(runs_dir, by) as held:
        if not classifiers.is_there(folder):
            _spawn(folder, info, data_dir, own_dir, lock, held)


def ensure(
    runs_dir: Path,
    info: DatasetInfo,
    data_dir: Path,
    *,
    by: Person,
    own_dir: Path | None = None,
    progress: Callable[[float], None] = lambda share: None,  # noqa: ARG005
) -> Path:
    """Wait until the classifier is there; return its folder.

    Args:
        runs_dir, info, data_dir, by, own_dir: see `start`.
        progress: told now and then how much is done, 0 to 1, where it is not there yet.

    Raises:
        JobFailedError: its training failed or took too long; and as for `start`.
    """
    by.require("train")
    _check(info)
    folder = classifiers.folder_of(runs_dir, info)
    give_up_at = time.monotonic() + _WAIT_SECS
    started = False
    while not classifiers.is_there(folder):
        if not started:
            started = _started(runs_dir, info, data_dir, by, own_dir)
        now = standing(runs_dir, info)
        if started and now.state in ("failed", "none"):
            raise JobFailedError(
                N_("the classifier could not be trained: {reason}"),
                reason=now.reason or last_line(classifiers.log_of(folder)),
            )
        if time.monotonic() > give_up_at:
            raise JobFailedError(
                N_("the classifier was not there after {limit:.0f} s."), limit=_WAIT_SECS
            )
        progress(now.share)
        time.sleep(_LOOK_SECS)
    return folder


def _started(
    runs_dir: Path, info: DatasetInfo, data_dir: Path, by: Person, own_dir: Path | None
) -> bool:
    """Start it, unless somebody trains this one or another one."""
    if is_held(classifiers.home(runs_dir) / classifiers.LOCK):
        return False
    try:
        start(runs_dir, info, data_dir, by=by, own_dir=own_dir)
    except ConflictError:
        return False
    return True


def _check(info: DatasetInfo) -> None:
    if not classifiers.suits(info):
        raise BadInputError(
            N_("{name} has no classes to tell apart."),
            field="dataset",
            name=info.title or info.name,
        )


def _spawn(
    folder: Path,
    info: DatasetInfo,
    data_dir: Path,
    own_dir: Path | None,
    lock: FileLock,
    held: tuple[int, ...],
) -> None:
    """Start the process; it takes the locks over, goes its own way, and this returns."""
    described = folder.with_name(f"{folder.name}-{_INFO}")
    write_json(described, info.model_dump(mode="json"))
    classifiers.write_progress(folder, classifiers.Progress(done=0, total=1))
    command = module_command(
        "gan_core.nn.classifier",
        *(str(path.resolve()) for path in (described, data_dir, folder)),
        *(() if own_dir is None else ("--own-dir", str(own_dir.resolve()))),
        *("--lock-fd", str(lock.descriptor), "--detach"),
    )
    log = classifiers.log_of(folder)
    with disk_faults(log), log.open("wb") as output:
        # It forks and the first process ends at once, so a page that lives for weeks gathers no
        # zombies.
        started = subprocess.run(  # noqa: S603 - our own module
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd=SOURCE_ROOT,
            env=child_environment(),
            pass_fds=(lock.descriptor, *held),
            timeout=_START_TIMEOUT_SECS,
            check=False,
        )
    if started.returncode:
        raise JobFailedError(
            N_("the classifier's training does not start: {reason}"),
            reason=last_line(log) or exit_words(started.returncode),
        )
