"""One step of a GAN: draw, update D, update G, measure.

Every recipe and every setting of the toolbox goes through here; what a recipe does not ask for
is not in its compiled step.
"""

from __future__ import annotations

import keras
import tensorflow as tf

from gan_core.config import RunConfig
from gan_core.nn import penalties, schedules, seeds
from gan_core.nn.losses import accuracies, game
from gan_core.nn.pixels import scale
from gan_core.nn.state import TrainState
from gan_core.recipes.recipe import Recipe

METRIC_NAMES = ("d_loss", "g_loss", "d_acc_real", "d_acc_fake")


class GanStep:
    """`(step int64 [], images uint8 [d_steps * batch_size, H, W, C])` to the metrics, float32 [4].

    The metrics are the game's own losses: penalties move the weights and are not in the curves,
    so that runs with and without them can be compared.
    """

    def __init__(self, recipe: Recipe, config: RunConfig, state: TrainState) -> None:
        """Look up what the step needs; nothing is computed yet."""
        settings = config.settings
        self._turns, self._settings, self._config, self._state = (
            recipe.turns,
            settings,
            config,
            state,
        )
        self._game = game(settings.loss)
        self._scale = 0.5 if recipe.d_loss_scale == "mean" else 1.0
        self._d_steps = settings.d_steps or 1
        self._d_batch = (
            settings.batch_size // 2 if self._turns.half_batches else settings.batch_size
        )
        self._lesson = settings.lesson or "both"
        self._real_target = 1.0 - (settings.label_smoothing or 0.0)

    def __call__(self, number: tf.Tensor, images: tf.Tensor) -> tf.Tensor:
        """Train for one step."""
        set_rates(self._config, self._state, number)
        batches = tf.split(scale(images, self._settings.pixel_range), self._d_steps)
        early, last = batches[:-1], batches[-1]
        if self._is_simultaneous:
            for i, real_images in enumerate(early):
                self._update_d(number, real_images, turn=i)
            metrics = self._update_both(number, last, turn=len(early))
        else:
            metrics = self._take_turns(number, batches)
        self._update_average(number)
        return tf.stack(metrics)

    @property
    def _is_simultaneous(self) -> bool:
        """Whether one forward pass serves both; an update for each batch of D needs two."""
        apart = self._settings.d_batches == "two_updates" or self._lesson != "both"
        return self._turns.simultaneous and not apart

    def _take_turns(self, number: tf.Tensor, batches: list[tf.Tensor]) -> list[tf.Tensor]:
        """D's updates, then G's against the D that has just moved."""
        for i, real_images in enumerate(batches):
            d_loss, accuracy, latents = self._update_d(number, real_images, turn=i)
        if not self._turns.same_latents:
            latents = self._latents(number, "g latents", self._settings.batch_size)
        return [d_loss, self._update_g(number, latents), *accuracy]

    def _update_d(
        self, number: tf.Tensor, real_images: tf.Tensor, turn: int
    ) -> tuple[tf.Tensor, tuple[tf.Tensor, tf.Tensor], tf.Tensor]:
        """One turn of D: its loss, its accuracies, and the latents of its fakes."""
        real_images = real_images[: self._d_batch]
        latents = self._latents(number, _stream("d latents", turn), self._d_batch)
        if self._lesson == "d_only":
            fake_images = self._noise_images(number, real_images.shape, turn)
        else:
            fake_images = self._state.generator(latents, training=not self._turns.inference_fakes)
        shown = self._both_with_noise(number, real_images, fake_images, turn)
        if self._settings.d_batches == "two_updates":
            loss, accuracy = self._two_updates(*shown)
        else:
            loss, accuracy = self._one_update(number, *shown, turn)
        return loss, accuracy, latents

    def _one_update(
        self, number: tf.Tensor, real_images: tf.Tensor, fake_images: tf.Tensor, turn: int
    ) -> tuple[tf.Tensor, tuple[tf.Tensor, tf.Tensor]]:
        with tf.GradientTape() as tape:
            real_logits, fake_logits = self._judge(real_images, fake_images)
            loss = self._d_loss(real_logits, fake_logits)
            total = loss + self._d_penalties(number, real_images, fake_images, turn)
        self._move_d(tape, total)
        return loss, accuracies(real_logits, fake_logits, self._settings.loss)

    def _two_updates(
        self, real_images: tf.Tensor, fake_images: tf.Tensor
    ) -> tuple[tf.Tensor, tuple[tf.Tensor, tf.Tensor]]:
        """First on the real batch, then on the fake one."""
        d = self._state.discriminator
        with tf.GradientTape() as tape:
            real_logits = d(real_images, training=True)
            real_loss = self._game.real(real_logits, self._real_target)
            total = real_loss + self._orthogonality(d)
        self._move_d(tape, total)
        with tf.GradientTape() as tape:
            fake_logits = d(fake_images, training=True)
            fake_loss = self._game.fake(fake_logits)
            total = fake_loss + self._orthogonality(d)
        self._move_d(tape, total)
        accuracy = accuracies(real_logits, fake_logits, self._settings.loss)
        return self._scale * (real_loss + fake_loss), accuracy

    def _update_g(self, number: tf.Tensor, latents: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            fake_images = self._state.generator(latents, training=True)
            shown = self._with_noise(number, fake_images, "noise for g")
            logits = self._state.discriminator(shown, training=True)
            loss = self._game.fool(logits)
            total = loss + self._g_penalties(latents, fake_images)
        self._move_g(tape, total)
        return loss

    def _update_both(self, number: tf.Tensor, real_images: tf.Tensor, turn: int) -> list[tf.Tensor]:
        """Both gradients from one forward pass, then both networks move."""
        latents = self._latents(number, "latents", self._settings.batch_size)
        with tf.GradientTape(persistent=True) as tape:
            fake_images = self._state.generator(latents, training=True)
            shown = self._both_with_noise(number, real_images, fake_images, turn)
            real_logits, fake_logits = self._judge(*shown)
            d_loss = self._d_loss(real_logits, fake_logits)
            d_total = d_loss + self._d_penalties(number, *shown, turn)
            g_loss = self._game.fool(fake_logits)
            g_total = g_loss + self._g_penalties(latents, fake_images)
        d_gradients = tape.gradient(d_total, self._state.discriminator.trainable_variables)
        g_gradients = tape.gradient(g_total, self._state.generator.trainable_variables)
        _apply(self._state.d_optimizer, d_gradients, self._state.discriminator)
        _apply(self._state.g_optimizer, g_gradients, self._state.generator)
        return [d_loss, g_loss, *accuracies(real_logits, fake_logits, self._settings.loss)]

    def _judge(self, real_images: tf.Tensor, fake_images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """D's logits: from one stacked batch, or from a batch of each kind."""
        d = self._state.discriminator
        if self._settings.d_batches != "joint":
            return d(real_images, training=True), d(fake_images, training=True)
        logits = d(tf.concat([real_images, fake_images], axis=0), training=True)
        num_real = real_images.shape[0]
        return logits[:num_real], logits[num_real:]

    def _d_loss(self, real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tf.Tensor:
        real_loss = self._game.real(real_logits, self._real_target)
        return self._scale * (real_loss + self._game.fake(fake_logits))

    def _d_penalties(
        self, number: tf.Tensor, real_images: tf.Tensor, fake_images: tf.Tensor, turn: int
    ) -> tf.Tensor | float:
        d = self._state.discriminator
        total = self._orthogonality(d)
        if self._settings.loss == "wasserstein-gp" and self._settings.gp_weight:
            size = (real_images.shape[0], 1, 1, 1)
            mix = seeds.uniform(size, self._key(_stream("gradient penalty", turn)), number)
            slope = penalties.gradient_penalty(
                lambda images: d(images, training=True), real_images, fake_images, mix
            )
            total += self._settings.gp_weight * slope
        return total

    def _g_penalties(self, latents: tf.Tensor, fake_images: tf.Tensor) -> tf.Tensor | float:
        total = self._orthogonality(self._state.generator)
        if self._settings.mode_seeking:
            half = fake_images.shape[0] // 2
            alike = penalties.mode_seeking(
                fake_images[:half],
                fake_images[half : 2 * half],
                latents[:half],
                latents[half : 2 * half],
            )
            total += self._settings.mode_seeking * alike
        return total

    def _orthogonality(self, network: keras.Sequential) -> tf.Tensor | float:
        if not self._settings.orthogonal:
            return 0.0
        return self._settings.orthogonal * penalties.orthogonal(_kernels(network))

    def _move_d(self, tape: tf.GradientTape, loss: tf.Tensor) -> None:
        if self._lesson != "g_only":
            d = self._state.discriminator
            _apply(self._state.d_optimizer, tape.gradient(loss, d.trainable_variables), d)

    def _move_g(self, tape: tf.GradientTape, loss: tf.Tensor) -> None:
        if self._lesson != "d_only":
            g = self._state.generator
            _apply(self._state.g_optimizer, tape.gradient(loss, g.trainable_variables), g)

    def _latents(self, number: tf.Tensor, stream: str, num_latents: int) -> tf.Tensor:
        return seeds.normal((num_latents, self._settings.latent_size), self._key(stream), number)

    def _noise_images(self, number: tf.Tensor, shape: tf.TensorShape, turn: int) -> tf.Tensor:
        """Images of random pixels, for the lesson in which D learns alone."""
        pixels = seeds.uniform(tuple(shape), self._key(_stream("noise images", turn)), number)
        return scale(255.0 * pixels, self._settings.pixel_range)

    def _both_with_noise(
        self, number: tf.Tensor, real_images: tf.Tensor, fake_images: tf.Tensor, turn: int
    ) -> tuple[tf.Tensor, tf.Tensor]:
        return (
            self._with_noise(number, real_images, _stream("noise on real", turn)),
            self._with_noise(number, fake_images, _stream("noise on fake", turn)),
        )

    def _with_noise(self, number: tf.Tensor, images: tf.Tensor, stream: str) -> tf.Tensor:
        """What D sees of images: instance noise (Sønderby et al. 2017, arXiv 1610.04490)."""
        if not self._settings.instance_noise:
            return images
        level = schedules.noise_level(
            self._settings.instance_noise, number, self._config.total_steps
        )
        return images + level * seeds.normal(tuple(images.shape), self._key(stream), number)

    def _key(self, stream: str) -> int:
        return seeds.key(self._config.seed, stream)

    def _update_average(self, number: tf.Tensor) -> None:
        """Move the running average towards G; statistics of normalisation are taken as they are."""
        average, decay = self._state.average, self._settings.ema
        if average is None or not decay:
            return
        keep = schedules.ema_decay(decay, number)
        generator = self._state.generator
        for mean, value in zip(
            average.trainable_variables, generator.trainable_variables, strict=True
        ):
            mean.assign(keep * mean.value + (1.0 - keep) * tf.cast(value.value, mean.dtype))
        for mean, value in zip(
            average.non_trainable_variables, generator.non_trainable_variables, strict=True
        ):
            mean.assign(value.value)


def _stream(name: str, turn: int) -> str:
    """A stream for each of D's turns in a step, so that no two see the same random numbers."""
    return name if turn == 0 else f"{name} {turn}"


def set_rates(config: RunConfig, state: TrainState, number: tf.Tensor) -> None:
    """Give each optimiser the learning rate that the schedule has for this step."""
    settings = config.settings
    if settings.lr_schedule in (None, "constant"):
        return
    factor = schedules.factor(settings.lr_schedule, number, config.total_steps)
    rates = {"g": settings.g_lr, "d": settings.d_lr}
    for owner, optimizer in state.optimizers.items():
        optimizer.learning_rate.assign(rates[owner] * factor)


def _apply(
    optimizer: keras.optimizers.Optimizer, gradients: list[tf.Tensor], model: keras.Model
) -> None:
    optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))


def _kernels(network: keras.Sequential) -> list[tf.Tensor]:
    """Kernels with the filters on the last axis, those of transposed convolutions turned round."""
    found = []
    for layer in network.layers:
        kernel = getattr(layer, "kernel", None)
        if kernel is not None:
            transposed = isinstance(layer, keras.layers.Conv2DTranspose)
            value = kernel.value
            found.append(tf.transpose(value, [0, 1, 3, 2]) if transposed else value)
    return found
