"""The short versions of the faults of real workers."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.trust import clocks, damage, equality, full_disk, lost_devices, not_finite
from benchmarks.trust.small_disk import CannotMountError
from benchmarks.trust.trial import Place


def test_a_clock_that_moves(tmp_path: Path, data_dir: Path) -> None:
    outcome = clocks.attempt(Place(tmp_path, data_dir, short=True))
    assert outcome.passed, outcome.figure


def test_damaged_states(tmp_path: Path, data_dir: Path) -> None:
    outcome = damage.attempt(Place(tmp_path, data_dir, short=True))
    assert outcome.passed, outcome.figure


@pytest.mark.parametrize("family", equality.FAMILIES[1:], ids=lambda family: family.name)
def test_killed_and_resumed(family: equality.Family, tmp_path: Path, data_dir: Path) -> None:
    place = Place(tmp_path, data_dir, short=True)
    assert equality.compare(place, family, num_kills=1) == []


def test_not_finite(tmp_path: Path, data_dir: Path) -> None:
    assert not_finite.broken_weight(Place(tmp_path, data_dir, short=True)) == []


def test_memory_runs_out(tmp_path: Path, data_dir: Path) -> None:
    outcome = lost_devices.attempt(Place(tmp_path, data_dir, short=True))
    assert outcome.passed, outcome.figure


def test_a_start_without_space(tmp_path: Path, data_dir: Path) -> None:
    try:
        assert full_disk.PLACES["start"](Place(tmp_path, data_dir, short=True)) == []
    except CannotMountError:
        pytest.skip("this system allows no mount")
