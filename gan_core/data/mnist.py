"""`mnist`: the 70 000 handwritten digits of LeCun, Cortes and Burges, as four idx files."""

from __future__ import annotations

from gan_core.config import DatasetInfo
from gan_core.data.content import Exact
from gan_core.data.idx_set import IdxSet
from gan_core.data.remote import RemoteFile
from gan_core.text import N_


def _file(name: str, num_bytes: int, sha256: str) -> RemoteFile:
    return RemoteFile(
        folder="mnist",
        name=name,
        content=Exact(num_bytes=num_bytes, checksum=sha256),
        home="https://storage.googleapis.com/cvdf-datasets/mnist/",
    )


# The checksums are those of the files whose published MD5 sums are f68b3c2d…, d53e105e…,
# 9fb629c4… and ec29112d…, in this order.
TRAIN_IMAGES = _file(
    "train-images-idx3-ubyte.gz",
    9_912_422,
    "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
)
TRAIN_LABELS = _file(
    "train-labels-idx1-ubyte.gz",
    28_881,
    "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
)
TEST_IMAGES = _file(
    "t10k-images-idx3-ubyte.gz",
    1_648_877,
    "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
)
TEST_LABELS = _file(
    "t10k-labels-idx1-ubyte.gz",
    4_542,
    "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
)

MNIST = IdxSet(
    info=DatasetInfo(
        name="mnist",
        num_train=60_000,
        num_test=10_000,
        image_size=28,
        channels=1,
        num_classes=10,
        class_names=tuple("0123456789"),
    ),
    title=N_("MNIST: 70 000 handwritten digits"),
    text=N_(
        "The classic first data set: 60 000 digits to learn from and 10 000 held out for "
        "judging, 28 × 28 grey pixels each, white ink on black. Half were written by American "
        "census workers, half by pupils; each was scaled to fit 20 × 20 pixels and centred by "
        "its mass.\n\n"
        "**What to watch.** One pass over all images, an epoch, is 60 000 images: on a computer "
        "without a GPU judge by the sample sheet, not by epochs. The digits are not evenly "
        "spread: most are 1s, fewest are 5s. If the sheet shows the same digit over and over, the "
        "generator has collapsed to a few answers that fool the discriminator."
    ),
    licence=N_("CC BY-SA 3.0 (Yann LeCun and Corinna Cortes)"),
    train_images=TRAIN_IMAGES,
    train_labels=TRAIN_LABELS,
    test_images=TEST_IMAGES,
    test_labels=TEST_LABELS,
)
