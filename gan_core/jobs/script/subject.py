"""What a program is about: a run's recipe and settings, and the questions its parts ask of them."""

from __future__ import annotations

from dataclasses import dataclass

from gan_core.config import RunConfig, Settings
from gan_core.recipes import registry
from gan_core.recipes.layers import Layer, Network
from gan_core.recipes.recipe import EVERY_EPOCH, Recipe

_WITHOUT_TARGET = {"hinge", "wasserstein-gp"}


@dataclass(frozen=True)
class Subject:
    """A run, as its program sees it: what is off is left out of the program."""

    recipe: Recipe
    config: RunConfig

    @classmethod
    def of(cls, config: RunConfig) -> Subject:
        """The subject of the program of a run."""
        return cls(registry.get(config.recipe), config)

    @property
    def settings(self) -> Settings:
        """The run's settings."""
        return self.config.settings

    @property
    def networks(self) -> tuple[Network, Network]:
        """G and D, or decoder and encoder."""
        return self.recipe.networks(self.settings, self.config.dataset.image_shape)

    @property
    def layers(self) -> list[Layer]:
        """The layers of both networks."""
        return [layer for network in self.networks for layer in network.layers]

    @property
    def is_gan(self) -> bool:
        """Whether two networks play against each other."""
        return self.recipe.family == "gan"

    @property
    def is_variational(self) -> bool:
        """Whether codes are drawn from a cloud."""
        return self.recipe.family == "vae"

    @property
    def weighs_kl(self) -> bool:
        """Whether KL counts otherwise than as published."""
        return self.settings.beta is not None and self.settings.beta != 1.0

    @property
    def loss(self) -> str:
        """The game of a GAN."""
        return self.settings.loss or "non-saturating"

    @property
    def has_target(self) -> bool:
        """Whether D's loss on real images has a target, which can be smoothed."""
        return self.loss not in _WITHOUT_TARGET

    @property
    def lesson(self) -> str:
        """Who learns: `both`, `d_only` or `g_only`."""
        return self.settings.lesson or "both"

    @property
    def trains_d(self) -> bool:
        """Whether D learns."""
        return self.is_gan and self.lesson != "g_only"

    @property
    def trains_g(self) -> bool:
        """Whether G learns."""
        return self.is_gan and self.lesson != "d_only"

    @property
    def moves_together(self) -> bool:
        """Whether both gradients of a step come from one forward pass."""
        apart = self.settings.d_batches == "two_updates" or self.lesson != "both"
        return self.recipe.turns.simultaneous and not apart

    @property
    def takes_turns(self) -> bool:
        """Whether D has updates of its own, all of them or those before the common one."""
        return self.trains_d and (not self.moves_together or self.d_steps > 1)

    @property
    def two_updates(self) -> bool:
        """Whether D's own updates come in pairs, one for each kind of images."""
        return self.takes_turns and self.settings.d_batches == "two_updates"

    @property
    def has_joint_d_loss(self) -> bool:
        """Whether D is updated on both kinds of images at once, at least in part."""
        return self.moves_together or (self.takes_turns and not self.two_updates)

    @property
    def d_steps(self) -> int:
        """Updates of D in a step."""
        return self.settings.d_steps or 1

    @property
    def d_batch(self) -> str:
        """The name of the number of images of each kind that D sees."""
        return "D_BATCH_SIZE" if self.recipe.turns.half_batches else "BATCH_SIZE"

    @property
    def step_images(self) -> str:
        """The name of the number of real images that a step takes."""
        return "IMAGES_A_STEP" if self.d_steps > 1 else "BATCH_SIZE"

    @property
    def has_noise(self) -> bool:
        """Whether D sees images through noise."""
        return self.is_gan and bool(self.settings.instance_noise)

    @property
    def has_schedule(self) -> bool:
        """Whether the learning rates change."""
        return self.settings.lr_schedule not in (None, "constant")

    @property
    def has_gradient_penalty(self) -> bool:
        """Whether the slopes of a Wasserstein critic are held near 1."""
        weight = self.settings.gp_weight
        return self.loss == "wasserstein-gp" and bool(weight) and self.has_joint_d_loss

    @property
    def is_orthogonal(self) -> bool:
        """Whether overlapping filters cost something."""
        return self.is_gan and bool(self.settings.orthogonal)

    @property
    def seeks_modes(self) -> bool:
        """Whether alike images cost something."""
        return self.trains_g and bool(self.settings.mode_seeking)

    @property
    def has_average(self) -> bool:
        """Whether sheets show a running average of G."""
        return self.trains_g and bool(self.settings.ema)

    @property
    def checks_epochs(self) -> bool:
        """Whether something is measured on held-out images at the end of epochs."""
        if not self.is_gan:
            return True
        return self.recipe.epoch_check is not None and self.lesson == "both"

    @property
    def has_plane(self) -> bool:
        """Whether sheets show the evenly spread points of a plane."""
        return self.recipe.sheet_latents == "quantiles" and self.settings.latent_size == 2

    @property
    def sheet_every(self) -> str:
        """Steps between two sheets, as the program says it."""
        every = self.recipe.sheet_every
        return "STEPS_PER_EPOCH" if every == EVERY_EPOCH else str(every)

    @property
    def counts_epochs(self) -> bool:
        """Whether the program needs to know how long an epoch is."""
        return self.checks_epochs or self.recipe.sheet_every == EVERY_EPOCH
