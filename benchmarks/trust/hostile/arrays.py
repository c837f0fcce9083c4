"""Arrays with objects inside, or headers that are programs, lies or too much."""

from __future__ import annotations

import gzip
import io
import os
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.trust.hostile.corpus import Trap, hostile
from benchmarks.trust.hostile.zips import overlapping


class _Springs:
    def __init__(self, trap: Trap) -> None:
        self.marker = str(trap.marker)

    def __reduce__(self) -> Any:
        return os.mkdir, (self.marker,)


def _objects(trap: Trap) -> np.ndarray:
    found = np.empty(1, object)
    found[0] = _Springs(trap)
    return found


def npy(header: str, content: bytes = bytes(9 * 784)) -> bytes:
    """An array file with any words as its header."""
    words = header.encode().ljust(118) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(words)) + words + content


def _shaped(shape: str, kind: str = "|u1") -> str:
    return f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"


@hostile(".npy", "a pickled object that makes a folder when it is opened")
def pickled_array(path: Path, trap: Trap) -> None:
    np.save(path, _objects(trap), allow_pickle=True)


@hostile(".npz", "the same among images")
def pickled_member(path: Path, trap: Trap) -> None:
    np.savez(path, images=np.zeros((9, 28, 28), np.uint8), labels=_objects(trap))


@hostile(".npy", "a header that is a program")
def header_program(path: Path, trap: Trap) -> None:
    path.write_bytes(npy(trap.code))


@hostile(".npy", "a header of brackets")
def header_brackets(path: Path, trap: Trap) -> None:
    path.write_bytes(npy("(" * 4000))


@hostile(".npy", "a header of a thousand million images")
def shape_lie(path: Path, trap: Trap) -> None:
    path.write_bytes(npy(_shaped("(1000000000, 28, 28)")))


@hostile(".npy", "sizes whose product is beyond all numbers of a machine, and one below zero")
def shape_overflow(path: Path, trap: Trap) -> None:
    path.write_bytes(npy(_shaped("(4294967296, 4294967296, -1)")))


@hostile(".npy", "no images at all, of numbers that have to be looked at first")
def no_rows(path: Path, trap: Trap) -> None:
    path.write_bytes(npy(_shaped("(0, 28, 28)", "<f4"), b""))


@hostile(".npy", "images as large as are allowed, of which the file holds none")
def wide_rows(path: Path, trap: Trap) -> None:
    path.write_bytes(npy(_shaped("(2, 8192, 8192, 3)", "<f8")))


@hostile(".npy", "a type of fields, with objects in one of them")
def structured(path: Path, trap: Trap) -> None:
    kind = "[('a', '|O'), ('b', '<f8', (1000, 1000, 1000))]"
    path.write_bytes(npy(f"{{'descr': {kind}, 'fortran_order': False, 'shape': (9, 28, 28), }}"))


@hostile(".npz", "an array that unpacks to a gigabyte", is_large=True)
def packed_images(path: Path, trap: Trap) -> None:
    header = io.BytesIO()
    shape = {"descr": "|u1", "fortran_order": False, "shape": (60_000, 128, 128)}
    np.lib.format.write_array_header_1_0(header, shape)
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("images.npy", "w") as entry,
    ):
        entry.write(header.getvalue())
        for _ in range(60):
            entry.write(bytes(1000 * 128 * 128))


@hostile(".npz", "names that lead out, and a thousand members")
def members_that_lead_out(path: Path, trap: Trap) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name in (f"{trap.marker}.npy", "../../sprung.npy", *(f"a{i}.npy" for i in range(1000))):
            archive.writestr(name, npy(_shaped("(9, 28, 28)")))


@hostile(".idx", "sizes that are lies, 255 of them")
def idx_lie(path: Path, trap: Trap) -> None:
    path.write_bytes(b"\0\0\x08\xff" + b"\xff\xff\xff\xff" * 255 + bytes(100))


@hostile("-images-idx3-ubyte.gz", "images that unpack to a gigabyte, beside a link to a secret")
def idx_bomb(path: Path, trap: Trap) -> None:
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"\0\0\x08\x03" + struct.pack(">3I", 1_300_000, 28, 28))
        for _ in range(100):
            file.write(bytes(10_000_000))
    twin = path.with_name(path.name.replace("images-idx3", "labels-idx1"))
    twin.unlink(missing_ok=True)
    twin.symlink_to(trap.secret)


@hostile(".idx", "no images at all, of numbers that have to be looked at first")
def idx_without_rows(path: Path, trap: Trap) -> None:
    path.write_bytes(b"\0\0\x0d\x03" + struct.pack(">3I", 0, 28, 28))


@hostile(".npz", "a table of contents of a million members", is_large=True)
def npz_table(path: Path, trap: Trap) -> None:
    path.write_bytes(overlapping(1_000_000, b"x.npy", npy(_shaped("(9, 28, 28)"))))
