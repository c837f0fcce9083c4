"""Folders and zips of picture files."""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO

from gan_core import central_directory
from gan_core.data.own.encodings import decoded_names
from gan_core.data.own.limits import Limits
from gan_core.data.own.pictures import (
    HEAD_BYTES,
    SUFFIXES,
    Picture,
    UnreadableError,
    decode,
    looks_like_a_picture,
    suffix_of,
)
from gan_core.data.own.report import Tally
from gan_core.data.own.sources import Budget, too_many
from gan_core.data.own.tree import Parts, is_ignored, parts_of, places
from gan_core.errors import DamagedError
from gan_core.text import N_

Opener = Callable[[], IO[bytes]]
Listed = tuple[str, Parts, Opener]

_UNPACKING_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,  # also NotImplementedError: a way of packing that Python does not know
    ValueError,
    OverflowError,
)


class FileSource:
    """Picture files, wherever they lie; opened only when they are read."""

    def __init__(
        self,
        kind: str,
        path: Path,
        listed: list[Listed],
        limits: Limits,
        budget: Budget,
        tally: Tally,
        *,
        name_encoding: str = "",
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self.kind = kind
        self.name_encoding = name_encoding
        self.close = close
        self._limits = limits
        self._budget = budget
        chosen = list(self._pictures(listed, tally))
        chosen.sort(key=lambda file: file[0])  # the same order on every file system
        found = places([parts for _name, parts, _opener in chosen])
        for (name, _parts, _opener), place in zip(chosen, found, strict=True):
            if place.outside:
                tally.skip(name, "outside")
        kept = [(f, p) for f, p in zip(chosen, found, strict=True) if not p.outside]
        self.names = [name for (name, _parts, _opener), _place in kept]
        self.places = [place for _file, place in kept]
        self.files = [path / name for name in self.names] if kind == "folder" else [path]
        self._openers = [opener for (_name, _parts, opener), _place in kept]
        self._slow: set[int] = set()
        budget.restart()

    def _pictures(self, listed: list[Listed], tally: Tally) -> Iterator[Listed]:
        """The files that look like pictures, by name or by their first bytes."""
        for name, parts, opener in listed:
            if is_ignored(parts):
                tally.num_ignored += 1
                continue
            try:
                head = b"" if suffix_of(parts[-1]) in SUFFIXES else self._head(opener)
            except UnreadableError as error:
                tally.skip(name, error.reason, error.detail)
                continue
            if looks_like_a_picture(parts[-1], head):
                yield name, parts, opener
            else:
                tally.skip(name, "no_picture")

    def _head(self, opener: Opener) -> bytes:
        return self._content(opener, HEAD_BYTES)

    def read(self, index: int, side: int) -> Picture:
        """See `Source.read`."""
        if index in self._slow:
            raise UnreadableError("too_slow")
        content = self._content(self._openers[index], self._limits.file_bytes + 1)
        if len(content) > self._limits.file_bytes:
            raise UnreadableError("too_many_bytes")
        try:
            return decode(content, self._limits, side, self._budget.take_pixels)
        except UnreadableError as error:
            if error.reason == "too_slow":
                self._slow.add(index)
                self._budget.take_slow()
            raise

    def _content(self, opener: Opener, most: int) -> bytes:
        """The first bytes of a file, counted as they come out."""
        try:
            with opener() as file:
                content = file.read(most)
        except MemoryError as error:
            raise UnreadableError("memory") from error
        except _UNPACKING_FAULTS as error:
            raise UnreadableError("unpacking", str(error)) from error
        self._budget.take(len(content))
        return content


def open_folder(folder: Path, limits: Limits, tally: Tally) -> FileSource:
    """All pictures below a folder. Links are not followed: they may lead anywhere.

    Raises:
        BadInputError: more files than are allowed.
    """
    listed: list[Listed] = []
    num_entries = 0
    for root, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files) + [f for f in folders if Path(root, f).is_symlink()]:
            num_entries += 1
            if num_entries > limits.entries:
                raise too_many(limits.entries)
            path = Path(root, name)
            relative = path.relative_to(folder)
            if stat.S_ISREG(path.lstat().st_mode):
                listed.append((relative.as_posix(), relative.parts, partial(_open, path)))
            else:
                tally.skip(relative.as_posix(), "link")
    return FileSource("folder", folder, listed, limits, Budget(limits), tally)


def _open(path: Path) -> IO[bytes]:
    return path.open("rb")


def open_zip(file: Path, limits: Limits, tally: Tally) -> FileSource:
    """All pictures in a zip, read where they are: nothing is unpacked to the disk.

    Raises:
        BadInputError: more entries than are allowed.
        DamagedError: not a zip.
    """
    try:
        with file.open("rb") as opened:
            central_directory.check(opened, limits.zip_entries)
        archive = zipfile.ZipFile(file)
        entries = archive.infolist()
    except central_directory.TooLongError as error:
        raise too_many(limits.zip_entries) from error
    except (*_UNPACKING_FAULTS, MemoryError) as error:
        raise DamagedError(
            N_("{file} is not a good zip: {reason}."), file=file.name, reason=str(error)
        ) from error
    if len(entries) > limits.zip_entries:
        archive.close()
        raise too_many(limits.zip_entries)
    names, encoding = decoded_names(entries)
    listed: list[Listed] = []
    for entry, name in zip(entries, _unique(names), strict=True):
        parts = parts_of(name)
        if name.endswith("/"):
            continue
        if parts is None:
            tally.skip(name, "unsafe_name")
        elif entry.external_attr >> 16 & 0o170000 not in (0, stat.S_IFREG):
            tally.skip(name, "link")
        elif entry.flag_bits & 0x1:
            tally.skip(name, "encrypted")
        else:
            listed.append((name, parts, partial(archive.open, entry)))
    budget = Budget(limits, file.stat().st_size)
    return FileSource(
        "zip", file, listed, limits, budget, tally, name_encoding=encoding, close=archive.close
    )


def _unique(names: list[str]) -> Iterator[str]:
    """Names of which no two are equal: the second `a.png` becomes `a (2).png`."""
    seen: set[str] = set()
    copies: dict[str, int] = {}  # of each name, so that many equal ones take no longer
    for name in names:
        unique = name
        while unique in seen:
            copies[name] = copies.get(name, 1) + 1
            ending = name[len(name) - len(suffix_of(name)) :]
            unique = f"{name.removesuffix(ending)} ({copies[name]}){ending}"
        seen.add(unique)
        yield unique
