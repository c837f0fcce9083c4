"""What the codes of an autoencoder say: the bound, its two parts, and which dimensions are used.

Kingma and Welling 2013 (arXiv 1312.6114): log p(x) ≥ −(reconstruction + KL), with one code drawn
for each image. Active dimensions: Burda, Grosse and Salakhutdinov 2015 (arXiv 1509.00519), 5.2.
The bound has no β: it is the same question for runs that weigh KL differently.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gan_core.evaluation import LatentFigures

ACTIVE_VARIANCE = 0.01
"""A dimension whose mean varies less over the images says nothing about them."""

DRAWS_SEED = 1_000_033
"""The same draws at every snapshot, so that a curve shows the networks and not chance."""

_SMALLEST = 1e-7  # as in training: keeps the logarithm of a probability finite
_AT_ONCE = 250

Values = NDArray[np.floating]
Network = Callable[[NDArray[np.float32]], NDArray[np.floating]]


def measured(
    pixels: NDArray[np.float32],
    encode: Network,
    decode: Network,
    *,
    latent_size: int,
    seed: int = DRAWS_SEED,
) -> LatentFigures:
    """The figures of images, with whatever runs the two networks.

    Args:
        pixels: `[N, H, W, C]` as the networks see them, N ≥ 1.
        encode: to codes `[N, latent_size]`, or twice as wide: means, then log-variances.
        decode: latents `[N, latent_size]` to pixels.
        latent_size: Z.
        seed: of the code that is drawn for each image, where codes are clouds.
    """
    rng = np.random.default_rng(seed)
    codes, errors = [], []
    for start in range(0, len(pixels), _AT_ONCE):
        part = pixels[start : start + _AT_ONCE]
        found = np.asarray(encode(part), np.float32)
        codes.append(found)
        errors.append(cross_entropies(part, decode(drawn(found, latent_size, rng))))
    every = np.concatenate(codes)
    mean, log_variance = every[:, :latent_size], every[:, latent_size:]
    return figures(np.concatenate(errors), mean, log_variance if log_variance.size else None)


def drawn(
    codes: NDArray[np.float32], latent_size: int, rng: np.random.Generator
) -> NDArray[np.float32]:
    """A latent of each image `[N, latent_size]`: drawn from its cloud, where the code is one.

    Args:
        codes: as an encoder gives them.
        latent_size: Z.
        rng: draws.
    """
    mean, log_variance = codes[:, :latent_size], codes[:, latent_size:]
    if not log_variance.size:
        return mean
    noise = rng.standard_normal(mean.shape, np.float32)
    return np.asarray(mean + np.exp(0.5 * log_variance) * noise, np.float32)


def cross_entropies(pixels: Values, decoded: Values) -> NDArray[np.float64]:
    """The binary cross-entropy of each image `[N]`, added up over its pixels, in nats.

    Args:
        pixels, decoded: `[N, H, W, C]`, 0 to 1.
    """
    x = np.asarray(pixels, np.float64)
    p = np.clip(np.asarray(decoded, np.float64), _SMALLEST, 1 - _SMALLEST)
    entropy = -(x * np.log(p) + (1 - x) * np.log1p(-p))
    summed: NDArray[np.float64] = entropy.reshape(len(entropy), -1).sum(axis=1)
    return summed


def figures(errors: Values, means: Values, log_variances: Values | None = None) -> LatentFigures:
    """What these codes of N images say; without log-variances the reconstruction alone.

    Args:
        errors: the reconstruction error of each image `[N]`, in nats.
        means, log_variances: of its cloud, `[N, Z]`.
    """
    reconstruction = float(np.mean(errors, dtype=np.float64))
    if log_variances is None:
        return LatentFigures(reconstruction=reconstruction)
    mean, log_variance = (np.asarray(values, np.float64) for values in (means, log_variances))
    terms = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance)
    dims = terms.mean(axis=0)
    kl = float(dims.sum())
    return LatentFigures(
        reconstruction=reconstruction,
        evidence_bound=-(reconstruction + kl),
        kl=kl,
        kl_dims=tuple(dims.tolist()),
        num_active=int((mean.var(axis=0) > ACTIVE_VARIANCE).sum()),
    )
