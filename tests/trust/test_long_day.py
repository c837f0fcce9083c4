"""What the eight hours look at can be wrong, and is told then."""

from __future__ import annotations

from pathlib import Path

from benchmarks.trust.long_day import thinning_faults
from gan_core.runs import evaluations, sealed, snapshots
from gan_core.runs.checkpoints import STATE_FILE
from gan_core.runs.store import RunStore
from tests import evaluations_by_hand
from tests.runs_by_hand import trained

PINNED, BEST = 18, 30


def test_too_much_and_too_little_thinning_are_told(tmp_path: Path) -> None:
    paths = trained(RunStore(tmp_path), tuple(range(0, 246, 6))).paths
    assert "the best is said to be None" in thinning_faults(paths)[0]

    evaluations_by_hand.write(paths, {BEST: 1.0})
    (fault,) = thinning_faults(paths)
    assert "thinned too little" in fault

    best = evaluations.best_step(paths)
    assert best == BEST
    snapshots.thin(paths, {PINNED, best})
    assert thinning_faults(paths) == []

    for step in (BEST, PINNED):
        sealed.drop_file(paths.snapshot(step), STATE_FILE)
        (fault,) = thinning_faults(paths)
        assert f"thinned too much: {snapshots.forkable_steps(paths)}" in fault
