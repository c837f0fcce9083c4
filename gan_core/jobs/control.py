"""Pause, stop, resume, follow: the same four for the page and the command line."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gan_core import data
from gan_core.access.people import Person
from gan_core.config import RunConfig
from gan_core.errors import BadInputError, ConflictError, DamagedError
from gan_core.jobs import images, line, machine
from gan_core.jobs.launch import ensure_supervisor, revive_queue
from gan_core.jobs.note import write_launch
from gan_core.recipes import registry
from gan_core.recipes.resolve import check_batch, check_shape, resolve_settings, total_steps
from gan_core.runs import control as requests
from gan_core.runs import evaluations, snapshots
from gan_core.runs import lock as locks
from gan_core.runs.files import disk_faults, write_json
from gan_core.runs.layout import RunPaths, step_folders
from gan_core.runs.lock import LEAVING_SECS, PATIENCE_SECS, FileLock
from gan_core.runs.status import (
    ALIVE,
    BUSY,
    RESUMABLE,
    Said,
    State,
    Status,
    read_status,
    read_written_status,
    write_status,
)
from gan_core.runs.store import RunStore, RunView
from gan_core.text import N_

ACKNOWLEDGE_SECS = 2.0
_LOOK_SECS = 0.02
_REVIVE_SECS = 5.0


@dataclass(frozen=True)
class Reply:
    """What became of a request.

    Attributes:
        acknowledged: the worker has taken it, or none was needed.
        said: what to tell people.
    """

    acknowledged: bool
    said: Said


def pause(
    store: RunStore, run_id: str, *, by: Person, wait_secs: float = ACKNOWLEDGE_SECS
) -> Reply:
    """Have a run pause at its next step; it saves itself and frees the device.

    Raises:
        NotAllowedError: the role of `by` does not control runs.
        NotFoundError: no such run.
        ConflictError: it neither runs nor waits.
        ReadOnlyError, DiskFullError: the request cannot be left.
    """
    by.require("control")
    said = Said(template=N_("paused before it started"))
    return _ask(store, run_id, "pause", {"queued"}, ("paused", said), wait_secs)


def stop(store: RunStore, run_id: str, *, by: Person, wait_secs: float = ACKNOWLEDGE_SECS) -> Reply:
    """Have a run end at its next step; its last step is saved and `resume` can go on from it.

    Raises:
        NotAllowedError: the role of `by` does not control runs.
        NotFoundError: no such run.
        ConflictError: it has ended already.
        ReadOnlyError, DiskFullError: the request cannot be left.
    """
    by.require("control")
    said = Said(template=N_("stopped while no worker was busy with it"))
    return _ask(store, run_id, "stop", {"queued", "paused"}, ("stopped", said), wait_secs)


def _ask(
    store: RunStore,
    run_id: str,
    action: requests.Action,
    direct: set[State],
    ending: tuple[State, Said],
    wait_secs: float,
) -> Reply:
    """Settle it here when no worker is needed for it, else ask the worker."""
    paths = store.paths(run_id)
    state = read_status(paths).state
    if state in direct:
        settled = _settle(paths, direct, ending)
        if settled is not None:
            return Reply(True, settled)
        state = read_status(paths).state  # its worker was started just now
    if state not in ALIVE:
        raise ConflictError(
            N_("got {run}, which is {state}; `{action}` needs a run that is {allowed}."),
            field="run",
            run=run_id,
            state=state,
            action=action,
            allowed=", ".join(sorted({"running", "starting", *direct})),
        )
    request = requests.send(paths, action)
    if _is_taken(paths, request, wait_secs):
        return Reply(True, read_status(paths).said)
    return Reply(
        False,
        Said(
            template=N_(
                "The worker has not answered within {secs} s. The request stays and takes "
                "effect as soon as it does."
            ),
            values={"secs": round(wait_secs, 1)},
        ),
    )


def _settle(paths: RunPaths, allowed: set[State], ending: tuple[State, Said]) -> Said | None:
    """Write the end of a run that no worker has; `None` when one has it now."""
    lock = _acquire(paths)
    if lock is None:
        return None
    with lock:
        status = read_written_status(paths)
        if status.state not in allowed:
            return None
        state, said = ending
        write_status(paths, state, status.step, status.total_steps, said)
        return said


def _is_taken(paths: RunPaths, request: Path, wait_secs: float) -> bool:
    """Wait until the worker has removed the request, or is no more."""
    give_up_at = time.monotonic() + wait_secs
    while request.exists():
        if not locks.is_held(paths.lock):
            request.unlink(missing_ok=True)
            return True
        if time.monotonic() >= give_up_at:
            return False
        time.sleep(_LOOK_SECS)
    return True


def resume(
    store: RunStore,
    run_id: str,
    *,
    steps: int | None = None,
    epochs: float | None = None,
    by: Person,
    data_dir: Path,
    mirror: str | None = None,
    progress: data.Progress | None = None,
) -> RunView:
    """Queue a run again; it continues from its newest good checkpoint.

    Args:
        store: the runs folder.
        run_id: a run that is paused, stopped, failed, interrupted, or completed.
        steps, epochs: the new length in all, one of them; a completed run needs a larger one.
        by: who resumes it.
        data_dir: where data sets lie on this machine.
        mirror, progress: as for `plan`, should the data set be missing here.

    Raises:
        NotAllowedError: their role does not control runs.
        QuotaError: as many wait as are allowed, or the disk holds as much.
        NotFoundError: no such run.
        ConflictError: it runs or waits, is completed and no length was given, or came without
            its training state.
        BadInputError: the length is not larger than what is done.
        DamagedError: its configuration cannot be read.
        ReadOnlyError, DiskFullError: the run directory cannot be written.
        JobFailedError: the supervisor does not start.
    """
    by.require("control")
    found = store.get(run_id)
    _check_has_state(found)
    config = _checked(found.sound_config())
    _extended(config, found.status.state, found.status, run_id, steps, epochs)
    images.ensure(config.dataset, found.paths, data_dir, mirror=mirror, progress=progress)
    lock = _acquire(found.paths, patience_secs=LEAVING_SECS)  # it lives no more, or was refused
    if lock is None:
        raise _not_resumable(run_id, "running")
    with lock, line.place(store, by):
        status = _last_status(found.paths, config)
        state: State = "interrupted" if status.state in ALIVE else status.state
        config = _extended(config, state, status, run_id, steps, epochs)
        requests.take(found.paths)  # what was asked of a worker that is gone
        write_launch(found.paths, data_dir, by.id)
        if state == "completed":
            evaluations.go_on_from(found.paths, status.step)
        if config != found.config:
            write_json(found.paths.config, config.to_json(), durable=True)
        said = Said(template=N_("waiting to continue"))
        write_status(found.paths, "queued", status.step, config.total_steps, said)
    ensure_supervisor(store.root)
    return store.get(run_id)


def _last_status(paths: RunPaths, config: RunConfig) -> Status:
    """The status of a run that no worker has; where a power cut has torn it, what is left says it.

    The worker goes by the checkpoint that it reads; this step is only shown until then.
    """
    try:
        return read_written_status(paths)
    except DamagedError:
        saved = [*step_folders(paths.checkpoints), *snapshots.forkable_steps(paths)]
        return Status(
            state="interrupted",
            step=max(saved, default=0),
            total_steps=config.total_steps,
            updated="",
        )


def _check_has_state(run: RunView) -> None:
    """Refuse a run to look at: one from the gallery, or somebody's generator."""
    trained = step_folders(run.paths.checkpoints) or snapshots.forkable_steps(run.paths)
    if snapshots.list_steps(run.paths) and not trained:
        raise ConflictError(
            N_("got {run}, which came without its training state: there is nothing to continue."),
            N_("Train the same recipe anew."),
            field="run",
            run=run.id,
        )


