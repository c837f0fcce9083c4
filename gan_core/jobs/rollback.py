"""After a collapse: a new run from the last healthy snapshot, gentler and with another seed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

from gan_core.access.people import Person
from gan_core.config import Settings, SettingValue
from gan_core.errors import ConflictError, GanCoreError
from gan_core.jobs.fork import fork
from gan_core.jobs.launch import is_rollback_due, revive_queue
from gan_core.jobs.note import person_of, read_launch
from gan_core.runs import snapshots
from gan_core.runs.layout import RunPaths
from gan_core.runs.store import RunStore, RunView
from gan_core.runs.watch import Collapse, Watched, read_watched, write_watched
from gan_core.text import N_

logger = logging.getLogger(__name__)

MAX_ROLLBACKS = 3
_SMOOTHING = 0.1
_NO_LABELS = {"hinge", "wasserstein-gp"}
_TOO_OFTEN = N_("it collapsed again after {num} rollbacks")


def gentler(settings: Settings, collapse: Collapse) -> dict[str, SettingValue]:
    """Settings that weaken what won.

    D learns at a fifth of its rate (G too, where the numbers left the finite ones or the images
    fell alike without D winning), and its labels are smoothed a little where they were not.
    """
    changes: dict[str, SettingValue] = {}
    if settings.d_lr is not None:
        changes["d_lr"] = settings.d_lr / 5
    d_won = {"d_loss_zero", "d_always_right"} & set(collapse.signals)
    if not d_won or settings.d_lr is None:
        changes["g_lr"] = settings.g_lr / 2
    if settings.label_smoothing == 0 and settings.loss not in _NO_LABELS:
        changes["label_smoothing"] = _SMOOTHING
    return changes


def way_back(paths: RunPaths, collapse: Collapse) -> int | None:
    """The newest snapshot with its training state that lies before the collapse."""
    steps = snapshots.forkable_steps(paths)
    return max((s for s in steps if s <= collapse.healthy_step), default=min(steps, default=None))


def roll_back(store: RunStore, run_id: str, *, by: Person, data_dir: Path) -> RunView:
    """Queue the run that goes on from before the collapse, and note it as the successor.

    Raises:
        NotAllowedError: the role of `by` does not train.
        ConflictError: nothing has collapsed, or no snapshot is left to go back to.
        GanCoreError: see `fork`.
    """
    by.require("train")
    run = store.get(run_id)
    watched, config = read_watched(run.paths), run.sound_config()
    if watched.collapse is None:
        raise ConflictError(N_("run {run} has not collapsed."), run=run_id)
    step = way_back(run.paths, watched.collapse)
    if step is None:
        raise ConflictError(
            N_("run {run} has no snapshot left to go back to."),
            N_("Start a new run with a lower learning rate of D."),
            run=run_id,
        )
    successor = fork(
        store,
        run_id,
        step,
        gentler(config.settings, watched.collapse),
        name=run.meta.name,
        seed=config.seed + 1,
        data_dir=data_dir,
        fill=_note_of(watched),
        by=by,
    )
    write_watched(run.paths, watched.model_copy(update={"successor": successor.id}))
    return successor


def wait_for_successor(
    store: RunStore, run_id: str, *, patience_secs: float = 30.0, tick_secs: float = 0.2
) -> Watched:
    """What became of a run that has ended, once a supervisor has settled it.

    Nothing is waited for where no rollback is due.

    Raises:
        JobFailedError, ReadOnlyError: none lives and none can be started.
    """
    paths = store.paths(run_id)
    if is_rollback_due(paths):
        revive_queue(store)
    until = time.monotonic() + patience_secs
    while is_rollback_due(paths) and time.monotonic() < until:
        time.sleep(tick_secs)
    return read_watched(paths)


def _note_of(watched: Watched) -> Callable[[RunPaths], None]:
    """What the successor remembers: how many rollbacks lie behind it."""
    note = Watched(num_rollbacks=watched.num_rollbacks + 1)
    return lambda paths: write_watched(paths, note)


def after_end(store: RunStore, run_id: str, *, data_dir: Path | None = None) -> None:
    """Roll back by itself where the run asks for that and a collapse has ended it.

    What stands in the way is written down: the run then stays as it is, and says why.

    Args:
        store: the runs folder.
        run_id: the run.
        data_dir: where data sets lie; as the run was launched with where it is not given.
    """
    run = store.get(run_id)
    if not is_rollback_due(run.paths):
        return
    watched = read_watched(run.paths)
    made = _made_before(store, run_id, watched)
    if made:
        write_watched(run.paths, watched.model_copy(update={"successor": made}))
        return
    try:
        if watched.num_rollbacks >= MAX_ROLLBACKS:
            raise ConflictError(_TOO_OFTEN, num=MAX_ROLLBACKS)
        where = data_dir or read_launch(run.paths).data_dir
        successor = roll_back(store, run_id, by=_whose(run), data_dir=where)
    except GanCoreError as error:
        logger.warning("run %s: no rollback: %s", run_id, error.one_line())
        gave_up = watched.model_copy(update={"gave_up": error.one_line()})
        write_watched(run.paths, gave_up)
        return
    logger.info("run %s: rolled back to run %s", run_id, successor.id)


def _made_before(store: RunStore, run_id: str, watched: Watched) -> str:
    """The run that went back, where whoever made it was killed before it was noted; else empty.

    A fork that somebody made by hand remembers no rollback.
    """
    children = (
        run
        for run in store.list()
        if run.config is not None and run.config.parent and run.config.parent.run == run_id
    )
    num_rollbacks = watched.num_rollbacks + 1
    made = (run.id for run in children if read_watched(run.paths).num_rollbacks == num_rollbacks)
    return next(made, "")


def _whose(run: RunView) -> Person:
    """Whoever had the run queued asked for its rollback, too, and it counts as theirs."""
    return Person(id=person_of(run.paths), role="teacher")
