"""Searches for the latent of a picture: what a search leaves in the runs folder.

    .inversions/<id>/   request.json, target.safetensors: what is searched for
                        progress.json: how far it is, and the best latent so far
                        stop: somebody wants it to end
                        lock, process: held while it runs, and by which process
                        log: what that printed
    .inversions/clock.json
                        how the clock stood when ages were last looked at

They are nothing to keep: swept away when old, and no run depends on them.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import time
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from gan_core.config import SCHEMA_VERSION, Frozen
from gan_core.errors import DamagedError, NotFoundError
from gan_core.runs import checkpoints
from gan_core.runs.files import disk_faults, read_json, write_json
from gan_core.text import N_

REQUEST, TARGET, PROGRESS = "request.json", "target.safetensors", "progress.json"
STOP, LOCK, LOG, PROCESS = "stop", "lock", "log", "process"
CLOCK = "clock.json"

_FOLDER = ".inversions"
_ID = re.compile(r"[0-9a-f]{32}")
_MAX_BYTES = 2_000_000
_TOLERANCE_SECS = 60.0  # a clock that is kept right goes a little faster or slower at times


class Wanted(Frozen):
    """What is searched for: the latent of a picture in one snapshot of a run, and for whom.

    `person` is an id, empty where nobody was noted.
    """

    schema_version: int = SCHEMA_VERSION
    run: str
    step: int = Field(ge=0)
    inverted: bool = False
    person: str = ""


class Clock(Frozen):
    """How the clock stood: `offset_secs` from one that nobody sets, which begins with the machine.

    That one stands still while the machine sleeps.
    """

    schema_version: int = SCHEMA_VERSION
    offset_secs: float


class Found(Frozen):
    """How far a search is.

    Attributes:
        done, total: steps of the search.
        error: root mean square difference of all pixel values, 0 to 1, of the best latent.
        z: the best latent so far.
        is_over: nothing better will come.
    """

    schema_version: int = SCHEMA_VERSION
    done: int = Field(ge=0)
    total: int = Field(ge=1)
    error: Annotated[float, Field(ge=0.0, le=1.0)] | None = None
    z: tuple[float, ...] | None = None
    is_over: bool = False

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return min(1.0, self.done / self.total)


def home(runs_dir: Path) -> Path:
    """Where the searches of a runs folder lie."""
    return runs_dir / _FOLDER


def new_id() -> str:
    """A name that nobody can guess: whoever has it may look at the picture and stop the search."""
    return secrets.token_hex(16)


def folder_of(runs_dir: Path, id_: str) -> Path:
    """The folder of a search.

    Raises:
        NotFoundError: there is none of that name.
    """
    folder = home(runs_dir) / id_
    if not _ID.fullmatch(id_) or not (folder / REQUEST).is_file():
        raise NotFoundError(N_("this search is not there any more."), field="job")
    return folder


def touch(folder: Path) -> None:
    """Note that somebody still looks at this search."""
    with contextlib.suppress(OSError):
        (folder / REQUEST).touch()


def looked_at(folder: Path) -> float:
    """When somebody last looked at a search, in seconds since 1970; 0 where it is gone."""
    try:
        return (folder / REQUEST).stat().st_mtime
    except OSError:
        return 0.0


def last_touched(folder: Path) -> float:
    """When somebody last looked at a search, or a half-made one was begun; 0 where it is gone."""
    try:
        return looked_at(folder) or folder.stat().st_mtime
    except OSError:
        return 0.0


def older_than(runs_dir: Path, secs: float) -> list[Path]:
    """The folders of searches at which nobody has looked for so long, half-made ones among them.

    Where the clock was set since this was last asked, or the machine slept or began anew, no date
    tells how long ago that was: none is, and all of them begin to age from now on.

    Raises:
        OSError: the clock cannot be noted.
    """
    now = time.time()
    offset_secs = now - time.monotonic()
    noted = _noted_clock(runs_dir)
    found = all_folders(runs_dir)
    if noted is None or abs(noted.offset_secs - offset_secs) > _TOLERANCE_SECS:
        _begin_to_age(found, now)
        # Last: whoever asks meanwhile finds that the clock was set, too.
        write_json(home(runs_dir) / CLOCK, Clock(offset_secs=offset_secs).model_dump(mode="json"))
    return [folder for folder in found if now - last_touched(folder) > secs]


def _noted_clock(runs_dir: Path) -> Clock | None:
    try:
        return Clock.model_validate(read_json(home(runs_dir) / CLOCK))
    except (FileNotFoundError, DamagedError, ValidationError):
        return None


def _begin_to_age(found: list[Path], now: float) -> None:
    for folder in found:
        for path in (folder / REQUEST, folder):
            with contextlib.suppress(OSError):  # half made, or swept away this very moment
                os.utime(path, (now, now))


def folders(runs_dir: Path) -> list[Path]:
    """The folders of all searches, in the order in which they were asked for."""
    found = []
    for entry in all_folders(runs_dir):
        try:
            found.append(((entry / TARGET).stat().st_mtime_ns, entry.name, entry))
        except OSError:  # being made, or swept away this very moment
            continue
    return [entry for *_, entry in sorted(found)]


def all_folders(runs_dir: Path) -> list[Path]:
    """The folders of all searches, those that are half made among them."""
    if not home(runs_dir).is_dir():
        return []
    return [entry for entry in home(runs_dir).iterdir() if _ID.fullmatch(entry.name)]


def write_request(folder: Path, wanted: Wanted, target: NDArray[np.uint8]) -> None:
    """Put down what is searched for: a picture uint8 `[H, W, C]`.

    Raises:
        DiskFullError, ReadOnlyError: it cannot be written; nothing is left behind.
    """
    with disk_faults(folder):
        folder.mkdir(parents=True)
        try:
            checkpoints.write_arrays(folder / TARGET, {"target": target})
            write_json(folder / REQUEST, wanted.model_dump(mode="json"))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


def person_of(folder: Path) -> str:
    """The id of whoever searches; empty where that was not noted or cannot be read."""
    try:
        return Wanted.model_validate(read_json(folder / REQUEST)).person
    except (FileNotFoundError, DamagedError, ValidationError):
        return ""


def read_request(folder: Path) -> tuple[Wanted, NDArray[np.uint8]]:
    """What `write_request` put down.

    Raises:
        NotFoundError: it was swept away.
        DamagedError: it cannot be read.
    """
    try:
        wanted = Wanted.model_validate(read_json(folder / REQUEST))
    except FileNotFoundError as error:
        raise NotFoundError(N_("this search is not there any more."), field="job") from error
    except ValidationError as error:
        raise DamagedError(N_("{file} is damaged."), file=REQUEST) from error
    target = checkpoints.read_arrays(folder / TARGET).get("target")
    if target is None or target.dtype != np.uint8 or target.ndim != 3:
        raise DamagedError(N_("{file} is damaged."), file=TARGET)
    return wanted, np.asarray(target, np.uint8)


def write_found(folder: Path, found: Found) -> None:
    """Note how far the search is."""
    write_json(folder / PROGRESS, found.model_dump(mode="json"))


def read_found(folder: Path) -> Found | None:
    """How far the search was when it last told; `None` where nothing is known."""
    try:
        return Found.model_validate(read_json(folder / PROGRESS, max_bytes=_MAX_BYTES))
    except (FileNotFoundError, DamagedError, ValidationError):
        return None
