"""`python -m gan_core.nn.invert RUNS_DIR ID`: search the latent whose image comes nearest.

A job process. Several latents start at once, those whose images are nearest already among many;
Adam moves each until its image looks like the picture. After J.-Y. Zhu et al., "Generative visual
manipulation on the natural image manifold", arXiv:1609.03552, 2016, section 3.1, and Z. Lipton and
S. Tripathi, "Precise recovery of latent vectors from generative adversarial networks",
arXiv:1702.04782, 2017 (several starts, latents kept where the generator knows them).
"""

from __future__ import annotations

import argparse
import logging
import math
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gan_core.errors import BadInputError, GanCoreError
from gan_core.latent.sampling import sample_latents
from gan_core.nn.lean import without_optional_imports
from gan_core.portable import room
from gan_core.priority import step_back
from gan_core.recipes.layers import Network, network_from_json
from gan_core.runs import checkpoints, inversions, sealed, snapshots
from gan_core.runs.files import read_json
from gan_core.runs.layout import RunPaths
from gan_core.runs.lock import FileLock
from gan_core.text import N_

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

logger = logging.getLogger("gan_core.nn.invert")

Floats = NDArray[np.float32]

NUM_STARTS = 8
_SEED = 11
_NUM_TRIED = 512
_AT_ONCE = 64
_MOST_STEPS = 2500  # seconds for a small generator
_LEAST_STEPS = 60
_SEARCH_SECS = 15.0
_PACE_STEPS = 5
_RATE = 0.2
_BETAS = (0.9, 0.99)
_PULL = 1e-3  # of mean square pixels, for a latent of twice the usual mean square
_NO_DIFFERENCE = 0.25 / 255  # nothing is left to see
_TELL_SECS = 0.3


@dataclass(frozen=True, eq=False)
class Best:
    """The nearest image so far: its latent `[Z]` and its error, RMS of pixels from 0 to 1."""

    z: Floats
    error: float


@dataclass(frozen=True)
class AtOnce:
    """How many latents go into one call: to see their images, and to see where these get nearer."""

    images: int = _AT_ONCE
    slopes: int = NUM_STARTS

    @classmethod
    def of(cls, network: Network) -> AtOnce:
        """As many as memory allows, of a generator's layers."""
        return cls(
            images=min(_AT_ONCE, room.rows_at_once(network)),
            slopes=min(NUM_STARTS, room.rows_of_gradient(network)),
        )


USUAL = AtOnce()

Tell = Callable[[int, int, Best], None]
"""Told the steps done, the steps in all, and the best so far."""


def main(arguments: list[str] | None = None) -> int:
    """Search once; return the process's exit code."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    parser = argparse.ArgumentParser(prog="python -m gan_core.nn.invert", description=__doc__)
    parser.add_argument("runs_dir", type=Path)
    parser.add_argument("id")
    parser.add_argument("--lock-fd", type=int, help="an open lock, handed down and kept to the end")
    parser.add_argument("--detach", action="store_true", help="return at once, go on alone")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    step_back()
    if given.detach and os.fork():
        os._exit(0)  # the lock lives on in the child; the caller need not wait for its end
    lock = None if given.lock_fd is None else FileLock.adopt(given.lock_fd)
    try:
        run(given.runs_dir, inversions.folder_of(given.runs_dir, given.id))
    except GanCoreError as error:
        logger.warning("%s", error.one_line())
        return error.exit_code
    finally:
        if lock is not None:
            lock.release()
    return 0


def run(runs_dir: Path, folder: Path) -> None:
    """Search what a folder asks for, telling there how far it is.

    Raises:
        NotFoundError, DamagedError: the request or the snapshot cannot be read.
        BadInputError: the picture has another shape than the generator's images.
    """
    # To end a search is to end its process; by its lock others know that it is still this one.
    (folder / inversions.PROCESS).write_text(str(os.getpid()))
    if (folder / inversions.STOP).exists():
        return
    wanted, target = inversions.read_request(folder)
    with without_optional_imports():
        found = load_generator(RunPaths(runs_dir / wanted.run).snapshot(wanted.step))
    told_at = 0.0

    def tell(done: int, total: int, best: Best) -> None:
        nonlocal told_at
        is_over = done == total
        if is_over or time.monotonic() - told_at > _TELL_SECS:
            told_at = time.monotonic()
            z, error = tuple(best.z.tolist()), min(1.0, best.error)
            told = inversions.Found(done=done, total=total, error=error, z=z, is_over=is_over)
            inversions.write_found(folder, told)

    model, pixel_range, at_once = found
    search(model, pixel_range, target, tell, at_once)


def load_generator(snapshot: Path) -> tuple[keras.Sequential, str, AtOnce]:
    """A snapshot's generator, its pixel range, and how much of it goes into one call.

    Raises:
        DamagedError: the snapshot is.
    """
    import tensorflow as tf

    from gan_core.nn import build

    tf.config.set_visible_devices([], "GPU")  # a minute on a CPU, and a run may hold the GPU
    layers = read_json(sealed.verified(snapshot, snapshots.NETWORKS))
    network = network_from_json(layers["generator"])
    model = build.build(network, seed=0)
    values = checkpoints.read_arrays(sealed.verified(snapshot, snapshots.GENERATOR_WEIGHTS))
    build.set_weights(model, {name: array.astype(np.float32) for name, array in values.items()})
    pixel_range = str(sealed.read_manifest(snapshot).get("pixel_range"))
    return model, pixel_range, AtOnce.of(network)


def search(
    model: keras.Sequential,
    pixel_range: str,
    target: NDArray[np.uint8],
    tell: Tell,
    at_once: AtOnce = USUAL,
) -> Best:
    """The latent whose image comes nearest to a picture.

    Args:
        model: the generator.
        pixel_range: `-1,1` or `0,1`.
        target: uint8 `[H, W, C]`.
        tell: see `Tell`.
        at_once: see `AtOnce`.

    Raises:
        BadInputError: the picture has another shape than the generator's images.
        GanCoreError: the generator makes none.
    """
    shape = tuple(model.output_shape[1:])
    if target.shape != shape:
        raise BadInputError(
            N_("the picture has shape {given}; this generator makes {shape}."),
            field="picture",
            given=target.shape,
            shape=shape,
        )
    distances = distances_to(model, pixel_range, target)
    starts = nearest_of_many(distances, int(model.input_shape[1]), at_once.images)
    step = descent(distances, starts, at_once.slopes)
    best, done, total = Best(np.empty(0, np.float32), math.inf), 0, _MOST_STEPS
    pace = Pace(_MOST_STEPS)
    while done < total:
        rate = _RATE * 0.5 * (1.0 + math.cos(math.pi * done / total))
        latents, errors = step(done, rate)
        done += 1
        if not np.isfinite(errors).any():
            raise GanCoreError(N_("this generator makes no images: its weights are no numbers."))
        nearest = int(np.nanargmin(errors))
        if errors[nearest] < best.error:
            best = Best(latents[nearest], float(errors[nearest]))
        total = done if best.error < _NO_DIFFERENCE else pace.total(done)
        tell(done, total, best)
    return best


class Pace:
    """How many steps fit into the time: as the first few of them take."""

    def __init__(self, most: int) -> None:
        self._total = most
        self._began = 0.0

    def total(self, done: int) -> int:
        """The steps in all, told after each."""
        if done == 1:
            self._began = time.monotonic()  # the first was traced as well
        elif done == 1 + _PACE_STEPS:
            fitting = _SEARCH_SECS * _PACE_STEPS / (time.monotonic() - self._began)
            self._total = int(np.clip(fitting, _LEAST_STEPS, self._total))
        return self._total


def distances_to(
    model: keras.Sequential, pixel_range: str, target: NDArray[np.uint8]
) -> Callable[[tf.Tensor], tf.Tensor]:
    """The mean square pixel difference, 0 to 1, of each latent's image `[N, Z]` to a picture."""
    import tensorflow as tf

    wanted = tf.constant(target[np.newaxis].astype(np.float32) / np.float32(255))
    shift, scale = (1.0, 0.5) if pixel_range == "-1,1" else (0.0, 1.0)

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def distances(latents: tf.Tensor) -> tf.Tensor:
        images = (model(latents, training=False) + shift) * scale
        return tf.reduce_mean(tf.square(images - wanted), axis=[1, 2, 3])

    return distances  # type: ignore[no-any-return]


