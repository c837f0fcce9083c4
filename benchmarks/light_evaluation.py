"""What light evaluations cost: their share of the training time of each recipe at its cadence.

    GAN_DATA_DIR=… python -m benchmarks.light_evaluation [RECIPE …] [--secs N]

Each recipe trains on its own data set (or on --dataset) for about N seconds, as its worker does,
and evaluates meanwhile; then the cost of one evaluation, warm, is set against the training between
two of them, as `nn.evaluating` spaces them. The first evaluation is told by itself: it loads the
features and looks at the real images.
"""

from __future__ import annotations

import argparse
import functools
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import tensorflow as tf

from benchmarks.harness import configure, cpu_kernels, say
from gan_core import data
from gan_core.nn import device
from gan_core.nn.batches import Batches
from gan_core.nn.evaluating import Evaluator
from gan_core.nn.source import open_source
from gan_core.nn.state import initial_state
from gan_core.nn.step import images_per_step, make_steps, plain_step
from gan_core.recipes import registry
from gan_core.runs.layout import RunPaths

_NUM_EVALUATIONS = 5
_CHUNK = 10


def measure(recipe_name: str, dataset: str, data_dir: Path, secs: float) -> str:
    """One line of the table."""
    recipe, config = configure(recipe_name, dataset, data_dir, steps=10**6)
    loaded = data.load(config.dataset, data_dir)
    state = initial_state(recipe, config)
    steps = make_steps(config, plain_step(recipe, config, state))
    batches = Batches(
        len(loaded.train_images), images_per_step(config), config.seed, draw=recipe.draw
    )
    source = open_source(loaded.train_images, batches)

    def chunk(done: int) -> object:
        return steps(tf.constant(done, tf.int64), source.batches(done, _CHUNK)).numpy()

    with tempfile.TemporaryDirectory() as folder:
        paths = RunPaths(Path(folder) / "run")
        paths.make_folders()
        evaluator = Evaluator(paths, recipe, config, state, loaded)
        first = _timed(lambda: evaluator.measured(0))
        warm = [_timed(lambda: evaluator.measured(0)) for _ in range(_NUM_EVALUATIONS)]
    per_step = _seconds_a_step(chunk, secs)
    source.close()
    due = [step for step in range(1, 100_001) if evaluator.is_due(step)]
    gap = due[-1] - due[-2] if len(due) > 1 else due[0]
    share = statistics.median(warm) / (gap * per_step)
    rate = config.settings.batch_size / per_step
    return (
        f"| `{recipe_name}` | {config.dataset.name} | {rate:,.0f} | {gap} | {gap * per_step:.1f} "
        f"| {first:.2f} | {statistics.median(warm):.2f} | {share:.1%} |"
    )


def _timed(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def _seconds_a_step(chunk: Callable[[int], object], secs: float) -> float:
    """The median over chunks of steps, but for the first, which is traced as well."""
    rates: list[float] = []
    began = time.monotonic()
    while time.monotonic() - began < secs or len(rates) < 3:
        done = _CHUNK * len(rates)
        rates.append(_timed(functools.partial(chunk, done)) / _CHUNK)
    return statistics.median(rates[1:])


def main() -> int:
    """A table, one recipe a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipes", nargs="*", metavar="RECIPE", help="all of them")
    parser.add_argument("--dataset", help="another set than each recipe's own")
    parser.add_argument("--secs", type=float, default=10.0, help="of training (10)")
    given = parser.parse_args()
    data_dir = data.default_data_dir(os.environ)
    say(
        "| recipe | data set | images/s | steps between | s between | first, s | later, s | share |"
    )
    say("|---|---|---|---|---|---|---|---|")
    device.prepare(cpu_kernels())
    for name in given.recipes or registry.names():
        dataset = given.dataset or registry.get(name).dataset
        say(measure(name, dataset, data_dir, given.secs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
