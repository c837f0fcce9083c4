"""Counts or shares as bars; what is missing is named, not left out."""

from __future__ import annotations

from collections.abc import Sequence

from gan_core.charts.figures import ON_PAPER, Colours, Format, blank, label, saved
from gan_core.charts.palette import DISCRIMINATOR, GENERATOR

MOST_NAMES = 40
"""With more bars than that, their names would lie over each other."""


def bars_figure(
    names: Sequence[str],
    values: Sequence[float],
    *,
    title: str,
    x_label: str,
    y_label: str,
    missing: str = "",
    even: float | None = None,
    colours: Colours = ON_PAPER,
    format: Format = "png",  # noqa: A002 - the word for it, as in Matplotlib
) -> bytes:
    """Draw a bar for each name.

    Args:
        names: what stands below each bar.
        values: `[N]`, 0 or more.
        title, x_label, y_label: words, already translated.
        missing: a word over the places where a value is 0.
        even: how high all bars would be if they were equal; a dashed line.
        colours: of words and ground.
        format: "png" (960 × 480 pixels) or "svg".

    Returns:
        The bytes of the file.

    Raises:
        BadInputError: an unknown format.
    """
    figure, (axes,) = blank(size=(6.4, 3.2), colours=colours)
    places = range(len(names))
    axes.bar(places, list(values), color=DISCRIMINATOR, width=0.8)
    if even is not None:
        axes.axhline(even, color=colours.ink, linewidth=1, linestyle=(0, (4, 3)), alpha=0.7)
    if len(names) <= MOST_NAMES:
        for tick in axes.set_xticks(places, list(names)):
            tick.label1.set_parse_math(False)
        longest = max(map(len, names), default=0)
        if longest * len(names) > 60:
            axes.tick_params(axis="x", rotation=45)
        for place in (place for place in places if missing and values[place] == 0):
            axes.annotate(
                missing,
                (place, 0),
                xytext=(0, 3),
                textcoords="offset points",
                ha="center",
                rotation=90,
                color=GENERATOR,
                fontsize="small",
            )
    label(axes, title=title, x=x_label, y=y_label, colours=colours)
    axes.grid(axis="y", alpha=0.25)
    return saved(figure, format)
