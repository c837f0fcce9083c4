"""Names of directions: kept with the run, bounded, and taken away by an empty one."""

from __future__ import annotations

import pytest

from gan_core.errors import BadInputError
from gan_core.runs import names
from gan_core.runs.store import RunStore
from tests.runs_by_hand import config


@pytest.fixture
def store(tmp_path) -> RunStore:
    return RunStore(tmp_path)


def test_a_name_is_kept_changed_and_taken_away(store: RunStore) -> None:
    run = store.create(config()).id
    names.give(store, run, "dimension:3", "  slant\n")
    names.give(store, run, "principal:0", "thick")
    assert store.get(run).meta.names == {"dimension:3": "slant", "principal:0": "thick"}
    names.give(store, run, "dimension:3", "lean")
    names.give(store, run, "principal:0", "")
    assert store.get(run).meta.names == {"dimension:3": "lean"}


@pytest.mark.parametrize(
    "key", ["", "dimension", "dimension:-1", "dimension:01", "concept:1", "x" * 99]
)
def test_no_direction_has_that_key(store: RunStore, key: str) -> None:
    run = store.create(config()).id
    with pytest.raises(BadInputError, match="dimension:N"):
        names.give(store, run, key, "slant")


def test_a_name_may_have_forty_characters(store: RunStore) -> None:
    run = store.create(config()).id
    names.give(store, run, "dimension:0", "x" * 40)
    with pytest.raises(BadInputError, match="41 characters"):
        names.give(store, run, "dimension:0", "x" * 41)


def test_there_is_an_end_to_names(store: RunStore) -> None:
    run = store.create(config()).id
    full = {f"dimension:{i}": "n" for i in range(names.MAX_NAMES)}
    store.change_meta(run, lambda meta: meta.model_copy(update={"names": full}))
    names.give(store, run, "dimension:1", "still")
    with pytest.raises(BadInputError, match="500"):
        names.give(store, run, "first-layer:1", "one more")
