"""`fashion-mnist`: Zalando's 70 000 small pictures of clothes, as four idx files like MNIST's."""

from __future__ import annotations

from gan_core.config import DatasetInfo
from gan_core.data.content import Exact
from gan_core.data.idx_set import IdxSet
from gan_core.data.remote import RemoteFile
from gan_core.text import N_


def _file(name: str, num_bytes: int, sha256: str) -> RemoteFile:
    return RemoteFile(
        folder="fashion-mnist",
        name=name,
        content=Exact(num_bytes=num_bytes, checksum=sha256),
        # The only published home; it speaks no HTTPS, and the checksums stand in for that.
        home="http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    )


# The checksums are those of the files whose published MD5 sums are 8d4fb7e6…, 25c81989…,
# bef4ecab… and bb300cfd…, in this order.
FASHION_MNIST = IdxSet(
    info=DatasetInfo(
        name="fashion-mnist",
        num_train=60_000,
        num_test=10_000,
        image_size=28,
        channels=1,
        num_classes=10,
        class_names=(
            "T-shirt/top",
            "trouser",
            "pullover",
            "dress",
            "coat",
            "sandal",
            "shirt",
            "sneaker",
            "bag",
            "ankle boot",
        ),
    ),
    title=N_("Fashion-MNIST: 70 000 pictures of clothes"),
    text=N_(
        "60 000 pictures of clothes and shoes to learn from and 10 000 held out for judging, "
        "28 × 28 grey pixels each, bright on black. They were made from a fashion shop's "
        "product photos and laid out exactly like MNIST: ten kinds, from T-shirts to ankle boots, "
        "7 000 of each.\n\n"
        "**What to watch.** Everything that trains on `mnist` trains on this, and it is harder: "
        "a digit is a few strokes, but a shirt has folds, sleeves and patterns in many greys. "
        "Outlines come first, texture much later or never. Shirts, pullovers and coats look "
        "alike, so look there for in-between pieces that nobody sells; trousers and bags are the "
        "ones to check when you suspect that the generator leaves kinds out."
    ),
    licence=N_("MIT (Zalando SE)"),
    train_images=_file(
        "train-images-idx3-ubyte.gz",
        26_421_880,
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    ),
    train_labels=_file(
        "train-labels-idx1-ubyte.gz",
        29_515,
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    ),
    test_images=_file(
        "t10k-images-idx3-ubyte.gz",
        4_422_102,
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    ),
    test_labels=_file(
        "t10k-labels-idx1-ubyte.gz",
        5_148,
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    ),
)
