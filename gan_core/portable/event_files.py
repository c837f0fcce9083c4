"""`events/`: what a run logs, as an event file that TensorBoard opens.

The file says again what the run directory says already, so it is written anew from there whenever
a worker begins: after a resume no step stands in it twice, and a fork's begins with its parent's
past. Times are the run's start plus its time of training, so pauses leave no holes.
"""

from __future__ import annotations

import errno
import heapq
import io
import math
import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Self

from PIL import Image

from gan_core.config import RunConfig
from gan_core.evaluation import Evaluation
from gan_core.portable import event_records
from gan_core.runs import evaluations
from gan_core.runs.files import TEMPORARY_PREFIX, disk_faults
from gan_core.runs.kept import Stamp, stamp_of
from gan_core.runs.layout import RunPaths, sheet_steps
from gan_core.runs.metrics import Record, decode

_FIGURES = ("fid", "kid", "precision", "recall")
_SHEETS = "samples"

_Past = tuple[int, int, Callable[[], None]]
"""A step, which of its events, and what writes it."""


class EventFile:
    """Appends what a run logs; whole again after each `open`."""

    def __init__(self, paths: RunPaths, config: RunConfig, file: io.FileIO) -> None:
        """Take an open file to write to; `open` makes one."""
        self._paths, self._config, self._file = paths, config, file
        self._begun = datetime.fromisoformat(config.created).timestamp()
        self._elapsed_secs = 0.0
        self._evaluated = -1
        self._evaluations: Stamp | None = None

    @classmethod
    def open(cls, paths: RunPaths, config: RunConfig, step: int) -> Self:
        """Write anew what the run has logged up to `step`, and stay open for more.

        Raises:
            DiskFullError, ReadOnlyError: it cannot be written; an older file stays.
        """
        name = f"events.out.tfevents.{int(time.time()):010d}.{paths.root.name}"
        temporary = paths.events / f"{TEMPORARY_PREFIX}{name}"
        with disk_faults(paths.events):
            paths.events.mkdir(exist_ok=True)
            older = [path for path in paths.events.glob("events.out.*") if path.name != name]
            made = cls(paths, config, io.FileIO(temporary, "wb"))
            try:
                made._tell_past(step)
                temporary.replace(paths.events / name)
            except BaseException:
                made._file.close()
                temporary.unlink(missing_ok=True)
                raise
            for path in older:
                path.unlink(missing_ok=True)
        return made

    def append(self, record: Record) -> None:
        """Add the figures of one record, and the evaluations made since the last one.

        Raises:
            DiskFullError: no space.
        """
        self._add_evaluations()
        self._add_record(record)

    def sheet(self, step: int) -> None:
        """Add the sheet of a step, as it lies in the run's folder.

        Raises:
            DiskFullError: no space.
        """
        png = self._paths.sample(step).read_bytes()
        with Image.open(io.BytesIO(png)) as image:
            size, is_grey = image.size, image.mode == "L"
        self._write(
            event_records.image_event(self._now(), step, _SHEETS, png, size, is_grey=is_grey)
        )

    def close(self) -> None:
        """Add the evaluations that came after the last record, and close the file.

        Raises:
            DiskFullError: no space for them.
        """
        try:
            self._add_evaluations()
        finally:
            self._file.close()

    def _tell_past(self, step: int) -> None:
        settings = {"recipe": self._config.recipe, "dataset": self._config.dataset.name,
                    "seed": self._config.seed, **self._config.settings.as_dict()}  # fmt: skip
        rows = "".join(f"| {name} | {value} |\n" for name, value in settings.items())
        self._write(event_records.first_event(self._begun))
        self._write(event_records.start_event(self._begun))
        table = f"| setting | value |\n| --- | --- |\n{rows}"
        self._write(event_records.text_event(self._begun, "settings", table))
        self._write(event_records.settings_event(self._begun, settings))
        for _step, _order, tell in heapq.merge(*self._past(step), key=lambda one: one[:2]):
            tell()
        self._evaluations = stamp_of(self._paths.evaluations)

    def _past(self, step: int) -> Iterator[Iterator[_Past]]:
        """Records, sheets and evaluations up to a step, each rising."""
        paths = self._paths
        yield ((int(r["step"]), 0, partial(self._add_record, r)) for r in _records(paths, step))
        yield ((s, 1, partial(self.sheet, s)) for s in sheet_steps(paths) if s <= step)
        made = [e for e in evaluations.light(paths) if e.step <= step]
        yield ((e.step, 2, partial(self._add_evaluation, e)) for e in made)

    def _add_record(self, record: Record) -> None:
        elapsed = record.get("elapsed_s", math.nan)
        if math.isfinite(elapsed):
            self._elapsed_secs = float(elapsed)
        values = {key: float(value) for key, value in record.items() if key != "step"}
        self._write(event_records.scalars_event(self._now(), int(record["step"]), values))

    def _add_evaluations(self) -> None:
        """Those while training that are not told yet."""
        stamp = stamp_of(self._paths.evaluations)
        if stamp == self._evaluations:
            return
        self._evaluations = stamp
        for made in evaluations.light(self._paths):
            if made.step > self._evaluated:
                self._add_evaluation(made)

    def _add_evaluation(self, made: Evaluation) -> None:
        self._evaluated = made.step
        self._write(event_records.scalars_event(self._now(), made.step, _figures(made)))

    def _now(self) -> float:
        return self._begun + self._elapsed_secs

    def _write(self, event: bytes) -> None:
        record = event_records.record(event)
        with disk_faults(self._paths.events):
            if self._file.write(record) != len(record):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._paths.events))


def _records(paths: RunPaths, step: int) -> Iterator[Record]:
    """The sound records of a run's log up to a step."""
    if not paths.metrics.is_file():
        return
    with paths.metrics.open("rb") as file:
        for line in file:
            record = decode(line)
            if record is not None and record["step"] <= step:
                yield record


def _figures(made: Evaluation) -> dict[str, float]:
    """The figures of an evaluation; the features they are of are a part of the tag."""
    found = {name: getattr(made, name) for name in _FIGURES}
    values = {name: figure.value for name, figure in found.items() if figure is not None}
    if made.classes is not None:
        values["classes_hit"] = float(made.classes.num_hit)
    return {f"evaluation/{name} · {made.features.name}": v for name, v in values.items()}
