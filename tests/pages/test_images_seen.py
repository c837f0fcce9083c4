"""The axis of images seen: each part of a run's way by the settings it was trained with."""

import shutil

import numpy as np
import pytest

from gan_core.config import Parent
from gan_core.runs.files import write_json
from gan_core.runs.store import RunStore
from pages._parts.images_seen import images_at, stretches
from tests.runs_by_hand import config, queued


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path)


def fork_of(store, run, step, **how):
    return store.create(config(**how).model_copy(update={"parent": Parent(run=run.id, step=step)}))


def test_a_run_of_its_own_has_one_pace(store):
    assert stretches(queued(store, batch_size=32)) == [(0, 0, 32)]
    assert stretches(queued(store, recipe="mnist-dcgan", batch_size=256)) == [(0, 0, 128)]


def test_a_fork_counts_its_parents_part_with_its_parents_settings(store):
    first = queued(store, batch_size=16)
    child = fork_of(store, first, 100, batch_size=32, d_steps=3)
    grandchild = fork_of(store, child, 150, batch_size=8)
    way = stretches(grandchild)
    assert way == [(0, 0, 16), (100, 1600, 96), (150, 6400, 8)]
    np.testing.assert_array_equal(
        images_at([0, 50, 100, 125, 150, 151], way), [0, 800, 1600, 4000, 6400, 6408]
    )
    assert images_at([], way).tolist() == []


def test_a_fork_of_what_a_fork_began_with(store):
    first = queued(store, batch_size=16)
    child = fork_of(store, first, 100, batch_size=32)
    assert stretches(fork_of(store, child, 100, batch_size=8)) == [(0, 0, 16), (100, 1600, 8)]
    assert stretches(fork_of(store, first, 0, batch_size=8)) == [(0, 0, 8)]


def test_where_an_ancestor_is_gone_its_childs_pace_stands_in(store):
    first = queued(store, batch_size=16)
    child = fork_of(store, first, 100, batch_size=32)
    grandchild = fork_of(store, child, 150, batch_size=8)
    first.paths.config.write_text("{")
    assert stretches(grandchild) == [(0, 0, 32), (150, 4800, 8)]
    shutil.rmtree(child.paths.root)
    assert stretches(grandchild) == [(0, 0, 8)]


def test_a_circle_as_only_an_invented_file_has_ends(store):
    one = queued(store, batch_size=16)
    other = fork_of(store, one, 10, batch_size=32)
    circle = one.sound_config().model_copy(update={"parent": Parent(run=other.id, step=5)})
    write_json(one.paths.config, circle.to_json())
    assert stretches(other) == [(0, 0, 32), (5, 160, 16), (10, 240, 32)]
