"""Put a run into the queue and make sure that somebody works on the queue."""

from __future__ import annotations

import subprocess
from pathlib import Path

from gan_core.access.people import Person
from gan_core.config import RunConfig
from gan_core.errors import JobFailedError
from gan_core.jobs import line
from gan_core.jobs.note import LAUNCH_NAME, write_launch
from gan_core.jobs.process import (
    SOURCE_ROOT,
    child_environment,
    exit_words,
    last_line,
    module_command,
)
from gan_core.runs import lock, watch
from gan_core.runs.files import disk_faults
from gan_core.runs.layout import RunPaths
from gan_core.runs.store import RunStore, RunView
from gan_core.text import N_

SUPERVISOR_LOCK = ".supervisor.lock"
SUPERVISOR_LOG = ".supervisor.log"
IDLE_SECS = 10.0
_START_TIMEOUT_SECS = 60.0
_MAX_LOG_BYTES = 1_000_000


def submit(
    store: RunStore,
    config: RunConfig,
    name: str = "",
    *,
    by: Person,
    data_dir: Path,
    group: str = "",
) -> RunView:
    """Write a new run, state `queued`, and make sure that it will be started.

    Args:
        store: the runs folder.
        config: what the run is.
        name: what people call it.
        by: who starts it.
        data_dir: where data sets lie.
        group: see `RunStore.create`.

    Raises:
        NotAllowedError: their role does not train.
        QuotaError: as many wait as are allowed, or the disk holds as much.
        BadInputError: the name is too long.
        NotFoundError: it trains on a person's own pictures, and they are gone.
        ReadOnlyError, DiskFullError: the runs folder cannot be written.
        JobFailedError: the supervisor does not start.
    """
    by.require("train")
    with line.place(store, by):
        created = write_queued(store, config, name, person=by.id, data_dir=data_dir, group=group)
    ensure_supervisor(store.root)
    return created


def write_queued(
    store: RunStore, config: RunConfig, name: str, *, person: str, data_dir: Path, group: str
) -> RunView:
    """Write a new run for a person; the caller holds its place and sees to the supervisor.

    Raises:
        BadInputError, NotFoundError, ReadOnlyError, DiskFullError: see `submit`.
    """

    def fill(paths: RunPaths) -> None:
        write_launch(paths, data_dir, person)
        from gan_core.jobs import images  # here: the supervisor has no use for Pillow

        images.give(config.dataset, paths, store.root)

    return store.create(config, name, group=group, fill=fill)


def ensure_supervisor(runs_dir: Path, *, idle_secs: float = IDLE_SECS) -> None:
    """Make sure that a supervisor holds this folder's lock, or has looked at it since the call.

    Whoever puts a run into the queue calls this afterwards. The supervisor lets go of its lock
    before its last look at the queue, so either it is seen here as gone, or it sees the run.

    Raises:
        JobFailedError: it does not start.
        ReadOnlyError: the runs folder cannot be written.
    """
    if lock.is_held(runs_dir / SUPERVISOR_LOCK):
        return
    log = runs_dir / SUPERVISOR_LOG
    with disk_faults(runs_dir), log.open("ab") as output:
        if output.tell() > _MAX_LOG_BYTES:
            output.truncate(0)
        # The process that is started takes the lock, forks and ends, so waiting for it is short
        # and leaves no zombie to a page that lives for weeks.
        started = subprocess.run(  # noqa: S603 - our own module
            module_command(
                "gan_core.jobs.supervisor", str(runs_dir.resolve()), "--idle-secs", str(idle_secs)
            ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd=SOURCE_ROOT,
            env=child_environment(),
            timeout=_START_TIMEOUT_SECS,
            check=False,
        )
    if started.returncode:
        raise JobFailedError(
            N_("The supervisor of {folder} does not start: {reason}"),
            folder=runs_dir,
            reason=last_line(log) or exit_words(started.returncode),
        )


def needs_supervisor(paths: RunPaths) -> bool:
    """Whether a run waits to be started or, after a collapse, to be rolled back."""
    return line.is_queued(paths) or is_rollback_due(paths)


def is_rollback_due(paths: RunPaths) -> bool:
    """As in `runs.watch`, of runs that were queued on this machine: only they start another."""
    return watch.is_rollback_due(paths) and (paths.root / LAUNCH_NAME).is_file()


def revive_queue(store: RunStore) -> None:
    """Start a supervisor where a run needs one and none lives, as after it was killed.

    Raises:
        JobFailedError, ReadOnlyError: see `ensure_supervisor`.
    """
    if lock.is_held(store.root / SUPERVISOR_LOCK):
        return
    if any(needs_supervisor(RunPaths(store.root / run_id)) for run_id in store.ids()):
        ensure_supervisor(store.root)
