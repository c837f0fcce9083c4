"""How many of the 95 % intervals hold what their figure is on average: measured by repetition.

Clouds of features take the place of images, so that a thousand evaluations take minutes. What a
figure is on average is taken from all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gan_core.evaluation import Evaluation, FeatureNet, Figure
from gan_core.metrics import evaluate, frechet
from gan_core.metrics.evaluate import Measure, Seen
from gan_core.metrics.figure import Rows, bootstrapped

NUM_IMAGES, SIZE, NUM_CLASSES = 500, 16, 10
NUM_TIMES = 400
FEW_REDRAWN = 10
CLOUDS = {"alike": (0.0, 1.0), "near": (0.15, 1.1), "far": (0.5, 0.8)}
"""How generated features are shifted and stretched beside real ones."""
LEAST, MOST = 0.90, 0.98
"""In how many repetitions an interval must hold the mean, so that it may be called one of 95 %."""
RATHER_WIDE = ("recall", "coverage")
"""The jackknife of what one image of several may do is an upper bound; these are not judged by
`MOST`, nor is any figure where clouds are alike and nearly nothing but chance is measured."""

_NET = FeatureNet(name="clouds", source="random", sha256="0" * 64, size=SIZE)
_MEASURES: tuple[Measure, ...] = ("fid", "kid", "is", "prdc")
_OF_GENERATED = {
    "fid": "FID, 40 redraws",
    "kid": "KID",
    "inception_score": "score",
    "precision": "precision",
    "recall": "recall",
    "density": "density",
    "coverage": "coverage",
}
_OF_ALL = {"floor": "FID of real halves", "memorisation": "memorisation"}

Figures = dict[str, Figure]


@dataclass(frozen=True)
class Held:
    """Of one figure, in which share of the repetitions its interval held the mean.

    Attributes:
        figure: what it is called.
        repeated: which images were others each time.
        shares: one for each of `CLOUDS`.
    """

    figure: str
    repeated: str
    shares: tuple[float, ...]

    @property
    def goal(self) -> str:
        """What the shares must be."""
        if self.figure in RATHER_WIDE:
            return f"at least {100 * LEAST:g} %"
        return f"{100 * LEAST:g} to {100 * MOST:g} %, alike also above"

    @property
    def is_kept(self) -> bool:
        """Whether they are."""
        _alike, *apart = self.shares
        is_narrow_enough = self.figure in RATHER_WIDE or max(apart) <= MOST
        return min(self.shares) >= LEAST and is_narrow_enough


def held(num_times: int = NUM_TIMES) -> Iterator[Held]:
    """All figures of a full evaluation."""
    kinds: tuple[tuple[str, Callable[[int, float, float], Figures]], ...] = (
        ("generated", _other_generated),
        ("generated and real", _all_others),
    )
    for repeated, once in kinds:
        series = [
            [once(number, *cloud) for number in range(num_times)] for cloud in CLOUDS.values()
        ]
        for name in series[0][0]:
            shares = tuple(_share_held([one[name] for one in cloud]) for cloud in series)
            yield Held(name, repeated, shares)


def _share_held(figures: Sequence[Figure]) -> float:
    truth = float(np.mean([figure.value for figure in figures]))
    return float(np.mean([figure.low <= truth <= figure.high for figure in figures]))


def _other_generated(number: int, shift: float, scale: float) -> Figures:
    """The same real images each time; FID also with as few redraws as wide features get."""
    real = _cloud(np.random.default_rng(0))
    fake = _cloud(np.random.default_rng([1, number]), shift, scale)
    found = evaluate.full(_about(), real, fake, None, measures=_MEASURES, seed=number)
    aim = frechet.fitted(real.features)

    def fid(rows: Rows) -> float:
        return frechet.distance(aim, frechet.fitted(fake.features[rows]))

    rng = np.random.default_rng([2, number])
    few = bootstrapped(fid, len(fake), rng, num_times=FEW_REDRAWN, lowest=0.0)
    told = f"FID, {FEW_REDRAWN} redraws"
    return {title: getattr(found, name) for name, title in _OF_GENERATED.items()} | {told: few}


def _all_others(number: int, shift: float, scale: float) -> Figures:
    """Other real images too, held out of the same training images."""
    train = _cloud(np.random.default_rng(0)).features
    real = _cloud(np.random.default_rng([3, number]))
    fake = _cloud(np.random.default_rng([1, number]), shift, scale)
    found = evaluate.full(_about(), real, fake, train, measures=("fid",), seed=number)
    return {title: getattr(found, name) for name, title in _OF_ALL.items()}


def _cloud(rng: np.random.Generator, shift: float = 0.0, scale: float = 1.0) -> Seen:
    features = shift + scale * rng.standard_normal((NUM_IMAGES, SIZE))
    chances = rng.dirichlet(np.full(NUM_CLASSES, 0.2), NUM_IMAGES)
    return Seen(features, chances, tuple(map(str, range(NUM_CLASSES))))


def _about() -> Evaluation:
    return Evaluation(
        depth="full",
        step=0,
        features=_NET,
        num_images=NUM_IMAGES,
        num_real=NUM_IMAGES,
        real="held-out",
        secs=0.0,
    )
