"""The net whose features measure a data set's images: its classifier's, else random ones.

The choice is made once for a run and kept in it, `evaluations/features.json`, so that all of its
figures while training are of the same features. A classifier that somebody trained for an own set
is copied beside it: a run is whole without its neighbours.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
from pathlib import Path
from typing import Self

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from pydantic import ValidationError

from gan_core.config import DatasetInfo
from gan_core.data import stacked_mnist
from gan_core.data.mnist import MNIST
from gan_core.errors import DamagedError
from gan_core.evaluation import FeatureNet
from gan_core.metrics.evaluate import Seen
from gan_core.portable import random_features
from gan_core.portable.features import with_features
from gan_core.portable.room import MAX_BATCH
from gan_core.portable.sessions import open_session
from gan_core.runs import classifiers, sealed, shipped
from gan_core.runs.files import disk_faults, read_json, sha256_of, write_json
from gan_core.runs.layout import RunPaths

logger = logging.getLogger(__name__)

_CHOICE, _COPY = "features.json", "classifier"
_MOST_TITLE = 60


class Net:
    """A feature net, loaded. Safe to share between threads.

    Attributes:
        card: what it is.
    """

    def __init__(
        self,
        card: FeatureNet,
        session: onnxruntime.InferenceSession,
        class_names: tuple[str, ...],
        columns: tuple[int, ...],
    ) -> None:
        """Wrap a session.

        Args:
            card: what it is.
            session: its outputs are logits and features, or features alone.
            class_names: of the data set, where the net names them.
            columns: the logits of these classes.
        """
        self.card = card
        self._session = session
        self._class_names = class_names
        self._columns = list(columns)

    @classmethod
    def of_classifier(cls, folder: Path, info: DatasetInfo) -> Self:
        """A classifier's features, and its chances of those classes that the data set has.

        Raises:
            DamagedError: a file is missing or altered.
        """
        about = classifiers.read_card(folder)
        model = sealed.verified(folder, classifiers.MODEL)
        session = open_session(with_features(model.read_bytes()), model.name)
        names = classifiers.class_names(info) if classifiers.suits(info) else ()
        known = {name: column for column, name in enumerate(about.class_names)}
        columns = tuple(known[name] for name in names if name in known)
        card = FeatureNet(
            name=_name_of(folder, info),
            source="classifier",
            sha256=sha256_of(model),
            size=_size(session, about.image_shape),
            accuracy=about.accuracy,
        )
        return cls(card, session, names if len(columns) == len(names) else (), columns)

    @classmethod
    def of_random(cls, image_shape: tuple[int, int, int]) -> Self:
        """Random convolutions."""
        model = random_features.model(image_shape)
        card = FeatureNet(
            name="random features",
            source="random",
            sha256=hashlib.sha256(model).hexdigest(),
            size=random_features.SIZE,
        )
        return cls(card, open_session(model, card.name), (), ())

    def __call__(self, images: NDArray[np.uint8]) -> Seen:
        """What it makes of images uint8 `[N, H, W, C]`, pixels as trained."""
        name = self._session.get_inputs()[0].name
        parts = [
            self._session.run(None, {name: scaled(images[start : start + MAX_BATCH])})
            for start in range(0, max(len(images), 1), MAX_BATCH)
        ]
        outputs = [np.concatenate(values) for values in zip(*parts, strict=True)]
        features = outputs[-1].reshape(len(images), -1)
        if not self._class_names:
            return Seen(features)
        return Seen(features, _softmax(outputs[0][:, self._columns]), self._class_names)


class StackedNet(Net):
    """Three digits in an image, seen channel by channel: 1000 classes from a net that knows ten."""

    @classmethod
    def of_classifier(cls, folder: Path, info: DatasetInfo) -> Self:
        """Three times the features of a classifier of digits.

        Raises:
            DamagedError: a file is missing or altered.
        """
        net = super().of_classifier(folder, info)
        one = net.card
        net.card = FeatureNet(
            name=f"stacked {one.name}",
            source=one.source,
            sha256=hashlib.sha256(f"stacked {one.sha256}".encode()).hexdigest(),
            size=3 * one.size,
            accuracy=None if one.accuracy is None else one.accuracy**3,  # all three rightly
        )
        return net

    def __call__(self, images: NDArray[np.uint8]) -> Seen:
        """What it makes of images uint8 `[N, H, W, 3]`, pixels as trained."""
        count, height, width, channels = images.shape
        apart = images.transpose(0, 3, 1, 2).reshape(count * channels, height, width, 1)
        seen = super().__call__(apart)
        features = seen.features.reshape(count, -1)
        if seen.chances is None:
            return Seen(features)
        red, green, blue = seen.chances.reshape(count, channels, -1).transpose(1, 0, 2)
        # Red hundreds, green tens, blue ones; see `metrics.modes.stacked_labels`.
        chances = np.einsum("na,nb,nc->nabc", red, green, blue).reshape(count, -1)
        return Seen(features, chances, tuple(f"{label:03}" for label in range(chances.shape[1])))


def scaled(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Bytes as float32 from 0 to 1."""
    return images.astype(np.float32) / np.float32(255)


