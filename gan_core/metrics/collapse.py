"""Signs that a GAN's training has collapsed, and the watch that waits until they last.

One bad number means nothing in a GAN: D's accuracy swings between 4 % and 98 % in a good run, and
every run begins with sheets that are all alike. So each sign must last, and most must come together
with another one.
"""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gan_core.config import GanLoss
from gan_core.metrics.variety import Variety, variety
from gan_core.text import N_

Signal = Literal["not_finite", "d_loss_zero", "d_always_right", "g_runs_away", "blank", "alike"]

SIGNAL_WORDS: dict[Signal, str] = {
    "not_finite": N_("a loss is no longer a number"),
    "d_loss_zero": N_("D's loss has fallen to zero"),
    "d_always_right": N_("D is right about every image"),
    "g_runs_away": N_("G's loss is running away"),
    "blank": N_("the images are blank"),
    "alike": N_("all images are alike"),
}

LOSS_NOT_FINITE = N_("At step {step} a loss was no longer a finite number.")
WEIGHT_NOT_FINITE = N_("At step {step} a weight was no longer a finite number.")
"""What a run says that ends for it."""

WINDOW_STEPS = 200
"""How long a sign must last, in steps."""

LOST_STEPS = 1000
"""How long D may win all the time, whatever G's loss, before the game is called lost."""

MIN_RECORDS = 15
"""And how many records must show it."""

MIN_SHEETS = 3
"""And how many sheets, where sheets show it."""

_ZERO_SHARE = 0.05  # of the loss of a D that only guesses
_RIGHT = 0.995
_FAR_OFF = 9.0  # the text: "climbs past 9"
_TIMES_ITS_PAST = 4.0
BLANK_SHARE = 0.08  # of the real images' figures
ALIKE_SHARE = 0.12  # likewise
_VARIED_SHARE = 0.4
_LOGISTIC: frozenset[GanLoss | None] = frozenset({None, "non-saturating"})
_D_BALANCE = {"mean": math.log(2), "sum": 2 * math.log(2)}


def far_off(usual: float) -> float:
    """From where on G's loss is running away, by what it usually was; by itself where unknown."""
    return min(_FAR_OFF, max(_TIMES_ITS_PAST * usual, 4.0))


def is_finite(record: Mapping[str, float]) -> bool:
    """Whether all losses of a record are numbers."""
    return all(math.isfinite(v) for key, v in record.items() if key.endswith("loss"))


def ended_without_number(message: str) -> int | None:
    """At which step a loss or a weight was no number, if a run's last words say so."""
    for template in (LOSS_NOT_FINITE, WEIGHT_NOT_FINITE):
        before, after = map(re.escape, template.split("{step}"))
        if (found := re.match(f"{before}([0-9]{{1,12}}){after}", message)) is not None:
            return int(found[1])
    return None


@dataclass(frozen=True)
class Finding:
    """What the watch saw.

    Attributes:
        step: when it was sure.
        healthy_step: the last step at which there was no sign of it.
        signals: what it saw.
        evidence: the figures behind it.
    """

    step: int
    healthy_step: int
    signals: tuple[Signal, ...]
    evidence: dict[str, float]


