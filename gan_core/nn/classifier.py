"""`python -m gan_core.nn.classifier INFO DATA_DIR TARGET`: a small classifier of a data set.

A job process: it learns from the training images of a labelled data set, is tested on those held
out, and leaves a sealed folder that readers use without TensorFlow. See `runs.classifiers`.
"""

from __future__ import annotations

import argparse
import logging
import math
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from gan_core.config import DatasetInfo
from gan_core.data import Dataset, load
from gan_core.errors import BadInputError, DamagedError, GanCoreError
from gan_core.nn.lean import without_optional_imports
from gan_core.priority import step_back
from gan_core.recipes.layers import (
    Activation,
    BatchNorm,
    Conv,
    Dense,
    Dropout,
    Flatten,
    Layer,
    Network,
)
from gan_core.runs import classifiers, sealed
from gan_core.runs.checkpoints import write_arrays
from gan_core.runs.files import disk_faults, read_json, write_json
from gan_core.runs.lock import FileLock
from gan_core.text import N_

if TYPE_CHECKING:
    import keras

logger = logging.getLogger("gan_core.nn.classifier")

BATCH_SIZE = 128
NUM_GOLDEN = 16
_SEED = 7
_LEARNING_RATE = 2e-3
_DROPOUT = 0.3
_FILTERS = (32, 64, 96, 128, 128)
_SMALLEST_SIDE = 5  # convolutions halve an image until it is no larger than about this
_PIXELS_TO_SEE = 80_000_000
"""Training ends after about this many pixels, which is 100 000 images of 28 × 28: about fifteen
seconds on two cores."""
_EPOCHS = (2, 60)  # at least, at most
_SHIFT = 14  # images are moved by up to this part of their side, so that more kinds are seen
_NUM_SHIFTS = 8  # a batch
_HELD_OUT = 10  # every tenth image is tested on where the data set holds out none
_MAX_TEST = 10_000
_TELL_EVERY = 20

Progress = Callable[[int, int], None]
"""Told how many steps of how many are done."""


@dataclass(frozen=True, eq=False)
class Labelled:
    """Images uint8 `[N, H, W, C]` with their labels int64 `[N]`; both may be views of a set."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, positions: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Some of them, pixels from 0 to 1."""
        rows = self.rows[positions]
        return scaled(self.images[rows]), self.labels[rows]


