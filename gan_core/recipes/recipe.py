"""What a recipe is: a named, complete system with its networks, numbers and story."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from gan_core.config import RunConfig, Settings, SettingValue
from gan_core.recipes.layers import Network

ImageShape = tuple[int, int, int]
BuildNetwork = Callable[[Settings, ImageShape], Network]
Family = Literal["gan", "vae", "autoencoder"]

EVERY_EPOCH = 0
"""In a cadence: once an epoch instead of every so many steps."""


@dataclass(frozen=True, kw_only=True)
class Turns:
    """How G and D take turns within one step.

    Attributes:
        simultaneous: both gradients come from one forward pass. Otherwise D moves first and G
            plays against the D that has just moved.
        half_batches: D sees half a batch of each kind, so that it sees as many images as G makes.
        inference_fakes: D's fakes come from G in inference mode, as `predict` makes them.
        same_latents: G's update uses the latents that D's fakes came from, instead of new ones.
    """

    simultaneous: bool = False
    half_batches: bool = False
    inference_fakes: bool = False
    same_latents: bool = False


@dataclass(frozen=True, kw_only=True)
class EpochCheck:
    """What is measured at the end of every so many epochs, outside of the training.

    Attributes:
        every_epochs: how often.
        num_images: real images, held-out ones where there are, and as many generated ones.
    """

    every_epochs: int
    num_images: int


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A variation that readers of the text tried, with the outcome that they saw.

    Attributes:
        title: a few words.
        changes: the settings that differ from the recipe's.
        outcome: what was seen.
    """

    title: str
    changes: Mapping[str, SettingValue]
    outcome: str


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
        family: which kind of system it is.
        defaults: the settings that it has, with their values.
        essential: those of them that a page shows unfolded.
        generator: builds G's layer list; an autoencoder's decoder is its generator.
        discriminator: builds D's layer list; its last value is a logit. GANs have one.
        encoder: builds the layer list from images to codes. Autoencoders have one; a variational
            one's gives the means of the latents and then their log-variances.
        turns: how the two networks of a GAN take turns.
        init_std_on: which layers `init_std` applies to; the others start as the framework does.
        draw: how real images are chosen: `shuffled` epochs, `in_order`, or `with_replacement`.
        d_loss_scale: whether D's loss is the mean of its real and fake parts (balance at 0.69)
            or their sum (1.39).
        epoch_check: what is measured at the end of epochs.
        presets: variations to try.
        default_steps, default_epochs: how long it trains unless told; one of them is set.
        sheet_every: steps between sample sheets, or `EVERY_EPOCH`.
        sheet_columns: images across and down a sheet.
        sheet_latents: the latents of the sheet: `random`, or for a plane the `quantiles` of the
            normal distribution, evenly spread.
        reference_images_per_s: measured on two laptop cores, for a first estimate of time.
        suits_cpu: whether it is fun without a GPU.
        jit_on_cpu: whether XLA makes the step faster on a CPU; measured by the benchmarks.
        image_sizes: the sizes that its networks can make.
        trainable: whether it can be trained; a generator from a file cannot.
    """

    name: str
    title: str
    summary: str
    story: str
    watch: str
    source: str
    dataset: str
    family: Family = "gan"
    defaults: Mapping[str, SettingValue]
    essential: tuple[str, ...]
    generator: BuildNetwork
    discriminator: BuildNetwork | None = None
    encoder: BuildNetwork | None = None
    turns: Turns = field(default_factory=Turns)
    init_std_on: Literal["all", "convolutions"] = "all"
    draw: Literal["shuffled", "in_order", "with_replacement"] = "shuffled"
    d_loss_scale: Literal["mean", "sum"] = "sum"
    epoch_check: EpochCheck | None = None
    presets: tuple[Preset, ...] = ()
    default_steps: int | None = None
    default_epochs: int | None = None
    sheet_every: int
    sheet_columns: int
    sheet_latents: Literal["random", "quantiles"] = "random"
    reference_images_per_s: float
    suits_cpu: bool
    jit_on_cpu: bool
    image_sizes: tuple[int, ...]
    trainable: bool = True

    def networks(self, settings: Settings, shape: ImageShape) -> tuple[Network, Network]:
        """G and D for these settings; for autoencoders, decoder and encoder."""
        second = self.discriminator or self.encoder
        assert second is not None  # noqa: S101 - every recipe has one of the two
        return self.generator(settings, shape), second(settings, shape)

    def seen_per_step(self, settings: Settings) -> int:
        """Real images that a step learns from: of each batch that it takes, all or a half."""
        shown = settings.batch_size // 2 if self.turns.half_batches else settings.batch_size
        return shown * (settings.d_steps or 1)

    def sheet_steps(self, config: RunConfig) -> int:
        """Steps between two sample sheets of a run."""
        return self.sheet_every or config.steps_per_epoch


def taken_per_step(settings: Settings) -> int:
    """Real images that a step takes from the data set: a batch for each turn of D."""
    return settings.batch_size * (settings.d_steps or 1)


def snapshot_steps(config: RunConfig) -> int:
    """Steps between two snapshots of a run."""
    return config.settings.snapshot_every or config.steps_per_epoch


def steps_per_epoch(num_images: int, batch_size: int) -> int:
    """Whole batches in one pass over the data."""
    return num_images // batch_size
