"""What a visitor of the page sends: put down as one file, prepared, and removed again."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from gan_core.data.own.limits import UPLOAD
from gan_core.data.own.prepare import Options
from gan_core.data.prepared import PreparedSet
from gan_core.errors import BadInputError
from gan_core.jobs import own_sets
from gan_core.runs.files import disk_faults
from gan_core.runs.scratch import making
from gan_core.text import N_

WHOLE_SUFFIXES = (".zip", ".npz", ".npy", ".gz")
"""What is a collection by itself and comes alone."""

_CHUNK_BYTES = 1024 * 1024
_MAX_NAME = 80


def prepare_upload(
    runs_dir: Path,
    files: Sequence[tuple[str, IO[bytes]]],
    options: Options,
    *,
    progress: own_sets.Progress | None = None,
) -> PreparedSet:
    """Make a prepared set of one zip or array file, or of many pictures.

    Args:
        runs_dir: the runs folder; the upload lies there, beside the sets, while it is read.
        files: names as the browser gave them, and the open files.
        options: how they are prepared.
        progress: see `own_sets.prepare`.

    Raises:
        BadInputError: nothing was sent, or more than is allowed; and as for `own_sets.prepare`.
    """
    _check(files)
    with _scratch(runs_dir) as folder:
        source = _put_down(files, folder)
        return own_sets.prepare(runs_dir, source, options, limits="upload", progress=progress)


def _check(files: Sequence[tuple[str, IO[bytes]]]) -> None:
    if not files:
        raise BadInputError(N_("no file was given."), field="dataset")
    total = sum(file.seek(0, 2) for _name, file in files)
    if total > UPLOAD.source_bytes or len(files) > UPLOAD.entries:
        raise BadInputError(
            N_("got {num} files of {given} MB; allowed are up to {most} of {limit} MB."),
            N_("Prepare larger ones on the command line, which reads a folder where it lies."),
            field="dataset",
            num=len(files),
            given=total // 10**6,
            most=UPLOAD.entries,
            limit=UPLOAD.source_bytes // 10**6,
        )


@contextmanager
def _scratch(runs_dir: Path) -> Iterator[Path]:
    """A folder on the disk of the runs: a temporary folder may be small, or memory."""
    parent = own_sets.folder_of(runs_dir)
    with disk_faults(parent):
        parent.mkdir(parents=True, exist_ok=True)
        with (
            making(parent),
            tempfile.TemporaryDirectory(prefix=".tmp-upload-", dir=parent) as folder,
        ):
            yield Path(folder)


def _put_down(files: Sequence[tuple[str, IO[bytes]]], folder: Path) -> Path:
    name, first = files[0]
    if len(files) == 1 and name.lower().endswith(WHOLE_SUFFIXES):
        target = folder / _safe_name(name)
        with target.open("xb") as out:
            first.seek(0)
            shutil.copyfileobj(first, out, _CHUNK_BYTES)
        return target
    target = folder / "pictures.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for given, file in files:
            file.seek(0)
            with archive.open(zipfile.ZipInfo(given.replace("\0", "")), "w") as out:
                shutil.copyfileobj(file, out, _CHUNK_BYTES)
    return target


def _safe_name(name: str) -> str:
    """The last part of a name, fit to be a file's; it becomes the set's title."""
    last = PurePosixPath(name.replace("\\", "/")).name
    clean = "".join(c for c in last if c.isprintable() and c not in '/:*?"<>|').lstrip(". ")
    suffix = "".join(PurePosixPath(clean).suffixes[-1:])
    stem = clean.removesuffix(suffix)[:_MAX_NAME]
    while len(stem.encode()) > 2 * _MAX_NAME:
        stem = stem[:-1]
    return (stem or "pictures") + suffix
