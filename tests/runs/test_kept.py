"""Values kept by file: read once, and never older than the file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gan_core.runs.kept import KeptValues, stamp_of

AN_HOUR_NS = 3_600_000_000_000


class Reader:
    """Reads text and counts how often."""

    def __init__(self) -> None:
        self.num_reads = 0

    def __call__(self, path: Path) -> str:
        self.num_reads += 1
        return path.read_text()


def write(path: Path, text: str, age_ns: int = AN_HOUR_NS) -> None:
    """Replace a file, as if so long ago."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(text)
    changed = fresh.stat().st_mtime_ns - age_ns
    os.utime(fresh, ns=(changed, changed))
    fresh.replace(path)


def test_read_once_until_it_is_another_file(tmp_path: Path) -> None:
    kept, read, path = KeptValues[str](10), Reader(), tmp_path / "a"
    write(path, "one")
    assert [kept.get(path, read) for _ in range(3)] == ["one"] * 3
    assert read.num_reads == 1
    write(path, "two")  # as long, and as old, but another file
    assert kept.get(path, read) == "two"
    assert read.num_reads == 2


def test_a_young_file_is_read_each_time(tmp_path: Path) -> None:
    kept, read, path = KeptValues[str](10), Reader(), tmp_path / "a"
    path.write_text("one")
    before = stamp_of(path)
    assert kept.get(path, read) == "one"
    with path.open("r+") as file:  # in place, in the same tick of a coarse clock
        file.write("two")
    assert before is not None
    os.utime(path, ns=(before[2], before[2]))
    assert stamp_of(path) == before
    assert kept.get(path, read) == "two"


def test_what_is_raised_is_not_kept(tmp_path: Path) -> None:
    kept, read, path = KeptValues[str](10), Reader(), tmp_path / "a"
    assert stamp_of(path) is None
    with pytest.raises(FileNotFoundError):
        kept.get(path, read)
    write(path, "one")
    assert kept.get(path, read) == "one"


def test_only_the_last_ones_are_kept(tmp_path: Path) -> None:
    kept, read = KeptValues[str](2), Reader()
    paths = [tmp_path / name for name in "abc"]
    for path in paths:
        write(path, path.name)
        kept.get(path, read)
    kept.get(paths[2], read)
    kept.get(paths[1], read)
    assert read.num_reads == 3
    kept.get(paths[0], read)
    assert read.num_reads == 4
