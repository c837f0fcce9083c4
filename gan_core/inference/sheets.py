"""Sheets of several runs on identical latents, so that what differs in them is the training.

A run draws its own sheets from latents that its seed fixes. Where runs have the same, those are
compared; else a snapshot of each draws the first run's latents.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gan_core.config import RunConfig
from gan_core.inference.engine import SnapshotEngine
from gan_core.latent.quantiles import quantile_grid
from gan_core.latent.sampling import sample_latents
from gan_core.portable.sheet_latents import lies_on_grid, sheet_latents, sheet_seed
from gan_core.recipes import registry
from gan_core.runs.layout import RunPaths
from gan_core.runs.sheet import tile, to_picture

GRID = "grid"
COLUMNS = 8
"""Images across and down a sheet that is drawn for a comparison."""

Source = Literal["stored", "drawn", "own"]


@dataclass(frozen=True)
class Common:
    """Where the sheets of a comparison come from.

    Attributes:
        source: `stored`: all runs' own sheets have identical latents. `drawn`: snapshots draw
            identical latents. `own`: the latents are of different sizes, so no two are identical,
            and each run shows its own sheets.
        latents: `grid`, or the seed that fixes them, as text.
    """

    source: Source
    latents: str


def common_latents(configs: Sequence[RunConfig]) -> Common:
    """How the sheets of these runs, at least one, can be compared."""
    first = configs[0]
    of_first = GRID if _is_on_grid(first) else str(sheet_seed(first))
    if len({config.settings.latent_size for config in configs}) > 1:
        return Common("own", of_first)
    own = [sheet_latents(registry.get(config.recipe), config) for config in configs]
    alike = all(np.array_equal(latents, own[0]) for latents in own[1:])
    return Common("stored" if alike else "drawn", of_first)


def draw(paths: RunPaths, step: int, latents: str) -> bytes:
    """What a snapshot makes of latents, as a PNG of 8 × 8 images.

    Args:
        paths: of the run.
        step: of one of its snapshots.
        latents: `grid`, or a seed.

    Raises:
        DamagedError: the snapshot is.
        BadInputError: neither `grid` nor a seed; or `grid` for a latent space that is no plane.
    """
    engine = SnapshotEngine.open(paths, step)
    images = engine.images(_latents(latents, engine.latent_size))
    buffer = io.BytesIO()
    to_picture(tile(images, COLUMNS)).save(buffer, "PNG")
    return buffer.getvalue()


def _latents(latents: str, latent_size: int) -> NDArray[np.float32]:
    if latents == GRID:
        return quantile_grid(COLUMNS)  # the engine refuses what is not of its size
    return sample_latents(int(latents), COLUMNS**2, latent_size)


def _is_on_grid(config: RunConfig) -> bool:
    return lies_on_grid(registry.get(config.recipe), config)
