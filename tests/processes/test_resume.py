"""A run killed five times ends as if it had never been touched, to the bit."""

from __future__ import annotations

import random
from pathlib import Path

from benchmarks.trust.kills import INTERVAL_SECS, strike
from benchmarks.trust.trial import Place
from gan_core.runs.files import TEMPORARY_PREFIX
from gan_core.runs.layout import step_folders
from gan_core.runs.metrics import MetricReader
from gan_core.runs.status import read_status
from tests.processes.worker_runs import differences, new_run, start

STEPS = 300
SETTINGS = {
    "batch_size": 16,
    "dropout": 0.3,
    "log_every": 1,
    "snapshot_every": 100,
    "checkpoint_secs": 1.0,
}


def test_five_kills(tmp_path: Path, data_dir: Path) -> None:
    whole, cut = (
        new_run(tmp_path / "runs", data_dir, steps=STEPS, settings=dict(SETTINGS)) for _ in "ab"
    )
    undisturbed = start(whole, data_dir)
    rng, place, begun_at = random.Random(5), Place(tmp_path, data_dir, short=True), {1}
    kills = []
    for turn in range(5):
        kill = strike(cut, place, rng, while_saving=turn % 2 == 1, begun_at=begun_at, max_steps=40)
        assert kill is not None, "it finished before it could be killed"
        kills.append(kill)
        assert read_status(cut).state == "interrupted"
        reader = MetricReader(cut.metrics)
        reader.poll()
        assert reader.num_bad_lines == 0
    assert any(kill.while_saving for kill in kills)
    # The interval is of a second, which a busy machine may stretch while a step is under way.
    assert max(kill.secs for kill in kills) <= 2 * INTERVAL_SECS
    assert start(cut, data_dir).wait() == 0
    assert undisturbed.wait() == 0
    assert [read_status(paths).state for paths in (whole, cut)] == ["completed"] * 2
    assert differences(whole, cut) == []
    assert len(step_folders(cut.checkpoints)) <= 2
    left = list(cut.root.rglob(f"{TEMPORARY_PREFIX}*"))
    assert left == []
