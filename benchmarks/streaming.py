"""Training on a set larger than memory: images a second from a file, and from memory.

    python -m benchmarks.streaming [--quick] [--set-gib 3] [--limit-gib 1.5]

The process gives itself a memory limit, makes up a set several times that size, shows that it
cannot be loaded whole, and trains on it from the file; in turns with a set that fits. 1 when the
file's rate is below 90 % of the memory's.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import psutil
import tensorflow as tf

from benchmarks.harness import Work, cpu_kernels, interleave, print_table, say
from gan_core.config import DatasetInfo, RunConfig
from gan_core.nn import device
from gan_core.nn.batches import Batches
from gan_core.nn.source import Resident, Source, open_source
from gan_core.nn.state import TrainState, initial_state
from gan_core.nn.step import StepsFunction, make_steps, plain_step
from gan_core.recipes import registry
from gan_core.recipes.resolve import resolve
from gan_core.runs.status import utc_now

GOAL = 0.9
_SHAPE = (64, 64, 3)
_IMAGE_BYTES = 64 * 64 * 3
_GIB = 1 << 30
_FEW = 4096


def make_up(path: Path, num_images: int) -> None:
    """Write noise, a part at a time: nothing compresses it and no two images are alike."""
    rng = np.random.default_rng(0)
    images = np.lib.format.open_memmap(path, "w+", np.uint8, (num_images, *_SHAPE))
    for start in range(0, num_images, _FEW):
        part = images[start : start + _FEW]
        part[:] = rng.integers(0, 256, part.shape, np.uint8)
    images.flush()


def limit_memory(num_bytes: int) -> None:
    """No more private memory than this: a larger demand fails at once."""
    resource.setrlimit(resource.RLIMIT_DATA, (num_bytes, num_bytes))


def check_it_does_not_fit(path: Path) -> None:
    """Show that the limit is real: loading the whole set must fail."""
    try:
        np.load(path)
    except MemoryError as error:
        say(f"loading it whole: {error}")
        return
    raise SystemExit("the set fits into the limit: nothing would be shown")


def config_for(num_images: int) -> RunConfig:
    """`quick-dcgan` at 64×64 in colour."""
    info = DatasetInfo(
        name="own:made-up",
        num_train=num_images,
        num_test=0,
        image_size=64,
        channels=3,
        num_classes=0,
    )
    return resolve(
        registry.get("quick-dcgan"),
        info,
        {"batch_size": 64},
        kernels=cpu_kernels(),
        versions={},
        now=utc_now(),
        steps=10_000,
    )


def training(steps: StepsFunction, state: TrainState, source: Source) -> Work:
    """So many steps on a source."""

    def work(num_steps: int) -> None:
        for _ in range(num_steps):
            steps(tf.constant(state.step, tf.int64), source.batches(state.step, 1)).numpy()
            state.step += 1

    return work


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two short rounds")
    parser.add_argument("--set-gib", type=float, default=3.0)
    parser.add_argument("--limit-gib", type=float, default=1.5)
    given = parser.parse_args()
    num_rounds, num_steps = (2, 10) if given.quick else (7, 30)
    num_images = int(given.set_gib * _GIB / _IMAGE_BYTES)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "images.npy"
        say(f"making up {num_images} images, {given.set_gib:g} GiB")
        make_up(path, num_images)
        limit_memory(int(given.limit_gib * _GIB))
        check_it_does_not_fit(path)
        device.prepare(cpu_kernels())
        config = config_for(num_images)
        state = initial_state(registry.get(config.recipe), config)
        steps = make_steps(config, plain_step(registry.get(config.recipe), config, state))
        images = np.load(path, mmap_mode="r")
        streamed = open_source(images, Batches(num_images, 64, 0))
        resident = Resident(np.array(images[:_FEW]), Batches(_FEW, 64, 0))
        rows = interleave(
            {
                "from the file": training(steps, state, streamed),
                "from memory (a part)": training(steps, state, resident),
            },
            num_steps=num_steps,
            images_per_step=64,
            num_rounds=num_rounds,
        )
        streamed.close()
    used = psutil.Process().memory_info().rss / _GIB
    print_table(f"{given.set_gib:g} GiB within {given.limit_gib:g} GiB", rows, unit="images/s")
    ratio = rows[0].median / rows[1].median
    sys.stdout.write(f"memory in use: {used:.2f} GiB; the file's rate is {ratio:.0%} of memory's\n")
    return 0 if ratio >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
