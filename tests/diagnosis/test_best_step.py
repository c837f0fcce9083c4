"""Where no snapshot was evaluated none is called best: an epoch is named, and what is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gan_core.diagnosis import progress
from gan_core.diagnosis.rules import diagnose
from gan_core.diagnosis.signals import Signals, gather
from gan_core.runs.store import RunStore
from tests.diagnosis.by_hand import curve, signals
from tests.runs_by_hand import config, trained

BEST = 3137


def held_out(every: int, **more: Any) -> Signals:
    """A loss that fell until an epoch and has risen since; that one alone was much lower."""
    first = BEST % every or every
    values = {step: 150 + abs(step - BEST) / 1000 for step in range(first, 9001, every)}
    assert BEST in values
    values[BEST] = 149.0
    run = config("autoencoder", steps=9000)
    return signals(run, step=9000, curves={"val_loss": curve(values)}, **more)


@pytest.mark.parametrize("every", [7, 60, 150])
def test_the_epoch_with_the_lowest_loss_is_named(every: int) -> None:
    """Of a run of more than 64 epochs, too, of which the past is kept in means of several."""
    found = held_out(every, snapshots=(0, 1000, 2000, 3000, 4000))
    said = diagnose(found)[0]
    assert said.name == "stopped_improving"
    assert f"held-out images was lowest at step {BEST}." in str(said.state)
    assert "snapshot was" not in str(said.state)
    num = (9000 - BEST) // every
    assert str(said.cause).startswith(f"{int(float(f'{num:.2g}'))} measurements since")
    assert "explore step 3000, the newest snapshot up to there" in str(said.advice)
    assert said.action is not None
    assert said.action.model_dump() == {"kind": "explore best", "step": 3000}


def test_without_a_snapshot_none_is_offered() -> None:
    said = diagnose(held_out(60, snapshots=(4000,)))[0]
    assert str(said.advice) == "Stop here."
    found = held_out(60)
    status = found.status.model_copy(update={"state": "stopped"})
    ended = diagnose(found.model_copy(update={"status": status}))[0]
    assert str(ended.advice) == "More of the same would bring nothing."


def test_a_late_lucky_epoch_is_not_long_ago() -> None:
    found = held_out(60)
    late = {**dict(zip(found.curve("val_loss").steps, found.curve("val_loss").values, strict=True))}
    steps = range(BEST % 60, 9001, 60)
    values = {step: 150 + abs(step - BEST) / 1000 for step in steps} | {max(late) - 60: 140.0}
    lucky = found.model_copy(update={"curves": {"val_loss": curve(values)}})
    assert progress.best_of(lucky) == (max(late) - 60, 1)
    assert not progress.has_stopped_improving(lucky)


def test_the_snapshots_of_a_run_are_known(tmp_path: Path) -> None:
    run = trained(RunStore(tmp_path), (0, 50, 100))
    found = gather(run.paths, run.sound_config(), run.status)
    assert found.snapshots == (0, 50, 100)
    assert gather(run.paths, run.sound_config(), run.status, until=60).snapshots == (0, 50)
