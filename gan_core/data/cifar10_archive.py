"""Taking the named files out of a tar archive, and nothing else.

Nothing that the archive says decides where anything is written: a member is only compared with
the names that are wanted.
"""

from __future__ import annotations

import gzip
import shutil
import tarfile
import uuid
import zlib
from collections.abc import Collection
from pathlib import Path

from gan_core.data.storage import storage_error
from gan_core.errors import DamagedError
from gan_core.text import N_

_MAX_MEMBERS = 64
_CHUNK_BYTES = 1024 * 1024


def unpack(archive: Path, folder: Path, wanted: Collection[str], num_bytes: int) -> None:
    """Write the wanted files of `archive` into `folder`, each complete or not at all.

    Args:
        archive: a gzip-packed tar file whose members lie in a folder named as `folder` is.
        folder: made where missing; the wanted files are not there yet.
        wanted: names of files in that folder.
        num_bytes: the size that each of them has.

    Raises:
        DamagedError: no such archive, or a wanted file is missing in it or of another size.
        ReadOnlyError, DiskFullError: the files could not be written.
    """
    missing = set(wanted)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive, "r:gz") as members:
            for count, member in enumerate(members, 1):
                if count > _MAX_MEMBERS:
                    break
                parent, _, name = member.name.removeprefix("./").rpartition("/")
                if parent != folder.name or name not in missing:
                    continue
                _check_member(archive, member, num_bytes)
                _write(members, member, folder / name)
                missing.discard(name)
                if not missing:
                    return
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DamagedError(
            N_("{file} cannot be unpacked: {reason}."), file=archive, reason=error
        ) from error
    except OSError as error:
        raise storage_error(error, folder) from error
    raise DamagedError(
        N_("{file} cannot be unpacked: {missing} is not in it."),
        file=archive,
        missing=", ".join(sorted(missing)),
    )


def _check_member(archive: Path, member: tarfile.TarInfo, num_bytes: int) -> None:
    if not member.isreg() or member.size != num_bytes:
        raise DamagedError(
            N_("{file} cannot be unpacked: {member} is no file of {expected} bytes."),
            file=archive,
            member=member.name,
            expected=num_bytes,
        )


def _write(members: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    source = members.extractfile(member)
    if source is None:  # cannot be: `_check_member` saw a regular file
        raise tarfile.ReadError(member.name)
    try:
        with source, partial.open("xb") as target:
            shutil.copyfileobj(source, target, _CHUNK_BYTES)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
