"""How far a run has come: its best step, and whether it still gets better."""

from __future__ import annotations

import math
from itertools import pairwise
from statistics import mean

from gan_core.diagnosis.signals import Signals
from gan_core.diagnosis.signs import judged
from gan_core.runs import evaluations

SINCE_BEST, EPOCHS_SINCE_BEST = 5, 10
"""So many evaluations, or epochs of an autoencoder, without a better one."""
GAINS, NO_GAIN = 0.01, 0.001
"""By which an autoencoder's loss falls from quarter to quarter where it learns, or does not."""


def best_of(signals: Signals) -> tuple[int, int] | None:
    """The best step by a figure that is measured again and again, and how often it was since.

    The Fréchet distance of the light evaluations, of all of them; the step is that of the snapshot
    that the whole program calls best. Autoencoders of which none was made: the loss on held-out
    images at the end of each epoch, whether or not there is a snapshot of it.
    """
    found = measured(signals)
    if found:
        return _best_snapshot(found, signals.best_step)
    curve = signals.curve("val_loss")
    if signals.recipe.family == "gan" or not curve.num:
        return None
    return curve.lowest_step, curve.num_since_lowest


def snapshot_of_best(signals: Signals) -> int | None:
    """The newest snapshot that is not after the best step; of an evaluated one its own."""
    best = best_of(signals)
    if best is None:
        return None
    if measured(signals):
        return best[0]
    return max((step for step in signals.snapshots if step <= best[0]), default=None)


def measured(signals: Signals) -> tuple[tuple[int, float], ...]:
    """Step and distance of each light evaluation, in the features of the newest one."""
    found = evaluations.alike(signals.light)
    return tuple((e.step, e.fid.value) for e in found if e.fid is not None)


def _best_snapshot(
    found: tuple[tuple[int, float], ...], best_step: int | None
) -> tuple[int, int] | None:
    """A better one may have been measured of a snapshot that is gone: then it counts from there."""
    if best_step is None:
        return None
    lowest = min(found, key=lambda pair: pair[1])[0]
    return best_step, sum(step > max(best_step, lowest) for step, _ in found)


def is_still_improving(signals: Signals) -> bool:
    """Whether the figure that is measured again and again was clearly better each time of late.

    Of distances the newest two steps by a tenth each, of an autoencoder's loss the newest quarter
    of the run by a hundredth: what a published run of 50 epochs gains in its last ten.
    """
    if signals.recipe.family == "gan":
        found = [e.fid.value for e in judged(signals) if e.fid is not None][-3:]
        return len(found) == 3 and all(b < 0.9 * a for a, b in pairwise(found))
    return late_gain(signals) > GAINS


def late_gain(signals: Signals) -> float:
    """By which share an autoencoder's loss fell from the last but one quarter of a run to the last.

    NaN where there is too little to tell. On held-out images, where there are.
    """
    past = signals.curve("val_loss").past or signals.curve("loss").past
    quarter = len(past) // 4
    if quarter < 2:
        return math.nan
    return 1 - mean(past[-quarter:]) / mean(past[-2 * quarter : -quarter])


def has_stopped_improving(signals: Signals) -> bool:
    """Whether the best step was long ago, and lately nothing was gained on the way either."""
    best = best_of(signals)
    if best is None:
        return False
    if signals.recipe.family == "gan":
        return best[1] >= SINCE_BEST
    num_since = best[1] if measured(signals) else min(best[1], _num_parts_since_lowest(signals))
    return num_since >= EPOCHS_SINCE_BEST and late_gain(signals) < NO_GAIN


def _num_parts_since_lowest(signals: Signals) -> int:
    """Of a long run a part is several epochs: the lowest of many single ones comes by chance."""
    past = signals.curve("val_loss").past
    return len(past) - 1 - past.index(min(past)) if past else 0


def is_rebuilding_no_worse(signals: Signals) -> bool:
    """Whether held-out images are rebuilt no worse in the newest epochs than in those before.

    Three of each, or as many as there are. No, where nothing was held out, or no two epochs are
    over.
    """
    values = signals.curve("val_loss").values
    num = min(3, len(values) // 2)
    if not num:
        return False
    return mean(values[-num:]) <= (1 + NO_GAIN) * mean(values[-2 * num : -num])


def usual_length(signals: Signals) -> int:
    """How many steps the recipe trains unless told."""
    recipe = signals.recipe
    if recipe.default_steps is not None:
        return recipe.default_steps
    return round((recipe.default_epochs or 1) * signals.config.steps_per_epoch)
