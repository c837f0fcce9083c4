"""Files that are whole or absent: atomic replacement, checksums, disk faults in words."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gan_core.errors import DamagedError, DiskFullError, ReadOnlyError
from gan_core.text import N_

TEMPORARY_PREFIX = ".tmp-"
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
_HDF5_NO_SPACE = f"errno = {errno.ENOSPC}"  # HDF5 wraps the system's error in words of its own
_NO_WRITING = {errno.EROFS, errno.EACCES, errno.EPERM}


@contextmanager
def disk_faults(path: Path) -> Iterator[None]:
    """Turn the operating system's refusals to write into words.

    Raises:
        DiskFullError: no space, or the quota is used up.
        ReadOnlyError: the folder cannot be written to.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _NO_SPACE or _HDF5_NO_SPACE in str(error):
            raise DiskFullError(
                N_("disk full: no space left to write {path}."),
                N_("Make space, then resume the run; its last checkpoint is good."),
                path=path,
            ) from error
        if error.errno in _NO_WRITING:
            raise ReadOnlyError(
                N_("{path} cannot be written to."),
                N_("Give this user the right to write there, or choose another folder."),
                path=path,
            ) from error
        raise


def sync_folder(folder: Path) -> None:
    """Make a rename inside `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_bytes(path: Path, content: bytes, *, durable: bool = False) -> None:
    """Replace `path` by `content` in one motion: readers see the old or the new, never a part.

    Args:
        path: the file to replace.
        content: its new content.
        durable: also survive a power cut (costs a disk flush).
    """
    with disk_faults(path):
        descriptor, name = tempfile.mkstemp(prefix=TEMPORARY_PREFIX, dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                if durable:
                    file.flush()
                    os.fsync(file.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def overwrite(path: Path, content: bytes) -> None:
    """Write over a file in place, in the space that it has: the last resort on a full disk.

    Within a block of the file system this needs no space. A reader may see a torn file, and a
    power cut in the midst of it leaves one; afterwards it survives one.

    Raises:
        DiskFullError: it needs space all the same.
    """
    with disk_faults(path), path.open("r+b", buffering=0) as file:
        if file.write(content) < len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        file.truncate()
        os.fsync(file.fileno())


def write_json(path: Path, value: Any, *, durable: bool = False) -> None:
    """Replace `path` by `value` as JSON; non-finite numbers are refused."""
    write_bytes(path, json_bytes(value), durable=durable)


def json_bytes(value: Any) -> bytes:
    """A value as `write_json` writes it."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1).encode()


def read_json(path: Path, *, max_bytes: int = 16_000_000) -> Any:
    """Read a JSON file.

    Raises:
        FileNotFoundError: it is not there.
        DamagedError: it is there, and is not JSON or is larger than `max_bytes`.
    """
    try:
        size = path.stat().st_size
        if size > max_bytes:
            raise DamagedError(
                N_("{name} is {size} bytes long; at most {limit} are read."),
                name=path.name,
                size=size,
                limit=max_bytes,
            )
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        raise
    except (OSError, ValueError, RecursionError) as error:
        raise DamagedError(
            N_("{name} cannot be read: {reason}."), name=path.name, reason=str(error)
        ) from error


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def remove_temporaries(folder: Path) -> int:
    """Remove what an interrupted write left in `folder`; return how many."""
    if not folder.is_dir():
        return 0
    left = [entry for entry in folder.iterdir() if entry.name.startswith(TEMPORARY_PREFIX)]
    for entry in left:
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)
    return len(left)
