"""Places: kept for those on their way, free again when people leave, never taken from anybody."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages._parts.seats import HELD_SECS, WELCOME_SECS, Seats


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def seats(clock: Clock) -> Seats:
    return Seats(clock)


def test_a_place_is_kept_until_the_browser_connects(seats: Seats) -> None:
    assert [seats.reserve(2) for _ in range(3)] == [True, True, False]
    assert seats.sit(2)
    assert seats.sit(2)
    assert seats.num_taken == seats.num_seated == 2
    assert not seats.sit(2)


def test_whoever_never_connects_keeps_nobody_out_for_long(seats: Seats, clock: Clock) -> None:
    assert seats.reserve(1)
    assert not seats.reserve(1)
    clock.now += HELD_SECS
    assert seats.reserve(1)


def test_a_slow_browser_that_was_sent_the_page_is_let_in_all_the_same(
    seats: Seats, clock: Clock
) -> None:
    assert seats.reserve(1)
    clock.now += HELD_SECS
    assert seats.reserve(1)
    assert seats.sit(1)
    assert seats.sit(1)  # one more than there are places, rather than a page that stays blank
    assert not seats.reserve(1)


def test_a_place_is_free_as_soon_as_somebody_leaves(seats: Seats) -> None:
    assert seats.sit(1)
    assert not seats.reserve(1)
    seats.leave()
    assert seats.reserve(1)


def test_a_broken_connection_may_come_back_though_the_place_is_taken(
    seats: Seats, clock: Clock
) -> None:
    assert seats.sit(1)
    seats.leave()
    assert seats.reserve(1)
    assert seats.sit(1)
    clock.now += WELCOME_SECS - 1
    assert seats.sit(1)
    seats.leave()
    clock.now += WELCOME_SECS
    assert not seats.sit(1)


def test_loading_again_and_again_takes_one_place(seats: Seats) -> None:
    for _ in range(50):
        assert seats.reserve(1)
        assert seats.sit(1)
        assert seats.num_taken == 1
        seats.leave()
    assert seats.num_taken == 0


@given(st.lists(st.sampled_from(["reserve", "sit", "leave", "wait"]), max_size=200))
def test_never_many_more_than_there_are_places(doings: list[str]) -> None:
    clock = Clock()
    seats, num_here = Seats(clock), 0
    for doing in doings:
        if doing == "reserve":
            before = seats.num_taken
            assert seats.reserve(8) == (before < 8)
        elif doing == "sit":
            num_here += seats.sit(8)
        elif doing == "leave" and num_here:
            seats.leave()
            num_here -= 1
        else:
            clock.now += 7.0
        assert seats.num_seated == num_here <= math.ceil(1.25 * 8)
