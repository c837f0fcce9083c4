"""Questions to the signals, each with a plain answer; what the rules are made of."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from statistics import median
from typing import Literal

from gan_core.config import GanLoss, Settings
from gan_core.data import prepared
from gan_core.diagnosis.signals import Signals
from gan_core.evaluation import Evaluation
from gan_core.metrics.collapse import (
    ALIKE_SHARE,
    BLANK_SHARE,
    WINDOW_STEPS,
    ended_without_number,
    far_off,
)
from gan_core.recipes import registry
from gan_core.recipes.layers import BatchNorm, Network
from gan_core.recipes.recipe import ImageShape

GAN_WARM_UP = 2 * WINDOW_STEPS
"""Every GAN begins with a D that sees through a G that draws noise."""

SURE = 0.05
"""Below this share of the loss of a D that guesses, D is as good as sure."""
GUESSES = 0.9
"""From this share on, D does no better than guessing."""
BETTER_THAN_CHANCE = 0.6
"""Of all images; below, D may as well toss a coin."""
DStands = Literal["ahead", "critic ahead", "right", "guessing", "unknown"]

RESTLESS, RESTLESS_SHEETS, RESTLESS_STEPS = 0.85, 4, 1000
"""Images of the same latents move as far as different images are apart, sheet after sheet."""
WORD_HOLDS_STEPS = 1000
"""So long the collapse watch is believed where nothing newer tells whether it is still right."""
BY_HEART = 0.6
"""Little more than half as far from a training image as those are from each other, or as images
held out are: no accident."""
SURELY_SEEN = 10
"""Images of a class that chance would have made; none of them comes once in 20 000 times."""
LIKE_REAL = 0.3
"""Of so many images among the real ones, classes can be counted."""

_LN2 = math.log(2)
_GUESSING: dict[GanLoss, float] = {
    "non-saturating": 2 * _LN2,
    "minimax": 2 * _LN2,
    "least-squares": 0.5,  # D answers one half everywhere
    "hinge": 2.0,
}
"""The sum of D's two parts where it only guesses; the other games have no such number."""


def warm_up_steps(signals: Signals) -> int:
    """How long nothing can be said of a run, from where it began; a fork has learnt before."""
    if signals.begins >= GAN_WARM_UP or signals.recipe.family != "gan":
        return WINDOW_STEPS
    return GAN_WARM_UP


def is_warm(signals: Signals) -> bool:
    """Whether the run has gone on long enough to be judged."""
    return signals.step - signals.begins >= warm_up_steps(signals)


def has_ended(signals: Signals) -> bool:
    """Whether nobody trains it at the moment and nobody is about to."""
    return signals.status.state in {"completed", "stopped"}


def stopped_early(signals: Signals) -> bool:
    """Whether the setting `early_stopping` ended it."""
    patience = signals.settings.early_stopping or 0
    is_short = signals.step < signals.config.total_steps
    return signals.status.state == "completed" and is_short and patience > 0


def is_gan(signals: Signals) -> bool:
    """Whether two networks play, both of them learning."""
    return signals.recipe.family == "gan" and signals.settings.lesson in {None, "both"}


# D and G


def d_position(signals: Signals) -> float:
    """Where D's usual loss lies; see `position_of`."""
    return position_of(signals, signals.curve("d_loss").usual)


def position_of(signals: Signals, d_loss: float) -> float:
    """Where a loss of D lies: 0 where D is always sure and right, 1 where it only guesses.

    D's loss is a sum of two parts or their mean, as the recipe counts, and smoothed labels keep
    it above zero. NaN for a game whose loss has no such scale.
    """
    settings = signals.settings
    guessing = _GUESSING.get(settings.loss or "non-saturating")
    if guessing is None:
        return math.nan
    least = _entropy(settings.label_smoothing or 0.0) if is_logistic(signals) else 0.0
    scale = 0.5 if signals.recipe.d_loss_scale == "mean" else 1.0
    return (d_loss / scale - least) / (guessing - least)


def is_logistic(signals: Signals) -> bool:
    """Whether D's answers are compared with labels by cross-entropy."""
    return signals.settings.loss in {None, "non-saturating", "minimax"}


def _entropy(p: float) -> float:
    """Of a coin, in nats: the least cross-entropy against a smoothed label."""
    return 0.0 if p in {0.0, 1.0} else -p * math.log(p) - (1 - p) * math.log(1 - p)


def d_is_always_right(signals: Signals) -> bool:
    """D names nearly every real and every generated image rightly, all through the window."""
    real, fake = signals.curve("d_acc_real"), signals.curve("d_acc_fake")
    return fake.lasts and min(real.share(0.97, 1), fake.share(0.97, 1)) >= 0.9


def d_is_told_of_real_images_alone(signals: Signals) -> bool:
    """Whether D's loss has no term for generated images, and D does take them all for real."""
    return signals.settings.loss == "kl" and d_is_fooled(signals)


