"""Features of Keras' InceptionV3, where its weights lie in Keras' cache already.

They are never fetched: 84 MB are somebody's decision. Keras names the file and its checksum; a
file with another one is not used. Not the network of the published FID, so never called that.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gan_core.evaluation import FeatureNet
from gan_core.metrics.evaluate import Seen
from gan_core.nn.lean import without_optional_imports
from gan_core.runs.files import sha256_of

logger = logging.getLogger(__name__)

NAME = "InceptionV3 features"
FILE = "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5"
_MD5 = "bcbd6486424b2319ff4ef7d526e38f63"  # as in keras.applications.inception_v3
_SIDE = 299
_SIZE = 2048
_AT_ONCE = 32


def weights() -> Path:
    """Where Keras keeps the file."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else Path.home() / ".keras") / "models" / FILE


def is_here() -> bool:
    """Whether the file is there, and the right one."""
    path = weights()
    if not path.is_file():
        return False
    with path.open("rb") as file:
        found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if found != _MD5:
        logger.warning("%s has another checksum than Keras' own; it is not used", path.name)
    return found == _MD5


def card() -> FeatureNet:
    """What it is."""
    return FeatureNet(name=NAME, source="inception", sha256=sha256_of(weights()), size=_SIZE)


def load() -> Callable[[NDArray[np.uint8]], Seen]:
    """The function from images uint8 `[N, H, W, C]` to their features `[N, 2048]`."""
    with without_optional_imports():
        import keras
    model = keras.applications.InceptionV3(
        weights=str(weights()), include_top=False, pooling="avg", input_shape=(_SIDE, _SIDE, 3)
    )

    def see(images: NDArray[np.uint8]) -> Seen:
        parts = [images[i : i + _AT_ONCE] for i in range(0, len(images), _AT_ONCE)]
        return Seen(np.concatenate([np.asarray(model(enlarged(p))) for p in parts]))

    return see


def enlarged(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Images as the network takes them: three colours, 299 × 299, from −1 to 1."""
    import keras

    values = images.astype(np.float32) / np.float32(127.5) - np.float32(1)
    colours = np.repeat(values, 3, axis=3) if values.shape[3] == 1 else values
    resized = keras.ops.image.resize(colours, (_SIDE, _SIDE), interpolation="bilinear")
    return np.asarray(resized, np.float32)
