"""How cost grows, drawn as pictures: `python -m benchmarks.growth [--quick] [--out FOLDER]`.

Training: images a second against image size, batch and width; seconds of a snapshot and of a
checkpoint against parameters (`growth-training.png`). The page: against the number of runs, the
length of a run, and viewers (`growth-page.png`). The dashed line is plain proportion from the
first point: where the curve leaves it, something else begins to count. docs/performance.md says
what.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from benchmarks import growth_page, growth_training
from benchmarks.harness import cpu_kernels
from benchmarks.page_visits import chromium
from gan_core.nn import device

Points = list[tuple[float, float]]


@dataclass(frozen=True)
class Panel:
    """One small picture: curves over one quantity.

    Attributes:
        x_label, y_label: what the axes say.
        curves: points by name.
        power: how the figure would change by plain proportion: y as x to this power.
    """

    x_label: str
    y_label: str
    curves: dict[str, Points]
    power: float


def training_panels(*, quick: bool) -> list[Panel]:
    """Measure what training and saving cost."""
    sizes = (28, 32) if quick else (28, 32, 64, 128)
    batches = (16, 32) if quick else (8, 16, 32, 64, 128, 256, 512)
    widths = (0.5, 1.0) if quick else (0.25, 0.5, 1.0, 2.0, 4.0)
    snapshot_secs, checkpoint_secs = growth_training.savings(widths if quick else (*widths, 8.0))
    rate = "images/s"
    return [
        Panel("image size, pixels", rate, {"": growth_training.by_size(sizes)}, -2.0),
        Panel("batch size", rate, {"": growth_training.by_batch(batches)}, 0.0),
        Panel("width, × quick-dcgan", rate, {"": growth_training.by_width(widths)}, -2.0),
        Panel(
            "parameters",
            "seconds",
            {"snapshot": snapshot_secs, "checkpoint": checkpoint_secs},
            1.0,
        ),
    ]


def page_panels(*, quick: bool) -> list[Panel]:
    """Measure what the page costs."""
    numbers = (2, 4) if quick else (10, 50, 200, 800)
    lengths = (100, 1000) if quick else (1000, 10_000, 100_000, 1_000_000)
    viewers = (1, 2) if quick else (1, 2, 5, 10)
    rounds, secs = (1, 1.0) if quick else (5, 15.0)
    with chromium(os.environ.get("LATENT_STUDIO_CHROMIUM") or shutil.which("chromium")) as browser:
        by_runs = growth_page.by_runs(browser, numbers, rounds)
        by_length = growth_page.by_length(browser, lengths, rounds)
        by_viewers = growth_page.by_viewers(browser, viewers, secs)
    return [
        Panel("runs in the folder", "s until Runs is there", {"": by_runs}, 1.0),
        Panel("logged steps of a run", "s until its page is there", {"": by_length}, 1.0),
        Panel("viewers of one run", "ms of server a second", {"": by_viewers}, 1.0),
    ]


def draw(panels: list[Panel], path: Path) -> None:
    """Write the panels as a PNG, side by side, and their numbers to the terminal."""
    figure = Figure(figsize=(3.4 * len(panels), 3.2), layout="constrained")
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for panel, place in zip(panels, axes, strict=True):
        _draw_panel(panel, place)
        for name, points in panel.curves.items():
            values = "  ".join(f"{x:g}: {y:.3g}" for x, y in points)
            sys.stdout.write(f"{name or panel.y_label} by {panel.x_label}: {values}\n")
    figure.savefig(path, dpi=110)


def _draw_panel(panel: Panel, axes: Axes) -> None:
    for name, points in panel.curves.items():
        x, y = zip(*points, strict=True)
        (line,) = axes.plot(x, y, marker="o", markersize=4, label=name or "measured")
        along = [y[0] * (value / x[0]) ** panel.power for value in x]
        axes.plot(x, along, linestyle="--", linewidth=1, color=line.get_color(), alpha=0.5)
    axes.set(xscale="log", yscale="log", xlabel=panel.x_label, ylabel=panel.y_label)
    axes.set_xticks(x, [_short(value) for value in x], minor=False)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _short(value)))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.grid(alpha=0.3, linewidth=0.5)
    if len(panel.curves) > 1:
        axes.legend(frameon=False)


def _short(value: float) -> str:
    """50, 0.02, 120k, 1.5M."""
    for size, mark in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{mark}"
    return f"{value:g}"


def main() -> int:
    """Measure, draw, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few and small: does it run?")
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"))
    parser.add_argument("--only", choices=("training", "page"))
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    if given.only != "page":
        device.prepare(cpu_kernels())
        draw(training_panels(quick=given.quick), given.out / "growth-training.png")
    if given.only != "training":
        draw(page_panels(quick=given.quick), given.out / "growth-page.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
