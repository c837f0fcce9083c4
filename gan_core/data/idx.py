"""The idx format of MNIST and its relatives, gzip-packed.

Four bytes say `0 0 type rank`, then `rank` big-endian 32-bit sizes, then the values in C order.
Only unsigned bytes (type 8) occur in the data sets read here.
"""

from __future__ import annotations

import gzip
import io
import math
import zlib

import numpy as np
from numpy.typing import NDArray

from gan_core.errors import DamagedError
from gan_core.text import N_

_UNSIGNED_BYTE = 8


def gunzip(packed: bytes, limit: int, file: str) -> bytes:
    """Unpack, but never to more than `limit` bytes, whatever the packed bytes ask for.

    Raises:
        DamagedError: not gzip, cut short, or longer than `limit`.
    """
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as stream:
            unpacked = stream.read(limit + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DamagedError(
            N_("{file} cannot be unpacked: {reason}."), file=file, reason=error
        ) from error
    if len(unpacked) > limit:
        raise DamagedError(
            N_("{file} unpacks to more than the {limit} bytes it should have."),
            file=file,
            limit=limit,
        )
    return unpacked


def decode(content: bytes, file: str) -> NDArray[np.uint8]:
    """The array in an unpacked idx file, a read-only view of `content`.

    Raises:
        DamagedError: another format, or sizes that do not match the bytes present.
    """
    rank = content[3] if len(content) >= 4 else 0
    if rank == 0 or content[:3] != bytes((0, 0, _UNSIGNED_BYTE)):
        raise DamagedError(
            N_("{file} is no idx file of bytes: it begins with {found}."),
            file=file,
            found=content[:4].hex(" ") or "–",
        )
    header = 4 + 4 * rank
    if len(content) < header:
        raise DamagedError(N_("{file} ends inside its header."), file=file)
    shape = tuple(int.from_bytes(content[at : at + 4], "big") for at in range(4, header, 4))
    # Python integers: sizes that overflow 64 bits must not wrap round to a match.
    expected, found = math.prod(shape), len(content) - header
    if expected != found:
        raise DamagedError(
            N_("{file} announces {expected} values and holds {found}."),
            file=file,
            expected=expected,
            found=found,
        )
    return np.frombuffer(content, dtype=np.uint8, offset=header).reshape(shape)


def read(packed: bytes, shape: tuple[int, ...], file: str) -> NDArray[np.uint8]:
    """Unpack and decode a file that must hold an array of exactly `shape`.

    Raises:
        DamagedError: it does not.
    """
    limit = 4 + 4 * len(shape) + math.prod(shape)
    array = decode(gunzip(packed, limit, file), file)
    if array.shape != shape:
        raise DamagedError(
            N_("{file} holds an array of {found}, where {expected} belongs."),
            file=file,
            found=" × ".join(map(str, array.shape)),
            expected=" × ".join(map(str, shape)),
        )
    return array
