"""What light evaluations cost: their share of the training time of each recipe at its cadence.

    GAN_DATA_DIR=… python -m benchmarks.light_evaluation [RECIPE …] [--secs N]

Each recipe trains on its own data set (or on --dataset) for about N seconds, as its worker does,
and evaluates meanwhile; then the cost of one evaluation, warm, is set against the training between
two of them, as `nn.evaluating` spaces them. The first evaluation is told by itself: it loads the
features and looks at the real images.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import tensorflow as tf

from benchmarks.harness import configure, say
from gan_core import data
from gan_core.nn import device
from gan_core.nn.batches import Batches
from gan_core.nn.evaluating import Evaluator
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
    source = _source(loaded, batches)
    with tempfile.TemporaryDirectory() as folder:
        paths = RunPaths(Path(folder) / "run")
        paths.make_folders()
        evaluator = Evaluator(paths, recipe, config, state, loaded)
        first = _timed(lambda: evaluator.measured(0))
        warm = [_timed(lambda: evaluator.measured(0)) for _ in range(_NUM_EVALUATIONS)]
    per_step = _seconds_a_step(steps, source, secs)
    due = [step for step in range(1, 100_001) if evaluator.is_due(step)]
    gap = due[-1] - due[-2] if len(due) > 1 else due[0]
    share = statistics.median(warm) / (gap * per_step)
    rate = config.settings.batch_size / per_step
    return (
        f"| `{recipe_name}` | {config.dataset.name} | {rate:,.0f} | {gap} | {gap * per_step:.1f} "
        f"| {first:.2f} | {statistics.median(warm):.2f} | {share:.1%} |"
    )


def _source(loaded: data.Dataset, batches: Batches):  # noqa: ANN202
    from gan_core.nn.source import open_source

    return open_source(loaded.train_images, batches)


def _timed(work) -> float:  # noqa: ANN001
    began = time.monotonic()
    work()
    return time.monotonic() - began


def _seconds_a_step(steps, source, secs: float) -> float:  # noqa: ANN001
    done, rates = 0, []
    began = time.monotonic()
    while time.monotonic() - began < secs or len(rates) < 3:
        took = _timed(
            lambda: steps(tf.constant(done, tf.int64), source.batches(done, _CHUNK)).numpy()
        )
        done += _CHUNK
        rates.append(took / _CHUNK)
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
    prepared = False
    for name in given.recipes or registry.names():
        recipe = registry.get(name)
        if not prepared:
            device.prepare(configure(name, given.dataset or "digits", data_dir, steps=1)[1].kernels)
            prepared = True
        say(measure(name, given.dataset or recipe.dataset, data_dir, given.secs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