def _checked(config: RunConfig) -> RunConfig:
    """The configuration as this machine can continue it.

    A run that came from elsewhere is judged like a new one, and one that was made on a GPU
    continues on a CPU where there is no other: close to what it would have been, not equal.
    """
    recipe = registry.get(config.recipe)
    gpu = config.kernels.device == "gpu"
    resolve_settings(recipe, config.settings.as_dict(), gpu=gpu)
    check_shape(recipe, config.dataset)
    check_batch(config.dataset, config.settings.batch_size)
    if gpu and not machine.has_gpu_node():
        return config.model_copy(update={"kernels": machine.kernels(recipe, "cpu")})
    return config


def _extended(
    config: RunConfig,
    state: State,
    status: Status,
    run_id: str,
    steps: int | None,
    epochs: float | None,
) -> RunConfig:
    given = steps is not None or epochs is not None
    if state not in RESUMABLE and not (state == "completed" and given):
        raise _not_resumable(run_id, state)
    if not given:
        return config
    recipe = registry.get(config.recipe)
    total = total_steps(recipe, config.steps_per_epoch, steps, epochs)
    done = status.step  # of a completed run, too: it may have stopped early
    if total <= done:
        raise BadInputError(
            N_("got {total} steps in all; {done} are done, so allowed is more than that."),
            field="steps" if steps is not None else "epochs",
            total=total,
            done=done,
        )
    return config.model_copy(update={"total_steps": total})


def _not_resumable(run_id: str, state: str) -> ConflictError:
    hints = {
        "completed": N_(
            "Say how far it shall go: `--steps` or `--epochs`, counted from the start."
        ),
        "queued": N_("It starts by itself."),
    }
    return ConflictError(
        N_("got {run}, which is {state}; `resume` needs a run that is {allowed}."),
        hints.get(state, ""),
        field="run",
        run=run_id,
        state=state,
        allowed=", ".join(sorted(RESUMABLE)),
    )


def _acquire(paths: RunPaths, *, patience_secs: float = PATIENCE_SECS) -> FileLock | None:
    with disk_faults(paths.root):
        return FileLock.acquire(paths.lock, patience_secs=patience_secs)


def wait(
    store: RunStore,
    run_id: str,
    *,
    poll_secs: float = 0.3,
    progress: Callable[[RunView], None] | None = None,
) -> RunView:
    """Follow a run until it neither waits nor lives; return it as it ended.

    Args:
        store: the runs folder.
        run_id: the run.
        poll_secs: seconds between two looks.
        progress: told what was seen at each look.

    Raises:
        NotFoundError: no such run, or it was deleted meanwhile.
    """
    revived_at = time.monotonic()
    while True:
        found = store.get(run_id)
        if progress is not None:
            progress(found)
        if found.status.state not in BUSY:
            return found
        if time.monotonic() - revived_at > _REVIVE_SECS:
            revive_queue(store)
            revived_at = time.monotonic()
        time.sleep(poll_secs)
