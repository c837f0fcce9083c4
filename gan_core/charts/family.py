"""A family of runs as a picture: a line for each run along the steps, forks where they began."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from gan_core.charts.figures import ON_PAPER, Format, blank, label, saved
from gan_core.charts.table import Cell
from gan_core.runs.family import Relative

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_DRAWN = 24
"""Larger families are listed only."""

_WIDTH, _ROW, _TOP, _BOTTOM, _SIDE = 600, 44, 12, 30, 10
_FONT = "Source Sans, Source Sans 3, system-ui, sans-serif"
_MOST_LETTERS = 48
_INCHES_WIDE, _INCHES_A_ROW, _INCHES_MORE = 6.4, 0.55, 1.3


@dataclass(frozen=True)
class Inks:
    """Colours of a picture: runs, what is between them and gone, and the chosen run."""

    run: str
    faint: str
    chosen: str


LIGHT = Inks("#1d2330", "#6b7482", "#3f4fc4")
DARK = Inks("#e8ebf0", "#9ba5b3", "#9dabff")


def family_picture(
    found: Sequence[Relative], names: Mapping[str, str], *, chosen: str, inks: Inks, axis: str
) -> str:
    """Draw a family as SVG.

    A run's line goes from the step at which it began to the step that it has reached; of one
    that is gone, dashed, as far as its children tell: up to the last of their beginnings.

    Args:
        found: as `runs.family.family` gives it, each below its parent.
        names: what to call each, by id; any text.
        chosen: which one is drawn strong.
        inks: the colours.
        axis: the words at the end of the axis, with `{step}` for the largest step.
    """
    ends = _ends(found)
    longest = max([*ends.values(), 1])
    rows = {one.id: _TOP + (i + 0.75) * _ROW for i, one in enumerate(found)}
    height = _TOP + len(found) * _ROW + _BOTTOM
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" ']
    parts.append(f'font-family="{_FONT}" font-size="15">')
    for one in found:
        begun, y = _place(one.step or 0, longest), rows[one.id]
        if one.parent is not None:
            parts.append(_branch(begun, rows[one.parent], y, inks.faint))
        is_chosen = one.id == chosen
        ink = inks.chosen if is_chosen else inks.run if one.run else inks.faint
        end = max(_place(ends[one.id], longest), begun + 3)
        parts.append(_line(begun, end, y, ink, is_strong=is_chosen, is_gone=one.run is None))
        parts.append(_label(names[one.id], begun, y - 9, ink))
    parts.append(_words("0", _SIDE, height - 10, "start", inks.faint))
    end_words = axis.format(step=longest)
    parts.append(_words(end_words, _WIDTH - _SIDE, height - 10, "end", inks.faint))
    return "".join([*parts, "</svg>"])


def family_figure(
    found: Sequence[Relative],
    names: Mapping[str, str],
    *,
    chosen: str,
    title: str,
    axis: str,
    format: Format = "png",  # noqa: A002 - the word for it, as in Matplotlib
) -> bytes:
    """The same for a report.

    Args:
        found, names, chosen: see `family_picture`.
        title: what stands above it.
        axis: what its axis counts.
        format: of the file.

    Returns:
        The bytes of the file.

    Raises:
        BadInputError: an unknown format.
    """
    height = _INCHES_A_ROW * len(found) + _INCHES_MORE
    figure, (axes,) = blank(size=(_INCHES_WIDE, height))
    ends, rows = _ends(found), {one.id: -i for i, one in enumerate(found)}
    for one in found:
        if one.parent is not None:
            begun, parent_row = one.step or 0, rows[one.parent]
            axes.vlines(begun, rows[one.id], parent_row, color=LIGHT.faint, linewidth=1)
            axes.plot([begun], [parent_row], "o", color=LIGHT.faint, markersize=4)
        _plot_run(axes, one, rows[one.id], names[one.id], ends, is_chosen=one.id == chosen)
    axes.set_ylim(0.5 - len(found), 0.8)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    label(axes, title=title, x=axis, colours=ON_PAPER)
    return saved(figure, format)


def _plot_run(
    axes: Axes, one: Relative, row: int, name: str, ends: Mapping[str, int], *, is_chosen: bool
) -> None:
    """A run's line, from where it began to `ends`, and its name above."""
    begun, longest = one.step or 0, max([*ends.values(), 1])
    ink = LIGHT.chosen if is_chosen else LIGHT.run if one.run else LIGHT.faint
    end = max(ends[one.id], begun + longest / 200)  # to be seen where it has not begun
    axes.plot(
        [begun, end], [row, row], color=ink, linewidth=3.0 if is_chosen else 1.8,
        linestyle="-" if one.run else "--",
    )  # fmt: skip
    is_late = begun > longest / 2
    axes.annotate(
        _short(name), (longest if is_late else begun, row), xytext=(0, 5),
        textcoords="offset points", ha="right" if is_late else "left", color=ink,
        parse_math=False,
    )  # fmt: skip


def family_columns(found: Sequence[Relative], names: Mapping[str, str]) -> dict[str, list[Cell]]:
    """A row a run: whom it was forked from and where, and how far it has come."""
    return {
        "run": [one.id for one in found],
        "name": [names[one.id] for one in found],
        "parent": [one.parent for one in found],
        "from_step": [one.step for one in found],
        "step": [one.run.status.step if one.run else None for one in found],
        "state": [one.run.status.state if one.run else "deleted" for one in found],
    }


def _ends(found: Sequence[Relative]) -> dict[str, int]:
    """How far each run has come, as far as is known."""
    ends = {one.id: max(one.run.status.step if one.run else 0, one.step or 0) for one in found}
    for one in found:
        if one.parent is not None:
            ends[one.parent] = max(ends[one.parent], one.step or 0)
    return ends


def _place(step: int, longest: int) -> float:
    return round(_SIDE + (_WIDTH - 2 * _SIDE) * step / longest, 1)


def _branch(x: float, from_y: float, to_y: float, ink: str) -> str:
    dot = f'<circle cx="{x}" cy="{from_y}" r="4" fill="{ink}"/>'
    return f'<path d="M{x} {from_y}V{to_y}" fill="none" stroke="{ink}" stroke-width="1.5"/>{dot}'


def _line(begin: float, end: float, y: float, ink: str, *, is_strong: bool, is_gone: bool) -> str:
    dash = ' stroke-dasharray="5 5"' if is_gone else ""
    width = 4.5 if is_strong else 2.5
    path = f'<path d="M{begin} {y}H{end}" stroke="{ink}" stroke-width="{width}"'
    return f'{path} stroke-linecap="round"{dash}/>'


def _label(name: str, x: float, y: float, ink: str) -> str:
    """A name above its line; in the right half it ends at the margin."""
    short = _short(name)
    if x > _WIDTH / 2:
        return _words(short, _WIDTH - _SIDE, y, "end", ink)
    return _words(short, x + 6, y, "start", ink)


def _short(name: str) -> str:
    return name if len(name) <= _MOST_LETTERS else f"{name[: _MOST_LETTERS - 1]}…"


def _words(text: str, x: float, y: float, anchor: str, ink: str) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{ink}">{escape(text)}</text>'
