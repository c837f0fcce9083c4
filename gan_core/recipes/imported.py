"""Somebody's generator, brought in from a file: to look at, not to train."""

from __future__ import annotations

from typing import NoReturn

from gan_core.config import Settings
from gan_core.errors import BadInputError
from gan_core.recipes.recipe import ImageShape, Recipe
from gan_core.text import N_

NAME = "imported"
DATASET = "unknown"
"""What such a run says of the pictures that the generator learnt from."""


def _no_layers(settings: Settings, shape: ImageShape) -> NoReturn:  # noqa: ARG001 - as declared
    raise BadInputError(
        N_("an imported generator has the layers of its file; no recipe writes them."),
        field="recipe",
    )


RECIPE = Recipe(
    name=NAME,
    title=N_("Imported generator"),
    summary=N_("Somebody's trained generator, to explore."),
    story=N_(
        "This generator was trained elsewhere and came as a file. Its layers were rebuilt one by "
        "one from what the file says of them, and its numbers put into them: nothing in the file "
        "was run. It can be explored, handed on and compared, but not trained further, because "
        "the file holds neither its opponent nor the pictures that it learnt from."
    ),
    watch=N_("- **Explore** it: it answers as any generator that was trained here."),
    source=N_("a file"),
    dataset=DATASET,
    defaults={
        "batch_size": 1,
        "latent_size": 1,
        "g_lr": 1e-3,
        "pixel_range": "-1,1",
        "log_every": 1,
        "snapshot_every": 1,
        "checkpoint_secs": 30.0,
        "precision": "float32",
    },
    essential=(),
    generator=_no_layers,
    discriminator=_no_layers,
    default_steps=1,
    sheet_every=1,
    sheet_columns=5,
    reference_images_per_s=1.0,
    suits_cpu=True,
    jit_on_cpu=False,
    image_sizes=(),
    trainable=False,
)
