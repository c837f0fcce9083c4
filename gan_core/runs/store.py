"""All the runs of a folder: list, find, create, rename, delete."""

from __future__ import annotations

import functools
import os
import re
import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import Field, ValidationError

from gan_core.config import SCHEMA_VERSION, Frozen, RunConfig
from gan_core.errors import BadInputError, ConflictError, DamagedError, NotFoundError
from gan_core.runs.draft import draft
from gan_core.runs.files import TEMPORARY_PREFIX, disk_faults, read_json, write_json
from gan_core.runs.kept import KeptValues
from gan_core.runs.layout import RunPaths, paths_of, step_folders
from gan_core.runs.lock import LEAVING_SECS, PATIENCE_SECS, FileLock
from gan_core.runs.scratch import making, sweep
from gan_core.runs.status import ALIVE, Said, Status, read_status, utc_now, write_status
from gan_core.text import N_

_RUN_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
MAX_NAME_LENGTH = 120
_MAX_KEPT = 2000
_META_SECS = 5.0
_TRASH_PREFIX = f"{TEMPORARY_PREFIX}trash-"


class Meta(Frozen):
    """What people add to a run; never needed to train or show it."""

    schema_version: int = SCHEMA_VERSION
    name: str = ""
    notes: str = ""
    pins: tuple[int, ...] = ()
    group: str = ""
    directions: dict[str, str] = Field(default_factory=dict)
    names: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True)
class RunView:
    """A run as it was when one looked; `damage` says why a part of it could not be read."""

    id: str
    paths: RunPaths
    config: RunConfig | None
    status: Status
    meta: Meta
    damage: str = ""

    @property
    def title(self) -> str:
        """The name that people gave it, or its recipe and data."""
        if self.meta.name:
            return self.meta.name
        if self.config is None:
            return self.id
        dataset = self.config.dataset
        return f"{self.config.recipe} · {dataset.title or dataset.name}"

    def sound_config(self) -> RunConfig:
        """The configuration.

        Raises:
            DamagedError: it could not be read.
        """
        if self.config is None:
            raise DamagedError(
                N_("Run {run} is damaged: {damage}"),
                N_("The other runs are unaffected."),
                run=self.id,
                damage=self.damage,
            )
        return self.config


def clean_name(name: str) -> str:
    """A display name without control characters and surrounding space.

    Raises:
        BadInputError: longer than 120 characters.
    """
    clean = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    if len(clean) > MAX_NAME_LENGTH:
        raise BadInputError(
            N_("the name has {given} characters; allowed are up to {limit}."),
            field="name",
            given=len(clean),
            limit=MAX_NAME_LENGTH,
        )
    return clean


def new_run_id(now: datetime) -> str:
    """A sortable time and six random hexadecimal digits."""
    return f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


