"""The program's training step of an autoencoder, plain or variational."""

from __future__ import annotations

from gan_core.jobs.script.subject import Subject

_KL = '"loss": reconstruction + kl,'
_WEIGHTED_KL = '"loss": reconstruction + BETA * kl,'


def functions(subject: Subject) -> list[str]:
    """The loss, the step, and the loss on held-out images."""
    return [_LOSS, _losses(subject), _STEP, _VALIDATION]


def _losses(subject: Subject) -> str:
    if not subject.is_variational:
        return _PLAIN
    return _VARIATIONAL.replace(_KL, _WEIGHTED_KL) if subject.weighs_kl else _VARIATIONAL


_LOSS = '''\
def reconstruction_loss(images, decoded):
    """The binary cross-entropy of all pixels of an image, added up; the mean over images."""
    p = tf.clip_by_value(decoded, 1e-7, 1.0 - 1e-7)
    entropy = -(images * tf.math.log(p) + (1.0 - images) * tf.math.log(1.0 - p))
    return tf.reduce_mean(tf.reduce_sum(entropy, axis=[1, 2, 3]))'''

_PLAIN = '''\
def losses(encoder, decoder, image_bytes, training):
    """How far images are from what becomes of them."""
    images = to_network(image_bytes)
    codes = encoder(images, training=training)
    loss = reconstruction_loss(images, decoder(codes, training=training))
    return {"loss": loss, "reconstruction": loss}'''

_VARIATIONAL = '''\
def losses(encoder, decoder, image_bytes, training):
    """How far images are from what becomes of them, and their codes from N(0, 1)."""
    images = to_network(image_bytes)
    mean, log_variance = tf.split(encoder(images, training=training), 2, axis=1)
    # A point drawn from the image's cloud, so that the gradient reaches mean and spread.
    latents = mean + tf.exp(0.5 * log_variance) * tf.random.normal(tf.shape(mean))
    reconstruction = reconstruction_loss(images, decoder(latents, training=training))
    terms = 1.0 + log_variance - tf.square(mean) - tf.exp(log_variance)
    kl = tf.reduce_mean(-0.5 * tf.reduce_sum(terms, axis=1))
    return {"loss": reconstruction + kl, "reconstruction": reconstruction, "kl": kl}'''

_STEP = '''\
def make_step(encoder, decoder, optimizer):
    """The training step, compiled: encode, decode, compare, and both halves move."""
    weights = encoder.trainable_variables + decoder.trainable_variables

    @tf.function
    def step(image_bytes):
        with tf.GradientTape() as tape:
            measured = losses(encoder, decoder, image_bytes, training=True)
        gradients = tape.gradient(measured["loss"], weights)
        optimizer.apply_gradients(zip(gradients, weights, strict=True))
        return measured

    return step'''

_VALIDATION = '''\
def validation_loss(encoder, decoder, held_out):
    """The loss on held-out images, a thousand at a time."""
    total = 0.0
    for first in range(0, len(held_out), 1000):
        part = held_out[first : first + 1000]
        total += len(part) * float(losses(encoder, decoder, part, training=False)["loss"])
    return total / len(held_out)'''
