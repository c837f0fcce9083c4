"""One run's curves as every viewer gets them: read a piece at a time, reduced once."""

from __future__ import annotations

import statistics
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gan_core.charts.reduce import curve_payload
from gan_core.runs.layout import RunPaths
from gan_core.runs.metrics import MetricReader

CURVES = (
    *("d_loss", "g_loss", "d_acc_real", "d_acc_fake", "eval_d_loss", "eval_g_loss"),
    *("loss", "val_loss", "reconstruction", "kl"),
)
MAX_POINTS = 500
_RECENT = 20


@dataclass(frozen=True)
class Curves:
    """What a tick shows.

    Attributes:
        points: `{key: {"x": [...], "y": [...]}}`, at most 500 points each.
        step: the newest logged step.
        epoch: the epoch of that step.
        elapsed_secs: time spent training.
        images_per_s: the median of the last records.
        num_bad_lines: records that could not be read.
    """

    points: dict[str, Any]
    step: int = 0
    epoch: float = 0.0
    elapsed_secs: float = 0.0
    images_per_s: float = 0.0
    num_bad_lines: int = 0


class Feed:
    """Reads `metrics.jsonl` for all viewers; safe to call from their threads."""

    def __init__(self, run_dir: Path) -> None:
        self._reader = MetricReader(RunPaths(run_dir).metrics)
        self._lock = threading.Lock()
        self._newest = Curves(points={key: {"x": [], "y": []} for key in CURVES})
        self._reduced_step = -1

    def curves(self) -> Curves:
        """The curves as they are now; worked out anew only when something was logged."""
        with self._lock:
            self._reader.poll()
            steps = self._reader.columns["step"]
            if steps and steps[-1] != self._reduced_step:
                self._newest = self._reduced()
                self._reduced_step = int(steps[-1])
            return self._newest

    def _reduced(self) -> Curves:
        columns = self._reader.columns
        keys = [key for key in CURVES if key in columns]
        return Curves(
            points=curve_payload(columns, keys, MAX_POINTS),
            step=int(columns["step"][-1]),
            epoch=_last(columns, "epoch"),
            elapsed_secs=_last(columns, "elapsed_s"),
            images_per_s=_recent_median(columns.get("images_per_s", [])),
            num_bad_lines=self._reader.num_bad_lines,
        )


def _last(columns: dict[str, list[float]], key: str) -> float:
    values = columns.get(key)
    return values[-1] if values else 0.0


def _recent_median(values: list[float]) -> float:
    recent = [v for v in values[-_RECENT:] if v == v]  # NaN is not equal to itself
    return statistics.median(recent) if recent else 0.0
