"""Directions that people keep with a run: a vector in a file, its name in `meta.json`.

directions/<id>.json   the vector, how it was made, and how far it can be trusted
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, ValidationError

from gan_core.config import SCHEMA_VERSION, Frozen
from gan_core.errors import BadInputError, DamagedError, GanCoreError
from gan_core.runs.files import disk_faults, read_json, write_json
from gan_core.runs.layout import RunPaths
from gan_core.runs.store import Meta, RunStore, RunView, clean_name
from gan_core.text import N_

MAX_DIRECTIONS = 24
_ID = re.compile(r"[0-9a-f]{8}")
_MAX_BYTES = 4_000_000


class Direction(Frozen):
    """A vector of the latent space.

    Attributes:
        vector: as long as a latent.
        step: the snapshot that it was made with; others may have moved on.
        separability: 0.5 (chance) to 1, from codes that had no part in it; `None` if untested.
        num_with, num_without: how many images it was made from.
        with_name, without_name: what these images show.
    """

    schema_version: int = SCHEMA_VERSION
    vector: tuple[float, ...] = Field(min_length=1, max_length=100_000)
    step: int = Field(ge=0)
    separability: float | None = Field(default=None, ge=0.0, le=1.0)
    num_with: int = Field(ge=1)
    num_without: int = Field(ge=1)
    with_name: str = Field(default="", max_length=200)
    without_name: str = Field(default="", max_length=200)


@dataclass(frozen=True)
class Kept:
    """A direction of a run, with its name."""

    id: str
    name: str
    direction: Direction


def is_id(text: str) -> bool:
    """Whether a text can be a kept direction's id."""
    return _ID.fullmatch(text) is not None


def kept(view: RunView) -> list[Kept]:
    """The directions of a run in the order in which they were kept.

    Those that cannot be read, or do not suit its latents, are left out.
    """
    size = view.sound_config().settings.latent_size
    found = []
    for id_, name in view.meta.directions.items():
        direction = _read(view.paths, id_)
        if direction is not None and len(direction.vector) == size:
            found.append(Kept(id_, name, direction))
    return found[:MAX_DIRECTIONS]


def keep(store: RunStore, run_id: str, name: str, direction: Direction) -> str:
    """Keep a direction with a run; return its id.

    Raises:
        NotFoundError: no such run.
        BadInputError: no name or too long a one, a vector that does not suit the run's latents,
            or as many directions as a run keeps.
        ReadOnlyError, DiskFullError: the run's folder cannot be written.
    """
    view = store.get(run_id)
    title = clean_name(name)
    if not title:
        raise BadInputError(N_("a direction needs a name."), field="name")
    size = view.sound_config().settings.latent_size
    if len(direction.vector) != size:
        raise BadInputError(
            N_("the direction has {given} numbers; this run's latents have {size}."),
            field="vector",
            given=len(direction.vector),
            size=size,
        )
    id_ = secrets.token_hex(4)
    with disk_faults(view.paths.directions):
        view.paths.directions.mkdir(exist_ok=True)
    write_json(_file(view.paths, id_), direction.model_dump(mode="json"))
    try:
        store.change_meta(run_id, lambda meta: _with(meta, id_, title))
    except GanCoreError:
        _file(view.paths, id_).unlink(missing_ok=True)
        raise
    return id_


def _with(meta: Meta, id_: str, title: str) -> Meta:
    if len(meta.directions) >= MAX_DIRECTIONS:
        raise BadInputError(
            N_("this run keeps {limit} directions already."),
            N_("Remove one of them first."),
            field="name",
            limit=MAX_DIRECTIONS,
        )
    return meta.model_copy(update={"directions": {**meta.directions, id_: title}})


def remove(store: RunStore, run_id: str, id_: str) -> None:
    """Remove a direction; one that is not there is none to remove.

    Raises:
        NotFoundError: no such run.
        ReadOnlyError: the run's folder cannot be written.
    """
    store.change_meta(run_id, lambda meta: _without(meta, id_))
    if is_id(id_):
        paths = store.paths(run_id)
        with disk_faults(paths.directions):
            _file(paths, id_).unlink(missing_ok=True)


def _without(meta: Meta, id_: str) -> Meta:
    kept = {other: name for other, name in meta.directions.items() if other != id_}
    return meta.model_copy(update={"directions": kept})


def _file(paths: RunPaths, id_: str) -> Path:
    return paths.directions / f"{id_}.json"


def _read(paths: RunPaths, id_: str) -> Direction | None:
    if not is_id(id_):
        return None
    try:
        return Direction.model_validate(read_json(_file(paths, id_), max_bytes=_MAX_BYTES))
    except (FileNotFoundError, DamagedError, ValidationError):
        return None
