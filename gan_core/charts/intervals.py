"""Figures with their intervals as dots with bars, each kind on an axis of its own.

What cannot be compared shares no axis: a distance from 0 upwards, a share from 0 to 1. No radar:
its area depends on the order of its spokes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gan_core.charts.figures import ON_PAPER, Colours, Format, Mark, blank, label, mark, saved
from gan_core.charts.palette import DISCRIMINATOR
from gan_core.evaluation import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW, _AROUND, _WIDTH = 0.26, 0.85, 6.4  # inches


@dataclass(frozen=True)
class Scale:
    """Figures that share an axis.

    Attributes:
        title: what the axis is, and which way is better.
        dots: a word for each figure, the first at the top.
        low, high: how far the axis goes at least.
        marks: what a figure is to be seen beside, such as the best that is possible.
    """

    title: str
    dots: tuple[tuple[str, Figure], ...]
    low: float = 0.0
    high: float | None = None
    marks: tuple[Mark, ...] = field(default=())


def interval_figure(
    scales: Sequence[Scale],
    *,
    title: str,
    colours: Colours = ON_PAPER,
    format: Format = "png",  # noqa: A002 - the word for it, as in Matplotlib
) -> bytes:
    """Draw each figure as a dot and its interval as a bar.

    Args:
        scales: one axis each, below each other.
        title: words above all, already translated.
        colours: of words and ground.
        format: "png" (960 pixels wide) or "svg".

    Returns:
        The bytes of the file.

    Raises:
        BadInputError: an unknown format.
    """
    heights = [_AROUND + _ROW * len(scale.dots) for scale in scales]
    figure, axes = blank(size=(_WIDTH, 0.4 + sum(heights)), heights=heights, colours=colours)
    figure.suptitle(title, color=colours.ink, fontsize="large", parse_math=False)
    for each, scale in zip(axes, scales, strict=True):
        _draw(each, scale, colours)
    return saved(figure, format)


def _draw(axes: Axes, scale: Scale, colours: Colours) -> None:
    places = range(len(scale.dots))
    for place, (_word, figure) in zip(places, scale.dots, strict=True):
        axes.hlines(place, figure.low, figure.high, color=DISCRIMINATOR, linewidth=5, alpha=0.35)
        axes.plot(figure.value, place, "o", color=DISCRIMINATOR, markersize=6)
    words = axes.set_yticks(places, [word for word, _figure in scale.dots])
    for tick in words:
        tick.label1.set_parse_math(False)
    axes.set_ylim(len(scale.dots) - 0.5, -0.5)
    reach = [figure.high for _word, figure in scale.dots] + [x for x, _word in scale.marks]
    least = [figure.low for _word, figure in scale.dots]
    high = max([*reach, *([] if scale.high is None else [scale.high])])
    low = min([scale.low, *least])
    room = 0.03 * ((high - low) or 1.0)
    axes.set_xlim(low - room, high + room)
    axes.grid(axis="x", alpha=0.25)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    label(axes, x=scale.title, colours=colours)
    mark(axes, scale.marks, colours)
