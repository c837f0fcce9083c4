"""What a visitor of the page brings: a run zip or somebody's generator."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path, PurePosixPath
from typing import IO

from gan_core.errors import BadInputError
from gan_core.jobs.import_model import import_model, is_model
from gan_core.runs import archive
from gan_core.runs.files import disk_faults
from gan_core.runs.scratch import making
from gan_core.runs.store import RunStore, RunView
from gan_core.text import N_

SUFFIXES = (".zip", ".keras", ".h5", ".hdf5", ".onnx")
MAX_BYTES = 2 * 1024**3
_CHUNK_BYTES = 1024 * 1024


def import_upload(store: RunStore, name: str, file: IO[bytes]) -> RunView:
    """Make a run of a file that came through the browser.

    Args:
        store: the runs folder.
        name: what the browser calls the file.
        file: the open file.

    Raises:
        BadInputError: it is too large, or nothing that can be taken in.
        ReadOnlyError, DiskFullError: the runs folder cannot be written.
    """
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
    if not is_model(last):
        return archive.unpack(store, file)
    with disk_faults(store.root):
        store.root.mkdir(parents=True, exist_ok=True)
        with (
            making(store.root),
            tempfile.TemporaryDirectory(prefix=".tmp-upload-", dir=store.root) as folder,
        ):
            put_down = Path(folder, f"model{suffix}")
            with put_down.open("xb") as out:
                shutil.copyfileobj(file, out, _CHUNK_BYTES)
            return import_model(store, put_down, name=PurePosixPath(last).stem)
