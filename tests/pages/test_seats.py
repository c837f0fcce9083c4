"""Places: kept for those on their way, free again when people leave, never taken from anybody."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages._parts.seats import HELD_SECS, MOST_OPEN, WELCOME_SECS, Guest, Seats

_numbers = itertools.count()


def other() -> Guest:
    """Somebody who is nobody else."""
    number = next(_numbers)
    return Guest(f"visitor {number}", f"address {number}")


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
    assert [seats.reserve(2, other()) for _ in range(3)] == [True, True, False]
    assert seats.sit(2, other())
    assert seats.sit(2, other())
    assert seats.num_taken == seats.num_seated == 2
    assert not seats.sit(2, other())


def test_whoever_never_connects_keeps_nobody_out_for_long(seats: Seats, clock: Clock) -> None:
    assert seats.reserve(1, other())
    assert not seats.reserve(1, other())
    clock.now += HELD_SECS
    assert seats.reserve(1, other())


def test_a_slow_browser_that_was_sent_the_page_is_let_in_all_the_same(
    seats: Seats, clock: Clock
) -> None:
    assert seats.reserve(1, other())
    clock.now += HELD_SECS
    assert seats.reserve(1, other())
    assert seats.sit(1, other())
    assert seats.sit(
        1, other()
    )  # one more than there are places, rather than a page that stays blank
    assert not seats.reserve(1, other())


def test_a_place_is_free_as_soon_as_somebody_leaves(seats: Seats) -> None:
    ada = other()
    assert seats.sit(1, ada)
    assert not seats.reserve(1, other())
    seats.leave(ada)
    assert seats.reserve(1, other())


def test_a_broken_connection_may_come_back_though_the_place_is_taken(
    seats: Seats, clock: Clock
) -> None:
    ada, eve = other(), other()
    assert seats.sit(1, ada)
    seats.leave(ada)
    assert seats.reserve(1, other())
    assert seats.sit(1, other())
    clock.now += WELCOME_SECS - 1
    assert seats.sit(1, eve)
    seats.leave(eve)
    clock.now += WELCOME_SECS
    assert not seats.sit(1, other())


def test_loading_again_and_again_takes_one_place(seats: Seats) -> None:
    for _ in range(50):
        ada = other()
        assert seats.reserve(1, ada)
        assert seats.sit(1, ada)
        assert seats.num_taken == 1
        seats.leave(ada)
    assert seats.num_taken == 0


@given(st.lists(st.sampled_from(["reserve", "sit", "leave", "wait"]), max_size=200))
def test_never_many_more_than_there_are_places(doings: list[str]) -> None:
    clock = Clock()
    seats, here = Seats(clock), []
    for doing in doings:
        if doing == "reserve":
            before = seats.num_taken
            assert seats.reserve(8, other()) == (before < 8)
        elif doing == "sit":
            one = other()
            here += [one] if seats.sit(8, one) else []
        elif doing == "leave" and here:
            seats.leave(here.pop())
        else:
            clock.now += 7.0
        assert seats.num_seated == len(here) <= math.ceil(1.25 * 8)


def test_one_address_holds_a_share_and_keeps_nobody_else_out(seats: Seats) -> None:
    assert all(seats.reserve(100, Guest("", "10.0.0.1")) for _ in range(500))
    assert seats.num_taken == 25
    assert seats.reserve(100, Guest("", "10.0.0.2"))
    assert seats.reserve(100, Guest("ada", "10.0.0.1"))


def test_one_person_holds_two_places_and_their_newest_pages_count(
    seats: Seats, clock: Clock
) -> None:
    ada = Guest("ada", "10.0.0.1")
    for _ in range(50):
        assert seats.reserve(100, ada)
        clock.now += 1.0
    assert seats.num_taken == 2
    assert seats.sit(100, ada)
    assert seats.num_taken == 2
    clock.now += HELD_SECS
    assert seats.num_taken == 1


def test_who_has_a_place_held_loads_again_though_all_is_taken(seats: Seats) -> None:
    ada = Guest("ada", "10.0.0.1")
    assert all(seats.reserve(8, guest) for guest in (ada, ada, *(other() for _ in range(6))))
    assert not seats.reserve(8, other())
    assert seats.reserve(8, ada)
    assert seats.num_taken == 8


@pytest.mark.parametrize("num_here", [0, 40, 70])
def test_a_class_that_comes_at_once_by_one_address_finds_its_places(
    seats: Seats, num_here: int
) -> None:
    for _ in range(num_here):
        assert seats.sit(100, other())
    assert all(seats.reserve(100, Guest("", "school")) for _ in range(30))
    assert all(seats.sit(100, Guest(f"pupil {i}", "school")) for i in range(30))
    assert seats.num_seated == num_here + 30


def test_a_class_finds_its_places_while_somebody_asks_again_and_again(seats: Seats) -> None:
    eve = Guest("", "10.0.0.66")
    for i in range(60):
        for _ in range(20):
            seats.reserve(100, eve)
        assert seats.reserve(100, Guest("", f"10.0.0.{i}"))
        assert seats.sit(100, Guest(f"pupil {i}", f"10.0.0.{i}"))
    assert seats.num_taken == 60 + 25


def test_one_person_opens_a_few_pages_and_another_when_one_is_closed(seats: Seats) -> None:
    ada = Guest("ada", "10.0.0.1")
    for _ in range(MOST_OPEN):
        assert seats.reserve(100, ada)
        assert seats.sit(100, ada)
    assert not seats.reserve(100, ada)
    assert seats.bound_of(100, ada) == "person"
    assert seats.bound_of(100, other()) is None
    assert seats.reserve(100, other())
    seats.leave(ada)
    assert seats.reserve(100, ada)
    assert seats.sit(100, ada)
    while seats.sit(100, ada):
        assert seats.num_seated < 20


@pytest.mark.parametrize("cookie", ["", "a new one each time"])
def test_one_address_takes_no_more_than_its_share(seats: Seats, cookie: str) -> None:
    def eve() -> Guest:
        return other()._replace(address="10.0.0.66") if cookie else Guest("", "10.0.0.66")

    for _ in range(500):
        seats.reserve(100, eve())
        seats.sit(100, eve())
    assert seats.num_taken <= 75
    assert not seats.reserve(100, eve())
    assert seats.bound_of(100, eve()) == "address"
    for _ in range(25):
        pupil = other()
        assert seats.reserve(100, pupil)
        assert seats.sit(100, pupil)


def test_a_class_of_thirty_with_two_tabs_each_comes_by_one_address(seats: Seats) -> None:
    for i in range(60):
        pupil = Guest(f"pupil {i // 2}", "school")
        assert seats.reserve(100, pupil)
        assert seats.sit(100, pupil)
    reloading = Guest("pupil 7", "school")
    assert seats.reserve(100, reloading)
    seats.leave(reloading)
    assert seats.sit(100, reloading)


@pytest.mark.parametrize("num_seats", [1, 8, 30])
def test_a_class_has_all_of_a_small_studio(seats: Seats, num_seats: int) -> None:
    for i in range(num_seats):
        assert seats.reserve(num_seats, Guest(f"pupil {i}", "school"))
        assert seats.sit(num_seats, Guest(f"pupil {i}", "school"))


def test_this_machine_may_be_a_web_server_that_all_come_by(seats: Seats) -> None:
    for i in range(100):
        assert seats.reserve(100, Guest(f"pupil {i}"))
        assert seats.sit(100, Guest(f"pupil {i}"))
    assert not seats.reserve(100, Guest("late"))


def test_nobody_is_remembered_who_has_left(seats: Seats) -> None:
    here = [other() for _ in range(20)]
    assert all(seats.sit(100, one) for one in here)
    for one in here:
        seats.leave(one)
    assert not seats._by_visitor
    assert not seats._by_address


def test_not_everybody_who_ever_asked_is_remembered(seats: Seats) -> None:
    for i in range(5000):
        seats.reserve(100, Guest("", f"10.0.0.{i % 2}"))
    assert len(seats._expected) <= 1001
    assert seats.sit(100, Guest("late", "10.0.0.1"))
