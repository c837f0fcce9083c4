"""The figures of an evaluation: what each is called, and its value in a few characters."""

from __future__ import annotations

import math

from gan_core.evaluation import Evaluation, Figure
from gan_core.runs.newest import NUM_MEANT
from gan_core.text import N_
from pages._parts.i18n import _, ngettext_, translate
from pages._parts.words import number

FIGURES: dict[str, str] = {
    "fid": N_("FID"),
    "kid": N_("KID"),
    "inception_score": N_("Inception-style score"),
    "precision": N_("Precision"),
    "recall": N_("Recall"),
    "density": N_("Density"),
    "coverage": N_("Coverage"),
    "memorisation": N_("Memorisation"),
}
"""What is measured with features, by its name in `Evaluation`; a page translates it."""


def named(figure: str, features: str) -> str:
    """A figure's name with the features that it is of: figures of others cannot be compared."""
    return _("{figure} · {features}").format(figure=figure, features=translate(features))


def figure_words(value: float) -> str:
    """A figure, short: three digits that matter."""
    if not math.isfinite(value):
        return "–"
    if abs(value) >= 1000:
        return number(value).replace("-", "−")
    digits = 0 if value == 0 else 2 - math.floor(math.log10(abs(value)))
    return f"{value:.{min(max(digits, 0), 5)}f}".replace("-", "−")


def has_interval(figure: Figure) -> bool:
    """Whether an interval was measured, too."""
    return figure.low < figure.high


def with_interval(figure: Figure) -> str:
    """A value, and its interval where it has one."""
    value = figure_words(figure.value)
    if not has_interval(figure):
        return value
    return _("{value} ({low}\u00a0–\u00a0{high})").format(
        value=value, low=figure_words(figure.low), high=figure_words(figure.high)
    )


def mean_words() -> str:
    """Of what a training loss is the mean, where the newest ones stand in a table."""
    return _(
        "Training losses are means of a whole epoch or, where none has ended, of the last {n} "
        "records."
    ).format(n=NUM_MEANT)


def num_images(made: Evaluation) -> str:
    """How many images were generated for it."""
    return images_words(made.num_images)


def images_words(num: int) -> str:
    """So many images."""
    return ngettext_("{n} image", "{n} images", num).format(n=number(num))
