"""Directions stay with a run: a name in meta.json, a vector in a file, both bounded."""

from __future__ import annotations

from pathlib import Path

import pytest

from gan_core.errors import BadInputError, NotFoundError
from gan_core.runs import archive, directions
from gan_core.runs.store import RunStore, RunView
from tests import runs_by_hand

LATENT_SIZE = 64


@pytest.fixture
def view(tmp_path: Path) -> RunView:
    store = RunStore(tmp_path / "runs")
    store.root.mkdir()
    return runs_by_hand.trained(store)


@pytest.fixture
def store(view: RunView) -> RunStore:
    return RunStore(view.paths.root.parent)


def direction(size: int = LATENT_SIZE, **how: object) -> directions.Direction:
    vector = tuple(i / 8 for i in range(size))
    return directions.Direction(
        **{"vector": vector, "step": 50, "num_with": 9, "num_without": 8, **how}
    )


def test_kept_named_and_removed(store: RunStore, view: RunView) -> None:
    first = directions.keep(store, view.id, " thick\nness ", direction(separability=0.9))
    second = directions.keep(store, view.id, "slant", direction())
    now = store.get(view.id)
    assert now.meta.directions == {first: "thick ness", second: "slant"}
    found = directions.kept(now)
    assert [(kept.id, kept.name) for kept in found] == [(first, "thick ness"), (second, "slant")]
    assert found[0].direction == direction(separability=0.9)
    directions.remove(store, view.id, first)
    assert [kept.id for kept in directions.kept(store.get(view.id))] == [second]
    assert len(list(now.paths.directions.iterdir())) == 1
    directions.remove(store, view.id, first)
    directions.remove(store, view.id, "../../meta")
    assert store.get(view.id).meta.directions == {second: "slant"}


def test_what_a_run_does_not_take(store: RunStore, view: RunView) -> None:
    with pytest.raises(BadInputError, match="needs a name"):
        directions.keep(store, view.id, " \n", direction())
    with pytest.raises(BadInputError, match="121"):
        directions.keep(store, view.id, "x" * 121, direction())
    with pytest.raises(BadInputError, match="has 3 numbers; this run's latents have 64"):
        directions.keep(store, view.id, "short", direction(3))
    with pytest.raises(NotFoundError):
        directions.keep(store, "20260101-000000-ffffff", "lost", direction())
    for i in range(directions.MAX_DIRECTIONS):
        directions.keep(store, view.id, f"{i}", direction())
    with pytest.raises(BadInputError, match="keeps 24 directions"):
        directions.keep(store, view.id, "one more", direction())
    assert len(list(view.paths.directions.iterdir())) == directions.MAX_DIRECTIONS


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b'{"vector": []}', b'{"vector": [NaN], "step": 1}', b"\xff", None],
)
def test_what_cannot_be_read_is_left_out(
    store: RunStore, view: RunView, content: bytes | None
) -> None:
    good = directions.keep(store, view.id, "good", direction())
    bad = directions.keep(store, view.id, "bad", direction())
    path = view.paths.directions / f"{bad}.json"
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    assert [kept.id for kept in directions.kept(store.get(view.id))] == [good]


def test_names_that_are_no_file_of_ours(store: RunStore, view: RunView) -> None:
    names = {"../../config": "up", "z3": "another kind", "": "nothing"}
    store.change_meta(view.id, lambda meta: meta.model_copy(update={"directions": names}))
    assert directions.kept(store.get(view.id)) == []


def test_they_travel_with_the_run(store: RunStore, view: RunView, tmp_path: Path) -> None:
    kept = directions.keep(store, view.id, "slant", direction())
    archive.pack(store.get(view.id), tmp_path / "run.zip")
    other = RunStore(tmp_path / "other")
    other.root.mkdir()
    taken = archive.unpack(other, tmp_path / "run.zip")
    assert [(found.id, found.name) for found in directions.kept(taken)] == [(kept, "slant")]
