"""What somebody brings, by the page or from disk: a run zip or somebody's generator."""

from __future__ import annotations

import shutil
import tempfile
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from gan_core.access.people import Person
from gan_core.errors import BadInputError
from gan_core.jobs import brought, slots
from gan_core.jobs.import_model import import_model, is_model
from gan_core.jobs.import_run import import_run
from gan_core.runs.files import disk_faults
from gan_core.runs.patience import Patience
from gan_core.runs.scratch import making
from gan_core.runs.store import RunStore, RunView
from gan_core.text import N_

SUFFIXES = (".zip", ".keras", ".h5", ".hdf5", ".onnx")
MAX_BYTES = 2 * 1024**3
_CHUNK_BYTES = 1024 * 1024
_PATIENCE_SECS = 20.0
_PROCESSOR_SECS = 8.0
"""Of the page's process, which others look at meanwhile; large zips get more."""
_WALL_SECS = 1800.0


def import_file(store: RunStore, file: Path, *, by: Person) -> RunView:
    """Make a run of a file on this machine.

    Raises:
        NotAllowedError: the role of `by` does not bring files.
        QuotaError: it is more than they may bring.
        BadInputError: it is nothing that can be taken in.
        ReadOnlyError, DiskFullError: the runs folder cannot be written.
    """
    by.require("upload")
    if is_model(file.name):
        return import_model(store, file, by=by)
    size = file.stat().st_size if file.is_file() else 0  # `unpack` says what it is instead
    return _unpack(store, file, size, by, Patience(wall_secs=_WALL_SECS))


def import_upload(store: RunStore, name: str, file: IO[bytes], *, by: Person) -> RunView:
    """Make a run of a file that came through the browser.

    Args:
        store: the runs folder.
        name: what the browser calls the file.
        file: the open file.
        by: who brings it.

    Raises:
        NotAllowedError: their role does not bring files.
        QuotaError: it is more than they may bring.
        BadInputError: it is too large, or nothing that can be taken in.
        ReadOnlyError, DiskFullError: the runs folder cannot be written.
    """
    by.require("upload")
    last = PurePosixPath(name.replace("\\", "/")).name
    suffix = PurePosixPath(last).suffix.lower()
    size = file.seek(0, 2)
    file.seek(0)
    if suffix not in SUFFIXES or size > MAX_BYTES:
        raise BadInputError(
            N_("got {given} of {size} MB; allowed are {allowed} files of up to {limit} MB."),
            field="file",
            given=repr(last[-60:]),
            size=size // 10**6,
            allowed=", ".join(SUFFIXES),
            limit=MAX_BYTES // 10**6,
        )
    with slots.slot(store.root, by, patience_secs=_PATIENCE_SECS), disk_faults(store.root):
        store.root.mkdir(parents=True, exist_ok=True)
        if not is_model(last):
            return _unpack(store, file, size, by, _of_page())
        brought.check(store.root, by, size)
        with (
            making(store.root),
            tempfile.TemporaryDirectory(prefix=".tmp-upload-", dir=store.root) as folder,
        ):
            put_down = Path(folder, f"model{suffix}")
            with put_down.open("xb") as out:
                shutil.copyfileobj(file, out, _CHUNK_BYTES)
            return import_model(store, put_down, name=PurePosixPath(last).stem, by=by)


def _of_page() -> Patience:
    return Patience(
        processor_secs=_PROCESSOR_SECS,
        wall_secs=_WALL_SECS,
        hint=N_("`python -m gan_core import FILE`, on the machine itself, may take half an hour."),
    )


def _unpack(
    store: RunStore, file: Path | IO[bytes], size: int, by: Person, patience: Patience
) -> RunView:
    """Make a run of a zip of so many bytes, and put it to somebody's account."""
    brought.check(store.root, by, size)
    made = import_run(store, file, patience)
    brought.keep(store.root, by, made.paths.root, partial(store.delete, made.id))
    return made
