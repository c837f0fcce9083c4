"""`launch.json`: what a run needs to know of this machine, and who had it queued.

It stays here when the run travels: `config.json` holds no paths and no people.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from gan_core.access.people import OWNER
from gan_core.config import SCHEMA_VERSION
from gan_core.errors import DamagedError
from gan_core.runs.files import read_json, write_json
from gan_core.runs.kept import KeptValues
from gan_core.runs.layout import RunPaths
from gan_core.text import N_

LAUNCH_NAME = "launch.json"
_MAX_BYTES = 100_000
_MAX_KEPT = 2000


@dataclass(frozen=True)
class Launch:
    """What was noted.

    Attributes:
        data_dir: where data sets lie.
        person: the id of whoever had the run queued; the owner's where nobody was noted.
    """

    data_dir: Path
    person: str


def write_launch(paths: RunPaths, data_dir: Path, person: str = OWNER.id) -> None:
    """Note where data sets lie, and the id of whoever has the run queued."""
    write_json(
        paths.root / LAUNCH_NAME,
        {
            "schema_version": SCHEMA_VERSION,
            "data_dir": str(data_dir.resolve()),
            "person": person,
        },
    )


def read_launch(paths: RunPaths) -> Launch:
    """What `write_launch` noted.

    Raises:
        FileNotFoundError: nothing was noted (yet).
        DamagedError: the file does not say it.
    """
    return _kept_launches().get(paths.root / LAUNCH_NAME, _read)


def person_of(paths: RunPaths) -> str:
    """The id of whoever had a run queued; the owner's where that cannot be read."""
    try:
        return read_launch(paths).person
    except (FileNotFoundError, DamagedError):
        return OWNER.id


@functools.cache
def _kept_launches() -> KeptValues[Launch]:
    return KeptValues(_MAX_KEPT)


def _read(path: Path) -> Launch:
    value = read_json(path, max_bytes=_MAX_BYTES)
    noted = value if isinstance(value, dict) else {}
    folder, person = noted.get("data_dir"), noted.get("person", OWNER.id)
    if not isinstance(folder, str) or "\0" in folder or not isinstance(person, str):
        raise DamagedError(N_("launch.json is damaged."), N_("Resume the run to write it anew."))
    return Launch(Path(folder), person)
