"""Classes hit, stacked digits, rings and grids."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gan_core.metrics import modes


def test_all_classes_alike() -> None:
    found = modes.classes(np.repeat(np.arange(10), 7), 10)
    assert (found.num_hit, found.missing) == (10, [])
    assert found.kl_to_uniform == pytest.approx(0, abs=1e-12)


def test_one_class_alone() -> None:
    found = modes.classes(np.full(30, 4), 10)
    assert found.num_hit == 1
    assert found.kl_to_uniform == pytest.approx(math.log(10))
    assert found.missing == [0, 1, 2, 3, 5, 6, 7, 8, 9]


def test_stacked_digits() -> None:
    labels = modes.stacked_labels(np.array([[0, 0, 0], [9, 9, 9], [1, 2, 3]]))
    assert labels.tolist() == [0, 999, 123]


def test_rings_and_grids() -> None:
    assert modes.ring(8, 2.0).shape == (8, 2)
    np.testing.assert_allclose(np.linalg.norm(modes.ring(5, 3.0), axis=1), 3.0)
    assert modes.grid(5, 2.0).min() == -4.0
    assert modes.grid(5, 2.0).shape == (25, 2)
    assert len(np.unique(modes.grid(4), axis=0)) == 16


def test_points_of_the_mixture_itself_hit_all_modes() -> None:
    rng = np.random.default_rng(0)
    centres = modes.grid()
    points = np.repeat(centres, 100, axis=0) + 0.05 * rng.standard_normal((2500, 2))
    found = modes.plane_modes(points, centres, 0.05)
    assert found.num_hit == 25
    assert found.quality == pytest.approx(1 - math.exp(-4.5), abs=0.006)  # Rayleigh, 3 sigmas
    assert found.kl_to_uniform < 0.001


def test_points_between_the_modes_are_of_no_quality() -> None:
    found = modes.plane_modes(np.zeros((10, 2)), modes.ring(), 0.1)
    assert (found.num_hit, found.quality) == (0, 0.0)
    assert math.isinf(found.kl_to_uniform)


def test_a_collapse_to_one_mode() -> None:
    found = modes.plane_modes(np.tile(modes.ring()[2], (9, 1)), modes.ring(), 0.1)
    assert (found.num_hit, found.quality) == (1, 1.0)
    assert found.kl_to_uniform == pytest.approx(math.log(8))
