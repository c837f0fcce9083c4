"""Files known by size and checksum: checked where they lie, fetched where they are missing.

A download goes to a temporary name, is checked, and only then takes its place, so a file under
its own name is always complete. A file that is already there is never replaced.
"""

from __future__ import annotations

import errno
import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from gan_core.data.values import Progress
from gan_core.errors import (
    BadInputError,
    DamagedError,
    DiskFullError,
    GanCoreError,
    OfflineError,
    ReadOnlyError,
)
from gan_core.text import N_

CONNECT_SECS = 5.0
SILENCE_SECS = 30.0
CHUNK_BYTES = 64 * 1024

_USE_DIGITS = N_("Train on `digits`, which needs no download.")


@dataclass(frozen=True, kw_only=True)
class RemoteFile:
    """One file of a data set: its name, its exact content, and its home.

    Attributes:
        folder: the data set's folder, inside the data folder and inside a mirror.
        name: the file's name there.
        num_bytes: its exact size.
        sha256: its checksum, in hex.
        home: the HTTPS address, ending in `/`, that it is fetched from without a mirror.
    """

    folder: str
    name: str
    num_bytes: int
    sha256: str
    home: str

    def path(self, data_dir: Path) -> Path:
        """Where the file lies in a data folder."""
        return data_dir / self.folder / self.name

    def url(self, mirror: str | None) -> str:
        """Where it is fetched from; a mirror is laid out like the data folder."""
        if mirror is None:
            return self.home + self.name
        return f"{mirror.rstrip('/')}/{self.folder}/{self.name}"

    def is_present(self, data_dir: Path) -> bool:
        """Whether a file of this name and size is there; the content is not looked at."""
        try:
            return self.path(data_dir).stat().st_size == self.num_bytes
        except OSError:
            return False


def read_verified(file: RemoteFile, data_dir: Path) -> bytes:
    """The file's bytes, after checking that they are the right ones.

    Raises:
        DamagedError: unreadable, or another size or checksum; the file is left as it is.
        FileNotFoundError: it is not there.
    """
    path = file.path(data_dir)
    try:
        num_bytes = path.stat().st_size
        content = path.read_bytes() if num_bytes == file.num_bytes else b""
    except FileNotFoundError:
        raise
    except OSError as error:
        raise DamagedError(
            N_("{file} cannot be read: {reason}."), file=path, reason=error.strerror
        ) from error
    if num_bytes != file.num_bytes:
        raise DamagedError(
            N_("{file} is not what it should be: it has {found} bytes instead of {expected}."),
            N_("Move it away or delete it, then try again to download it anew."),
            file=path,
            found=num_bytes,
            expected=file.num_bytes,
        )
    found = hashlib.sha256(content).hexdigest()
    if found != file.sha256:
        raise DamagedError(
            N_("{file} is not what it should be: its SHA-256 is {found}, not {expected}."),
            N_("Move it away or delete it, then try again to download it anew."),
            file=path,
            found=found,
            expected=file.sha256,
        )
    return content


def fetch_missing(
    files: Sequence[RemoteFile],
    data_dir: Path,
    *,
    mirror: str | None,
    progress: Progress | None,
) -> None:
    """Check the files that are there and download the others.

    `progress` counts over all the files to be fetched, so that one bar shows the whole.

    Raises:
        DamagedError: a file is there and is not the right one, or a wrong one was sent.
        OfflineError: a file is missing and could not be fetched.
        ReadOnlyError, DiskFullError: it could not be stored.
        BadInputError: the mirror is not an HTTP address.
    """
    missing = [file for file in files if _is_missing(file, data_dir)]
    if missing and mirror is not None:
        _check_mirror(mirror)
    total = sum(file.num_bytes for file in missing)
    done = 0
    for file in missing:
        meter = _Meter(file.name, done, total, progress)
        _fetch(file, data_dir, file.url(mirror), meter)
        done += file.num_bytes


def _is_missing(file: RemoteFile, data_dir: Path) -> bool:
    try:
        read_verified(file, data_dir)
    except FileNotFoundError:
        return True
    return False


