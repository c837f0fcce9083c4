"""What saving costs: seconds of a snapshot and of a checkpoint, part by part.

    python -m benchmarks.snapshot_cost [--quick] [--recipe NAME]

And the share of training time that they take at the recipe's cadence. The peer is the usual way,
`model.save` of both networks and `tf.train.Checkpoint`, which keeps neither ONNX nor checksums.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import tensorflow as tf

from benchmarks.harness import configure, cpu_kernels, say
from gan_core import data
from gan_core.config import RunConfig
from gan_core.nn import build, device
from gan_core.nn.snapshot import golden, write_onnx, write_snapshot
from gan_core.nn.state import TrainState, initial_state
from gan_core.nn.step import make_steps, plain_step
from gan_core.recipes.recipe import Recipe
from gan_core.runs import checkpoints
from gan_core.runs.checkpoints import write_arrays
from gan_core.runs.files import sha256_of
from gan_core.runs.layout import RunPaths

_STEPS_TIMED = 100


def parts(
    folder: Path, recipe: Recipe, config: RunConfig, state: TrainState
) -> Mapping[str, Callable[[], object]]:
    """Each part of a save by name; the first two are whole, the indented ones are in them."""
    paths = RunPaths(folder / "run")
    paths.make_folders()
    g, d = state.generator, state.discriminator
    models = {"generator": g, "discriminator": d}
    g_layers, d_layers = recipe.networks(config.settings, config.dataset.image_shape)
    numbers = iter(range(10**9))
    arrays = state.to_arrays()
    state_file = folder / "state"

    def flush() -> None:
        write_arrays(state_file, arrays)
        with state_file.open("rb") as file:
            os.fsync(file.fileno())

    return {
        "snapshot": lambda: write_snapshot(paths, recipe, config, state),
        "checkpoint": lambda: checkpoints.save(paths, next(numbers), state.to_arrays()),
        "  G as ONNX": lambda: write_onnx(g_layers, build.weights(g), folder / "g.onnx"),
        "  D as ONNX": lambda: write_onnx(d_layers, build.weights(d), folder / "d.onnx"),
        "  weights of both": lambda: [
            write_arrays(folder / net.name, build.weights(net)) for net in (g, d)
        ],
        "  golden images": lambda: golden(models, config.settings.latent_size),
        "  training state to arrays": state.to_arrays,
        "  training state to disk": lambda: write_arrays(state_file, arrays),
        "  … and flushed": flush,
        "  checksum of the state": lambda: sha256_of(state_file),
        "Keras' own .keras of both": lambda: [
            net.save(folder / f"{net.name}.keras") for net in (g, d)
        ],
        "tf.train.Checkpoint of all": lambda: tf.train.Checkpoint(
            g=g, d=d, g_optimizer=state.g_optimizer, d_optimizer=state.d_optimizer
        ).write(str(folder / "checkpoint")),
    }


def measure(works: Mapping[str, Callable[[], object]], num_rounds: int) -> dict[str, float]:
    """Median seconds of each, in turns; one round before does not count."""
    secs: dict[str, list[float]] = {name: [] for name in works}
    for i in range(num_rounds + 1):
        say(f"round {i} of {num_rounds}")
        for name, work in works.items():
            started = time.perf_counter()
            work()
            if i:
                secs[name].append(time.perf_counter() - started)
    return {name: statistics.median(found) for name, found in secs.items()}


def secs_per_step(
    recipe: Recipe, config: RunConfig, state: TrainState, data_dir: Path, num_steps: int
) -> float:
    """Seconds of a training step."""
    loaded = data.load(config.dataset, data_dir).train_images
    images = tf.constant(loaded[None, : config.settings.batch_size])
    steps = make_steps(config, plain_step(recipe, config, state))
    steps(tf.constant(0, tf.int64), images).numpy()
    started = time.perf_counter()
    for number in range(num_steps):
        steps(tf.constant(number, tf.int64), images).numpy()
    return (time.perf_counter() - started) / num_steps


def report(config: RunConfig, found: Mapping[str, float], step_secs: float) -> Iterator[str]:
    """The table and the shares."""
    for name, secs in found.items():
        yield f"{name:28} {1000 * secs:8.1f} ms   {secs / found['snapshot']:5.0%} of a snapshot"
    settings = config.settings
    between = settings.snapshot_every * step_secs
    yield f"step {1000 * step_secs:.1f} ms: a snapshot every {between:.1f} s of training,"
    yield f"{found['snapshot'] / (between + found['snapshot']):.1%} of the time;"
    share = found["checkpoint"] / (settings.checkpoint_secs + found["checkpoint"])
    yield f"a checkpoint every {settings.checkpoint_secs:.0f} s, {share:.2%} of the time"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one round")
    parser.add_argument("--recipe", default="quick-dcgan")
    parser.add_argument("--data-dir", type=Path, default=data.default_data_dir(os.environ))
    given = parser.parse_args()
    num_rounds, num_steps = (1, 3) if given.quick else (9, _STEPS_TIMED)
    device.prepare(cpu_kernels())
    recipe, config = configure(given.recipe, "digits", given.data_dir, steps=1000)
    state = initial_state(recipe, config)
    with tempfile.TemporaryDirectory(prefix="snapshot-cost-") as folder:
        found = measure(parts(Path(folder), recipe, config, state), num_rounds)
    step_secs = secs_per_step(recipe, config, state, given.data_dir, num_steps)
    sys.stdout.write(f"\n{recipe.name}, medians of {num_rounds}\n")
    sys.stdout.write("\n".join(report(config, found, step_secs)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