def d_stands(signals: Signals) -> DStands:
    """How D does over the newest window: by the images that it names rightly, and its loss."""
    right = (signals.curve("d_acc_real").usual + signals.curve("d_acc_fake").usual) / 2
    if math.isnan(right):
        return "unknown"
    if d_is_always_right(signals):
        if signals.settings.loss == "wasserstein-gp":
            return "critic ahead"
        return "ahead" if d_position(signals) >= SURE else "unknown"
    return "guessing" if right < BETTER_THAN_CHANCE else "right"


def d_is_not_winning(signals: Signals) -> bool:
    """Whether alike images cannot be put down to a D that leaves G no way."""
    return not (d_is_always_right(signals) and d_position(signals) < SURE)


def d_is_fooled(signals: Signals) -> bool:
    """D takes nearly every generated image for real, all through the window."""
    fake = signals.curve("d_acc_fake")
    return fake.lasts and fake.share(0.0, 0.2) >= 0.9


def oscillates(signals: Signals) -> bool:
    """Whether G draws something else at each sheet, again and again, instead of settling.

    On a sheet the latents are always the same. In a run that learns, their images soon move by a
    small part of what they differ from each other.
    """
    newest = [sheet.figures for sheet in signals.sheets[-RESTLESS_SHEETS:]]
    if len(newest) < RESTLESS_SHEETS or signals.step - signals.begins < RESTLESS_STEPS:
        return False
    return all(f.moved is not None and f.moved >= RESTLESS * f.between for f in newest)


# What the collapse watch found


def saw(signals: Signals, *found: str) -> bool:
    """Whether the collapse watch found one of these, and the run still shows it.

    The watch speaks once; a run may recover. What is no number stays so: that always holds.
    """
    collapse = signals.watched.collapse
    if collapse is None:
        return False
    return any(_still_shows(signals, sign) for sign in collapse.signals if sign in found)


def watch_holds(signals: Signals) -> bool:
    """Whether anything that the collapse watch found still shows."""
    collapse = signals.watched.collapse
    return collapse is not None and saw(signals, *collapse.signals)


def _still_shows(signals: Signals, sign: str) -> bool:
    """Whether the newest window, or the newest sheets, show a sign of the watch.

    Where there is too little of them, its word holds for `WORD_HOLDS_STEPS`.
    """
    if sign == "not_finite":
        return True
    collapse = signals.watched.collapse
    is_of_sheets = sign in {"blank", "alike"}
    is_known = bool(signals.recent_sheets) if is_of_sheets else signals.curve("g_loss").lasts
    if collapse is not None and not is_known:
        return signals.step - collapse.step < WORD_HOLDS_STEPS
    return sign in _SHOWN and _SHOWN[sign](signals)


def not_finite_step(signals: Signals) -> int | None:
    """When a loss or a weight was no number any more, if ever.

    The last words of a run that ended for it say so, too: they are all that a run has that came as
    a zip.
    """
    status, collapse = signals.status, signals.watched.collapse
    said = ended_without_number(status.message) if status.state == "failed" else None
    if said is not None or collapse is None or "not_finite" not in collapse.signals:
        return said
    return collapse.not_finite_step or collapse.step


def is_not_finite(signals: Signals) -> bool:
    """Whether a loss or a weight was no number any more."""
    return not_finite_step(signals) is not None


def g_runs_away(signals: Signals) -> bool:
    """Whether G's usual loss is far above what it was before the watch found something."""
    collapse, curve = signals.watched.collapse, signals.curve("g_loss")
    healthy_step = collapse.healthy_step if collapse is not None else 0
    pairs = zip(curve.past_steps, curve.past, strict=True)
    before = [value for step, value in pairs if step <= healthy_step]
    return curve.usual > far_off(median(before) if before else math.inf)


_SHOWN: dict[str, Callable[[Signals], bool]] = {
    "d_loss_zero": lambda signals: d_position(signals) < SURE,
    "d_always_right": d_is_always_right,
    "g_runs_away": g_runs_away,
    "blank": lambda signals: sheets_are_blank(signals, BLANK_SHARE),
    "alike": lambda signals: sheets_are_alike(signals, ALIKE_SHARE),
}
WEARS_OFF = tuple(_SHOWN)
"""What the watch may have found and a run may be over."""


# The images


def sheets_are_alike(signals: Signals, at_most: float) -> bool:
    """Whether the images of each recent sheet differ by no more than this share of real ones."""
    sheets = signals.recent_sheets
    return bool(sheets) and all(sheet.figures.between <= at_most for sheet in sheets)


def sheets_are_blank(signals: Signals, at_most: float) -> bool:
    """Whether the images of each recent sheet have no more than this share of real contrast."""
    sheets = signals.recent_sheets
    return bool(sheets) and all(sheet.figures.within <= at_most for sheet in sheets)


def repeats_training_images(signals: Signals, at_most: float) -> bool:
    """Whether each recent sheet lies this near to training images, as a share of their distance."""
    near = [s.figures.nearest for s in signals.recent_sheets if s.figures.nearest is not None]
    return bool(near) and len(near) == len(signals.recent_sheets) and max(near) <= at_most


