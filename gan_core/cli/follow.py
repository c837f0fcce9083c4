"""Follow a run on the terminal: a bar where there is one, plain lines elsewhere."""

from __future__ import annotations

import math
import sys
import time
from typing import Any

from gan_core.cli.output import tell
from gan_core.runs.metrics import MetricReader
from gan_core.runs.store import RunView

LINE_SECS = 5.0
_SHOWN = (("d_loss", "D {:.3f}"), ("g_loss", "G {:.3f}"), ("images_per_s", "{:.0f} images/s"))


class Follower:
    """Told what was seen at each look; shows what is new."""

    def __init__(self, view: RunView) -> None:
        self._reader = MetricReader(view.paths.metrics)
        self._said = ""
        self._step = -1
        self._line_at = -math.inf
        self._bar: Any = None
        self._on_terminal = sys.stderr.isatty()

    def __call__(self, view: RunView) -> None:
        """Show how far the run is."""
        self._reader.poll()
        status = view.status
        said = f"{status.state}: {status.message}" if status.message else status.state
        if said != self._said:
            self._said = said
            self._tell(said)
        if status.state == "running":
            if self._on_terminal:
                self._draw(status.step, status.total_steps)
            else:
                self._line(status.step, status.total_steps)

    def close(self) -> None:
        """Leave the terminal as it should be."""
        if self._bar is not None:
            self._bar.close()

    def figures(self) -> str:
        """The newest losses and the speed, in a few words."""
        columns = self._reader.columns
        newest = ((text, columns[key][-1]) for key, text in _SHOWN if columns.get(key))
        return "  ".join(text.format(value) for text, value in newest if math.isfinite(value))

    def _tell(self, said: str) -> None:
        if self._bar is not None:
            self._bar.clear()
        tell(said)

    def _draw(self, step: int, total: int) -> None:
        from tqdm import tqdm

        if self._bar is None:
            self._bar = tqdm(total=total, initial=step, unit="step", leave=False)
        self._bar.set_postfix_str(self.figures(), refresh=False)
        self._bar.update(step - self._bar.n)

    def _line(self, step: int, total: int) -> None:
        now = time.monotonic()
        if step != self._step and now - self._line_at >= LINE_SECS:
            self._step, self._line_at = step, now
            tell(f"step {step} of {total}  {self.figures()}".rstrip())
