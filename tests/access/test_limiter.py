import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_core.access import limiter
from gan_core.access.limiter import (
    IN_ALL,
    KEPT_FOR_FIRST_TRIES,
    PER_ADDRESS,
    WINDOW_SECS,
    Limiter,
    is_this_machine,
    network_of,
)

ADDRESSES = ["10.0.0.1", "10.0.0.2", "fd00::1", *(f"10.1.0.{i}" for i in range(70))]
TRIES = st.lists(
    st.tuples(st.sampled_from(ADDRESSES), st.floats(0, 30) | st.floats(0, 0.1)), max_size=200
)


@settings(max_examples=100, deadline=None)
@given(TRIES)
def test_never_more_than_allowed_in_any_minute_and_the_wait_is_true(tries):
    one, now, allowed = Limiter(), 0.0, []
    for address, later in tries:
        now += later
        wait = one.take(address, now)
        assert 0.0 <= wait <= WINDOW_SECS
        if wait == 0.0:
            allowed.append((address, now))
        recent = [(a, at) for a, at in allowed if now - at < WINDOW_SECS]
        assert len(recent) <= IN_ALL
        own = [at for a, at in recent if a == address]
        assert len(own) <= PER_ADDRESS
        if wait:  # whoever waits as long as told is let in
            most = IN_ALL - KEPT_FOR_FIRST_TRIES if own else IN_ALL
            assert len(own) == PER_ADDRESS or len(recent) >= most
            assert one.take(address, now + wait + 1e-6) == 0.0
            now += wait + 1e-6
            allowed.append((address, now))


def test_the_sixth_try_waits_and_others_do_not():
    one = Limiter()
    assert [one.take("10.0.0.1", t) for t in range(5)] == [0.0] * 5
    assert one.take("10.0.0.1", 5.0) == 55.0
    assert one.take("10.0.0.2", 5.0) == 0.0
    assert limiter.whole_secs(54.2) == 55
    assert one.take("10.0.0.1", 60.0) == 0.0


def test_many_addresses_meet_the_bound_for_all_and_are_not_all_remembered():
    one = Limiter()
    waits = [one.take(f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}", 1.0) for i in range(5000)]
    assert waits.count(0.0) == IN_ALL
    assert len(one._by_address) <= 1000
    assert len(one._all) <= IN_ALL


def test_a_dozen_addresses_that_guess_do_not_keep_the_teacher_out():
    one = Limiter()
    guesses = [one.take(f"10.0.0.{i}", 1.0) for _again in range(6) for i in range(12)]
    assert guesses.count(0.0) == IN_ALL - KEPT_FOR_FIRST_TRIES
    assert one.take("10.0.1.1", 2.0) == 0.0
    assert one.take("10.0.1.1", 2.0) == 59.0


@pytest.mark.parametrize("here", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_this_machine_has_tries_of_its_own(here):
    one = Limiter()
    for i in range(2000):
        one.take(f"10.{i >> 8}.{i & 255}.1", 1.0)
    assert one.take("10.200.0.1", 1.0) == WINDOW_SECS
    assert [one.take(here, 1.0) for _ in range(5)] == [0.0] * 5
    assert one.take(here, 1.0) == WINDOW_SECS
    assert one.take("127.0.0.77", 1.0) == WINDOW_SECS  # all its addresses are one
    assert not is_this_machine("10.0.0.1")
    assert not is_this_machine("fd00::1")
    assert not is_this_machine("")


def test_what_counts_as_one_address():
    assert network_of("fd00::1") == network_of("fd00::ffff:2") != network_of("fd01::1")
    assert network_of("::ffff:10.0.0.1") == "10.0.0.1"
    assert network_of("fe80::1%eth0") == network_of("fe80::2")
    assert network_of("") == network_of("<script>") == "unknown"