def main(arguments: list[str] | None = None) -> int:
    """Train one classifier; return the process's exit code."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    parser = argparse.ArgumentParser(prog="python -m gan_core.nn.classifier", description=__doc__)
    parser.add_argument("info", type=Path, help="a JSON file: what a run records of its data set")
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("target", type=Path, help="the folder to make")
    parser.add_argument("--own-dir", type=Path, help="a prepared own set")
    parser.add_argument("--lock-fd", type=int, help="an open lock, handed down and kept to the end")
    parser.add_argument("--detach", action="store_true", help="return at once, go on alone")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    step_back()
    if given.detach and os.fork():
        os._exit(0)  # the lock lives on in the child; the caller need not wait for its end
    lock = None if given.lock_fd is None else FileLock.adopt(given.lock_fd)
    try:
        make(read_info(given.info), given.data_dir, given.target, own_dir=given.own_dir)
    except GanCoreError as error:
        logger.warning("%s", error.one_line())
        return error.exit_code
    finally:
        if lock is not None:
            lock.release()
    return 0


def read_info(path: Path) -> DatasetInfo:
    """What a file says of a data set.

    Raises:
        BadInputError: there is no such file, or it says something else.
    """
    try:
        return DatasetInfo.model_validate(read_json(path))
    except (FileNotFoundError, DamagedError, ValidationError) as error:
        raise BadInputError(N_("{file} describes no data set."), file=path.name) from error


def make(info: DatasetInfo, data_dir: Path, target: Path, *, own_dir: Path | None = None) -> None:
    """Train, test and seal the classifier of a data set.

    Raises:
        BadInputError: the data set has fewer than two classes.
        NotFoundError, DamagedError: its images are not there, or not the right ones.
        DiskFullError, ReadOnlyError: the folder cannot be written.
    """
    train, test = split(load(info, data_dir, own_dir))
    with disk_faults(target):
        target.parent.mkdir(parents=True, exist_ok=True)

    def tell(done: int, total: int) -> None:
        classifiers.write_progress(target, classifiers.Progress(done=done, total=total))

    tell(0, 1)
    with without_optional_imports():
        import keras  # noqa: F401 - loaded here, so that the detached start is quick
    model = fit(info, train, progress=tell)
    card = classifiers.Card(
        dataset=info.name,
        class_names=classifiers.class_names(info),
        image_shape=info.image_shape,
        accuracy=accuracy(model, test),
        num_train=len(train),
        num_test=len(test),
    )
    write(model, card, test, target)
    classifiers.clear_progress(target)


def split(data: Dataset) -> tuple[Labelled, Labelled]:
    """What is learnt from and what is tested on.

    Where the data set holds out no image, every tenth training image is held out here.

    Raises:
        BadInputError: fewer than two classes, or too few images.
    """
    if not classifiers.suits(data.info) or data.train_labels is None:
        raise BadInputError(
            N_("{name} has {given} classes; at least two are needed to tell them apart."),
            field="dataset",
            name=data.info.name,
            given=data.info.num_classes,
        )
    every = np.arange(len(data.train_images))
    if data.test_labels is not None and len(data.test_images):
        tested = np.arange(min(len(data.test_images), _MAX_TEST))
        test = Labelled(data.test_images, data.test_labels, tested)
        return Labelled(data.train_images, data.train_labels, every), test
    held_out = every % _HELD_OUT == _HELD_OUT - 1
    if not held_out.any():
        raise BadInputError(
            N_("{name} has {given} images; at least {least} are needed."),
            field="dataset",
            name=data.info.name,
            given=len(every),
            least=_HELD_OUT,
        )
    learnt = Labelled(data.train_images, data.train_labels, every[~held_out])
    return learnt, Labelled(data.train_images, data.train_labels, every[held_out])


def num_steps(num_images: int, image_shape: tuple[int, int, int], epochs: int | None = None) -> int:
    """How long to train: so many passes, or a budget of pixels within a few and a few more."""
    per_epoch = math.ceil(num_images / BATCH_SIZE)
    if epochs is not None:
        return per_epoch * epochs
    affordable = _PIXELS_TO_SEE / (image_shape[0] * image_shape[1] * num_images)
    return round(per_epoch * min(max(affordable, _EPOCHS[0]), _EPOCHS[1]))


def network(image_shape: tuple[int, int, int], num_classes: int) -> Network:
    """Convolutions that halve the image, a dense layer, logits `[N, K]`; images from 0 to 1."""
    layers: list[Layer] = []
    side = image_shape[0]
    for filters in _FILTERS:
        if side <= _SMALLEST_SIDE:
            break
        side = math.ceil(side / 2)
        layers.append(Conv(filters=filters, kernel=3, stride=2, bias=False))
        layers += [BatchNorm(momentum=0.9), Activation(function="relu")]
    layers += [Flatten(), Dense(units=128), Activation(function="relu"), Dropout(rate=_DROPOUT)]
    layers.append(Dense(units=num_classes))
    return Network(name="classifier", input_shape=image_shape, layers=tuple(layers))


def fresh(layers: Network) -> keras.Sequential:
    """The Keras model; where a ReLU follows, kernels start as He et al. 2015 say."""
    import keras

    from gan_core.nn import build

    model = build.build(layers, seed=_SEED)
    kernels = [variable for name, variable in build.variables(model).items() if "kernel" in name]
    for i, kernel in enumerate(kernels[:-1]):
        kernel.assign(keras.initializers.HeNormal(seed=_SEED + i)(kernel.shape))
    return model


def fit(
    info: DatasetInfo,
    train: Labelled,
    *,
    progress: Progress,
    epochs: int | None = None,
    mirrored: bool = False,
) -> keras.Sequential:
    """A trained classifier; Adam, its rate falling to nothing along a cosine.

    Args:
        info: of the data set.
        train: what to learn from.
        progress: told now and then.
        epochs: passes over the images; as many as take some fifteen seconds.
        mirrored: whether the mirror image of one of a class is another one: not so of digits.
    """
    import keras
    import tensorflow as tf

    tf.config.set_visible_devices([], "GPU")  # half a minute on a CPU, and a run may hold the GPU
    model = fresh(network(info.image_shape, info.num_classes))
    total = num_steps(len(train), info.image_shape, epochs)
    rate = keras.optimizers.schedules.CosineDecay(_LEARNING_RATE, total)
    optimizer = keras.optimizers.Adam(rate)
    optimizer.build(model.trainable_variables)

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def step(images: tf.Tensor, labels: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            logits = model(images, training=True)
            loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
            )
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))

    rng = np.random.default_rng(_SEED)
    for done, positions in enumerate(batches(len(train), total), start=1):
        images, labels = train.take(positions)
        step(varied(images, rng, mirrored=mirrored), labels)
        if done % _TELL_EVERY == 0:
            progress(done, total)
    return model


def varied(
    images: NDArray[np.float32], rng: np.random.Generator, *, mirrored: bool
) -> NDArray[np.float32]:
    """The images `[N, H, W, C]` moved a little, a part of them each way, over a black ground.

    A net learns from every pass something new, and what it learns are shapes, not places.
    """
    most = images.shape[1] // _SHIFT
    wide = np.pad(images, ((0, 0), (most, most), (most, most), (0, 0)))
    height, width = images.shape[1:3]
    moved = np.empty_like(images)
    for part in range(_NUM_SHIFTS):
        down, right = rng.integers(0, 2 * most + 1, 2)
        part_of = wide[part::_NUM_SHIFTS, down : down + height, right : right + width]
        moved[part::_NUM_SHIFTS] = part_of[:, :, ::-1] if mirrored and part % 2 else part_of
    return moved


def batches(num_images: int, total: int) -> Iterator[NDArray[np.int64]]:
    """Positions of the images of `total` steps, each pass in an order of its own."""
    rng = np.random.default_rng(_SEED)
    order = np.empty(0, np.int64)
    for _ in range(total):
        if len(order) == 0:
            order = rng.permutation(num_images)
        # In rising order, because images that lie in a file are then read along it.
        yield np.sort(order[:BATCH_SIZE])
        order = order[BATCH_SIZE:]


def accuracy(model: keras.Sequential, test: Labelled) -> float:
    """The share of images that the model names rightly."""
    right = 0
    for start in range(0, len(test), BATCH_SIZE):
        positions = np.arange(start, min(start + BATCH_SIZE, len(test)))
        images, labels = test.take(positions)
        right += int((np.asarray(model(images, training=False)).argmax(axis=1) == labels).sum())
    return right / len(test)


def write(model: keras.Sequential, card: classifiers.Card, test: Labelled, target: Path) -> None:
    """Seal the classifier's folder, with the logits that Keras gives a few images."""
    from gan_core.nn import build
    from gan_core.nn.snapshot import write_onnx

    layers = network(card.image_shape, len(card.class_names))
    positions = np.linspace(0, len(test) - 1, NUM_GOLDEN).astype(np.int64)
    images = test.images[test.rows[positions]]
    logits = np.asarray(model(scaled(images), training=False))

    def fill(folder: Path) -> None:
        write_onnx(layers, build.weights(model), folder / classifiers.MODEL)
        write_arrays(folder / classifiers.GOLDEN, {"images": images, "logits": logits})
        write_json(folder / classifiers.CARD, card.model_dump(mode="json"))

    sealed.seal(target, fill, {})


def scaled(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Bytes as float32 from 0 to 1."""
    return images.astype(np.float32) / np.float32(255)


if __name__ == "__main__":
    sys.exit(main())
