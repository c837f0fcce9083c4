"""What a recipe is: a named, complete system with its networks, numbers and story."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from gan_core.config import Settings, SettingValue
from gan_core.recipes.layers import Network

ImageShape = tuple[int, int, int]
BuildNetwork = Callable[[Settings, ImageShape], Network]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One system, written down.

    Attributes:
        name: what one types.
        title: what one reads.
        summary: one sentence.
        story: what a learner reads, Markdown.
        watch: what to watch while it trains, Markdown.
        source: where the system was published.
        dataset: its own data set.
        defaults: the settings that it has, with their values.
        essential: those of them that a page shows unfolded.
        generator: builds G's layer list.
        discriminator: builds D's layer list; its last value is a logit.
        update: `simultaneous`: both networks from one forward pass, real and fake images as
            separate batches through D. `alternating_stacked`: D on half a batch of real and half
            of fake images stacked, then G on a whole batch of fresh latents.
        draw: how real images are chosen: `shuffled` epochs, or `with_replacement`.
        d_loss_scale: whether D's loss is the mean of its real and fake parts (balance at 0.69)
            or their sum (1.39).
        default_steps, default_epochs: how long it trains unless told; one of them is set.
        sheet_every: steps between sample sheets.
        sheet_columns: images across and down a sheet.
        reference_images_per_s: measured on two laptop cores, for a first estimate of time.
        suits_cpu: whether it is fun without a GPU.
        jit_on_cpu: whether XLA makes the step faster on a CPU; measured by the benchmarks.
        image_sizes: the sizes that its networks can make.
    """

    name: str
    title: str
    summary: str
    story: str
    watch: str
    source: str
    dataset: str
    defaults: Mapping[str, SettingValue]
    essential: tuple[str, ...]
    generator: BuildNetwork
    discriminator: BuildNetwork
    update: Literal["simultaneous", "alternating_stacked"]
    draw: Literal["shuffled", "with_replacement"]
    d_loss_scale: Literal["mean", "sum"]
    default_steps: int | None = None
    default_epochs: int | None = None
    sheet_every: int
    sheet_columns: int
    reference_images_per_s: float
    suits_cpu: bool
    jit_on_cpu: bool
    image_sizes: tuple[int, ...]

    def networks(self, settings: Settings, shape: ImageShape) -> tuple[Network, Network]:
        """G and D for these settings."""
        return self.generator(settings, shape), self.discriminator(settings, shape)


def steps_per_epoch(num_images: int, batch_size: int) -> int:
    """Whole batches in one pass over the data."""
    return num_images // batch_size
