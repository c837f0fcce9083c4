"""What commands print: JSON, tables, progress."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gan_core.errors import BadInputError
from gan_core.runs.store import RunView
from gan_core.text import N_


def print_json(value: Any) -> None:
    """One JSON value on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1) + "\n")


def print_line(text: str = "") -> None:
    """One line on stdout."""
    sys.stdout.write(text + "\n")


def tell(text: str) -> None:
    """One line for people, on stderr: stdout belongs to results."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def print_table(rows: Sequence[Mapping[str, str]]) -> None:
    """Columns as wide as they need to be, headed by their keys."""
    if not rows:
        return
    heads = list(rows[0])
    widths = [max(len(head), *(len(row[head]) for row in rows)) for head in heads]
    for cells in (heads, *([row[head] for head in heads] for row in rows)):
        padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        print_line("  ".join(padded).rstrip())


def result(view: RunView) -> dict[str, Any]:
    """What `--json` says of a run after `train`, `fork` and `import`."""
    return {"run": view.id, "state": view.status.state, "step": view.status.step}


def print_result(view: RunView, *, as_json: bool) -> None:
    """The run's id alone, or its JSON."""
    if as_json:
        print_json(result(view))
    else:
        print_line(view.id)


def output_path(text: str, suffixes: Sequence[str]) -> Path:
    """A file to write, checked before any work is done for it.

    Raises:
        BadInputError: another suffix than those, or no folder to write in.
    """
    path = Path(text).expanduser()
    if path.suffix.lower() not in suffixes:
        raise BadInputError(
            N_("got {given}; allowed is a file name that ends in {allowed}."),
            field="-o/--output",
            given=repr(text),
            allowed=", ".join(suffixes),
        )
    if path.is_dir() or not path.parent.is_dir():
        raise BadInputError(
            N_("got {given}; allowed is a file in a folder that exists."),
            field="-o/--output",
            given=repr(text),
        )
    return path


class DownloadProgress:
    """Shows a download: a bar on a terminal, a line every tenth otherwise."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._told = -1

    def __call__(self, name: str, done: int, total: int) -> None:
        """Note that `done` of `total` bytes are here."""
        if sys.stderr.isatty():
            self._draw(name, done, total)
            return
        tenth = 10 * done // max(total, 1)
        if tenth > self._told:
            self._told = tenth
            tell(f"downloading {name}: {done / 1e6:.1f} of {total / 1e6:.1f} MB")

    def _draw(self, name: str, done: int, total: int) -> None:
        from tqdm import tqdm

        if self._bar is None:
            self._bar = tqdm(total=total, unit="B", unit_scale=True, leave=False)
        self._bar.set_description(name, refresh=False)
        self._bar.update(done - self._bar.n)
        if done >= total:
            self._bar.close()


class ShareProgress:
    """Shows how much of something is done: a bar on a terminal, a line every quarter otherwise."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._bar: Any = None
        self._told = -1

    def __call__(self, share: float) -> None:
        """Note that `share`, 0 to 1, is done."""
        percent = int(100 * share)
        if sys.stderr.isatty():
            from tqdm import tqdm

            if self._bar is None:
                self._bar = tqdm(total=100, desc=self._what, unit=" %", leave=False)
            self._bar.update(percent - self._bar.n)
        elif percent // 25 > self._told:
            self._told = percent // 25
            tell(f"{self._what}: {percent} %")
