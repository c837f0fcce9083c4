"""Copies are noticed; new images are not called copies."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from gan_core.metrics.memorisation import CLEAR_Z, memorisation, nearest_distances


def test_nearest_by_hand() -> None:
    train = np.array([[0.0, 0.0], [3.0, 4.0]])
    assert nearest_distances(np.array([[0.0, 1.0], [3.0, 4.0]]), train).tolist() == [1.0, 0.0]


def test_new_images_of_the_same_kind_are_as_far_as_those_held_out() -> None:
    rng = np.random.default_rng(0)
    train, held_out, new = rng.standard_normal((3, 500, 6))
    found = memorisation(nearest_distances(new, train), nearest_distances(held_out, train))
    assert found.ratio == pytest.approx(1, abs=0.06)
    assert abs(found.z) < 3
    assert found.copies < 0.04


def test_copies_with_a_little_noise() -> None:
    rng = np.random.default_rng(0)
    train, held_out = rng.standard_normal((2, 500, 6))
    copies = train + 0.05 * rng.standard_normal(train.shape)
    found = memorisation(nearest_distances(copies, train), nearest_distances(held_out, train))
    assert found.ratio < 0.2
    assert found.z < CLEAR_Z
    assert found.copies > 0.9


def test_the_statistic_is_mann_whitneys() -> None:
    rng = np.random.default_rng(0)
    a, b = np.round(rng.exponential(1.0, 80), 1), np.round(rng.exponential(1.3, 120), 1)
    u = scipy.stats.mannwhitneyu(a, b).statistic
    expected = (u - len(a) * len(b) / 2) / np.sqrt(len(a) * len(b) * (len(a) + len(b) + 1) / 12)
    assert memorisation(a, b).z == pytest.approx(expected)