class RunStore:
    """The runs folder. Holds no state but its path, so any number of readers agree."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def ids(self) -> list[str]:
        """The ids of all runs, newest first."""
        if not self.root.is_dir():
            return []
        with os.scandir(self.root) as entries:
            names = [one.name for one in entries if _RUN_ID.fullmatch(one.name) and one.is_dir()]
        return sorted(names, reverse=True)

    def list(self) -> list[RunView]:
        """All runs, newest first, damaged ones included and marked."""
        return [view(paths_of(self.root, run_id)) for run_id in self.ids()]

    def paths(self, run_id: str) -> RunPaths:
        """Where a run lies.

        Raises:
            NotFoundError: no such run, or a text that cannot be a run id.
        """
        if not _RUN_ID.fullmatch(run_id) or not (self.root / run_id).is_dir():
            raise NotFoundError(
                N_("there is no run {given} in {folder}."),
                N_("The list of runs shows those that there are."),
                field="run",
                given=repr(run_id),
                folder=self.root,
            )
        return RunPaths(self.root / run_id)

    def get(self, run_id: str) -> RunView:
        """One run as it is now.

        Raises:
            NotFoundError: no such run.
        """
        return view(self.paths(run_id))

    def create(
        self,
        config: RunConfig,
        name: str = "",
        *,
        group: str = "",
        now: datetime | None = None,
        fill: Callable[[RunPaths], None] = lambda paths: None,  # noqa: ARG005
    ) -> RunView:
        """Write a new run directory, state `queued`; nobody ever sees half of it.

        Args:
            config: what the run is.
            name: what people call it.
            group: what it has in common with runs that differ in their seed alone.
            now: the moment that its id names.
            fill: puts further files into the directory before it can be seen.

        Raises:
            BadInputError: the name is too long.
            ReadOnlyError, DiskFullError: the folder cannot be written.
        """
        meta = Meta(name=clean_name(name), group=group)
        run_id = new_run_id(now or utc_now())
        with draft(self.root, run_id) as paths:
            write_json(paths.config, config.to_json(), durable=True)
            write_json(paths.meta, meta.model_dump(mode="json"))
            said = Said(template=N_("waiting to start"))
            write_status(paths, "queued", 0, config.total_steps, said)
            fill(paths)
        return self.get(run_id)

    def change_meta(self, run_id: str, change: Callable[[Meta], Meta]) -> Meta:
        """Change what people added to a run; return what it is now.

        Args:
            run_id: the run.
            change: is given what is there; nobody else changes it meanwhile.

        Raises:
            NotFoundError: no such run.
            ConflictError: others have been changing it for seconds.
            ReadOnlyError, DiskFullError: the run's folder cannot be written.
        """
        paths = self.paths(run_id)
        with disk_faults(paths.root):
            lock = FileLock.acquire_folder(paths.root, patience_secs=_META_SECS, shared=False)
        if lock is None:
            raise ConflictError(
                N_("run {run} is being changed by somebody else."),
                N_("Try again in a moment."),
                field="run",
                run=run_id,
            )
        with lock:
            meta = change(read_meta(paths))
            write_json(paths.meta, meta.model_dump(mode="json"))
        return meta

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another display name.

        Raises:
            BadInputError: the name is too long; and as for `change_meta`.
        """
        title = clean_name(name)
        self.change_meta(run_id, lambda meta: meta.model_copy(update={"name": title}))

    def delete(self, run_id: str) -> None:
        """Remove a run that no worker is busy with.

        Raises:
            ConflictError: a worker lives.
        """
        paths = self.paths(run_id)
        with disk_faults(paths.root):
            alive = self.get(run_id).status.state in ALIVE
            patience_secs = PATIENCE_SECS if alive else LEAVING_SECS
            lock = FileLock.acquire(paths.lock, patience_secs=patience_secs)
            if lock is None:
                raise ConflictError(
                    N_("run {run} is running and cannot be deleted."),
                    N_("Stop it first."),
                    field="run",
                    run=run_id,
                )
            with making(self.root):
                trash = self.root / f"{_TRASH_PREFIX}{run_id}-{secrets.token_hex(4)}"
                with lock:
                    paths.root.replace(trash)
                shutil.rmtree(trash)

    def sweep(self) -> None:
        """Remove what killed processes left: half-made runs, half-done deletions, uploads."""
        sweep(self.root)


_TORN = N_("{reason} Resume writes it anew and continues from the newest good checkpoint.")


@functools.cache
def _kept_configs() -> KeptValues[RunConfig]:
    return KeptValues(_MAX_KEPT)


@functools.cache
def _kept_metas() -> KeptValues[Meta]:
    return KeptValues(_MAX_KEPT)


def view(paths: RunPaths) -> RunView:
    """Look at a run directory, whatever its condition."""
    damage: list[str] = []
    config: RunConfig | None = None
    try:
        config = _kept_configs().get(paths.config, _read_config)
    except FileNotFoundError:
        damage.append("config.json is missing.")
    except DamagedError as error:
        damage.append(error.message)
    try:
        status = read_status(paths)
    except DamagedError as error:
        damage.append(error.message)
        total = config.total_steps if config else 0
        said = Said(template=_said_of_torn(paths), values={"reason": error.message})
        status = Status(
            state="failed", total_steps=total, updated="", message=str(said), said=said
        )
    if status.state != "queued" or status.step:  # who only waits has no log yet
        damage += _damage_of_log(paths)
    return RunView(paths.root.name, paths, config, status, read_meta(paths), " ".join(damage))


def _said_of_torn(paths: RunPaths) -> str:
    """What is said of a run whose status cannot be read: whether anything is left to go on from."""
    with suppress(DamagedError):
        if step_folders(paths.checkpoints):
            return _TORN
    return "{reason}"


def _damage_of_log(paths: RunPaths) -> list[str]:
    """Why a log that is there cannot be read; damaged lines of one that can are no damage."""
    try:
        paths.metrics.open("rb", buffering=0).close()
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        return [f"{paths.metrics.name} cannot be read: {error}."]
    return []


def _read_config(path: Path) -> RunConfig:
    return RunConfig.from_json(read_json(path))


def read_meta(paths: RunPaths) -> Meta:
    """What people added; an unreadable file counts as nothing added."""
    try:
        return _kept_metas().get(paths.meta, lambda path: Meta.model_validate(read_json(path)))
    except (FileNotFoundError, DamagedError, ValidationError):
        return Meta()
