"""Opinions on an image that a browser made itself: D's, and that of the data set's classifier."""

from __future__ import annotations

import base64
import binascii
import functools
import logging
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_core.config import DatasetInfo, RunConfig
from gan_core.errors import BadInputError, DamagedError, GanCoreError
from gan_core.runs.files import read_json
from gan_core.runs.layout import RunPaths
from gan_core.text import N_
from pages._parts.studio import classifiers, engines, studio

logger = logging.getLogger("latent_studio.routes")

MAX_IMAGES = 64


def opinions(paths: RunPaths, step: int, given: Any) -> dict[str, Any]:
    """`{p_real, labels, confidences}` of images, each `None` where nobody can tell.

    Of `p_real` single numbers may be missing, likewise.

    Args:
        paths: the run.
        step: whose D is asked.
        given: a list of base64 texts, each uint8 `[H, W, C]`.

    Raises:
        BadInputError: no such list, or images of another size than the run's.
        DamagedError: the run or the snapshot is.
    """
    info = dataset(paths.config, paths.config.stat().st_mtime_ns) if paths.config.exists() else None
    if info is None:
        raise DamagedError(N_("The run's configuration cannot be read."))
    images = _images(given, info.image_shape)
    p_real = engines().get(paths, step).verdicts(images)
    return {
        **labels(paths, images),
        "p_real": None if p_real is None else chances(p_real),
    }


def chances(p_real: NDArray[np.float32]) -> list[float | None]:
    """D's verdicts `[N]` as JSON has them, `None` for what is no number."""
    return [round(p, 4) if math.isfinite(p) else None for p in p_real.tolist()]


def labels(paths: RunPaths, images: NDArray[np.uint8]) -> dict[str, Any]:
    """What the classifier of the run's data set takes images `[N, H, W, C]` for."""
    nothing = {"labels": None, "confidences": None}
    try:
        info = dataset(paths.config, paths.config.stat().st_mtime_ns)
        classifier = None if info is None else classifiers().get(studio().store.root, info)
        if classifier is None:
            return nothing
        found, confidences = classifier.classify(images)
    except (OSError, GanCoreError) as error:  # an image without its label is better than none
        logger.warning("no labels: %s", error)
        return nothing
    return {
        "labels": found.tolist(),
        "confidences": [round(float(share), 3) for share in confidences],
    }


@functools.lru_cache(maxsize=64)
def dataset(config: Path, changed_ns: int) -> DatasetInfo | None:  # noqa: ARG001 - part of the key
    """The data set that a run's `config.json` names, read once as long as it does not change."""
    try:
        return RunConfig.from_json(read_json(config)).dataset
    except (FileNotFoundError, DamagedError):
        return None


def _images(given: Any, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    size = math.prod(shape)
    if not isinstance(given, list) or not 1 <= len(given) <= MAX_IMAGES:
        raise BadInputError(
            N_("allowed is a list of 1 … {high} images."), field="images", high=MAX_IMAGES
        )
    try:
        parts = [base64.b64decode(text, validate=True) for text in given]
    except (binascii.Error, TypeError, ValueError) as error:
        raise BadInputError(N_("images must be base64 texts."), field="images") from error
    if any(len(part) != size for part in parts):
        raise BadInputError(N_("an image of this run has {size} bytes."), field="images", size=size)
    return np.frombuffer(b"".join(parts), np.uint8).reshape(-1, *shape)
