"""How far back a sign goes: the last step of a run without it, where a fork may begin.

Each answer is 0, the start, where the sign was there all along or the past tells nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import mean

from gan_core.diagnosis import signs
from gan_core.diagnosis.signals import Signals
from gan_core.evaluation import SheetFigures
from gan_core.metrics.collapse import ALIKE_SHARE, BLANK_SHARE, WINDOW_STEPS

LastWithout = Callable[[Signals], int]
Means = dict[str, float]

START = 0
CLEAR = 2
"""A sheet is without a sign, and a window too, where it is so many times beyond the threshold: at
the threshold itself a failure is well under way."""
_MOSTLY_RIGHT, _MOSTLY_FOOLED = 0.95, 0.3
"""Of means over a window, which single batches soften."""


def while_finite(signals: Signals) -> int:
    """A window before the first loss or weight that was no number.

    The start where the run still shows what the watch had found before: then that is older.
    """
    step = signs.not_finite_step(signals)
    if step is None or signs.saw(signals, *signs.WEARS_OFF):
        return START
    return max(START, step - WINDOW_STEPS)


def while_varied(signals: Signals) -> int:
    """The last sheet whose images were neither alike nor blank."""
    return _last_sheet(
        signals, lambda f: f.between > CLEAR * ALIKE_SHARE and f.within > CLEAR * BLANK_SHARE
    )


def while_settling(signals: Signals) -> int:
    """The last sheet on which the images of the same latents moved by no more than a part."""
    return _last_sheet(
        signals, lambda f: f.moved is not None and f.moved < signs.RESTLESS * f.between
    )


def while_d_erred(signals: Signals) -> int:
    """The last time that D was not as good as always right."""

    def is_without(means: Means) -> bool:
        position = signs.position_of(signals, means["d_loss"])
        right = min(means["d_acc_real"], means["d_acc_fake"])
        return right < _MOSTLY_RIGHT or position > CLEAR * signs.SURE

    return _last_window(signals, ("d_acc_fake", "d_acc_real", "d_loss"), is_without)


def while_d_saw_through(signals: Signals) -> int:
    """The last time that D saw through a good part of what G drew."""
    return _last_window(
        signals, ("d_acc_fake",), lambda means: means["d_acc_fake"] > _MOSTLY_FOOLED
    )


def _last_sheet(signals: Signals, is_without: Callable[[SheetFigures], bool]) -> int:
    known = (*signals.earlier_sheets, *signals.sheets)
    return max((sheet.step for sheet in known if is_without(sheet.figures)), default=START)


def _last_window(
    signals: Signals, keys: tuple[str, ...], is_without: Callable[[Means], bool]
) -> int:
    """The newest step with a window without the sign on either side of it.

    The newest window of all is passed over: that it shows the sign is why one asks.
    """
    curves = [signals.curve(key) for key in keys]
    columns = [dict(zip(curve.past_steps, curve.past, strict=True)) for curve in curves]
    newest = curves[0].steps[:1]
    steps = [step for step in columns[0] if all(step in column for column in columns)]
    steps = [step for step in steps if newest and step <= newest[0]]

    def first_of_window(last: int) -> int:
        return next(i for i, step in enumerate(steps) if step > steps[last] - WINDOW_STEPS)

    def is_calm(last: int) -> bool:
        window = steps[first_of_window(last) : last + 1]
        values = (mean(column[step] for step in window) for column in columns)
        return is_without(dict(zip(keys, values, strict=True)))

    for last in reversed(range(len(steps))):
        before = first_of_window(last) - 1
        if before < 0:
            return START
        if is_calm(last) and is_calm(before):
            return steps[before]
    return START
