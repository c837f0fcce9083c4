"""When checkpoints are due: a kill never costs more than the interval."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gan_core.nn.pace import Rhythm

INTERVAL = 30.0


@given(
    rounds=st.lists(st.floats(0.01, 3.0), min_size=50, max_size=300),
    save_secs=st.floats(0.0, 2.0),
)
def test_no_kill_costs_more_than_the_interval(rounds: list[float], save_secs: float) -> None:
    """The clock stands still but for rounds and saves; each round takes at most 3 s."""
    now = held_since = 0.0
    rhythm = Rhythm(INTERVAL, now)
    slack = 3.0 + save_secs  # the first save is not foreseen, nor a round longer than the last
    for secs in rounds:
        now += secs
        assert now - held_since <= INTERVAL + slack
        if rhythm.is_due(now):
            began = now
            now += save_secs
            rhythm.saved(began, now)
            held_since = began


def test_even_rounds_never_cost_more() -> None:
    now = held_since = 0.0
    rhythm = Rhythm(INTERVAL, now)
    num_saves = 0
    for _ in range(2000):
        now += 0.7
        if rhythm.is_due(now):
            began, now = now, now + 0.5
            if num_saves:  # how long a save takes is known from the first on
                assert now - held_since <= INTERVAL
            rhythm.saved(began, now)
            held_since, num_saves = began, num_saves + 1
    assert 2000 * 0.7 / INTERVAL - 2 < num_saves < 2000 * 0.7 / INTERVAL * 1.15


def test_a_round_that_compiles_does_not_make_every_round_a_save() -> None:
    rhythm = Rhythm(INTERVAL, 0.0)
    assert rhythm.is_due(20.0)  # half the interval and more: better now
    rhythm.saved(20.0, 20.1)
    now, num_rounds = 20.1, 0
    while not rhythm.is_due(now := now + 0.3):
        num_rounds += 1
    assert 29.0 < now - 20.0 <= INTERVAL
    assert num_rounds > 90
