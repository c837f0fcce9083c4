"""A sweep as pictures: a figure against one setting, a dot for each run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gan_core.charts.figures import ON_PAPER, Colours, Format, blank, label, saved
from gan_core.charts.palette import RUN_COLOURS, RUN_COLOURS_DARK
from gan_core.config import SettingValue

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDE = 10.0
_MOST_TICKS = 8


@dataclass(frozen=True)
class Dot:
    """One run: its setting, its figure with its interval, and whether it is the best."""

    setting: SettingValue
    value: float
    low: float
    high: float
    is_best: bool = False


@dataclass(frozen=True)
class Words:
    """Of the picture, translated: the setting, the figure, and the word at the best dot."""

    title: str
    setting: str
    figure: str
    best: str


def sweep_figure(
    dots: Sequence[Dot],
    words: Words,
    *,
    colours: Colours = ON_PAPER,
    format: Format = "png",  # noqa: A002 - the word for it, as in Matplotlib
) -> bytes:
    """Draw each run at its setting; where several share one, a line goes through their means.

    Numbers that span a factor of ten or more lie on a log scale; what is no number stands in the
    order in which it comes.

    Returns:
        The bytes of the file.

    Raises:
        BadInputError: an unknown format.
    """
    figure, (axes,) = blank(colours=colours)
    colour = RUN_COLOURS[0] if colours == ON_PAPER else RUN_COLOURS_DARK[0]
    places = _places(axes, [dot.setting for dot in dots])
    for x, dot in zip(places, dots, strict=True):
        if dot.low < dot.high:
            axes.plot([x, x], [dot.low, dot.high], color=colour, linewidth=1.2, alpha=0.7)
    axes.plot(places, [dot.value for dot in dots], "o", color=colour, markersize=6)
    _draw_means(axes, places, dots, colour)
    for x, dot in zip(places, dots, strict=True):
        if dot.is_best:
            axes.plot([x], [dot.value], "o", markersize=13, fillstyle="none", color=colours.ink)
            axes.annotate(
                words.best, (x, dot.value), xytext=(10, -4), textcoords="offset points",
                color=colours.ink, parse_math=False,
            )  # fmt: skip
    label(axes, title=words.title, x=words.setting, y=words.figure, colours=colours)
    axes.grid(alpha=0.25)
    return saved(figure, format)


def _places(axes: Axes, settings: Sequence[SettingValue]) -> list[float]:
    """Where each setting lies on the x axis, which is scaled and labelled for them."""
    numbers = [float(s) for s in settings if isinstance(s, (int, float))]
    if len(numbers) < len(settings):
        kinds = list(dict.fromkeys(map(str, settings)))
        axes.set_xticks(range(len(kinds)), kinds)
        axes.set_xlim(-0.5, len(kinds) - 0.5)
        return [float(kinds.index(str(s))) for s in settings]
    if numbers and min(numbers) > 0 and max(numbers) / min(numbers) >= _WIDE:
        axes.set_xscale("log")
    distinct = sorted(set(numbers))
    if len(distinct) <= _MOST_TICKS:
        axes.set_xticks(distinct, [f"{value:g}" for value in distinct])
        axes.minorticks_off()
    return numbers


def _draw_means(axes: Axes, places: Sequence[float], dots: Sequence[Dot], colour: str) -> None:
    distinct = sorted(set(places))
    if not 1 < len(distinct) < len(places):
        return
    at = {x: [d.value for p, d in zip(places, dots, strict=True) if p == x] for x in distinct}
    means = [float(np.mean(at[x])) for x in distinct]
    axes.plot(distinct, means, color=colour, linewidth=1.4, alpha=0.6)
