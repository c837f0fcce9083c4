"""Somebody's own pictures on the command line: progress while they are read, and what was found."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from gan_core.cli.output import tell
from gan_core.config import DatasetInfo
from gan_core.data import prepared
from gan_core.data.own.report import REASONS, Report
from gan_core.jobs import own_sets

_MAX_NAMED = 10


class PictureProgress:
    """Shows how far pictures are read: a bar on a terminal, a line every quarter otherwise."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._told = -1

    def __call__(self, done: int, num_all: int) -> None:
        """Note that `done` of `num_all` pictures are read."""
        if sys.stderr.isatty():
            self._draw(done, num_all)
            return
        quarter = 4 * done // max(num_all, 1)
        if quarter > self._told:
            self._told = quarter
            tell(f"reading pictures: {done} of {num_all}")

    def _draw(self, done: int, num_all: int) -> None:
        from tqdm import tqdm

        if self._bar is None:
            self._bar = tqdm(total=num_all, unit=" pictures", leave=False)
        self._bar.update(done - self._bar.n)
        if done >= num_all:
            self._bar.close()


def tell_found(info: DatasetInfo, runs_dir: Path) -> None:
    """Say what a run's own pictures are, and which files were left out and why."""
    if not prepared.is_own(info.name):
        return
    own = own_sets.find(runs_dir, info.name)
    colours = "colour" if info.channels == 3 else "grey"
    classes = f", {info.num_classes} classes" if info.num_classes else ""
    tell(
        f"{info.title}: {info.num_train} pictures to train on, {info.num_test} held out, "
        f"{info.image_size}×{info.image_size} {colours}{classes} ({info.name})"
    )
    report = own_sets.report_of(own)
    if report is not None:
        for line in found_lines(report):
            tell(line)


def found_lines(report: Report) -> list[str]:
    """What was done to pictures, and what was left out, as lines for people."""
    done = [
        (report.num_animated, "animated: only the first frame was taken"),
        (report.num_transparent, "transparent: set on white"),
        (report.num_rotated, "turned upright, as their camera noted"),
        (report.num_deep, "with more than 8 bits a value: scaled down"),
    ]
    lines = [f"  {count} {words}" for count, words in done if count]
    lines += [
        f"  left out {count}: {REASONS.get(reason, reason)}"
        for reason, count in sorted(report.num_skipped.items())
    ]
    for skipped in report.skipped[:_MAX_NAMED]:
        detail = f" ({skipped.detail})" if skipped.detail else ""
        lines.append(f"    {skipped.name}: {REASONS[skipped.reason]}{detail}")
    unnamed = report.num_left_out - min(len(report.skipped), _MAX_NAMED)
    if unnamed > 0:
        lines.append(f"    and {unnamed} more")
    return lines
