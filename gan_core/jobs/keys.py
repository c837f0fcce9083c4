"""The private file of a runs folder: what signs, and the hash of the teacher's code."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from pathlib import Path

from pydantic import Field, ValidationError

from gan_core.access import codes
from gan_core.access.codes import KeptCode
from gan_core.access.door import Keys
from gan_core.config import SCHEMA_VERSION, Frozen
from gan_core.errors import DamagedError
from gan_core.runs.files import TEMPORARY_PREFIX, disk_faults, read_json
from gan_core.text import N_

NAME = ".access.json"
_MAX_BYTES = 10_000


class _Kept(Frozen):
    schema_version: int = SCHEMA_VERSION
    secret: str = Field(min_length=64, max_length=64, pattern="^[0-9a-f]*$")
    code: KeptCode | None = None


def read_keys(runs_dir: Path) -> Keys:
    """The folder's keys; made, without a code, where there are none.

    Raises:
        DamagedError: the file does not hold them.
        ReadOnlyError, DiskFullError: they cannot be made.
    """
    kept = _read(runs_dir)
    if kept is None:
        kept = _Kept(secret=secrets.token_hex(32))
        _write(runs_dir, kept)
        kept = _read(runs_dir) or kept
    return Keys(bytes.fromhex(kept.secret), kept.code)


def set_code(runs_dir: Path, code: str | None) -> None:
    """Let people enter by this code from now on, and by no earlier one; by none, if `None`.

    The code that holds already is left as it is, and who entered by it stays in.

    Raises:
        BadInputError: the code is too short or too long.
        ReadOnlyError, DiskFullError: the folder cannot be written.
    """
    try:
        kept = _read(runs_dir)
    except DamagedError:
        kept = None
    secret = kept.secret if kept else secrets.token_hex(32)
    if code is None:
        _write(runs_dir, _Kept(secret=secret))
    elif not (kept and kept.code and codes.is_right(code, kept.code)):
        _write(runs_dir, _Kept(secret=secret, code=codes.keep(code)))


def _read(runs_dir: Path) -> _Kept | None:
    try:
        return _Kept.model_validate(read_json(runs_dir / NAME, max_bytes=_MAX_BYTES))
    except FileNotFoundError:
        return None
    except (ValidationError, DamagedError) as error:
        raise DamagedError(
            N_("{name} in the runs folder is damaged."),
            N_("Start the program anew; who had entered has to enter again."),
            name=NAME,
        ) from error


def _write(runs_dir: Path, kept: _Kept) -> None:
    """Replace the file in one motion; only its owner may ever read it."""
    with disk_faults(runs_dir):
        runs_dir.mkdir(parents=True, exist_ok=True)
        # Made with the mode 0600, and never given another one.
        descriptor, name = tempfile.mkstemp(prefix=TEMPORARY_PREFIX, dir=runs_dir)
        try:
            with os.fdopen(descriptor, "w") as file:
                json.dump(kept.model_dump(mode="json"), file)
            Path(name).replace(runs_dir / NAME)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
