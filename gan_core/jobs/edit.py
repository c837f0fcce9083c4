"""What people change about runs that are there: names, kept directions, or that they are there.

The store itself asks nobody; pages and the command line come through here.
"""

from __future__ import annotations

from gan_core.access.people import Person
from gan_core.jobs import evaluate
from gan_core.runs import directions, names
from gan_core.runs.directions import Direction
from gan_core.runs.status import ALIVE
from gan_core.runs.store import RunStore


def rename(store: RunStore, run_id: str, name: str, *, by: Person) -> None:
    """Give a run another display name.

    Raises:
        NotAllowedError: the role of `by` changes nothing.
        NotFoundError: no such run.
        BadInputError: the name is too long.
        ReadOnlyError, DiskFullError: the run's folder cannot be written.
    """
    by.require("edit")
    store.rename(run_id, name)


def name_direction(store: RunStore, run_id: str, key: str, name: str, *, by: Person) -> None:
    """Name a direction of the latent space that has no other; see `names.give`.

    Raises:
        NotAllowedError: the role of `by` changes nothing; else as for `names.give`.
    """
    by.require("edit")
    names.give(store, run_id, key, name)


def keep_direction(
    store: RunStore, run_id: str, name: str, direction: Direction, *, by: Person
) -> str:
    """Keep a direction with a run; return its id.

    Raises:
        NotAllowedError: the role of `by` changes nothing; else as for `directions.keep`.
    """
    by.require("edit")
    return directions.keep(store, run_id, name, direction)


def remove_direction(store: RunStore, run_id: str, id_: str, *, by: Person) -> None:
    """Remove a kept direction; one that is not there is none to remove.

    Raises:
        NotAllowedError: the role of `by` changes nothing; else as for `directions.remove`.
    """
    by.require("edit")
    directions.remove(store, run_id, id_)


def delete(store: RunStore, run_id: str, *, by: Person) -> None:
    """Remove a run that no worker is busy with; an evaluation of it that is being made ends.

    Raises:
        NotAllowedError: the role of `by` deletes nothing.
        NotFoundError: no such run.
        ConflictError: a worker lives.
        ReadOnlyError: the folder cannot be written.
    """
    by.require("delete")
    if store.get(run_id).status.state not in ALIVE:
        evaluate.stop(store, run_id, by=by)
    store.delete(run_id)
