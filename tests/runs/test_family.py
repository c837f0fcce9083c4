import shutil

import pytest

from gan_core.config import Parent
from gan_core.runs.family import family
from gan_core.runs.files import write_json
from gan_core.runs.store import RunStore
from tests.runs_by_hand import config, queued


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path)


def fork_of(store, run_id, step, **how):
    asked = config(**how).model_copy(update={"parent": Parent(run=run_id, step=step)})
    return store.create(asked)


def shape(store, run_id):
    return [(one.id, one.parent, one.step, one.depth) for one in family(store.list(), run_id)]


def test_a_family_is_the_same_whoever_of_it_is_asked(store):
    first = queued(store)
    late, early = fork_of(store, first.id, 90), fork_of(store, first.id, 30)
    child = fork_of(store, early.id, 50)
    queued(store, "a stranger")
    expected = [
        (first.id, None, None, 0),
        (early.id, first.id, 30, 1),
        (child.id, early.id, 50, 2),
        (late.id, first.id, 90, 1),
    ]
    for run in (first, late, early, child):
        assert shape(store, run.id) == expected


def test_a_run_without_relatives_is_its_own_family(store):
    alone = queued(store)
    assert shape(store, alone.id) == [(alone.id, None, None, 0)]


def test_who_was_deleted_is_still_named_by_the_children(store):
    first = queued(store)
    one, other = fork_of(store, first.id, 10), fork_of(store, first.id, 20)
    shutil.rmtree(first.paths.root)
    found = family(store.list(), other.id)
    assert [member.id for member in found] == [first.id, one.id, other.id]
    assert [member.run is None for member in found] == [True, False, False]


def test_a_damaged_run_is_there_and_has_no_ancestors(store):
    first = queued(store)
    fork = fork_of(store, first.id, 10)
    fork.paths.config.write_text("{")
    assert shape(store, fork.id) == [(fork.id, None, None, 0)]


def test_a_circle_as_only_an_invented_file_has_ends(store):
    one = queued(store)
    other = fork_of(store, one.id, 10)
    circle = config().model_copy(update={"parent": Parent(run=other.id, step=5)})
    write_json(one.paths.config, circle.to_json())
    own = fork_of(store, "nobody", 1)
    itself = own.sound_config().model_copy(update={"parent": Parent(run=own.id, step=1)})
    write_json(own.paths.config, itself.to_json())
    assert {member.id for member in family(store.list(), one.id)} == {one.id, other.id}
    assert {member.id for member in family(store.list(), other.id)} == {one.id, other.id}
    assert [member.id for member in family(store.list(), own.id)] == [own.id]


def test_a_long_line_of_forks(store):
    runs = [queued(store)]
    for _generation in range(40):
        runs.append(fork_of(store, runs[-1].id, 5))
    found = family(store.list(), runs[20].id)
    assert [member.id for member in found] == [run.id for run in runs]
    assert found[-1].depth == 40