@dataclass(frozen=True)
class _Meter:
    """Reports one file's bytes as part of a whole download."""

    label: str
    before: int
    total: int
    progress: Progress | None

    def show(self, num_bytes: int) -> None:
        if self.progress is not None:
            self.progress(self.label, self.before + num_bytes, self.total)


def _check_mirror(mirror: str) -> None:
    try:
        parts = urlsplit(mirror)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable:
        raise BadInputError(
            N_("`{given}` is no address that data can be fetched from."),
            N_("A mirror begins with https:// or http://, then a host."),
            field="mirror",
            given=mirror,
        )


def _fetch(file: RemoteFile, data_dir: Path, url: str, meter: _Meter) -> None:
    path = file.path(data_dir)
    # In the same folder, so that the rename is atomic; a name that no other process picks.
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("xb") as stream:
            _receive(file, url, stream, meter)
        _check_received(file, url, partial)
        partial.replace(path)
    except OSError as error:
        raise _storage_error(error, path.parent) from error
    finally:
        _discard(partial)


def _receive(file: RemoteFile, url: str, stream: BinaryIO, meter: _Meter) -> None:
    """Write what `url` sends, telling every way in which a network fails in plain words."""
    # Imported here: 0.2 s that most starts of the program never need.
    import requests
    import urllib3

    meter.show(0)
    num_bytes = 0
    try:
        with requests.get(
            url,
            stream=True,
            timeout=(CONNECT_SECS, SILENCE_SECS),
            headers={"Accept-Encoding": "identity"},
        ) as response:
            if response.status_code != requests.codes.ok:
                raise _refused(url, response.status_code)
            # Not decoded: some servers call a .gz a compressed transfer, and it must stay packed.
            for chunk in response.raw.stream(CHUNK_BYTES, decode_content=False):
                num_bytes += len(chunk)
                if num_bytes > file.num_bytes:
                    raise _too_long(file, url)
                stream.write(chunk)
                meter.show(num_bytes)
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise _unreachable(file, url, num_bytes, error) from error


def _refused(url: str, status: int) -> OfflineError:
    return OfflineError(
        N_("{url} could not be downloaded: the server answered {status}."),
        _USE_DIGITS,
        url=url,
        status=status,
    )


def _too_long(file: RemoteFile, url: str) -> DamagedError:
    return DamagedError(
        N_("{url} sent more than the {expected} bytes of the file; nothing was kept."),
        N_("Try again later or name another mirror. `digits` needs no download."),
        url=url,
        expected=file.num_bytes,
    )


def _unreachable(file: RemoteFile, url: str, num_bytes: int, error: Exception) -> OfflineError:
    if num_bytes:
        return OfflineError(
            N_("The download of {url} broke off after {found} of {expected} bytes."),
            N_("Try again, or train on `digits`, which needs no download."),
            url=url,
            found=num_bytes,
            expected=file.num_bytes,
        )
    return OfflineError(
        N_("{host} could not be reached, so {file} could not be downloaded ({reason})."),
        _USE_DIGITS,
        host=urlsplit(url).netloc,
        file=file.name,
        reason=type(error).__name__,
    )


def _check_received(file: RemoteFile, url: str, partial: Path) -> None:
    with partial.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found == file.sha256:
        return
    raise DamagedError(
        N_(
            "What {url} sent is not {file}: its SHA-256 is {found}, not {expected}; "
            "nothing was kept."
        ),
        N_("Try again later or name another mirror. `digits` needs no download."),
        url=url,
        file=file.name,
        found=found,
        expected=file.sha256,
    )


def _storage_error(error: OSError, folder: Path) -> GanCoreError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFullError(
            N_("No space is left in the data folder {folder}."),
            N_("Free some space, or choose another folder with GAN_DATA_DIR."),
            folder=folder,
        )
    return ReadOnlyError(
        N_("The data folder {folder} cannot be written to: {reason}."),
        N_("Choose another folder with GAN_DATA_DIR, or train on `digits`."),
        folder=folder,
        reason=error.strerror or type(error).__name__,
    )


def _discard(partial: Path) -> None:
    """Remove what an interrupted download left, where there is anything."""
    if partial.exists():
        partial.unlink()
