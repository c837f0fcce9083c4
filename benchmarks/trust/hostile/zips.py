"""Zips that lead out of their folder, unpack without end, or contradict themselves."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.trust.hostile.corpus import Trap, hostile


def picture(number: int = 0, kind: str = "PNG") -> bytes:
    """A small sound picture."""
    pixels = np.random.default_rng(number).integers(0, 256, (40, 40, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return file.getvalue()


def write_zip(path: Path, files: dict[str, bytes], packed: bool = False) -> None:
    """A zip of names and contents, names as they are."""
    how = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, how)


@hostile(".zip", "names that lead out: upwards, from the root, of a drive, with backslashes")
def zip_slip(path: Path, trap: Trap) -> None:
    names = ("../../sprung.png", f"{trap.marker}/x.png", "C:\\sprung.png", "..\\..\\sprung.png",
             "a/../../../sprung.png", "\\\\server\\share\\x.png", "good/picture.png")  # fmt: skip
    good = ("good/1.png", "good/2.png", "good/3.png")
    write_zip(path, {name: picture(i) for i, name in enumerate((*names, *good))})


@hostile(".zip", "links: to a file, to a folder, and a file inside of the latter")
def zip_links(path: Path, trap: Trap) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, target in (("secret.png", trap.secret), ("out", trap.marker.parent)):
            link = zipfile.ZipInfo(name)
            link.external_attr = 0o120777 << 16
            archive.writestr(link, str(target))
        archive.writestr("out/sprung/x.png", picture(1))
        archive.writestr("good.png", picture(2))


def _table(entries: int, name: bytes, crc: int, packed: int, size: int) -> bytes:
    """A table of contents in which every entry is at the beginning of the file."""
    sizes = (crc, packed, size, len(name), 0, 0, 0, 0, 0, 0)
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 33, *sizes) + name
    return entry * entries


def overlapping(entries: int, name: bytes, content: bytes) -> bytes:
    """A zip whose entries are all one and the same piece of the file."""
    packer = zlib.compressobj(9, wbits=-15)
    packed = packer.compress(content) + packer.flush()
    crc = zlib.crc32(content)
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 33, crc, len(packed), len(content),
                        len(name), 0) + name + packed  # fmt: skip
    table = _table(entries, name, crc, len(packed), len(content))
    end64 = struct.pack(
        "<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, entries, entries, len(table), len(local)
    )
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(local) + len(table), 1)
    few = min(entries, 0xFFFF)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, few, few, len(table), len(local), 0)
    return local + table + (end64 + locator if entries > few else b"") + end


@hostile(".zip", "a million entries", is_large=True)
def million_entries(path: Path, trap: Trap) -> None:
    path.write_bytes(overlapping(1_000_000, b"x.png", b"x"))


@hostile(".zip", "as many entries as an upload may have, all damaged", is_large=True)
def most_entries(path: Path, trap: Trap) -> None:
    path.write_bytes(overlapping(60_000, b"x.png", b"x"))


@hostile(".zip", "a thousand entries that are the same ten megabytes of zeros")
def overlapping_entries(path: Path, trap: Trap) -> None:
    path.write_bytes(overlapping(1000, b"x.bmp", bytes(10_000_000)))


@hostile(".zip", "a name twice")
def duplicate_names(path: Path, trap: Trap) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(path, "w") as archive:
            for number in range(3):
                archive.writestr("run/config.json", b"{}")
                archive.writestr("a/same.png", picture(number))


@hostile(".zip", "zips in zips, six deep and ten wide")
def nested_zips(path: Path, trap: Trap) -> None:
    inner = bytes(10_000_000)
    for _ in range(6):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(10):
                archive.writestr(f"{number}.zip", inner)
        inner = file.getvalue()
    path.write_bytes(inner)


@hostile(".zip", "a zip that holds itself, as quines do")
def holds_itself(path: Path, trap: Trap) -> None:
    name = b"run/itself.zip"
    rest = 46 + len(name) + 22
    start = 30 + len(name)
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 33, 0, rest, rest, len(name), 0) + name
    table = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, rest, rest, len(name),
                        0, 0, 0, 0, 0, 0) + name  # fmt: skip
    path.write_bytes(
        local + table + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(table), start, 0)
    )


@hostile(".zip", "200 MB of zeros in 200 KB")
def zip_bomb(path: Path, trap: Trap) -> None:
    files = {f"{number}.bmp": bytes(10_000_000) for number in range(20)}
    write_zip(path, {"good.png": picture(), **files}, packed=True)


@hostile(".zip", "headers that lie about sizes")
def lying_sizes(path: Path, trap: Trap) -> None:
    good = {f"good{i}.png": picture(i) for i in range(3)}
    write_zip(path, {**good, "lies.png": bytes(10_000_000)}, packed=True)
    content = path.read_bytes().replace(struct.pack("<L", 10_000_000), struct.pack("<L", 100))
    path.write_bytes(content)


@hostile(".zip", "entries packed by LZMA with a dictionary of four gigabytes")
def lzma_dictionary(path: Path, trap: Trap) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("run/config.json", b"{}" * 100)
        archive.writestr("run/x.png", picture())
    usual, greedy = b"\x04\x05\0\x5d\0\0\x80\0", b"\x04\x05\0\x5d\xff\xff\xff\xff"
    path.write_bytes(path.read_bytes().replace(usual, greedy))


@hostile(".zip", "an encrypted entry, and a way of packing that nobody knows")
def unknown_packing(path: Path, trap: Trap) -> None:
    write_zip(path, {"a.png": picture(1), "b.png": picture(2)})
    content = bytearray(path.read_bytes())
    first = content.index(b"PK\1\2")
    content[first + 8] |= 1
    second = content.index(b"PK\1\2", first + 4)
    content[second + 10] = 77
    path.write_bytes(bytes(content))


@hostile(".zip", "names in every script, with marks, format templates and reserved words")
def hostile_names(path: Path, trap: Trap) -> None:
    names = ("{0.__class__}", "%s%n", "__proto__", "CON", "<img src=x onerror=alert(1)>",
             "\u202egnp", "$(touch sprung)", "a\nb", "名前", "🙂" * 60, "${jndi:ldap://x}",
             "'; drop table runs;--")  # fmt: skip
    write_zip(path, {f"{name}/{i}.png": picture(i) for i, name in enumerate(names)})


@hostile(".zip", "a PDF in front of a zip")
def pdf_and_zip(path: Path, trap: Trap) -> None:
    file = io.BytesIO(b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n")
    file.seek(0, 2)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("../sprung.png", picture())
    path.write_bytes(file.getvalue())


@hostile(".zip", "nothing at all")
def empty_file(path: Path, trap: Trap) -> None:
    path.write_bytes(b"")
