"""`status.json`: the state of a run as its writer last knew it, and the state derived from it."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from string import Formatter
from typing import Any, Literal, Self

from pydantic import Field, ModelWrapValidatorHandler, ValidationError, model_validator

from gan_core.config import MOST_STEPS, SCHEMA_VERSION, Frozen
from gan_core.errors import DamagedError, DiskFullError
from gan_core.runs import lock
from gan_core.runs.files import json_bytes, overwrite, read_json, write_json
from gan_core.runs.kept import KeptValues
from gan_core.runs.layout import RunPaths
from gan_core.text import N_

State = Literal[
    "queued", "starting", "running", "paused", "completed", "stopped", "failed", "interrupted"
]
ALIVE: frozenset[State] = frozenset({"starting", "running"})
BUSY: frozenset[State] = ALIVE | {"queued"}
RESUMABLE: frozenset[State] = frozenset({"paused", "stopped", "failed", "interrupted"})
_MAX_KEPT = 2000


class Said(Frozen):
    """A sentence as template and values, so that a page can show it in the viewer's language."""

    template: str = ""
    values: dict[str, str | int | float] = Field(default_factory=dict)

    @model_validator(mode="wrap")
    @classmethod
    def _can_be_said(cls, value: Any, validated: ModelWrapValidatorHandler[Self]) -> Self:
        """What cannot be filled in is text, letter for letter: it comes from a damaged file.

        Places are plain names that have a value. A layout could ask for a gigabyte of padding,
        an attribute for what an object is made of.
        """
        said = validated(value)
        if _can_be_filled(said.template, set(said.values)):
            return said
        text = said.template.replace("{", "{{").replace("}", "}}")
        return said.model_copy(update={"template": text, "values": {}})

    def __str__(self) -> str:
        """The English sentence."""
        return self.template.format(**self.values)


def _can_be_filled(template: str, names: set[str]) -> bool:
    try:
        places = list(Formatter().parse(template))
    except ValueError:
        return False
    return all(
        name is None or (name in names and not layout and not conversion)
        for _text, name, layout, conversion in places
    )


class Status(Frozen):
    """What `status.json` holds."""

    schema_version: int = SCHEMA_VERSION
    state: State
    step: int = Field(default=0, ge=0, le=MOST_STEPS)
    total_steps: int = Field(ge=0, le=MOST_STEPS)
    message: str = ""
    updated: str
    said: Said = Said()


def utc_now() -> datetime:
    """The present moment; the default clock of everything that stamps a file."""
    return datetime.now(UTC)


def write_status(
    paths: RunPaths,
    state: State,
    step: int,
    total_steps: int,
    said: Said,
    *,
    now: datetime | None = None,
    in_place: bool = False,
    durable: bool = True,
) -> Status:
    """Replace `status.json`; return what was written.

    Args:
        paths: of the run.
        state, step, total_steps, said: what is to be known.
        now: the moment that it is stamped with.
        in_place: write over the old file where there is no space for a new one.
        durable: also survive a power cut (costs a disk flush).

    Raises:
        DiskFullError, ReadOnlyError: it cannot be written.
    """
    status = Status(
        state=state,
        step=step,
        total_steps=total_steps,
        message=str(said),
        said=said,
        updated=(now or utc_now()).isoformat(timespec="milliseconds"),
    )
    _put(paths, status, in_place=in_place, durable=durable)
    return status


def say_in_place(paths: RunPaths, status: Status, said: Said) -> None:
    """Have a status say something else, on a full disk too; since when it holds stays as it is.

    Raises:
        DiskFullError, ReadOnlyError: it cannot be written.
    """
    saying = status.model_copy(update={"said": said, "message": str(said)})
    _put(paths, saying, in_place=True, durable=True)


def _put(paths: RunPaths, status: Status, *, in_place: bool, durable: bool) -> None:
    value = status.model_dump(mode="json")
    try:
        write_json(paths.status, value, durable=durable)
    except DiskFullError:
        if not in_place or not paths.status.is_file():
            raise
        overwrite(paths.status, json_bytes(value))


@functools.cache
def _kept_statuses() -> KeptValues[Status]:
    return KeptValues(_MAX_KEPT)


def read_written_status(paths: RunPaths) -> Status:
    """`status.json` as it stands, which may lag behind the truth.

    Raises:
        DamagedError: missing or not a status.
    """
    try:
        return _kept_statuses().get(paths.status, lambda p: Status.model_validate(read_json(p)))
    except FileNotFoundError as error:
        raise DamagedError(N_("status.json is missing.")) from error
    except (ValidationError, KeyError, IndexError) as error:
        raise DamagedError(N_("status.json is damaged.")) from error


def read_status(paths: RunPaths) -> Status:
    """The state that is true now: `interrupted` where a worker should live and none does.

    Raises:
        DamagedError: missing or not a status.
    """
    status = read_written_status(paths)
    if status.state not in ALIVE or lock.is_held(paths.lock):
        return status
    # The worker may have ended properly between the two looks, so look once more.
    status = read_written_status(paths)
    if status.state not in ALIVE:
        return status
    said = Said(
        template=N_(
            "The worker ended without a word (killed, out of memory, or the machine went off). "
            "Resume continues from the newest good checkpoint."
        )
    )
    return status.model_copy(update={"state": "interrupted", "said": said, "message": str(said)})
