"""The plane of codes as pictures to print or to hand out; the page draws its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gan_core.charts.figures import Format, blank, label, saved
from gan_core.charts.sheet import sheet
from gan_core.errors import BadInputError
from gan_core.latent.plane import Holes, limits_of
from gan_core.text import N_

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Points = NDArray[np.float32]

CLASS_COLOURS = (
    "#2222aa", "#aa8800", "#ee22aa", "#66ccee", "#662244",
    "#cccc00", "#8800ee", "#ee8888", "#6688ee", "#aa4444",
)  # fmt: skip
"""On light ground. Searched for: of ten colours that stay readable there, those whose least
distance in Oklab is largest, also as seen without red, green or blue cones (Machado et al. 2009).
Eleven classes and more begin again; names in the picture tell them apart."""

CLASS_COLOURS_DARK = (
    "#6688ee", "#ccee00", "#ee2288", "#88eecc", "#aa00aa",
    "#666622", "#ccaaee", "#66cc44", "#4444ee", "#aa8800",
)  # fmt: skip
"""The same for dark ground."""


def scatter_figure(
    points: Points,
    labels: NDArray[np.integer] | None,
    class_names: Sequence[str],
    *,
    title: str,
    x_label: str = "",
    y_label: str = "",
    legend: str = "",
    holes: Holes | None = None,
    format: Format = "png",  # noqa: A002 - the word for it, as in Matplotlib
) -> bytes:
    """Draw codes as coloured points, with a bar that names the colours.

    Args:
        points: the codes on their plane, `[N, 2]`.
        labels: the class of each `[N]`, 0 to `len(class_names)` - 1; `None`: one colour, no bar.
        class_names: what the bar says.
        title, x_label, y_label: words, already translated.
        legend: words beside the bar, already translated.
        holes: empty cells to hatch, where there are any to show.
        format: "png" (1200 × 1050 pixels) or "svg".

    Returns:
        The bytes of the file.

    Raises:
        BadInputError: labels of another number than the points, or without a name; an unknown
            format.
    """
    _check_labels(points, labels, class_names)
    figure, (axes,) = blank(size=(8, 7))
    limits = limits_of(points)
    axes.set(xlim=(limits.left, limits.right), ylim=(limits.bottom, limits.top))
    label(axes, title=title, x=x_label, y=y_label)
    if holes is not None:
        _hatch(axes, holes)
    if labels is None:
        axes.scatter(
            points[:, 0], points[:, 1], s=5, color=CLASS_COLOURS[0], alpha=0.6, linewidths=0
        )
    else:
        _coloured(axes, points, labels, class_names, legend)
    return saved(figure, format)


def manifold_figure(
    images: NDArray[np.uint8],
    across: Points,
    up: Points,
    *,
    title: str,
    x_label: str = "",
    y_label: str = "",
    invert: bool = False,
    format: Format = "png",  # noqa: A002 - the word for it, as in Matplotlib
) -> bytes:
    """Draw the decoded grid as one sheet without gaps; its axes say where each image lies.

    Args:
        images: uint8 `[N, H, W, C]`, row by row from the top.
        across, up: where the columns and, from the bottom, the rows lie.
        title, x_label, y_label: words, already translated.
        invert: ink on white, where grey.
        format: "png" (1200 × 1200 pixels) or "svg".

    Returns:
        The bytes of the file.

    Raises:
        BadInputError: not images, or more than 40 megapixels of them; an unknown format.
    """
    whole = np.asarray(sheet(images, len(across), gap=0, invert=invert))
    figure, (axes,) = blank(size=(8, 8))
    height, width = whole.shape[0] / len(up), whole.shape[1] / len(across)
    axes.imshow(whole, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    axes.set_xticks(*_ticks(across, width))
    axes.set_yticks(*_ticks(up[::-1], height))
    label(axes, title=title, x=x_label, y=y_label)
    return saved(figure, format)


def _ticks(places: Points, size: float) -> tuple[list[float], list[str]]:
    """Every few images, where on the plane it lies; the middle one among them."""
    middle, stride = len(places) // 2, max(1, len(places) // 7)
    shown = range(middle % stride, len(places), stride)
    return [size * (i + 0.5) - 0.5 for i in shown], [f"{places[i]:.1f}" for i in shown]


def _coloured(
    axes: Axes,
    points: Points,
    labels: NDArray[np.integer],
    class_names: Sequence[str],
    legend: str,
) -> None:
    from matplotlib.colors import ListedColormap

    count = len(class_names)
    colours = ListedColormap([CLASS_COLOURS[i % len(CLASS_COLOURS)] for i in range(count)])
    drawn = axes.scatter(
        points[:, 0],
        points[:, 1],
        c=labels,
        cmap=colours,
        vmin=-0.5,
        vmax=count - 0.5,
        s=5,
        linewidths=0,
    )
    assert axes.figure is not None  # noqa: S101 - a subplot has one
    bar = axes.figure.colorbar(drawn, ax=axes, ticks=range(count), label=legend, aspect=30)
    bar.ax.set_yticklabels(_as_written(class_names))
    for index, name in enumerate(_as_written(class_names)):
        _name_cloud(axes, points[labels == index], name)


def _as_written(names: Sequence[str]) -> list[str]:
    """Names letter for letter: a dollar sign would begin a formula."""
    return [name.replace("$", r"\$") for name in names]


def _name_cloud(axes: Axes, points: Points, name: str) -> None:
    """A class's name in the middle of its points, so that colour is never the only sign."""
    from matplotlib.patheffects import withStroke

    if len(points) == 0:
        return
    axes.annotate(
        name,
        np.median(points, axis=0).tolist(),
        ha="center",
        va="center",
        fontweight="bold",
        path_effects=[withStroke(linewidth=3, foreground="white")],
    )


def _hatch(axes: Axes, holes: Holes) -> None:
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    width, height = holes.cell
    corners = holes.cells - np.array(holes.cell) / 2
    cells: list[Any] = [Rectangle((float(x), float(y)), width, height) for x, y in corners]
    axes.add_collection(
        PatchCollection(cells, facecolor="none", edgecolor="#777777", hatch="////", linewidth=0)
    )


def _check_labels(
    points: Points, labels: NDArray[np.integer] | None, class_names: Sequence[str]
) -> None:
    if labels is None:
        return
    if labels.shape != points.shape[:1] or not np.isin(labels, range(len(class_names))).all():
        raise BadInputError(
            N_("A label from 0 to {high} is needed for each of {num} points."),
            field="labels",
            high=len(class_names) - 1,
            num=len(points),
        )