class CollapseWatch:
    """Told every logged record and every sheet; answers once, when training has collapsed.

    It keeps a few hundred numbers and no image. A resumed run starts with an empty memory: it
    needs a window of new records before it can be sure of anything again.
    """

    def __init__(
        self,
        *,
        is_gan: bool,
        d_loss_scale: Literal["mean", "sum"],
        loss: GanLoss | None,
        real_images: NDArray[np.uint8],
    ) -> None:
        """Begin with an empty memory.

        Args:
            is_gan: autoencoders have no D; only their numbers and sheets are watched.
            d_loss_scale: how D's loss is counted; says at which loss D only guesses.
            loss: the game; signs that belong to another one are left out.
            real_images: some real images, uint8 `[N, H, W, C]`, to compare sheets with.
        """
        self._watches_losses = is_gan and loss in _LOGISTIC
        self._zero = _ZERO_SHARE * _D_BALANCE[d_loss_scale]
        self._real = variety(real_images)
        self._records: deque[tuple[int, Mapping[str, float]]] = deque()
        self._g_past: list[float] = []
        self._sheets: deque[tuple[int, Variety]] = deque()
        self._was_varied = False
        self._winning_since: int | None = None
        self.healthy_step = 0
        self.finding: Finding | None = None

    def observe(self, step: int, record: Mapping[str, float]) -> Finding | None:
        """Look at the metrics of a step; the finding, if this record made it certain."""
        if not is_finite(record):
            return self._found(step, ["not_finite"])
        if not self._watches_losses:
            return None
        self._records.append((step, record))
        while self._records[0][0] < step - WINDOW_STEPS and len(self._records) > MIN_RECORDS:
            self._records.popleft()
        return self._judge(step)

    def observe_sheet(self, step: int, images: NDArray[np.uint8]) -> Finding | None:
        """Look at a sample sheet's images, uint8 `[N, H, W, C]`."""
        self._sheets.append((step, variety(images)))
        while len(self._sheets) > MIN_SHEETS and self._sheets[1][0] <= step - WINDOW_STEPS:
            self._sheets.popleft()
        if self._spans_a_window() and all(
            seen.between > _VARIED_SHARE * self._real.between for _, seen in self._sheets
        ):
            self._was_varied = True
        return self._judge(step)

    def _judge(self, step: int) -> Finding | None:
        lasting = self._lasting_loss_signals()
        sheets = self._lasting_sheet_signals()
        d_wins = {"d_loss_zero", "d_always_right"} <= set(lasting)
        # A healthy G loses 0.5 to 3; past 9 it fools D once in ten thousand times.
        is_lost = "g_runs_away" in lasting and (d_wins or self._usual_g_loss() > _FAR_OFF)
        self._winning_since = (self._winning_since or step) if d_wins else None
        is_lost |= self._winning_since is not None and step - self._winning_since >= LOST_STEPS
        # Sheets are blank and alike before the first lesson too: only a fall counts, or the
        # company of a D that has won.
        has_fallen = bool(sheets) and (self._was_varied or d_wins)
        if is_lost or has_fallen:
            return self._found(step, [*lasting, *sheets])
        if not lasting and not self._newest_shows_signs():
            self.healthy_step = step
        return None

    def _newest_shows_signs(self) -> bool:
        """Whether the newest record or the newest sheet by itself looks like a collapse."""
        if self._records and self._records[-1][1]["g_loss"] > _FAR_OFF:
            return True
        return bool(self._sheets) and bool(self._sheet_signals([self._sheets[-1]]))

    def _lasting_loss_signals(self) -> list[Signal]:
        """The signs that all records of a whole window show."""
        steps = [step for step, _ in self._records]
        if len(steps) < MIN_RECORDS or steps[-1] - steps[0] < WINDOW_STEPS * 0.9:
            return []
        records = [record for _, record in self._records]
        g_loss = self._usual_g_loss()
        right = [min(r["d_acc_real"], r["d_acc_fake"]) for r in records]
        found: list[Signal] = []
        if median(r["d_loss"] for r in records) < self._zero:
            found.append("d_loss_zero")
        if sum(share >= _RIGHT for share in right) >= 0.95 * len(right):
            found.append("d_always_right")
        if self._runs_away(g_loss):
            found.append("g_runs_away")
        if not found:
            self._g_past.append(g_loss)
        return found

    def _usual_g_loss(self) -> float:
        return median(record["g_loss"] for _, record in self._records)

    def _runs_away(self, g_loss: float) -> bool:
        usual = median(self._g_past[-500:]) if self._g_past else math.inf
        return g_loss > far_off(usual)

    def _lasting_sheet_signals(self) -> list[Signal]:
        return self._sheet_signals(self._sheets) if self._spans_a_window() else []

    def _spans_a_window(self) -> bool:
        """Whether there are enough sheets, over long enough."""
        if len(self._sheets) < MIN_SHEETS:
            return False
        return self._sheets[-1][0] - self._sheets[0][0] >= WINDOW_STEPS

    def _sheet_signals(self, sheets: Sequence[tuple[int, Variety]]) -> list[Signal]:
        """The signs that all of these sheets show."""
        found: list[Signal] = []
        if all(seen.within < BLANK_SHARE * self._real.within for _, seen in sheets):
            found.append("blank")
        if all(seen.between < ALIKE_SHARE * self._real.between for _, seen in sheets):
            found.append("alike")
        return found

    def _found(self, step: int, signals: list[Signal]) -> Finding | None:
        if self.finding is not None:
            return None
        evidence: dict[str, float] = {}
        if self._records:
            newest = self._records[-1][1]
            keys = ("d_loss", "g_loss", "d_acc_real", "d_acc_fake")
            evidence = {key: round(newest[key], 4) for key in keys if math.isfinite(newest[key])}
        if self._sheets:
            seen = self._sheets[-1][1]
            evidence["variety"] = round(seen.between / max(self._real.between, 1e-6), 4)
        self.finding = Finding(step, self.healthy_step, tuple(signals), evidence)
        return self.finding
