"""What every figure for a report has in common: axes, words, and the bytes of its file.

Matplotlib's object interface alone: pyplot would keep a global list of figures. It is loaded
where it is used, 30 MB that a page process does not need until somebody saves a figure.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from gan_core.errors import BadInputError
from gan_core.text import N_

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Format = Literal["png", "svg"]
Mark = tuple[float, str]
"""A place on the x axis and the word that stands there."""

_DOTS_AN_INCH = 150


@dataclass(frozen=True)
class Colours:
    """Of words and ground."""

    ink: str = "#1b1f27"
    paper: str = "#ffffff"


ON_PAPER = Colours()
IN_THE_DARK = Colours(ink="#e8ebf0", paper="#13161b")


def blank(
    *,
    size: tuple[float, float] = (6.4, 4.0),
    heights: Sequence[float] = (1.0,),
    colours: Colours = ON_PAPER,
) -> tuple[Figure, list[Axes]]:
    """A figure of `size` inches with empty axes below each other, as high as `heights` share."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, dpi=_DOTS_AN_INCH, layout="constrained", facecolor=colours.paper)
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(len(heights), 1, height_ratios=list(heights))
    axes = [figure.add_subplot(grid[i, 0], facecolor=colours.paper) for i in range(len(heights))]
    for each in axes:
        each.spines[["top", "right"]].set_visible(False)
        each.spines[["bottom", "left"]].set_color(colours.ink)
        each.tick_params(colors=colours.ink)
    return figure, axes


def label(
    axes: Axes, *, title: str = "", x: str = "", y: str = "", colours: Colours = ON_PAPER
) -> None:
    """Name axes; letter for letter, as a dollar sign in a run's name begins no formula."""
    is_plain = title.count("$") < 2  # to wrap it, Matplotlib measures a formula all the same
    axes.set_title(title, color=colours.ink, parse_math=False, wrap=is_plain)
    axes.set_xlabel(x, color=colours.ink, parse_math=False)
    axes.set_ylabel(y, color=colours.ink, parse_math=False)


def legend(axes: Axes, colours: Colours = ON_PAPER) -> None:
    """Say which line is which, where there are any."""
    if not axes.get_legend_handles_labels()[0]:
        return
    for text in axes.legend(frameon=False, labelcolor=colours.ink).get_texts():
        text.set_parse_math(False)


def mark(axes: Axes, marks: Sequence[Mark], colours: Colours = ON_PAPER) -> None:
    """Draw a dashed line with a word at each place where something happened."""
    for x, word in marks:
        axes.axvline(x, color=colours.ink, linewidth=1, linestyle=(0, (4, 3)), alpha=0.7)
        axes.annotate(
            word,
            (x, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(4, -2),
            textcoords="offset points",
            va="top",
            color=colours.ink,
            fontsize="small",
            parse_math=False,
        )


def saved(figure: Figure, format: Format) -> bytes:  # noqa: A002 - the word for it, as in Matplotlib
    """The bytes of the file.

    Raises:
        BadInputError: an unknown format.
    """
    if format not in ("png", "svg"):
        raise BadInputError(
            N_("The format must be png or svg; given {given}."), field="format", given=format
        )
    file = io.BytesIO()
    # The day of the download is none of the chart's, and would make the same chart another file.
    figure.savefig(file, format=format, metadata={"Date": None} if format == "svg" else None)
    return file.getvalue()
