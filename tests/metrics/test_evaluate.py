"""One pass of features becomes all figures of an evaluation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_core.evaluation import Evaluation, FeatureNet
from gan_core.metrics import evaluate, frechet, kernel
from gan_core.metrics.evaluate import MEASURES, Seen

NET = FeatureNet(name="test features", source="random", sha256="0" * 64, size=6)
NAMES = ("a", "b", "c")


def about(num: int, real: str = "held-out") -> Evaluation:
    return Evaluation(
        depth="full",
        step=7,
        features=NET,
        num_images=num,
        num_real=num,
        real=real,  # type: ignore[arg-type]
        secs=0.0,
    )


def seen(num: int, seed: int, shift: float = 0.0) -> Seen:
    rng = np.random.default_rng(seed)
    features = (rng.standard_normal((num, 6)) + shift).astype(np.float32)
    chances = rng.dirichlet(np.ones(3), num).astype(np.float32)
    return Seen(features, chances, NAMES)


def test_light_figures_are_those_of_the_measures() -> None:
    real, fake = seen(80, 0), seen(90, 1, 0.5)
    found = evaluate.light(about(90), real, fake)
    gaussians = [frechet.fitted(one.features) for one in (real, fake)]
    assert found.fid is not None
    assert found.fid.value == frechet.distance(*gaussians)
    assert found.kid is not None
    assert found.kid.value == kernel.distance(real.features, fake.features)
    assert found.classes is not None
    assert sum(found.classes.shares) == pytest.approx(1)
    assert sum(found.classes.real_shares) == pytest.approx(1)
    assert found.classes.real_shares != found.classes.shares
    for name in ("fid", "kid", "precision", "recall", "density", "coverage"):
        figure = getattr(found, name)
        assert figure.low == figure.value == figure.high
    assert found.floor is None
    assert Evaluation.model_validate(found.model_dump(mode="json")) == found


def test_images_compared_with_themselves() -> None:
    same = seen(60, 3)
    found = evaluate.light(about(60), same, same)
    assert found.fid is not None
    assert found.fid.value == pytest.approx(0, abs=1e-9)
    assert found.precision is not None
    assert found.precision.value == 1
    assert found.coverage is not None
    assert found.coverage.value == 1


@given(seed=st.integers(0, 1000))
@settings(max_examples=15, deadline=None)
def test_the_order_of_images_says_nothing(seed: int) -> None:
    real, fake = seen(40, 0), seen(50, 1, 0.3)
    order = np.random.default_rng(seed).permutation(50)
    turned = Seen(fake.features[order], fake.chances[order], NAMES)  # type: ignore[index]
    one, other = (evaluate.light(about(50), real, each) for each in (fake, turned))
    for name in ("fid", "kid", "precision", "recall", "density", "coverage"):
        expected = pytest.approx(getattr(other, name).value, rel=1e-9, abs=1e-9)
        assert getattr(one, name).value == expected
    assert one.classes == other.classes


def test_full_figures_lie_in_their_intervals() -> None:
    real, fake, train = seen(300, 0), seen(300, 1, 0.2), seen(400, 2)
    told: list[float] = []
    found = evaluate.full(about(300), real, fake, train.features, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1
    figures = ("fid", "kid", "inception_score", "precision", "recall", "density", "coverage")
    for name in (*figures, "memorisation"):
        figure = getattr(found, name)
        assert figure.low <= figure.value <= figure.high, name
        assert figure.low < figure.high, name
    assert found.floor is not None
    assert found.fid is not None
    assert 0 < found.floor.low < found.floor.high
    assert found == evaluate.full(about(300), real, fake, train.features), "the same every time"


def test_an_interval_is_as_wide_as_the_figure_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    """With other generated images; the subsets of KID are few of all, as they are of ten thousand.

    `python -m benchmarks.measures` counts how many intervals hold the mean.
    """
    monkeypatch.setattr(kernel, "SUBSET_SIZE", 30)
    real, num = seen(150, 0), 60
    found = [evaluate.full(about(150), real, seen(150, 1 + i, 0.4), None) for i in range(num)]
    for name in ("fid", "kid", "inception_score", "precision", "recall", "density", "coverage"):
        figures = [getattr(one, name) for one in found]
        moved = 1.96 * np.std([figure.value for figure in figures], ddof=1)
        half = np.mean([(figure.high - figure.low) / 2 for figure in figures])
        assert 0.75 * moved < half < 1.6 * moved, name


def test_the_interval_of_memorisation_lies_around_it() -> None:
    """Held-out images are redrawn too, but not for the figure itself."""
    for seed in range(5):
        others, train = seen(100, 10 + seed), seen(400, 2).features
        found = evaluate.full(about(100), others, seen(100, 20 + seed), train, measures=["fid"])
        figure = found.memorisation
        assert figure is not None
        assert (figure.low + figure.high) / 2 == pytest.approx(figure.value)


def test_shares_end_at_one() -> None:
    """But for density, which is none."""
    same = seen(200, 3)
    nearly = Seen(np.concatenate([same.features[:-1], same.features[-1:] + 50]))
    found = evaluate.full(about(200), same, nearly, None, measures=["prdc"])
    assert found.precision is not None
    assert found.precision.value == pytest.approx(0.995)
    for name in ("precision", "recall", "coverage"):
        assert getattr(found, name).high <= 1
    assert found.density is not None
    assert found.density.high > 1


@pytest.mark.parametrize("measure", MEASURES)
def test_only_what_was_asked_for(measure: evaluate.Measure) -> None:
    real, fake = seen(60, 0), seen(60, 1)
    found = evaluate.full(about(60), real, fake, None, measures=[measure])
    of = {"fid": "fid", "kid": "kid", "is": "inception_score", "prdc": "recall"}
    for name, field in of.items():
        assert (getattr(found, field) is not None) == (name == measure)
    assert found.memorisation is None


@pytest.mark.parametrize("real", ["held-out", "training"])
def test_repeated_training_images_are_found_out(real: str) -> None:
    train = seen(400, 2).features
    rng = np.random.default_rng(5)
    copies = train[:200] + rng.normal(0, 0.01, (200, 6)).astype(np.float32)
    others = seen(200, 8) if real == "held-out" else Seen(train[:200])
    found = evaluate.full(about(200, real), others, Seen(copies), train, measures=["fid"])
    assert found.memorisation is not None
    assert found.memorisation.high < 0.2
    honest = evaluate.full(about(200, real), others, seen(200, 9), train, measures=["fid"])
    assert honest.memorisation is not None
    assert honest.memorisation.low < 1 < honest.memorisation.high + 0.1


@pytest.mark.parametrize("real", ["held-out", "training"])
def test_where_real_images_are_there_twice_nothing_is_said_of_memorisation(real: str) -> None:
    """Distances of copies are rounded to something, by which nothing may be divided."""
    one = 30 * seen(200, 2).features
    train = np.concatenate([one, one])
    found = evaluate.full(about(200, real), Seen(one), seen(200, 9), train, measures=["fid"])
    assert found.memorisation is None


def test_without_classes_there_is_no_score() -> None:
    plain = Seen(seen(60, 1).features)
    found = evaluate.full(about(60), plain, plain, None)
    assert found.inception_score is None
    assert found.classes is None
