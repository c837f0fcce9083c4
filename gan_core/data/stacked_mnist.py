"""`stacked-mnist`: three random digits of MNIST in an image, one as red, one as green, one as blue.

1000 modes that anybody can count: Metz et al. 2017 (arXiv 1611.02163) made it to see what a
generator leaves out, Srivastava et al. 2017 (VEEGAN, arXiv 1705.07761) counted the same way.

Nothing lies on the disk but MNIST's own four files. The images are put together when they are
loaded, in half a second, and take 141 MB: a little less than CIFAR-10's.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gan_core.config import DatasetInfo
from gan_core.data.mnist import MNIST
from gan_core.data.values import Dataset, DatasetCard, Images, Labels, Progress
from gan_core.text import N_

NAME = "stacked-mnist"
NUM_CLASSES = 1000
SEEDS = {"train": 1000, "test": 1001}
"""What the choice of digits begins from."""

_INFO = MNIST.info.model_copy(
    update={
        "name": NAME,
        "channels": 3,
        "num_classes": NUM_CLASSES,
        "class_names": tuple(f"{number:03}" for number in range(NUM_CLASSES)),
    }
)


def picked(num_images: int, seed: int) -> NDArray[np.int64]:
    """Which three images of `num_images` make each stacked one, int64 `[num_images, 3]`.

    From the bit generator's raw numbers, whose order NumPy promises for ever.
    """
    raw = np.random.PCG64(seed).random_raw(3 * num_images)
    return (raw % np.uint64(num_images)).astype(np.int64).reshape(-1, 3)


def stack(images: Images, which: NDArray[np.int64]) -> Images:
    """Grey images `[N, H, W, 1]` as channels of coloured ones, uint8 `[M, H, W, 3]`."""
    height, width = images.shape[1:3]
    stacked = np.empty((len(which), height, width, 3), np.uint8)
    for channel in range(3):
        stacked[..., channel] = images[which[:, channel], ..., 0]
    return stacked


def stack_labels(digits: Labels, which: NDArray[np.int64]) -> Labels:
    """The labels 100 r + 10 g + b of what `stack` makes, int64 `[M]`."""
    labels: Labels = digits[which] @ np.array([100, 10, 1])
    return labels


def prepare(data_dir: Path, mirror: str | None, progress: Progress | None) -> DatasetInfo:
    """Check MNIST's files and download those that are missing."""
    MNIST.prepare(data_dir, mirror, progress)
    return _INFO


def load(data_dir: Path) -> Dataset:
    """As many stacked images as MNIST has: training digits to learn from, test digits held out.

    Raises:
        NotFoundError: a file of MNIST's is missing.
        DamagedError: a file is not the right one.
    """
    grey = MNIST.load(data_dir)
    train, test = picked(_INFO.num_train, SEEDS["train"]), picked(_INFO.num_test, SEEDS["test"])
    assert grey.train_labels is not None  # noqa: S101 - MNIST is labelled
    assert grey.test_labels is not None  # noqa: S101
    return Dataset(
        info=_INFO,
        train_images=stack(grey.train_images, train),
        train_labels=stack_labels(grey.train_labels, train),
        test_images=stack(grey.test_images, test),
        test_labels=stack_labels(grey.test_labels, test),
    )


def sample_pool(data_dir: Path) -> Images:
    """Images to draw a preview from: those held out."""
    return stack(MNIST.sample_pool(data_dir), picked(_INFO.num_test, SEEDS["test"]))


CARD = DatasetCard(
    name=NAME,
    title=N_("Stacked MNIST: 1000 kinds to count"),
    text=N_(
        "Each image is three digits of MNIST laid over each other, one in red, one in green, one "
        "in blue, chosen at random: 60 000 to learn from, and 10 000 of the test digits held out. "
        "With ten digits in each colour there are 1000 kinds, 000 to 999, all about equally "
        "frequent. It was made to **count** how many kinds a generator leaves out.\n\n"
        "**What to watch.** Look at one colour at a time. A sheet may look varied and still hold "
        "only a few of the 1000 kinds: a generator that never draws a red 4 leaves out a "
        "hundred at once. The count of classes hit says it; the losses do not."
    ),
    info=_INFO,
    licence=MNIST.licence,
    download_bytes=MNIST.card.download_bytes,
    ready=MNIST.card.ready,
)
