"""Which snapshots there are, and which keep their training state."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core.errors import BadInputError, NotFoundError
from gan_core.runs import sealed, snapshots
from gan_core.runs.checkpoints import STATE_FILE
from gan_core.runs.layout import RunPaths
from gan_core.runs.snapshots import MAX_TRAINING_STATES, steps_to_thin

_steps = st.lists(st.integers(0, 10**6), unique=True, max_size=120).map(sorted)


def _write(folder: Path) -> None:
    (folder / STATE_FILE).write_bytes(b"state")
    (folder / snapshots.GENERATOR_ONNX).write_bytes(b"generator")


def _seal(paths: RunPaths, steps: range) -> None:
    for step in steps:
        sealed.seal(paths.snapshot(step), _write, {"step": step})


@given(_steps, st.data())
def test_the_newest_two_and_the_chosen_are_never_thinned(
    steps: list[int], data: st.DataObject
) -> None:
    keep = data.draw(st.lists(st.sampled_from(steps))) if steps else []
    thinned = steps_to_thin(steps, keep)
    assert not set(thinned) & {*steps[-2:], *keep}
    assert set(thinned) <= set(steps)
    assert thinned == sorted(thinned)
    assert len(steps) - len(thinned) <= MAX_TRAINING_STATES + 2 + len(set(keep))


@given(st.integers(0, 400))
def test_what_was_thinned_is_never_wanted_back(num_steps: int) -> None:
    """A state that is gone at one length of the run is also gone at every later one."""
    steps = list(range(0, 10 * num_steps, 10))
    assert set(steps_to_thin(steps, ())) <= set(steps_to_thin([*steps, 10 * num_steps], ()))


@given(st.integers(30, 400))
def test_what_stays_is_spread_over_the_run(num_steps: int) -> None:
    steps = list(range(num_steps))
    kept = [step for step in steps if step not in steps_to_thin(steps, ())]
    gaps = {b - a for a, b in itertools.pairwise(kept[:-2])}
    assert kept[0] == 0
    assert len(gaps) == 1
    assert len(kept) >= MAX_TRAINING_STATES // 2


def test_few_are_all_kept() -> None:
    assert steps_to_thin(range(MAX_TRAINING_STATES + 2), ()) == []


def test_thinning_keeps_the_generator(paths: RunPaths) -> None:
    _seal(paths, range(0, 200, 10))
    expected = steps_to_thin(list(range(0, 200, 10)), [30])
    assert snapshots.thin(paths, [30]) == expected
    assert snapshots.thin(paths, [30]) == []
    assert snapshots.list_steps(paths) == list(range(0, 200, 10))
    assert set(snapshots.forkable_steps(paths)) == set(range(0, 200, 10)) - set(expected)
    for step in expected:
        assert sealed.verified(paths.snapshot(step), snapshots.GENERATOR_ONNX)


def test_a_damaged_snapshot_is_left_as_evidence(paths: RunPaths) -> None:
    _seal(paths, range(0, 200, 10))
    victim = steps_to_thin(list(range(0, 200, 10)), ())[0]
    (paths.snapshot(victim) / sealed.MANIFEST).write_bytes(b"{")
    assert victim not in snapshots.thin(paths, ())
    assert (paths.snapshot(victim) / STATE_FILE).exists()


def _call(step: int | str) -> Callable[[RunPaths], int]:
    return lambda paths: snapshots.resolve_step(paths, step)


def test_steps_by_number_and_by_word(paths: RunPaths) -> None:
    _seal(paths, range(0, 30, 10))
    (paths.snapshots / "40").mkdir()  # has no manifest: not a snapshot
    (paths.snapshots / ".tmp-50").mkdir()
    assert [_call(step)(paths) for step in (10, "10", "newest", "best")] == [10, 10, 20, 20]


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (15, "step: there is no snapshot at step 15; there are 0, 10, 20."),
        ("40", "step: there is no snapshot at step 40; there are 0, 10, 20."),
        ("last", "step: got 'last'; allowed is a step number, `newest` or `best`."),
        ("../1", "step: got '../1'; allowed is a step number, `newest` or `best`."),
    ],
)
def test_steps_that_are_not_there(paths: RunPaths, step: int | str, said: str) -> None:
    _seal(paths, range(0, 30, 10))
    with pytest.raises(BadInputError) as caught:
        _call(step)(paths)
    assert caught.value.one_line() == said


def test_no_snapshot_yet(paths: RunPaths) -> None:
    with pytest.raises(NotFoundError, match="no snapshot yet"):
        _call("newest")(paths)


@given(_steps, st.integers(2, 20))
def test_long_lists_are_shortened(steps: list[int], limit: int) -> None:
    words = snapshots.shown(steps, limit).split(", ")
    assert len(words) <= max(limit + 1, 1)
    if steps:
        assert (words[0], words[-1]) == (str(steps[0]), str(steps[-1]))
    else:
        assert words == ["none"]