def best_for(runs_dir: Path, info: DatasetInfo) -> Net:
    """The best that is there: a classifier that ships, else one trained here, else random ones."""
    folder = _folder_of(runs_dir, info)
    return Net.of_random(info.image_shape) if folder is None else _sound(folder, info)


def of_run(paths: RunPaths, info: DatasetInfo) -> Net:
    """The net of a run's evaluations while training: chosen now, unless it was before.

    Raises:
        DiskFullError, ReadOnlyError: the choice cannot be written.
    """
    if _chosen_source(paths) == "random":
        return Net.of_random(info.image_shape)
    copy = paths.evaluations / _COPY
    if classifiers.is_there(copy):
        return _sound(copy, info)
    net = best_for(paths.root.parent, info)
    _keep(paths, info, net.card)
    return net


def _folder_of(runs_dir: Path, info: DatasetInfo) -> Path | None:
    """Where the classifier lies whose features are best, if there is any."""
    if info.name == stacked_mnist.NAME:
        return shipped.of_family(_one_channel(info))
    found = shipped.of_family(info)
    if found is not None or not classifiers.suits(info):
        return found
    trained = classifiers.folder_of(runs_dir, info)
    return trained if classifiers.is_there(trained) else None


def _one_channel(stacked: DatasetInfo) -> DatasetInfo:
    """What each colour of stacked digits is an image of."""
    return MNIST.info.model_copy(update={"image_size": stacked.image_size})


def _sound(folder: Path, info: DatasetInfo) -> Net:
    """A classifier's; random ones where it is damaged: training does not end for that."""
    try:
        if info.name == stacked_mnist.NAME:
            return StackedNet.of_classifier(folder, _one_channel(info))
        return Net.of_classifier(folder, info)
    except DamagedError as error:
        logger.warning("%s", error.one_line())
        return Net.of_random(info.image_shape)


def _keep(paths: RunPaths, info: DatasetInfo, card: FeatureNet) -> None:
    folder = _folder_of(paths.root.parent, info)
    with disk_faults(paths.evaluations):
        paths.evaluations.mkdir(exist_ok=True)
        if card.source == "classifier" and folder is not None and folder.parent != shipped.FOLDER:
            unsealed = paths.evaluations / f".tmp-{_COPY}"
            shutil.rmtree(unsealed, ignore_errors=True)
            shutil.copytree(folder, unsealed)
            unsealed.replace(paths.evaluations / _COPY)
    write_json(paths.evaluations / _CHOICE, card.model_dump(mode="json"))


def _chosen_source(paths: RunPaths) -> str:
    try:
        return FeatureNet.model_validate(read_json(paths.evaluations / _CHOICE)).source
    except (FileNotFoundError, DamagedError, ValidationError):
        return ""


def _name_of(folder: Path, info: DatasetInfo) -> str:
    if folder.parent == shipped.FOLDER:
        return shipped.features_name(folder)
    return f"{(info.title or info.name)[:_MOST_TITLE]} features"


def _size(session: onnxruntime.InferenceSession, image_shape: tuple[int, int, int]) -> int:
    name = session.get_inputs()[0].name
    blank = np.zeros((1, *image_shape), np.float32)
    return int(np.asarray(session.run(None, {name: blank})[-1]).size)


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances: NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
    return chances
