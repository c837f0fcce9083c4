"""The figures of an evaluation and their names; the features they are of are a part of a name."""

from __future__ import annotations

from collections.abc import Callable

from gan_core.evaluation import Evaluation, Figure
from pages._parts.i18n import _, ngettext_
from pages._parts.words import number

FIGURES: dict[str, Callable[[], str]] = {
    "fid": lambda: _("FID"),
    "kid": lambda: _("KID"),
    "inception_score": lambda: _("Inception-style score"),
    "precision": lambda: _("Precision"),
    "recall": lambda: _("Recall"),
    "density": lambda: _("Density"),
    "coverage": lambda: _("Coverage"),
    "memorisation": lambda: _("Memorisation"),
}
"""What is measured with features, by its name in `Evaluation`: its title, translated when asked."""


def num_images(made: Evaluation) -> str:
    """How many images were generated for it."""
    return ngettext_("{n} image", "{n} images", made.num_images).format(n=number(made.num_images))


def with_interval(figure: Figure) -> str:
    """A value, and its interval where it has one."""
    value = short(figure.value)
    if figure.low == figure.high:
        return value
    return f"{value} ({short(figure.low)} – {short(figure.high)})"


def short(value: float) -> str:
    """A measured number in three or four characters that mean something."""
    size = abs(value)
    if size >= 1000:
        return number(value)
    digits = 1 if size >= 10 else 2 if size >= 1 else 3
    return f"{value:.{digits}f}" if size >= 0.001 or size == 0 else f"{value:.1e}"
