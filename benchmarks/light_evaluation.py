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
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
_FEWEST_CHUNKS = 3


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
        one = _median([_timed(lambda: evaluator.measured(0)) for _ in range(_NUM_EVALUATIONS)])
    step = _a_step(chunk, secs)
    source.close()
    due = [at for at in range(1, 100_001) if evaluator.is_due(at)]
    gap = due[-1] - due[-2] if len(due) > 1 else due[0]
    rate = config.settings.batch_size / step.wall
    return (
        f"| `{recipe_name}` | {config.dataset.name} | {rate:,.0f} | {gap} | {gap * step.wall:.1f} "
        f"| {first.wall:.2f} | {one.wall:.2f} | {one.wall / (gap * step.wall):.1%} "
        f"| {one.processor / (gap * step.processor):.1%} |"
    )


@dataclass(frozen=True)
class Took:
    """Seconds by the clock, and of processor time, which other programs hardly change."""

    wall: float
    processor: float


def _timed(work: Callable[[], object], parts: int = 1) -> Took:
    wall, processor = time.monotonic(), time.process_time()
    work()
    return Took((time.monotonic() - wall) / parts, (time.process_time() - processor) / parts)


def _median(times: Sequence[Took]) -> Took:
    return Took(
        statistics.median(took.wall for took in times),
        statistics.median(took.processor for took in times),
    )


def _a_step(chunk: Callable[[int], object], secs: float) -> Took:
    """The median over chunks of steps, but for the first, which is traced as well."""
    times: list[Took] = []
    began = time.monotonic()
    while time.monotonic() - began < secs or len(times) < _FEWEST_CHUNKS:
        times.append(_timed(functools.partial(chunk, _CHUNK * len(times)), _CHUNK))
    return _median(times[1:])


def main() -> int:
    """A table, one recipe a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipes", nargs="*", metavar="RECIPE", help="all of them")
    parser.add_argument("--dataset", help="another set than each recipe's own")
    parser.add_argument("--secs", type=float, default=10.0, help="of training (10)")
    given = parser.parse_args()
    data_dir = data.default_data_dir(os.environ)
    say(
        "| recipe | data set | images/s | steps between | s between | first, s | later, s | share "
        "| of processor time |"
    )
    say("|---|---|---|---|---|---|---|---|---|")
    device.prepare(cpu_kernels())
    for name in given.recipes or registry.names():
        dataset = given.dataset or registry.get(name).dataset
        say(measure(name, dataset, data_dir, given.secs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
