"""The same run over several seeds: what differs between them is chance."""

from __future__ import annotations

import secrets
from pathlib import Path

from gan_core.access.people import Person
from gan_core.config import RunConfig
from gan_core.errors import BadInputError, NotFoundError
from gan_core.jobs import line
from gan_core.jobs.launch import ensure_supervisor, write_queued
from gan_core.recipes.resolve import check_seed
from gan_core.runs.status import utc_now
from gan_core.runs.store import MAX_NAME_LENGTH, RunStore, RunView
from gan_core.text import N_

MAX_REPEATS = 50
_ROOM_FOR_SEED = 20


def submit_repeats(
    store: RunStore, config: RunConfig, num: int, name: str = "", *, by: Person, data_dir: Path
) -> list[RunView]:
    """Queue `num` runs that differ in their seed alone: that of `config`, the next one, and so on.

    Args:
        store: the runs folder.
        config: of the first.
        num: how many.
        name: what people call them; each has its seed added.
        by: who starts them.
        data_dir: where data sets lie.

    Raises:
        NotAllowedError: their role does not train.
        QuotaError: that would be more than may wait; none is queued.
        BadInputError: the number, the last seed or the name is out of bounds.
        NotFoundError, ReadOnlyError, DiskFullError, JobFailedError: see `submit`.
    """
    by.require("train")
    _check(config.seed, num)
    with line.place(store, by, num):
        seeds = range(config.seed, config.seed + num)
        runs = _write(store, config, seeds, name, _new_group(), by, data_dir)
    ensure_supervisor(store.root)
    return runs


def repeat_run(
    store: RunStore, run_id: str, num: int, *, by: Person, data_dir: Path
) -> list[RunView]:
    """Make a run one of `num` that differ in their seed; queue those that are missing.

    Returns:
        All runs of the group, the given one among them, by their seeds.

    Raises:
        NotAllowedError: the role of `by` does not train.
        QuotaError: see `submit_repeats`.
        BadInputError: the run is a fork, which began with another run's weights; or see
            `submit_repeats`.
        NotFoundError, DamagedError, ReadOnlyError, DiskFullError, JobFailedError: see `submit`.
    """
    by.require("train")
    first = store.get(run_id)
    config = first.sound_config()
    if config.parent is not None:
        raise BadInputError(
            N_("run {run} is a fork: it began with weights that other seeds do not have."),
            N_("Repeat the run that it was forked from, or train a new one."),
            field="run",
            run=run_id,
        )
    _check(config.seed, num)
    there = members(store, first.meta.group) if first.meta.group else [first]
    wanted = range(config.seed, config.seed + num)
    missing = _missing(wanted, there)
    if not missing:
        return there
    with line.place(store, by, len(missing)):
        group = _grouped(store, run_id)  # somebody may have had it repeated just now
        missing = _missing(wanted, members(store, group))
        # A sweep's table compares settings: other seeds of one of its runs are no part of it.
        now = utc_now().isoformat(timespec="seconds")
        fresh = config.model_copy(update={"created": now, "sweep": None})
        _write(store, fresh, missing, first.meta.name, group, by, data_dir)
    ensure_supervisor(store.root)
    return members(store, group)


def _missing(wanted: range, there: list[RunView]) -> list[int]:
    seeds = {run.sound_config().seed for run in there}
    return [seed for seed in wanted if seed not in seeds]


def _grouped(store: RunStore, run_id: str) -> str:
    """The group of a run, a new one where it has none."""
    fresh = _new_group()
    changed = store.change_meta(
        run_id, lambda meta: meta if meta.group else meta.model_copy(update={"group": fresh})
    )
    return changed.group


def members(store: RunStore, group: str) -> list[RunView]:
    """The sound runs of a group, by their seeds.

    Raises:
        NotFoundError: there are none.
    """
    found = [run for run in store.list() if run.meta.group == group and run.config is not None]
    if not group or not found:
        raise NotFoundError(
            N_("there are no runs of the group {given}."), field="group", given=repr(group)
        )
    return sorted(found, key=lambda run: (run.sound_config().seed, run.id))


def _write(
    store: RunStore,
    config: RunConfig,
    seeds: range | list[int],
    name: str,
    group: str,
    by: Person,
    data_dir: Path,
) -> list[RunView]:
    return [
        write_queued(
            store,
            config.model_copy(update={"seed": seed}),
            _name(name, seed),
            data_dir=data_dir,
            group=group,
            person=by.id,
        )
        for seed in seeds
    ]


def _name(name: str, seed: int) -> str:
    """The common name with the seed; without one, the run's own title says what it is."""
    return f"{name[: MAX_NAME_LENGTH - _ROOM_FOR_SEED]} · seed {seed}" if name else ""


def _new_group() -> str:
    return secrets.token_hex(6)


def _check(first_seed: int, num: int) -> None:
    if not 2 <= num <= MAX_REPEATS:
        raise BadInputError(
            N_("got {given}; allowed is a whole number, 2 … {high}."),
            field="repeat",
            given=num,
            high=MAX_REPEATS,
        )
    check_seed(first_seed)
    check_seed(first_seed + num - 1)
