"""Where the time of a training step goes: by kind of operation and by layer.

    python -m benchmarks.profile RECIPE [--quick] [--plain] [--data-dir DIR]

TensorFlow's own profiler watches some steps without XLA (whose fused code has no layers left).
Times are those of the operations on all threads, so their sum can exceed the step's.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import tensorflow as tf
from tensorflow.tsl.profiler.protobuf import xplane_pb2

from benchmarks.flops import ceiling, counted
from benchmarks.harness import configure, cpu_kernels, say
from benchmarks.steps import DATASETS
from gan_core import data
from gan_core.config import RunConfig
from gan_core.nn import device
from gan_core.nn.batches import Batches
from gan_core.nn.layer_kernels import choose
from gan_core.nn.source import Resident
from gan_core.nn.state import initial_state
from gan_core.nn.step import images_per_step, make_steps, plain_step
from gan_core.recipes import registry

_LAYER = re.compile(r"(generator|discriminator|encoder)[_0-9]*/(\d\d_[a-z_]+?)(?:_\d+)?/")
_NUM_LINES = 14


def watched(config: RunConfig, data_dir: Path, num_steps: int) -> tuple[float, Counter[str]]:
    """Seconds a step, and seconds a step of each operation by `place:kind`."""
    recipe = registry.get(config.recipe)
    state = initial_state(recipe, config)
    steps = make_steps(config, plain_step(recipe, config, state))
    images = data.load(config.dataset, data_dir).train_images
    batches = Batches(len(images), images_per_step(config), config.seed, draw=recipe.draw)
    source = Resident(images, batches)
    steps(tf.constant(0, tf.int64), source.batches(0, 3)).numpy()
    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder)
        started = time.perf_counter()
        steps(tf.constant(3, tf.int64), source.batches(3, num_steps)).numpy()
        secs = (time.perf_counter() - started) / num_steps
        tf.profiler.experimental.stop()
        (file,) = Path(folder).rglob("*.xplane.pb")
        return secs, _operations(file, num_steps)


def _operations(file: Path, num_steps: int) -> Counter[str]:
    space = xplane_pb2.XSpace.FromString(file.read_bytes())
    found: Counter[str] = Counter()
    for plane in space.planes:
        if not plane.name.startswith("/host:CPU"):
            continue
        for line in plane.lines:
            for event in line.events:
                name = plane.event_metadata[event.metadata_id].name
                if re.search(r"[a-z0-9_]:_?[A-Z]\w*$", name):
                    found[name] += event.duration_ps / 1e12 / num_steps
    return found


def arithmetic(config: RunConfig) -> float:
    """Operations a step of the plain layers."""
    recipe = registry.get(config.recipe)
    step = tf.function(
        plain_step(recipe, config, initial_state(recipe, config)).__call__, autograph=False
    )
    shape = (images_per_step(config), *config.dataset.image_shape)
    images = tf.TensorSpec(shape, tf.uint8)
    return counted(step.get_concrete_function(tf.TensorSpec([], tf.int64), images).graph)


def layer_of(name: str) -> str:
    """`generator/07_conv`, with `(gradient)` where it is one; what is no layer's, by its kind."""
    found = _LAYER.search(name)
    if found is None:
        return "optimiser" if "Apply" in name else "elsewhere"
    gradient = " (gradient)" if "gradient_tape" in name else ""
    return f"{found[1]}/{found[2]}{gradient}"


def print_shares(title: str, found: Counter[str]) -> None:
    """The largest shares."""
    total = found.total()
    sys.stdout.write(f"\n{title}\n")
    for name, secs in found.most_common(_NUM_LINES):
        sys.stdout.write(f"{1000 * secs:9.2f} ms {secs / total:5.0%}  {name}\n")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("recipe", nargs="?", default="quick-dcgan")
    parser.add_argument("--quick", action="store_true", help="few steps: does it run?")
    parser.add_argument("--plain", action="store_true", help="without rewritten layers")
    parser.add_argument("--data-dir", type=Path, default=data.default_data_dir(os.environ))
    given = parser.parse_args()
    device.prepare(cpu_kernels())
    dataset = DATASETS.get(given.recipe, "mnist")
    recipe, config = configure(given.recipe, dataset, given.data_dir, steps=1000)
    num_operations = arithmetic(config)
    rewritten = () if given.plain else choose(recipe, config, {})
    # XLA would show the whole step as one operation.
    kernels = config.kernels.model_copy(update={"jit": False, "rewritten": rewritten})
    config = config.model_copy(update={"kernels": kernels})
    say(f"rewritten: {', '.join(config.kernels.rewritten) or 'nothing'}")
    top = ceiling(num_times=2 if given.quick else 8)
    secs, operations = watched(config, given.data_dir, 2 if given.quick else 10)
    kinds, layers = Counter[str](), Counter[str]()
    for name, spent in operations.items():
        kinds[name.rpartition(":")[2].removeprefix("_Mkl").removeprefix("Native")] += spent
        layers[layer_of(name)] += spent
    sys.stdout.write(
        f"{given.recipe} on {dataset}: {1000 * secs:.1f} ms a step, "
        f"{num_operations / 1e9:.2f} billion operations, "
        f"{num_operations / secs / top:.0%} of the ceiling ({top / 1e9:.0f} GFLOP/s)\n"
    )
    print_shares("by kind", kinds)
    print_shares("by layer", layers)
    return 0


if __name__ == "__main__":
    sys.exit(main())
