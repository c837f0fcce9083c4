"""Requests to a worker: one small file each, removed by the worker as its acknowledgement."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from typing import Literal, get_args

from gan_core.config import SCHEMA_VERSION
from gan_core.errors import DamagedError
from gan_core.runs.files import disk_faults, read_json, write_json
from gan_core.runs.layout import RunPaths

Action = Literal["pause", "stop"]


def send(paths: RunPaths, action: Action) -> Path:
    """Leave a request; the file disappears when the worker has taken it.

    Raises:
        ReadOnlyError, DiskFullError: it cannot be left.
    """
    with disk_faults(paths.control):
        paths.control.mkdir(exist_ok=True)
    path = paths.control / f"{time.time_ns():020d}-{secrets.token_hex(4)}.json"
    write_json(path, {"schema_version": SCHEMA_VERSION, "action": action})
    return path


def take(paths: RunPaths) -> list[Action]:
    """Read and remove all waiting requests, oldest first; what is not a request is removed too."""
    taken: list[Action] = []
    if not paths.control.is_dir():
        return taken
    for path in sorted(paths.control.glob("*.json")):
        try:
            value = read_json(path, max_bytes=10_000)
        except FileNotFoundError:
            continue  # withdrawn by its sender
        except DamagedError:
            value = None
        path.unlink(missing_ok=True)
        action = value.get("action") if isinstance(value, dict) else None
        taken += [known for known in get_args(Action) if known == action]
    return taken
