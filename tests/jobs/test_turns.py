"""Whose run starts next, and which wait in vain."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from gan_core.access.quotas import Quotas, is_bound
from gan_core.jobs.queue import Look, Training, Waiting, admissible, surplus

devices = st.sampled_from(["cpu", "gpu"])
people = st.sampled_from(["owner", "ada", "bob", "eve"])
waiting = st.builds(
    Waiting, id=st.uuids().map(str), since=st.sampled_from("abcdef"), device=devices, person=people
)
queues = st.lists(waiting, unique_by=lambda run: run.id, max_size=30).map(tuple)
looks = st.builds(
    Look,
    waiting=queues,
    alive=st.lists(st.builds(Training, devices, people), max_size=8).map(tuple),
)
bounds = st.builds(
    Quotas,
    queued_per_person=st.integers(0, 5),
    queued_in_all=st.integers(0, 12),
    running_per_person=st.integers(1, 4),
)
served = st.dictionaries(people, st.integers(1, 9))


@given(looks, st.integers(1, 4), bounds, served)
def test_as_many_start_as_device_and_person_may_have(look, limit, quotas, served):
    admitted = admissible(look, limit, quotas, served)
    assert set(admitted) <= set(look.waiting)
    assert len(set(admitted)) == len(admitted)
    busy = Counter(run.device for run in (*look.alive, *admitted))
    having = Counter(run.person for run in (*look.alive, *admitted))
    for run in admitted:
        assert busy[run.device] <= limit
        assert having[run.person] <= quotas.running_per_person or not is_bound(run.person)
    for run in set(look.waiting) - set(admitted):
        is_full = busy[run.device] >= limit
        has_enough = is_bound(run.person) and having[run.person] >= quotas.running_per_person
        assert is_full or has_enough


@given(looks, st.integers(1, 4), bounds, served)
def test_nobody_is_overtaken_by_a_later_run_of_their_own(look, limit, quotas, served):
    admitted = admissible(look, limit, quotas, served)
    for run in set(look.waiting) - set(admitted):
        for other in admitted:
            if (other.person, other.device) == (run.person, run.device):
                assert (other.since, other.id) < (run.since, run.id)


@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=40),
    st.integers(1, 3),
    st.integers(1, 3),
)
def test_nobody_waits_for_more_turns_than_there_are_others(arrivals, limit, running):
    """Ada queues run after run; each of the others waits with one from the beginning."""
    quotas = Quotas(running_per_person=running)
    line = [
        Waiting(f"{who}-0", f"{i:03}", "cpu", who) for i, who in enumerate(["ada", "bob", "eve"])
    ]
    served: dict[str, int] = {}
    turns: list[str] = []
    for i, num in enumerate(arrivals):
        line += [Waiting(f"ada-{i}-{k}", f"{100 + i:03}", "cpu", "ada") for k in range(num)]
        for run in admissible(Look(tuple(line), ()), limit, quotas, served):
            turns.append(run.person)
            served[run.person] = len(turns)
            line.remove(run)
    if len(turns) >= 3:
        assert set(turns[:3]) == {"ada", "bob", "eve"}


def test_a_hundred_runs_of_one_person_do_not_hold_up_another():
    hundred = tuple(Waiting(f"{i:03}", "2026-01-01", "cpu", "ada") for i in range(100))
    late = Waiting("z", "2026-01-02", "cpu", "bob")
    look = Look((*hundred, late), ())
    assert admissible(look, 1, Quotas(), {"ada": 7}) == [late]
    first, second = admissible(look, 2, Quotas(), {"ada": 7})
    assert (first, second) == (late, hundred[0])


@given(looks, bounds)
def test_what_waits_beyond_the_bounds_is_what_came_last(look, quotas):
    beyond = surplus(look, quotas)
    refused = {run for runs in beyond.values() for run in runs}
    kept = [run for run in look.in_line() if run not in refused]
    of_person = Counter(run.person for run in kept)
    for person, num in of_person.items():
        assert num <= quotas.queued_per_person or not is_bound(person)
    if any(is_bound(run.person) for run in kept):
        num_owned = sum(not is_bound(run.person) for run in kept)
        assert len(kept) <= max(quotas.queued_in_all, num_owned + quotas.queued_in_all)
    for run in refused:
        assert is_bound(run.person)
        earlier = [one for one in kept if (one.since, one.id) < (run.since, run.id)]
        own = sum(one.person == run.person for one in earlier)
        assert own >= quotas.queued_per_person or len(earlier) >= quotas.queued_in_all


@given(looks)
def test_the_owner_alone_is_never_bothered(look):
    alone = Look(tuple(run for run in look.waiting if run.person == "owner"), ())
    quotas = Quotas(queued_per_person=0, queued_in_all=0, running_per_person=1)
    assert surplus(alone, quotas) == {"queued_per_person": [], "queued_in_all": []}
    assert len(admissible(alone, 99, quotas, {})) == len(alone.waiting)
