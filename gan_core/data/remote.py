"""The files of data sets: checked where they lie, fetched where they are missing.

A download goes to a name of its own, is checked, and only then takes its place, so a file under
its own name is always complete. A file that is already there is never replaced.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from gan_core.data.content import Content
from gan_core.data.download import Meter, receive
from gan_core.data.partial import Partial, claim
from gan_core.data.storage import is_full, storage_error
from gan_core.data.values import Progress
from gan_core.errors import BadInputError, DamagedError
from gan_core.text import N_

MOVE_IT_AWAY = N_("Move it away or delete it, then try again to download it anew.")
_NOTHING_KEPT = N_(
    "Nothing of it was kept. Try again later or name another mirror. `digits` needs no download."
)


@dataclass(frozen=True, kw_only=True)
class RemoteFile:
    """One file of a data set: its name, what makes it the right one, and its home.

    Attributes:
        folder: the data set's folder, inside the data folder and inside a mirror.
        name: the file's name there.
        content: what makes a file of that name the right one.
        home: the address, ending in `/`, that it is fetched from without a mirror.
    """

    folder: str
    name: str
    content: Content
    home: str

    def path(self, data_dir: Path) -> Path:
        """Where the file lies in a data folder."""
        return data_dir / self.folder / self.name

    def url(self, mirror: str | None) -> str:
        """Where it is fetched from; a mirror is laid out like the data folder."""
        if mirror is None:
            return self.home + quote(self.name)
        return f"{mirror.rstrip('/')}/{self.folder}/{quote(self.name)}"

    def is_present(self, data_dir: Path) -> bool:
        """Whether a file of this name and a possible size is there; nothing is read."""
        path = self.path(data_dir)
        try:
            return path.is_file() and self.content.may_be(path.stat().st_size)
        except OSError:
            return False

    def is_missing(self, data_dir: Path) -> bool:
        """Whether it has to be fetched.

        Raises:
            DamagedError: it is there and is not the right one; it is left as it is.
        """
        path = self.path(data_dir)
        try:
            self.content.check(path, str(path))
        except FileNotFoundError:
            return True
        except DamagedError as error:
            raise _with_hint(error, MOVE_IT_AWAY) from error
        return False


def fetch_missing(
    files: Sequence[RemoteFile],
    data_dir: Path,
    *,
    mirror: str | None,
    progress: Progress | None,
) -> None:
    """Check the files that are there and download the others.

    `progress` counts over all the files to be fetched, so that one bar shows the whole. A
    download that breaks off is kept and goes on from there the next time.

    Raises:
        DamagedError: a file is there and is not the right one, or a wrong one was sent.
        OfflineError: a file is missing and could not be fetched.
        ReadOnlyError, DiskFullError: it could not be stored.
        BadInputError: the mirror is not an HTTP address.
    """
    missing = [file for file in files if file.is_missing(data_dir)]
    if missing and mirror is not None:
        _check_mirror(mirror)
    after = sum(file.content.expected_bytes for file in missing)
    before = 0
    for file in missing:
        expected = file.content.expected_bytes
        after -= expected
        meter = Meter(file.name, before, expected, after, progress)
        _fetch(file, data_dir, file.url(mirror), meter)
        before += meter.expected


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


def _fetch(file: RemoteFile, data_dir: Path, url: str, meter: Meter) -> None:
    path = file.path(data_dir)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with claim(path, waiting=meter.show) as partial:
            if partial is not None:
                _complete(file, url, partial, meter)
    except OSError as error:
        raise storage_error(error, path.parent) from error


def _complete(file: RemoteFile, url: str, partial: Partial, meter: Meter) -> None:
    """Receive, check, publish; what cannot become the file is not kept."""
    try:
        begun = partial.num_bytes > 0
        if not (begun and _is_right(file, partial)):
            receive(url, partial, file.content, meter)
            if begun and not _is_right(file, partial):
                # The two halves do not go together: once more, from the start.
                partial.truncate(0)
                receive(url, partial, file.content, meter)
            _check_received(file, url, partial)
        partial.publish()
    except DamagedError:
        partial.discard()
        raise
    except OSError as error:
        if is_full(error):
            partial.discard()  # others on this disk need the space now
        raise
    finally:
        if partial.path.exists() and partial.num_bytes == 0:
            partial.discard()


def _is_right(file: RemoteFile, partial: Partial) -> bool:
    if not file.content.may_be(partial.num_bytes):
        return False
    try:
        file.content.check(partial.path, file.name)
    except DamagedError:
        return False
    return True


def _check_received(file: RemoteFile, url: str, partial: Partial) -> None:
    try:
        file.content.check(partial.path, url)
    except DamagedError as error:
        raise _with_hint(error, _NOTHING_KEPT) from error


def _with_hint(error: DamagedError, hint: str) -> DamagedError:
    return DamagedError(error.template, hint, field=error.field, **error.values)
