"""A case in one small picture: the sheet, and the curves up to where it was said."""

from __future__ import annotations

import io
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from benchmarks.diagnosis.replay import Look
from gan_core.charts.palette import METRIC_DASHES, metric_colour
from gan_core.recipes.recipe import Family
from gan_core.runs.layout import sheet_steps
from gan_core.runs.metrics import MetricReader
from gan_core.runs.store import RunView

HEIGHT = 224
_KEYS: dict[Family, tuple[str, ...]] = {
    "gan": ("d_loss", "g_loss", "d_acc_real", "d_acc_fake"),
    "vae": ("reconstruction", "kl"),
    "autoencoder": ("loss", "val_loss"),
}
_ACCURACIES = {"d_acc_real", "d_acc_fake", "kl"}


def draw(run: RunView, look: Look, target: Path) -> None:
    """Write the picture, a few tens of kilobytes."""
    steps = [step for step in sheet_steps(run.paths) if step <= look.step]
    with Image.open(run.paths.sample(steps[-1])) as sheet:
        left = sheet.convert("RGB")
        left.thumbnail((HEIGHT, HEIGHT))
    left, right = _of_few_colours(left, 16), _of_few_colours(_curves(run, look), 64)
    canvas = Image.new("RGB", (HEIGHT + right.width + 8, HEIGHT), "white")
    canvas.paste(left, ((HEIGHT - left.width) // 2, (HEIGHT - left.height) // 2))
    canvas.paste(right, (HEIGHT + 8, 0))
    target.parent.mkdir(parents=True, exist_ok=True)
    canvas.quantize(96, dither=Image.Dither.NONE).save(target, optimize=True)


def _of_few_colours(image: Image.Image, num: int) -> Image.Image:
    """Each half by itself, so that a sheet's greys do not take the curves' colours."""
    return image.quantize(num, dither=Image.Dither.NONE).convert("RGB")


def _curves(run: RunView, look: Look) -> Image.Image:
    reader = MetricReader(run.paths.metrics)
    reader.poll()
    figure = Figure(figsize=(4.4, HEIGHT / 100), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    shares = axes.twinx()
    for key in _KEYS[look.signals.recipe.family]:
        if key not in reader.columns:
            continue
        place = shares if key in _ACCURACIES else axes
        place.plot(
            reader.columns["step"], reader.columns[key], color=metric_colour(key),
            linestyle=METRIC_DASHES.get(key, "-"), linewidth=1, label=key,
            alpha=0.6 if key in _ACCURACIES else 1,
        )  # fmt: skip
    axes.axvline(look.step, color="black", linestyle=":", linewidth=1)
    axes.tick_params(labelsize=7)
    shares.tick_params(labelsize=7)
    for place, corner in ((axes, "upper left"), (shares, "upper right")):
        if place.lines:
            place.legend(frameon=False, fontsize=7, loc=corner)
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return Image.open(file).convert("RGB")
