"""How much one source of pictures may ask for. Everything is counted while it is read."""

from __future__ import annotations

from dataclasses import dataclass

_KIB, _MIB, _GIB = 1024, 1024**2, 1024**3

MAX_SLOW = 1
"""Pictures that may take too long to decode before a whole source is refused."""
MAX_UNREADABLE = 4000
"""Pictures that are left out, where fewer are good, before a whole source is refused."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds of one preparation, each of them enforced by itself.

    Attributes:
        source_bytes: size of a zip or array file; a folder is bounded by `total_bytes`.
        total_bytes: everything that is read, unpacked.
        file_bytes: one picture, unpacked.
        pixels: width times height of one picture. 64 million pixels are more than the largest
            usual camera writes, and take 256 MB as RGBA.
        entries: files in a folder, of whatever kind; rows of an array.
        zip_entries: files in a zip, whose names are all in memory at once.
        ratio: bytes unpacked for each byte of a zip, all in all; pictures are compressed
            already and stay below 5, blank bitmaps below 100.
        free_bytes: what a small zip may always unpack to, whatever the ratio.
        pixel_ratio: pixels decoded for each byte that was read, all in all; drawings of a few
            lines have some hundred. `free_pixels` may always be decoded, whatever the ratio.
        picture_secs: processor time for one picture; of slower ones `MAX_SLOW` are left out, at
            the next the source is refused.
        memory_bytes: address space beyond what the process has after its imports; with these it
            stays below a gigabyte.
        cpu_secs: processor time.
        wall_secs: time by the clock, after which the process is ended.
        output_bytes: the largest file that it may write.
    """

    source_bytes: int
    total_bytes: int
    file_bytes: int = 64 * _MIB
    pixels: int = 64_000_000
    entries: int
    zip_entries: int = 60_000
    ratio: int = 100
    free_bytes: int = 64 * _MIB
    pixel_ratio: int = 300
    free_pixels: int = 300_000_000
    picture_secs: float = 2.0
    memory_bytes: int = 700 * _MIB
    cpu_secs: int
    wall_secs: int
    output_bytes: int


UPLOAD = Limits(
    source_bytes=2 * _GIB,
    total_bytes=4 * _GIB,
    entries=60_000,
    cpu_secs=20 * 60,
    wall_secs=30 * 60,
    output_bytes=4 * _GIB,
)
"""For what a visitor of the page sends."""

COMMAND_LINE = Limits(
    source_bytes=64 * _GIB,
    total_bytes=256 * _GIB,
    entries=1_000_000,
    zip_entries=250_000,
    cpu_secs=6 * 3600,
    wall_secs=12 * 3600,
    output_bytes=256 * _GIB,
)
"""For files that lie on this machine already, named by somebody who works on it."""

NAMED = {"upload": UPLOAD, "command-line": COMMAND_LINE}
