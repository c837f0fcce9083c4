"""Every hostile file through every door: what is answered, how long it takes, how much memory.

    python -m benchmarks.trust.strangers [--short] [--only TEXT] [--doors NAME,…]

One row a file and door. 1 where something was run, read or left outside of its place, took 10 s or
a gigabyte, or was not answered in words.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.harness import say
from benchmarks.trust.doors import DOORS
from benchmarks.trust.hostile.corpus import corpus
from benchmarks.trust.watched import Row, sandbox
from gan_core import data

_SHORT_DOORS = ("upload", "import", "picture", "command import")


def line_of(row: Row) -> str:
    """A row of the table."""
    verdict = "; ".join(row.faults) or "ok"
    told = " ".join(row.words.split())[:70]
    cost = f"{row.secs:5.1f} s {row.peak_bytes / 1e6:5.0f} MB"
    return f"{row.file:30} {row.door:15} {row.answer:9} {cost}  {verdict}  | {told}\n"


def summary(rows: list[Row], num_files: int) -> str:
    """All rows in one sentence."""
    slowest = max(rows, key=lambda row: row.secs)
    largest = max(rows, key=lambda row: row.peak_bytes)
    refused = sum(row.answer == "refused" for row in rows)
    accepted = sum(row.answer == "accepted" for row in rows)
    return (
        f"\n{num_files} files, {len(rows)} tries: {refused} refused, {accepted} taken in, "
        f"{sum(bool(row.faults) for row in rows)} with faults; slowest {slowest.secs:.1f} s "
        f"({slowest.file}, {slowest.door}), largest {largest.peak_bytes / 1e6:.0f} MB "
        f"({largest.file}, {largest.door})\n"
    )


def main() -> int:
    """Try them all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--short", action="store_true", help="small files and four doors alone")
    parser.add_argument("--only", default="", help="files whose name holds this")
    parser.add_argument("--doors", default=",".join(DOORS), help="which of them, with commas")
    parser.add_argument("--data-dir", type=Path, default=data.default_data_dir(os.environ))
    given = parser.parse_args()
    files = [
        file for file in corpus() if given.only in file.name and not (given.short and file.is_large)
    ]
    doors = _SHORT_DOORS if given.short else tuple(given.doors.split(","))
    rows: list[Row] = []
    with (
        tempfile.TemporaryDirectory(prefix="strangers-") as folder,
        tempfile.TemporaryDirectory(prefix="root-", dir=folder) as root,
        sandbox(Path(root), given.data_dir.resolve()) as box,
    ):
        for number, file in enumerate(files, 1):
            say(f"{number} of {len(files)}: {file.name}: {file.imitates} {file.cve}".rstrip())
            path = box.write(file)
            for door in doors:
                rows.append(box.put_in(path, door, file))
                sys.stdout.write(line_of(rows[-1]))
                sys.stdout.flush()
            box.forget()
    sys.stdout.write(summary(rows, len(files)))
    return 1 if any(row.faults for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
