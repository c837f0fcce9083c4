"""Evaluations made of real numbers by the real measures, of small clouds of features."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from gan_core.evaluation import ClassCounts, Evaluation, FeatureNet, Figure
from gan_core.metrics import frechet, kernel, manifold, modes
from gan_core.metrics.figure import bootstrapped, of_samples

NUM_IMAGES, SIZE = 200, 6


def features(name: str = "digit features") -> FeatureNet:
    """A net of that name."""
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    return FeatureNet(name=name, source="classifier", sha256=sha256, size=SIZE, accuracy=0.991)


def evaluation(
    step: int, *, shift: float = 1.0, name: str = "digit features", num_classes: int = 10,
    **more: Any,
) -> Evaluation:  # fmt: skip
    """Real images around 0 against generated ones `shift` away, of which some classes are missing.

    Args:
        step: of the snapshot.
        shift: how bad the generator is.
        name: of the features.
        num_classes: of the data set; the last of them is never generated.
        more: fields of the evaluation.
    """
    rng = np.random.default_rng(step)
    real = rng.standard_normal((NUM_IMAGES, SIZE))
    fake = rng.standard_normal((NUM_IMAGES, SIZE)) + shift
    aim = frechet.fitted(real)
    near = manifold.neighbourhoods(real, fake)
    found = modes.classes(rng.integers(0, num_classes - 1, NUM_IMAGES), num_classes)
    values: dict[str, Any] = {
        "depth": "light",
        "step": step,
        "features": features(name),
        "num_images": NUM_IMAGES,
        "num_real": NUM_IMAGES,
        "real": "held-out",
        "secs": 0.5,
        "fid": bootstrapped(
            lambda rows: frechet.distance(aim, frechet.fitted(fake[rows])),
            NUM_IMAGES, rng, num_times=10, lowest=0,
        ),
        "kid": of_samples(
            kernel.subset_distances(real, fake, rng, num_subsets=5, subset_size=50)
        ),
        "precision": _share(near.precise, rng),
        "recall": _share(near.recalled, rng),
        "classes": ClassCounts(
            names=tuple(map(str, range(num_classes))),
            shares=tuple(found.shares.tolist()),
            num_hit=found.num_hit,
            kl_to_uniform=found.kl_to_uniform,
        ),
    }  # fmt: skip
    return Evaluation(**{**values, **more})


def full(step: int, **more: Any) -> Evaluation:
    """The same on request, with the floor of two halves and the coverage."""
    rng = np.random.default_rng(step)
    halves = rng.standard_normal((2, NUM_IMAGES, SIZE))
    floor = frechet.distance(frechet.fitted(halves[0]), frechet.fitted(halves[1]))
    near = manifold.neighbourhoods(*halves)
    return evaluation(
        step,
        depth="full",
        floor=Figure(value=floor, low=floor, high=floor),
        coverage=_share(near.covered, rng),
        **more,
    )


def _share(hits: np.ndarray, rng: np.random.Generator) -> Figure:
    return bootstrapped(
        lambda rows: float(hits[rows].mean()), len(hits), rng, num_times=10, lowest=0, highest=1
    )
