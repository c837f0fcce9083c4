"""The features of stacked digits: the digits' own net, asked about each colour by itself.

Nothing is trained for it. A thousand classes are told apart by three answers of ten, as in
Srivastava et al. 2017 (VEEGAN, arXiv 1705.07761).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gan_core.config import DatasetInfo
from gan_core.data.mnist import MNIST
from gan_core.data.stacked_mnist import NAME as STACKED
from gan_core.evaluation import FeatureNet
from gan_core.metrics.evaluate import Seen

CHANNELS = 3


def is_stacked(info: DatasetInfo) -> bool:
    """Whether each channel is an image of its own."""
    return info.name == STACKED and info.channels == CHANNELS


def asked(info: DatasetInfo) -> DatasetInfo:
    """The data set whose classifier is asked: of stacked digits `mnist`, else the set itself."""
    if not is_stacked(info):
        return info
    return MNIST.info.model_copy(update={"image_size": info.image_size})


def card_of(digits: FeatureNet) -> FeatureNet:
    """The card of three answers by the net with this one."""
    accuracy = None if digits.accuracy is None else digits.accuracy**CHANNELS
    return digits.model_copy(
        update={
            "name": f"stacked {digits.name}",
            "size": CHANNELS * digits.size,
            "accuracy": accuracy,
        }
    )


def by_channel(images: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """Images `[N, H, W, 3]` as three times `[N, H, W, 1]`."""
    return [np.ascontiguousarray(images[..., c : c + 1]) for c in range(images.shape[-1])]


def together(seen: list[Seen], class_names: tuple[str, ...]) -> Seen:
    """One answer of three: features side by side, chances multiplied.

    Args:
        seen: of red, green and blue, chances `[N, 10]` each.
        class_names: 000 to 999, the label of digits r, g, b being 100 r + 10 g + b.
    """
    features = np.concatenate([one.features for one in seen], axis=1)
    red, green, blue = (one.chances for one in seen)
    if red is None or green is None or blue is None:
        return Seen(features)
    chances = np.einsum("nr,ng,nb->nrgb", red, green, blue).reshape(len(features), -1)
    return Seen(features, chances, class_names)
