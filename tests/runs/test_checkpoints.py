"""Checkpoints: two generations, fall back in words, and never silently from the start."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np

from gan_core.errors import DamagedError
from gan_core.runs import checkpoints, sealed, snapshots
from gan_core.runs.checkpoints import STATE_FILE, Arrays
from gan_core.runs.layout import RunPaths, step_folders


def _arrays(step: int) -> Arrays:
    return {"step": np.array([step], np.int64), "w": np.full((3, 4), step, np.float32)}


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 16
    path.write_bytes(content)


def _seal_snapshot(paths: RunPaths, step: int) -> None:
    def write(folder: Path) -> None:
        checkpoints.write_arrays(folder / STATE_FILE, _arrays(step))

    sealed.seal(paths.snapshot(step), write, {"step": step})


def test_none_before_the_first(paths: RunPaths) -> None:
    assert checkpoints.load_newest(paths) is None


def test_what_cannot_be_looked_into_is_not_taken_for_nothing(paths: RunPaths) -> None:
    paths.checkpoints.rmdir()
    paths.checkpoints.symlink_to(paths.checkpoints)  # root may read all but a loop
    with pytest.raises(DamagedError, match="checkpoints cannot be read"):
        checkpoints.load_newest(paths)


def test_two_generations_are_kept(paths: RunPaths) -> None:
    for step in (5, 90, 100, 1000):
        checkpoints.save(paths, step, _arrays(step))
    assert step_folders(paths.checkpoints) == [100, 1000]
    loaded = checkpoints.load_newest(paths)
    assert loaded is not None
    assert (loaded.step, loaded.skipped) == (1000, ())
    np.testing.assert_array_equal(loaded.arrays["w"], _arrays(1000)["w"])


def test_falls_back_and_says_so(paths: RunPaths) -> None:
    for step in (100, 200):
        checkpoints.save(paths, step, _arrays(step))
    _flip(paths.checkpoints / "200" / STATE_FILE)
    loaded = checkpoints.load_newest(paths)
    assert loaded is not None
    assert loaded.step == 100
    assert loaded.skipped == (
        "checkpoints/200: state.safetensors in 200 is damaged: its checksum differs.",
    )


@pytest.mark.parametrize("missing", [STATE_FILE, sealed.MANIFEST])
def test_a_missing_file_is_damage(paths: RunPaths, missing: str) -> None:
    for step in (100, 200):
        checkpoints.save(paths, step, _arrays(step))
    (paths.checkpoints / "200" / missing).unlink()
    loaded = checkpoints.load_newest(paths)
    assert loaded is not None
    assert loaded.step == 100
    assert len(loaded.skipped) == 1


def test_all_damaged_is_an_error(paths: RunPaths) -> None:
    for step in (100, 200):
        checkpoints.save(paths, step, _arrays(step))
        _flip(paths.checkpoints / str(step) / STATE_FILE)
    with pytest.raises(DamagedError) as caught:
        checkpoints.load_newest(paths)
    assert "No checkpoint of this run is good" in caught.value.message
    assert "checkpoints/100" in caught.value.message
    assert "Nothing was changed" in caught.value.hint


def test_snapshots_help_out(paths: RunPaths) -> None:
    checkpoints.save(paths, 200, _arrays(200))
    for step in (150, 175):
        _seal_snapshot(paths, step)
    _flip(paths.checkpoints / "200" / STATE_FILE)
    loaded = checkpoints.load_newest(paths)
    assert loaded is not None
    assert (loaded.step, len(loaded.skipped)) == (175, 1)


def test_a_newer_snapshot_wins(paths: RunPaths) -> None:
    checkpoints.save(paths, 200, _arrays(200))
    _seal_snapshot(paths, 250)
    loaded = checkpoints.load_newest(paths)
    assert loaded is not None
    assert (loaded.step, loaded.skipped) == (250, ())


def test_a_thinned_snapshot_is_no_damage(paths: RunPaths) -> None:
    _seal_snapshot(paths, 250)
    sealed.drop_file(paths.snapshot(250), STATE_FILE)
    assert checkpoints.load_newest(paths) is None
    assert snapshots.forkable_steps(paths) == []


def test_temporaries_and_strangers_are_ignored(paths: RunPaths) -> None:
    (paths.checkpoints / ".tmp-x").mkdir()
    (paths.checkpoints / "notes").mkdir()
    (paths.checkpoints / "7").touch()
    assert checkpoints.load_newest(paths) is None


_any_arrays = st.dictionaries(
    st.text("abc/_0", min_size=1, max_size=8),
    st.sampled_from([np.float32, np.float64, np.int64, np.uint32]).flatmap(
        lambda kind: st_np.arrays(kind, st_np.array_shapes(min_dims=0, max_dims=3, max_side=4))
    ),
    max_size=5,
)


@given(_any_arrays, st.booleans())
def test_arrays_round_trip_to_the_bit(
    tmp_path_factory: pytest.TempPathFactory, arrays: Arrays, turned: bool
) -> None:
    given_arrays = {name: a.T if turned else a for name, a in arrays.items()}
    path = tmp_path_factory.getbasetemp() / "arrays.safetensors"
    checkpoints.write_arrays(path, given_arrays)
    found = checkpoints.read_arrays(path)
    assert found.keys() == given_arrays.keys()
    for name, array in given_arrays.items():
        assert found[name].shape == array.shape
        assert found[name].dtype == array.dtype
        assert found[name].tobytes() == array.tobytes()


@given(st.binary(max_size=100))
def test_any_bytes_are_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.safetensors"
    path.write_bytes(content)
    with pytest.raises(DamagedError, match=r"any\.safetensors cannot be read"):
        checkpoints.read_arrays(path)


@pytest.mark.parametrize(
    "about",
    [
        {"dtype": "F8_E4M3", "shape": [4], "data_offsets": [0, 4]},
        {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [1e999], "data_offsets": [0, 4]},
        {"dtype": ["F32"], "shape": [1], "data_offsets": [0, 4]},
        {"dtype": "F32", "data_offsets": [0, 4]},
        "F32",
    ],
)
def test_headers_of_others(tmp_path: Path, about: object) -> None:
    path = tmp_path / "odd.safetensors"
    header = json.dumps({"w": about}).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    for read in (checkpoints.read_arrays, checkpoints.read_shapes):
        with pytest.raises(DamagedError, match=r"odd\.safetensors cannot be read"):
            read(path)
