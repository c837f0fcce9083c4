"""How soon `quick-dcgan` draws digits that a stranger can read.

    python -m benchmarks.digits [--quick] [--seed N] [--set NAME=VALUE …] [--judge FILE]

Trains on mnist with the recipe's own settings, and at set times of training (looking does not
count) draws 2 000 samples. The judge is a digit classifier that was trained on real training
images alone and is frozen: which share of the samples does it name with more than 0.95
confidence, how rare is the rarest digit, and how far are the samples' features from those of
real test images (Fréchet distance)?
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from benchmarks.harness import configure, cpu_kernels, say
from gan_core import data
from gan_core.config import RunConfig, SettingValue
from gan_core.latent.pixels import to_bytes
from gan_core.latent.sampling import sample_latents
from gan_core.nn import classifier, device
from gan_core.nn.batches import Batches
from gan_core.nn.pace import Pace
from gan_core.nn.source import Resident
from gan_core.nn.state import TrainState, initial_state
from gan_core.nn.step import images_per_step, make_steps, plain_step
from gan_core.recipes import registry

Images = NDArray[np.uint8]
Values = NDArray[np.float64]

MARKS_SECS = (10, 20, 30, 50, 120, 300)
GOALS = {50: 0.55, 300: 0.80}
"""Share of confident samples after so many seconds of training on two quiet cores."""

SKETCH = {120: 0.55}
NUM_SAMPLES = 2000
_CONFIDENT = 0.95
_JUDGE_EPOCHS = 5


class Judge:
    """A frozen classifier of digits."""

    def __init__(self, model: keras.Sequential) -> None:
        self._model = model
        features = model.layers[-3].output  # what the last dense layer sees, after its ReLU
        both = keras.Model(model.inputs, [features, model.outputs[0]])
        self._look = tf.function(lambda images: both(images, training=False), autograph=False)

    def look(self, images: Images) -> tuple[Values, Values]:
        """Features `[N, 128]` and probabilities `[N, 10]` of images uint8 `[N, 28, 28, 1]`."""
        features, logits = self._look(tf.constant(classifier.scaled(images)))
        return np.asarray(features, np.float64), np.asarray(tf.nn.softmax(logits), np.float64)


@dataclass(frozen=True)
class Verdict:
    """What the judge says of a set of images."""

    confident: float
    rarest: float
    distance: float


def verdict(judge: Judge, images: Images, real: Values) -> Verdict:
    """Judge images beside the features of real ones."""
    features, p = judge.look(images)
    counts = np.bincount(p.argmax(axis=1), minlength=p.shape[1])
    confident = float((p.max(axis=1) > _CONFIDENT).mean())
    return Verdict(confident, float(counts.min() / len(images)), frechet(features, real))


def frechet(a: Values, b: Values) -> float:
    """|μa - μb|² + tr(Σa + Σb - 2 (Σa Σb)^½): Dowson and Landau 1982; features `[N, F]`."""
    spread_a, spread_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    roots = np.sqrt(np.maximum(np.linalg.eigvals(spread_a @ spread_b).real, 0.0)).sum()
    shift = np.square(a.mean(axis=0) - b.mean(axis=0)).sum()
    return float(shift + np.trace(spread_a) + np.trace(spread_b) - 2.0 * roots)


def judge_of(images: Images, labels: NDArray[np.int64], file: Path | None) -> Judge:
    """The judge from a file, or trained on real images and kept there."""
    model = classifier.fresh(classifier.network((28, 28, 1), 10))
    if file is not None and file.exists():
        model.load_weights(file)
        return Judge(model)
    say("training the judge on real images")
    num_steps = _JUDGE_EPOCHS * len(images) // classifier.BATCH_SIZE
    model.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(1e-3, num_steps)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    pixels = classifier.scaled(images)
    model.fit(pixels, labels, batch_size=classifier.BATCH_SIZE, epochs=_JUDGE_EPOCHS, verbose=0)
    if file is not None:
        model.save_weights(file)
    return Judge(model)


def trained(
    config: RunConfig, images: Images, marks: tuple[float, ...], *, in_steps: bool
) -> Iterator[TrainState]:
    """Train until each mark (seconds, compilation aside; or steps) and yield the state there."""
    recipe = registry.get(config.recipe)
    state = initial_state(recipe, config)
    steps = make_steps(config, plain_step(recipe, config, state))
    batches = Batches(len(images), images_per_step(config), config.seed, draw=recipe.draw)
    source = Resident(images, batches)
    pace = Pace([], config.total_steps, images_per_step(config) * 784)
    spent = 0.0
    for mark in marks:
        while (state.step if in_steps else spent) < mark and state.step < config.total_steps:
            began, num = time.monotonic(), pace.num_steps(state.step)
            steps(tf.constant(state.step, tf.int64), source.batches(state.step, num)).numpy()
            taken = time.monotonic() - began
            pace.took(num, taken)
            spent += taken if state.step else 0.0  # the first call compiles
            state.step += num
        yield state


def samples(state: TrainState, config: RunConfig) -> Images:
    """What people would see: uint8 `[N, 28, 28, 1]`."""
    latents = sample_latents(12345, NUM_SAMPLES, config.settings.latent_size)
    images = state.shown_generator(tf.constant(latents), training=False)
    return to_bytes(images.numpy(), config.settings.pixel_range)


def number_or_word(text: str) -> SettingValue:
    """A setting's value as it was typed."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def line(what: str, found: Verdict, note: str = "") -> str:
    """One line of the table."""
    return (
        f"{what:24} {found.confident:9.1%}  {found.rarest:11.1%}  {found.distance:8.1f}  {note}\n"
    )


