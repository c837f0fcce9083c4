"""Arrays of pictures: npy, npz and idx files, read a block of rows at a time.

Nothing is unpickled: an array of Python objects is refused by its header, and the header itself
is a short literal. What a header announces is compared with the limits before any row is read.
"""

from __future__ import annotations

import gzip
import io
import math
import tokenize
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from gan_core import central_directory
from gan_core.data.own.limits import Limits
from gan_core.data.own.sources import Budget
from gan_core.errors import BadInputError, DamagedError
from gan_core.text import N_

Opener = Callable[[], IO[bytes]]

_MAX_HEADER_BYTES = 4096
_MAX_MEMBERS = 100
_BLOCK_BYTES = 4 * 1024 * 1024
_IDX_TYPES = {8: ">u1", 9: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
READ_FAULTS = (
    OSError, EOFError, zlib.error, zipfile.BadZipFile, ValueError, RuntimeError, OverflowError,
    MemoryError, SyntaxError, TypeError, tokenize.TokenError,
)  # fmt: skip


@dataclass(frozen=True)
class Header:
    """What an array's header announces."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]

    @property
    def row_bytes(self) -> int:
        """The bytes of one row."""
        return self.dtype.itemsize * math.prod(self.shape[1:])


class StoredArray:
    """An array in a file that is cheap to read forwards and dear to read back.

    Args:
        name: for people.
        opener: opens the file at its beginning.
        read_header: reads the header from the open file, up to the first row.
        limits: bounds what the header may announce.
        budget: counts what is read.

    Raises:
        BadInputError: it asks for more than is allowed, or holds Python objects.
        DamagedError: not such a file.
    """

    def __init__(
        self,
        name: str,
        opener: Opener,
        read_header: Callable[[IO[bytes], str], Header],
        limits: Limits,
        budget: Budget,
    ) -> None:
        self.name = name
        self._opener, self._read_header, self._budget = opener, read_header, budget
        self._file: IO[bytes] | None = None
        self._next = 0
        self._block: NDArray[Any] | None = None
        self._block_start = 0
        self.header = self._open()
        try:
            _check(self.header, name, limits)
        except BadInputError:
            self.close()
            raise

    def __len__(self) -> int:
        return self.header.shape[0]

    def row(self, index: int) -> NDArray[Any]:
        """One row, `[...]` of the stored type.

        Raises:
            DamagedError: the file ends early or cannot be unpacked.
            BadInputError: the budget is used up.
        """
        while True:
            block = self._block
            if block is not None and 0 <= index - self._block_start < len(block):
                row: NDArray[Any] = block[index - self._block_start]
                return row
            if self._file is None or index < self._next:
                self._open()
            self._read_block()

    def all(self) -> NDArray[Any]:
        """Everything; for labels, which are small."""
        return np.array([self.row(index) for index in range(len(self))])

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> Header:
        self.close()
        self._budget.restart()
        try:
            self._file = self._opener()
            header = self._read_header(self._file, self.name)
        except READ_FAULTS as error:
            self.close()
            raise _damaged(self.name, error) from error
        except BadInputError:
            self.close()
            raise
        self._next, self._block = 0, None
        return header

    def _read_block(self) -> None:
        """Read the rows that follow the last block."""
        assert self._file is not None  # noqa: S101 - opened by the caller
        count = max(1, _BLOCK_BYTES // max(self.header.row_bytes, 1))
        count = min(count, len(self) - self._next)
        wanted = count * self.header.row_bytes
        self._budget.take(wanted)
        try:
            content = self._file.read(wanted)
        except READ_FAULTS as error:
            raise _damaged(self.name, error) from error
        if len(content) != wanted:
            raise _damaged(self.name, EOFError("it ends early"))
        rows = np.frombuffer(content, self.header.dtype)
        self._block = rows.reshape(count, *self.header.shape[1:])
        self._block_start = self._next
        self._next += count


def _check(header: Header, name: str, limits: Limits) -> None:
    if not header.shape[0] or not header.row_bytes:
        raise BadInputError(N_("{name} is empty."), field="dataset", name=name)
    if header.dtype.kind not in "buif":
        raise BadInputError(
            N_("{name} holds values of type {dtype}; allowed are numbers."),
            field="dataset",
            name=name,
            dtype=str(header.dtype)[:40],
        )
    num_bytes = header.dtype.itemsize * math.prod(header.shape)
    if header.shape[0] > limits.entries or num_bytes > limits.total_bytes:
        raise BadInputError(
            N_("{name} has {num} rows and {size} MB; allowed are up to {most} and {limit} MB."),
            field="dataset",
            name=name,
            num=header.shape[0],
            size=math.ceil(num_bytes / 1e6),
            most=limits.entries,
            limit=limits.total_bytes // 10**6,
        )


def _damaged(name: str, error: BaseException) -> DamagedError:
    return DamagedError(
        N_("{name} cannot be read: {reason}."), name=name, reason=str(error)[:200] or "?"
    )


def read_npy_header(file: IO[bytes], name: str) -> Header:
    """The header of a `.npy`, bounded; never evaluates anything but a literal.

    Raises:
        BadInputError: stored column by column, or a single number.
        ValueError: not such a header.
    """
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        read = np.lib.format.read_array_header_1_0
    elif version == (2, 0):
        read = np.lib.format.read_array_header_2_0
    else:
        raise ValueError(f"version {version} of the format")
    shape, by_columns, dtype = read(file, max_header_size=_MAX_HEADER_BYTES)
    if not shape:
        raise BadInputError(N_("{name} is a single number."), field="dataset", name=name)
    if min(shape) < 0:
        raise ValueError("a size below zero")
    if by_columns and len(shape) > 1:
        raise BadInputError(
            N_("{name} is stored column by column."),
            N_("Save it again after numpy.ascontiguousarray."),
            field="dataset",
            name=name,
        )
    return Header(np.dtype(dtype), tuple(int(size) for size in shape))


def read_idx_header(file: IO[bytes], name: str) -> Header:  # noqa: ARG001 - as for npy
    """The header of an idx file: `0 0 type rank`, then `rank` sizes.

    Raises:
        ValueError: not such a header.
    """
    start = file.read(4)
    if len(start) < 4 or start[:2] != b"\0\0" or start[2] not in _IDX_TYPES or start[3] < 1:
        raise ValueError("no idx file")
    sizes = file.read(4 * start[3])
    shape = tuple(int.from_bytes(sizes[i : i + 4], "big") for i in range(0, len(sizes), 4))
    if len(sizes) != 4 * start[3]:
        raise ValueError("it ends inside its header")
    return Header(np.dtype(_IDX_TYPES[start[2]]), shape)


def opener_of(path: Path) -> Opener:
    """Opens a file, through gzip where its first bytes say so."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    if packed:
        return partial(gzip.GzipFile, path, "rb")  # type: ignore[return-value]
    return partial(io.FileIO, path)


def open_archive(path: Path) -> zipfile.ZipFile:
    """An npz, which is a zip of arrays.

    Raises:
        DamagedError: it is not.
    """
    try:
        with path.open("rb") as file:
            central_directory.check(file, _MAX_MEMBERS)
        return zipfile.ZipFile(path)
    except READ_FAULTS as error:
        raise _damaged(path.name, error) from error


def members(
    archive: zipfile.ZipFile, limits: Limits, budget: Budget
) -> tuple[list[StoredArray], list[BadInputError]]:
    """The arrays of an npz that can be used, and why the others cannot.

    Raises:
        DamagedError: one of its headers is damaged.
    """
    entries = [entry for entry in archive.infolist() if entry.filename.endswith(".npy")]
    found, refused = [], []
    for entry in entries[:_MAX_MEMBERS]:
        name = entry.filename.removesuffix(".npy")
        opener: Opener = partial(archive.open, entry)
        try:
            found.append(StoredArray(name, opener, read_npy_header, limits, budget))
        except BadInputError as error:
            refused.append(error)
    return [stored for stored in found if len(stored)], refused
