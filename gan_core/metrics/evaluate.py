"""All figures of an evaluation, from one pass of features over real and generated images.

Light: few images, no intervals, milliseconds. Full: with intervals, minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from gan_core.evaluation import ClassCounts, Evaluation, Figure
from gan_core.metrics import frechet, kernel, manifold, modes, score
from gan_core.metrics.figure import Rows, bootstrapped, jackknifed, of_samples
from gan_core.metrics.frechet import Features
from gan_core.metrics.memorisation import nearest_distances

Measure = Literal["fid", "kid", "is", "prdc"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
FEWEST_IMAGES = 2 * (manifold.NEAREST_DC + 1)
"""Real or generated: fewer have no neighbourhoods, nor halves that do."""

_NUM_HALVINGS = 10
_MOST_REMEMBERED = 2000
_ROUNDED = 1e-5
_WIDE = 1000
_NUM_REDRAWN, _NUM_REDRAWN_WIDE = 40, 10

Progress = Callable[[float], None]
"""Told which share is done, 0 to 1."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What a feature net makes of images.

    Attributes:
        features: float32 `[N, F]`.
        chances: of each class, float32 `[N, K]`; `None` where the net names no classes.
        class_names: of these K.
    """

    features: Features
    chances: NDArray[np.floating] | None = None
    class_names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.features)


def light(about: Evaluation, real: Seen, fake: Seen) -> Evaluation:
    """An evaluation with its figures, none of which has an interval.

    Args:
        about: the evaluation without figures.
        real, fake: at least `FEWEST_IMAGES` of each.
    """
    near = manifold.neighbourhoods(real.features, fake.features)
    fid = frechet.distance(frechet.fitted(real.features), frechet.fitted(fake.features))
    figures = {
        "fid": fid,
        "kid": kernel.distance(real.features, fake.features),
        "precision": near.precise.mean(),
        "recall": near.recalled.mean(),
        "density": near.dense.mean(),
        "coverage": near.covered.mean(),
    }
    found: dict[str, Any] = {name: exactly(float(value)) for name, value in figures.items()}
    return about.model_copy(update={**found, "classes": class_counts(real, fake)})


def exactly(value: float) -> Figure:
    """A figure without an interval."""
    return Figure(value=value, low=value, high=value)


def class_counts(real: Seen, fake: Seen) -> ClassCounts | None:
    """How generated images spread over the classes, and real ones; `None` where none can tell."""
    found, there = _classes(fake), _classes(real)
    if found is None:
        return None
    return ClassCounts(
        names=fake.class_names,
        shares=tuple(found.shares.tolist()),
        num_hit=found.num_hit,
        kl_to_uniform=found.kl_to_uniform,
        real_shares=() if there is None else tuple(there.shares.tolist()),
    )


def _classes(seen: Seen) -> modes.Classes | None:
    if seen.chances is None or len(seen.class_names) < 2:
        return None
    return modes.classes(seen.chances.argmax(axis=1).astype(np.int64), len(seen.class_names))


def full(
    about: Evaluation,
    real: Seen,
    fake: Seen,
    train: Features | None,
    *,
    measures: Collection[Measure] = MEASURES,
    seed: int = 0,
    progress: Progress = lambda share: None,  # noqa: ARG005
) -> Evaluation:
    """An evaluation with all figures that were asked for, and their intervals.

    Classes and memorisation are told whatever was asked for.

    Args:
        about: the evaluation without figures; its `real` says whether real images were held out.
        real, fake: at least `FEWEST_IMAGES` of each.
        train: features of training images, for memorisation; none, and it is left out.
        measures: which ones.
        seed: of what is drawn for the intervals.
        progress: told after each measure.
    """
    work: dict[str, Callable[[np.random.Generator], dict[str, Figure]]] = {
        "fid": lambda rng: _frechet(real.features, fake.features, rng),
        "kid": lambda rng: _kernel(real.features, fake.features, rng),
        "is": lambda rng: _score(fake, rng),
        "prdc": lambda rng: _manifold(real.features, fake.features, rng),
    }
    found: dict[str, Any] = {"classes": class_counts(real, fake)}
    wanted = [measure for measure in MEASURES if measure in measures]
    for done, measure in enumerate(wanted):
        progress(done / (len(wanted) + 1))
        found.update(work[measure](np.random.default_rng([seed, done])))
    progress(len(wanted) / (len(wanted) + 1))
    if train is not None:
        rng = np.random.default_rng([seed, len(MEASURES)])
        held_out = real.features if about.real == "held-out" else None
        found["memorisation"] = _memorisation(fake.features, held_out, train, rng)
    progress(1.0)
    return about.model_copy(update=found)


def _frechet(real: Features, fake: Features, rng: np.random.Generator) -> dict[str, Figure]:
    reference = frechet.fitted(real)

    def fid(rows: Rows) -> float:
        return frechet.distance(reference, frechet.fitted(fake[rows]))

    num_times = _NUM_REDRAWN if real.shape[1] <= _WIDE else _NUM_REDRAWN_WIDE
    found = bootstrapped(fid, len(fake), rng, num_times=num_times, lowest=0.0)
    halves = (rng.permutation(len(real)) for _ in range(min(num_times, _NUM_HALVINGS)))
    floors = [_half_against_half(real, order) for order in halves]
    return {"fid": found, "floor": of_samples(floors)}


def _half_against_half(real: Features, order: Rows) -> float:
    one, other = np.array_split(order, 2)
    return frechet.distance(frechet.fitted(real[one]), frechet.fitted(real[other]))


def _kernel(real: Features, fake: Features, rng: np.random.Generator) -> dict[str, Figure]:
    # Small enough that the subsets of few images are not all alike.
    size = min(kernel.SUBSET_SIZE, len(real) // 2, len(fake) // 2)
    found = kernel.subset_distances(real, fake, rng, subset_size=size)
    noise = float(found.std(ddof=1)) / np.sqrt(len(found))  # of which subsets were drawn
    without = kernel.without_each(real, fake)
    return {"kid": jackknifed(float(found.mean()), without, noise=noise)}


def _score(fake: Seen, rng: np.random.Generator) -> dict[str, Figure]:
    """Nothing where the net names no classes; latents are drawn at random, so no shuffling."""
    del rng
    if fake.chances is None or len(fake.class_names) < 2:
        return {}
    return {"inception_score": of_samples(score.split_scores(fake.chances))}


def _manifold(real: Features, fake: Features, rng: np.random.Generator) -> dict[str, Figure]:
    del rng
    near = manifold.neighbourhoods(real, fake)
    return {
        "precision": _mean(near.precise.astype(np.float64), highest=1.0),
        "recall": _share(near.recalled, near.recalled_alone),
        "density": _mean(near.dense),
        "coverage": _share(near.covered, near.covered_alone),
    }


def _mean(values: NDArray[np.float64], *, highest: float = np.inf) -> Figure:
    """The mean of what is said of each generated image, `[M]`."""
    without = (values.sum() - values) / (len(values) - 1)
    return jackknifed(float(values.mean()), without, lowest=0.0, highest=highest)


def _share(hits: NDArray[np.bool_], alone: NDArray[np.int64]) -> Figure:
    """The share of real images that generated ones hit, some of which are hit by one alone."""
    value = float(hits.mean())
    return jackknifed(value, value - alone / len(hits), lowest=0.0, highest=1.0)


def _memorisation(
    fake: Features, held_out: Features | None, train: Features, rng: np.random.Generator
) -> Figure | None:
    """The ratio of median distances; see `metrics.memorisation`.

    Where nothing is held out, training images stand in, each compared with all the others. Where
    most real images are there twice there is no usual distance, and so no figure.
    """
    near = nearest_distances(fake[:_MOST_REMEMBERED], train)
    usual = (
        _to_others(train, rng)
        if held_out is None
        else nearest_distances(held_out[:_MOST_REMEMBERED], train)
    )

    # Distances of exact copies are what rounding leaves of features that long.
    nothing = _ROUNDED * float(np.sqrt((train.astype(np.float64) ** 2).sum(axis=1).mean()))
    middle = float(np.median(usual))
    if middle <= nothing:
        return None

    def ratio(rows: Rows) -> float:
        redrawn = float(np.median(usual[rng.integers(0, len(usual), len(usual))]))
        return float(np.median(near[rows])) / max(redrawn, nothing)

    value = float(np.median(near)) / middle
    return bootstrapped(ratio, len(near), rng, num_times=200, value=value, lowest=0.0)


def _to_others(train: Features, rng: np.random.Generator) -> NDArray[np.float64]:
    rows = rng.permutation(len(train))[:_MOST_REMEMBERED]
    x, y = train[rows].astype(np.float64), train.astype(np.float64)
    found = np.empty(len(x))
    for start in range(0, len(x), _WIDE):
        part = slice(start, start + _WIDE)
        apart = manifold.squared_distances(x[part], y)
        apart[np.arange(len(apart)), rows[part]] = np.inf
        found[part] = np.sqrt(apart.min(axis=1))
    return found