def nearest_of_many(
    distances: Callable[[tf.Tensor], tf.Tensor], latent_size: int, at_once: int
) -> Floats:
    """The latents `[NUM_STARTS, Z]` to start from: of many, those with the nearest images."""
    drawn = sample_latents(_SEED, _NUM_TRIED, latent_size)
    found = np.concatenate(
        [np.asarray(distances(drawn[i : i + at_once])) for i in range(0, _NUM_TRIED, at_once)]
    )
    return drawn[np.argsort(found, kind="stable")[:NUM_STARTS]]


def descent(
    distances: Callable[[tf.Tensor], tf.Tensor], starts: Floats, at_once: int
) -> Callable[[int, float], tuple[Floats, Floats]]:
    """A function of steps done and rate: takes one step of Adam from all starts.

    It returns the latents `[N, Z]` before the step, and their errors `[N]`. Each latent is pulled
    towards the others that the generator was trained on only where it is longer than those.
    """
    import tensorflow as tf

    z = tf.Variable(starts)
    first, second = tf.Variable(tf.zeros_like(z)), tf.Variable(tf.zeros_like(z))

    def slopes() -> tuple[tf.Tensor, tf.Tensor]:
        found: list[tf.Tensor] = []
        slope: list[tf.Tensor] = []
        for start in range(0, len(starts), at_once):
            with tf.control_dependencies(slope[-1:]):  # side by side they would need all memory
                part = tf.identity(z[start : start + at_once])
            with tf.GradientTape() as tape:
                tape.watch(part)
                found.append(distances(part))
                too_long = tf.nn.relu(tf.reduce_mean(tf.square(part), axis=1) - 1.0)
                loss = tf.reduce_sum(found[-1] + _PULL * too_long)
            slope.append(tape.gradient(loss, part))
        return tf.concat(found, 0), tf.concat(slope, 0)

    @tf.function  # type: ignore[untyped-decorator]
    def move(number: tf.Tensor, rate: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        before = tf.identity(z)
        found, slope = slopes()
        # Adam (Kingma and Ba 2015, algorithm 1) moves each number for itself, so a sum will do.
        first.assign(_BETAS[0] * first + (1.0 - _BETAS[0]) * slope)
        second.assign(_BETAS[1] * second + (1.0 - _BETAS[1]) * tf.square(slope))
        mean, spread = first / (1.0 - _BETAS[0] ** number), second / (1.0 - _BETAS[1] ** number)
        z.assign_sub(rate * mean / (tf.sqrt(spread) + 1e-9))
        return before, tf.sqrt(found)

    def step(done: int, rate: float) -> tuple[Floats, Floats]:
        before, errors = move(tf.constant(done + 1.0), tf.constant(rate))
        return before.numpy(), errors.numpy()

    return step


if __name__ == "__main__":
    sys.exit(main())