def nearest(signals: Signals) -> float | None:
    """How far the newest sheet lies from training images, as a share of their own distance."""
    return signals.sheets[-1].figures.nearest if signals.sheets else None


def measured_as_copies(signals: Signals) -> Evaluation | None:
    """The newest evaluation, if it finds images clearly nearer to training than held-out ones."""
    found = [e for e in (*signals.light, *signals.full) if e.memorisation is not None]
    newest = max(found, key=lambda e: e.step, default=None)
    if newest is None or newest.memorisation is None or newest.memorisation.high >= BY_HEART:
        return None
    return newest


def memorises(signals: Signals) -> bool:
    """Whether training images are drawn again: on all recent sheets, or as it was measured."""
    if not is_warm(signals):
        return False
    on_sheets = repeats_training_images(signals, BY_HEART)
    return on_sheets or measured_as_copies(signals) is not None


def judged(signals: Signals) -> tuple[Evaluation, ...]:
    """The light evaluations after the warm-up, in the features of the newest one."""
    since = signals.begins + warm_up_steps(signals)
    late = [e for e in signals.light if e.step >= since]
    return tuple(e for e in late if e.features.sha256 == late[-1].features.sha256)


def precision(evaluation: Evaluation) -> float:
    """The share of images that lie among real ones; 0 where it was not measured."""
    return evaluation.precision.value if evaluation.precision is not None else 0.0


def missing_classes(signals: Signals) -> tuple[str, ...]:
    """Classes that the newest two evaluations both lack, and chance does not explain.

    What a classifier says of images that are like no real ones is not counted.
    """
    counted = [e for e in judged(signals) if e.classes is not None][-2:]
    if len(counted) < 2 or any(precision(e) < LIKE_REAL for e in counted):
        return ()
    missing = [set(e.classes.missing) for e in counted if e.classes is not None]
    lacking = missing[0] & missing[1]
    shares = _least_shares(signals, counted[-1])
    num = min(e.num_images for e in counted)
    expected = {name for name in lacking if num * shares.get(name, 0.0) >= SURELY_SEEN}
    by_chance = sum((1 - share) ** num for share in shares.values())
    if not expected and len(lacking) >= 1 + by_chance + 3 * math.sqrt(by_chance):
        expected = lacking  # each may be, but not so many
    return tuple(name for name in shares if name in expected)


def _least_shares(signals: Signals, evaluation: Evaluation) -> dict[str, float]:
    """How often each class comes among real images, at least; nothing where that is not known.

    The sets that come with the program are even. Of own ones the real images were counted: of few
    images, so two standard errors are taken off.
    """
    classes = evaluation.classes
    if classes is None:
        return {}
    if not prepared.is_own(signals.config.dataset.name):
        return dict.fromkeys(classes.names, 1 / len(classes.names))
    pairs = zip(classes.names, classes.real_shares, strict=False)  # none in older evaluations
    return {
        name: max(0.0, share - 2 * math.sqrt(share * (1 - share) / max(evaluation.num_real, 1)))
        for name, share in pairs
    }


# The settings


def images_per_norm(signals: Signals) -> int | None:
    """The fewest images that batch normalisation averages over; `None` where no network has it."""
    recipe, settings = signals.recipe, signals.settings
    in_g, in_second = _normalise(recipe.name, settings, signals.config.dataset.image_shape)
    sizes = []
    if in_g:
        makes_half = recipe.turns.half_batches and not recipe.turns.inference_fakes
        sizes.append(_shown_to_d(signals) if makes_half else settings.batch_size)
    if in_second:
        joined = 2 if settings.d_batches == "joint" else 1
        sizes.append(joined * _shown_to_d(signals))
        if not recipe.turns.simultaneous:
            sizes.append(settings.batch_size)  # generated ones alone, when it is G's turn
    return min(sizes, default=None)


def _shown_to_d(signals: Signals) -> int:
    """Images of each kind that D sees at a time; an autoencoder sees the whole batch."""
    size = signals.settings.batch_size
    return size // 2 if signals.recipe.turns.half_batches else size


@functools.lru_cache(maxsize=256)
def _normalise(recipe: str, settings: Settings, shape: ImageShape) -> tuple[bool, bool]:
    """Whether G (a decoder) and whether D (an encoder) has batch normalisation."""
    g, second = registry.get(recipe).networks(settings, shape)
    return _has_norm(g), _has_norm(second)


def _has_norm(network: Network) -> bool:
    return any(isinstance(layer, BatchNorm) for layer in network.layers)


def beta(signals: Signals) -> float:
    """The weight of KL; 1 in runs from before it was a setting."""
    value = signals.settings.as_dict().get("beta", 1.0)
    return float(value) if isinstance(value, int | float) else 1.0


def scales_differ(signals: Signals) -> bool:
    """Whether G's last function cannot reach the range that real images are scaled to."""
    reached = {"tanh": "-1,1", "sigmoid": "0,1"}
    output = signals.settings.output_activation
    return output is not None and reached[output] != signals.settings.pixel_range