def note_of(mark: float, found: Verdict) -> tuple[str, bool]:
    """The goal or the sketch at a mark, and whether a goal was missed."""
    if mark in GOALS:
        reached = found.confident >= GOALS[mark]
        return f"goal {GOALS[mark]:.0%}: {'reached' if reached else 'MISSED'}", not reached
    return (f"the sketch: {SKETCH[mark]:.0%}" if mark in SKETCH else ""), False


def main() -> int:
    """Train, judge, print; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="two seconds: does it run?")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--marks", type=float, nargs="+", default=MARKS_SECS)
    parser.add_argument("--in-steps", action="store_true", help="marks are steps, not seconds")
    parser.add_argument("--steps", type=int, default=100_000, help="of the run, for schedules")
    parser.add_argument("--judge", type=Path, help="weights of the judge, kept for the next time")
    parser.add_argument("--data-dir", type=Path, default=data.default_data_dir(os.environ))
    given = parser.parse_args()
    device.prepare(cpu_kernels())
    pairs = (pair.split("=", 1) for pair in given.set)
    settings: dict[str, SettingValue] = {name: number_or_word(value) for name, value in pairs}
    _, config = configure(
        "quick-dcgan",
        "mnist",
        given.data_dir,
        steps=given.steps,
        seed=given.seed,
        settings=settings,
    )
    loaded = data.load(config.dataset, given.data_dir)
    num = 2000 if given.quick else len(loaded.train_images)
    judge = judge_of(loaded.train_images[:num], loaded.train_labels[:num], given.judge)
    real, _ = judge.look(loaded.test_images)
    sys.stdout.write(f"{'':24} {'confident':>9}  {'rarest digit':>11}  {'Fréchet':>8}\n")
    sys.stdout.write(line("real test images", verdict(judge, loaded.test_images, real)))
    some = loaded.train_images[:NUM_SAMPLES]
    sys.stdout.write(line("real training images", verdict(judge, some, real)))
    missed = False
    marks = (2.0,) if given.quick else tuple(given.marks)
    states = trained(config, loaded.train_images, marks, in_steps=given.in_steps)
    for mark, state in zip(marks, states, strict=True):
        found = verdict(judge, samples(state, config), real)
        note, is_missed = ("", False) if given.in_steps else note_of(mark, found)
        missed = missed or is_missed
        what = f"{state.step} steps" if given.in_steps else f"{mark:g} s, {state.step} steps"
        sys.stdout.write(line(what, found, note))
        sys.stdout.flush()
    return 1 if missed and not given.quick else 0


if __name__ == "__main__":
    sys.exit(main())
