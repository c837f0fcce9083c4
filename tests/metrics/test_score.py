"""The Inception-style score: its ends, and the formula."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.metrics.score import split_scores


def test_sure_and_varied_gives_the_number_of_classes() -> None:
    assert split_scores(np.tile(np.eye(10), (20, 1))) == pytest.approx(10.0)


def test_the_same_answer_for_all_gives_one() -> None:
    answers = np.tile([[0.7, 0.2, 0.1]], (50, 1))
    assert split_scores(answers) == pytest.approx(1.0)
    assert split_scores(np.tile([[1.0, 0.0]], (50, 1))) == pytest.approx(1.0)


def test_the_formula() -> None:
    p = np.random.default_rng(0).dirichlet(np.ones(5), 40)
    marginal = p.mean(axis=0)
    expected = np.exp(np.mean([(row * np.log(row / marginal)).sum() for row in p]))
    assert split_scores(p, 1)[0] == pytest.approx(expected, rel=1e-9)
    assert len(split_scores(p)) == 10
