import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core.errors import BadInputError
from gan_core.recipes.search import MAX_RUNS, Range, draws, grid
from gan_core.recipes.settings import SPECS


def test_a_grid_is_all_combinations_once():
    points = grid({"g_lr": [0.1, 0.2, 0.1], "loss": ["hinge", "kl"]})
    assert points == [
        {"g_lr": 0.1, "loss": "hinge"},
        {"g_lr": 0.1, "loss": "kl"},
        {"g_lr": 0.2, "loss": "hinge"},
        {"g_lr": 0.2, "loss": "kl"},
    ]


def test_draws_lie_in_their_ranges_and_are_the_same_again():
    wishes = {"g_lr": Range(1e-5, 1e-2), "batch_size": Range(16, 64), "loss": ["hinge", "kl"]}
    points = draws(wishes, MAX_RUNS, seed=3)
    assert points == draws(wishes, MAX_RUNS, seed=3)
    assert points != draws(wishes, MAX_RUNS, seed=4)
    assert len({tuple(point.values()) for point in points}) == MAX_RUNS
    assert all(1e-5 <= point["g_lr"] <= 1e-2 for point in points)
    assert all(type(point["batch_size"]) is int for point in points)
    assert all(16 <= point["batch_size"] <= 64 for point in points)
    assert {point["loss"] for point in points} == {"hinge", "kl"}


def test_a_wide_range_is_drawn_on_a_log_scale():
    points = draws({"g_lr": Range(1e-6, 1.0)}, MAX_RUNS, seed=0)
    middle = sorted(math.log10(point["g_lr"]) for point in points)[MAX_RUNS // 2]
    assert -4.5 < middle < -1.5  # evenly drawn, it would be about -0.3


def test_where_there_are_fewer_points_fewer_come():
    assert len(draws({"d_steps": Range(1, 3)}, 10, seed=0)) == 3


@given(
    st.sampled_from([name for name, spec in SPECS.items() if spec.kind != "choice"]),
    st.integers(2, MAX_RUNS),
    st.integers(0, 10_000),
)
def test_what_is_drawn_between_a_settings_bounds_is_within_them(name, num, seed):
    spec = SPECS[name]
    for point in draws({name: Range(spec.low, spec.high)}, num, seed):
        assert spec.low <= point[name] <= spec.high


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: grid({}), "sweep"),
        (lambda: grid({"g_lr": [0.1]}), "sweep"),
        (lambda: grid({"g_lr": []}), "g_lr"),
        (lambda: grid({"g_lr": Range(0.1, 0.2)}), "g_lr"),
        (lambda: grid({"g_lr": [i / 100 for i in range(1, 26)]}), "sweep"),
        (lambda: grid({key: [1, 2] for key in "abcde"}), "sweep"),
        (lambda: draws({"g_lr": Range(0.2, 0.1)}, 5, 0), "g_lr"),
        (lambda: draws({"g_lr": Range(0.1, math.inf)}, 5, 0), "g_lr"),
        (lambda: draws({"loss": Range(0.1, 0.2)}, 5, 0), "loss"),
        (lambda: draws({"g_lr": Range(0.1, 0.2)}, MAX_RUNS + 1, 0), "sweep"),
        (lambda: draws({"loss": ["hinge"]}, 5, 0), "sweep"),
    ],
)
def test_what_cannot_be_tried_is_named(make, field):
    with pytest.raises(BadInputError) as caught:
        make()
    assert caught.value.field == field
