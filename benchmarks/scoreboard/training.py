"""Trains one run for so many seconds of this process' processor time, and keeps its last step.

    python -m benchmarks.scoreboard.training RUN_DIR --cpu-secs N --data-dir DIR

The product's own trainer with its own sheets, snapshots and checkpoints; light evaluations are
left out, so that all of the time is training. What counts begins after the first steps, which
compile, and is processor time of all threads: a busy machine takes longer and trains as much.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from contextlib import closing
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from benchmarks.scoreboard.trained import TRAINED, Trained
from gan_core.config import RunConfig
from gan_core.data import load
from gan_core.nn import device
from gan_core.nn.layer_kernels import settled
from gan_core.nn.state import initial_state
from gan_core.nn.step import images_per_step
from gan_core.nn.trainer import Hooks, Trainer
from gan_core.nn.watching import Watcher
from gan_core.recipes import registry
from gan_core.runs.files import read_json, write_json
from gan_core.runs.layout import RunPaths
from gan_core.runs.metrics import MetricLog
from gan_core.runs.reporter import Request
from gan_core.runs.sheet import write_sheet
from gan_core.runs.status import Said, write_status


class Budget:
    """Asks the trainer to stop when the processor time is spent."""

    def __init__(self, cpu_secs: float) -> None:
        self._cpu_secs = cpu_secs
        self.first_step = self.step = 0
        self._began: tuple[float, float] | None = None

    def at_step(self, step: int) -> None:
        """Told after every step, or every few."""
        if self._began is None:
            self._began, self.first_step = (time.process_time(), time.monotonic()), step
        self.step = step

    def request(self) -> Request | None:
        """Whether to stop."""
        return "stop" if self.spent[0] >= self._cpu_secs else None

    @property
    def spent(self) -> tuple[float, float]:
        """Seconds of processor time, and by the clock."""
        if self._began is None:
            return 0.0, 0.0
        return time.process_time() - self._began[0], time.monotonic() - self._began[1]


def train(paths: RunPaths, data_dir: Path, cpu_secs: float) -> Trained:
    """Train, and keep the last step's sheet and snapshot."""
    config = RunConfig.from_json(read_json(paths.config))
    recipe = registry.get(config.recipe)
    paths.make_folders()
    device.prepare(config.kernels)
    dataset = load(config.dataset, data_dir)
    config = settled(paths, recipe, config)
    state = initial_state(recipe, config)
    budget = Budget(cpu_secs)
    hooks = Hooks(
        request=budget.request,
        at_step=budget.at_step,
        write_sheet=lambda step, pixels, p_real: write_sheet(
            paths.sample(step), pixels, recipe.sheet_columns, p_real
        ),
        pins=lambda: (),
        clock=time.monotonic,
        watcher=Watcher(paths, recipe, config, dataset.train_images, lambda: None),
    )
    trainer = Trainer(paths, recipe, config, state, dataset, hooks)
    with closing(trainer), MetricLog(paths.metrics) as log:
        trainer.train(log)
        spent, secs = budget.spent
        trainer.finish(log)
    write_status(paths, "stopped", state.step, config.total_steps, Said(template="scoreboard"))
    found = Trained(
        cpu_secs=round(spent, 2),
        secs=round(secs, 2),
        step=state.step,
        images=(budget.step - budget.first_step) * images_per_step(config),
    )
    write_json(paths.root / TRAINED, found.model_dump(mode="json"))
    return found


def main() -> int:
    """Train the run."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--cpu-secs", type=float, required=True)
    parser.add_argument("--data-dir", type=Path, required=True)
    given = parser.parse_args()
    train(RunPaths(given.run), given.data_dir, given.cpu_secs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
