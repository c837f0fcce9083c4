"""Images a second of every recipe's training step, beside the published loops.

    python -m benchmarks.steps [RECIPE …] [--quick] [--data-dir DIR]

For each recipe, in one process and by turns: our step as a run uses it; the same with plain
layers; one plain `tf.function` with Keras' optimiser and batches from the host; and the loop as
the published text writes it. Beside them the share of this machine's ceiling, the speed of a
large matrix product, that the step's counted arithmetic reaches.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf

from benchmarks.flops import ceiling, counted
from benchmarks.harness import Row, Work, configure, cpu_kernels, interleave, print_table, say
from benchmarks.published import Images, keras_optimizers, published
from gan_core import data
from gan_core.config import RunConfig
from gan_core.nn import device
from gan_core.nn.batches import Batches
from gan_core.nn.layer_kernels import choose
from gan_core.nn.pace import Pace
from gan_core.nn.source import Resident
from gan_core.nn.state import initial_state
from gan_core.nn.step import images_per_step, make_steps, plain_step
from gan_core.recipes import registry
from gan_core.recipes.recipe import Recipe

GOALS = {
    "quick-dcgan": 2.0,
    "mlp-gan": 15.0,
    "mnist-dcgan": 3.0,
    "quickdraw-dcgan": 2.0,
    "dense-conv-gan": 2.0,
    "cifar-dcgan": 2.0,
    "vae": 2.0,
    "autoencoder": 2.0,
}
"""How many times as fast as the published loop."""

DATASETS = {"cifar-dcgan": "cifar10:automobile", "quickdraw-dcgan": "quickdraw:cat"}
ROUND_SECS = 4.0


def ours(recipe: Recipe, config: RunConfig, images: Images) -> Work:
    """The step as a run uses it: data on the device, metrics fetched when they are logged."""
    state = initial_state(recipe, config)
    steps = make_steps(config, plain_step(recipe, config, state))
    batches = Batches(len(images), images_per_step(config), config.seed, draw=recipe.draw)
    source = Resident(images, batches)

    def work(num_steps: int) -> None:
        pace = Pace([config.settings.log_every], state.step + num_steps, 1)
        while state.step < pace.total_steps:
            began, num = time.monotonic(), pace.num_steps(state.step)
            steps(tf.constant(state.step, tf.int64), source.batches(state.step, num)).numpy()
            state.step += num
            pace.took(num, time.monotonic() - began)

    return work


def plain(recipe: Recipe, config: RunConfig, images: Images) -> tuple[Work, float]:
    """One `tf.function` of Keras' own parts; and the arithmetic of a step, in operations."""
    state = initial_state(recipe, config)
    state.optimizers = keras_optimizers(recipe, config, state.networks)
    step = tf.function(plain_step(recipe, config, state).__call__, autograph=False)
    draw = np.random.default_rng(0)

    def batch() -> tf.Tensor:
        return tf.constant(images[draw.integers(0, len(images), images_per_step(config))])

    def work(num_steps: int) -> None:
        for i in range(num_steps):
            step(tf.constant(i, tf.int64), batch()).numpy()

    graph = step.get_concrete_function(tf.constant(0, tf.int64), batch()).graph
    return work, counted(graph)


def measure(name: str, data_dir: Path, top: float, *, quick: bool) -> float:
    """Print the table of a recipe; return how many times as fast as published it is."""
    dataset = DATASETS.get(name, "mnist")
    recipe, config = configure(name, dataset, data_dir, steps=1000)
    images = data.load(config.dataset, data_dir).train_images
    by_hand, num_operations = plain(recipe, config, images)
    kernels = config.kernels.model_copy(update={"rewritten": choose(recipe, config, {})})
    chosen = config.model_copy(update={"kernels": kernels})
    works = {"ours, as a run uses it": ours(recipe, chosen, images)}
    if kernels.rewritten:
        works["ours, with plain layers"] = ours(recipe, config, images)
    works["one plain tf.function"] = by_hand
    works["as published"] = published(recipe, config, images)
    num_steps = 2 if quick else _steps_in(works["as published"], ROUND_SECS)
    rows = interleave(
        works,
        num_steps=num_steps,
        images_per_step=images_per_step(config),
        num_rounds=1 if quick else 5,
    )
    print_table(f"{name} on {dataset}, batch {config.settings.batch_size}", rows, unit="images/s")
    return _verdict(name, rows, num_operations / images_per_step(config) / top)


def _verdict(name: str, rows: list[Row], secs_at_best: float) -> float:
    """Say how far from the ceiling and from the goal; `secs_at_best` an image at the ceiling."""
    ratio = rows[0].median / rows[-1].median
    reached = "reached" if ratio >= GOALS[name] else "missed"
    sys.stdout.write(
        f"{secs_at_best * rows[0].median:.0%} of the ceiling; {ratio:.1f} times as fast as "
        f"published, goal {GOALS[name]:.0f}: {reached}\n"
    )
    sys.stdout.flush()
    return ratio


def _steps_in(work: Work, secs: float) -> int:
    """How many steps of the slowest work fit into a round."""
    work(1)
    started = time.perf_counter()
    work(2)
    return max(2, round(2 * secs / (time.perf_counter() - started)))


def main() -> int:
    """Measure and print; 1 when a recipe misses its goal."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipes", nargs="*", metavar="RECIPE", help="all unless named")
    parser.add_argument("--quick", action="store_true", help="few steps: does it run?")
    parser.add_argument("--data-dir", type=Path, default=data.default_data_dir(os.environ))
    given = parser.parse_args()
    device.prepare(cpu_kernels())
    names = given.recipes or [name for name in GOALS if name in registry.names()]
    top = ceiling(num_times=2 if given.quick else 8)
    say(f"ceiling: {top / 1e9:.0f} GFLOP/s on {cpu_kernels().intra_op_threads} threads")
    ratios = {name: measure(name, given.data_dir, top, quick=given.quick) for name in names}
    missed = [name for name, ratio in ratios.items() if ratio < GOALS[name]]
    return 1 if missed and not given.quick else 0


if __name__ == "__main__":
    sys.exit(main())
