"""How fast a run will be here: from what this machine did, else from what another one did."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from gan_core.config import Settings
from gan_core.jobs.note import LAUNCH_NAME
from gan_core.recipes.recipe import ImageShape, Recipe
from gan_core.runs.layout import paths_of
from gan_core.runs.metrics import decode
from gan_core.runs.store import RunStore, RunView, view

_MAX_RUNS = 50
_TAIL_BYTES = 64 * 1024
_REFERENCE_PIXELS = 32 * 32  # reference rates are of images of 28 or 32 pixels


@dataclass(frozen=True)
class Rate:
    """Images a second, and whether this machine has shown it."""

    images_per_s: float
    measured: bool

    def secs(self, num_steps: int, batch_size: int) -> float:
        """How long so many steps take at this rate, in seconds."""
        return num_steps * batch_size / self.images_per_s


def rate(store: RunStore, recipe: Recipe, settings: Settings, image_shape: ImageShape) -> Rate:
    """The rate to expect.

    Args:
        store: the runs folder; its newest run of the same recipe, batch size and image shape,
            trained here, gives the measured rate: the median of its last records.
        recipe: names the run, and holds a reference rate for a machine that has shown none.
        settings: of the run to come.
        image_shape: `(H, W, C)`.
    """
    for run in _alike(store, recipe.name, settings.batch_size, image_shape):
        speeds = recent_speeds(run.paths.metrics)
        if speeds:
            return Rate(median(speeds), measured=True)
    height, width, _ = image_shape
    share = min(1.0, _REFERENCE_PIXELS / (height * width))  # convolutions cost by the pixel
    return Rate(recipe.reference_images_per_s * share, measured=False)


def _alike(
    store: RunStore, recipe: str, batch_size: int, image_shape: ImageShape
) -> Iterator[RunView]:
    """The newest runs that say something about this one; a launch note says it ran here."""
    for run_id in store.ids()[:_MAX_RUNS]:
        run = view(paths_of(store.root, run_id))
        config = run.config
        if (
            config is not None
            and run.status.step  # a hundred that wait have nothing to say
            and config.recipe == recipe
            and config.settings.batch_size == batch_size
            and config.dataset.image_shape == image_shape
            and (run.paths.root / LAUNCH_NAME).is_file()
        ):
            yield run


def recent_speeds(metrics: Path) -> list[float]:
    """`images_per_s` of the log's last records, without the first of all, which compiles."""
    try:
        with metrics.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL_BYTES))
            lines = file.read().split(b"\n")[1:-1]
    except OSError:
        return []
    found = (decode(line) for line in lines)
    speeds = [record.get("images_per_s", math.nan) for record in found if record is not None]
    return [speed for speed in speeds if math.isfinite(speed) and speed > 0]
