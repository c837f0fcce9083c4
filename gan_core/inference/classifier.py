"""A data set's classifier without TensorFlow: which class an image looks like, and how surely."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path
from typing import Self

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from gan_core.config import DatasetInfo
from gan_core.errors import BadInputError, DamagedError
from gan_core.portable.sessions import furthest, in_parts, open_session
from gan_core.runs import checkpoints, classifiers, sealed
from gan_core.text import N_

_TOLERANCE = 2e-3  # of logits, relative above 1: other arithmetic, same network

Labels = NDArray[np.int64]
Confidences = NDArray[np.float32]


class Classifier:
    """One classifier, loaded and checked against its golden answers.

    Safe to share between threads: a session's `run` is, and nothing else changes.
    """

    def __init__(self, session: onnxruntime.InferenceSession, card: classifiers.Card) -> None:
        self._session = session
        self.card = card

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Load the classifier of a sealed folder.

        Raises:
            DamagedError: a file is missing, altered, or answers differently from Keras.
        """
        card = classifiers.read_card(folder)
        session = open_session(sealed.verified(folder, classifiers.MODEL))
        found = cls(session, card)
        found._check(checkpoints.read_arrays(sealed.verified(folder, classifiers.GOLDEN)))
        return found

    def classify(self, images: NDArray[np.uint8]) -> tuple[Labels, Confidences]:
        """The class of each image `[N]` and the probability `[N]` that the classifier gives it.

        Args:
            images: uint8 `[N, H, W, C]`, pixels as trained.

        Raises:
            BadInputError: images of another shape.
        """
        chances = _softmax(self._logits(images))
        labels = chances.argmax(axis=1)
        return labels, chances[np.arange(len(labels)), labels]

    def _logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        if images.ndim != 4 or images.shape[1:] != self.card.image_shape:
            raise BadInputError(
                N_("images have shape {given}; this classifier takes (N, {shape})."),
                field="images",
                given=images.shape,
                shape=", ".join(map(str, self.card.image_shape)),
            )
        return in_parts(self._session, images.astype(np.float32) / np.float32(255))

    def _check(self, golden: checkpoints.Arrays) -> None:
        images, expected = golden.get("images"), golden.get("logits")
        if images is None or expected is None or images.dtype != np.uint8:
            raise DamagedError(N_("{file} is damaged."), file=classifiers.GOLDEN)
        found = self._logits(np.asarray(images, np.uint8))
        shape = (len(images), len(self.card.class_names))
        if found.shape != shape or expected.shape != shape:
            raise DamagedError(N_("{file} is damaged."), file=classifiers.GOLDEN)
        worst = furthest(found, expected)
        if not worst <= _TOLERANCE:
            raise DamagedError(
                N_("The classifier of {name} differs from its golden answers by {worst}."),
                N_("Delete its folder, and it is trained anew."),
                name=self.card.dataset,
                worst=f"{worst:.2g}",
            )


class ClassifierCache:
    """The classifiers used last, shared by all viewers; one that was made anew is loaded anew."""

    def __init__(self, max_entries: int = 4) -> None:
        self._max_entries = max_entries
        self._loaded: OrderedDict[tuple[str, int], Classifier] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, runs_dir: Path, info: DatasetInfo) -> Classifier | None:
        """The classifier of a data set; `None` where there is none yet. Costs a look at a file.

        Raises:
            DamagedError: it cannot be loaded.
        """
        if not classifiers.suits(info):
            return None
        folder = classifiers.folder_of(runs_dir, info)
        try:
            made = (folder / sealed.MANIFEST).stat().st_mtime_ns
        except OSError:
            return None
        with self._lock:
            key = (str(folder), made)
            if key in self._loaded:
                self._loaded.move_to_end(key)
                return self._loaded[key]
            found = Classifier.open(folder)
            self._loaded[key] = found
            while len(self._loaded) > self._max_entries:
                self._loaded.popitem(last=False)
            return found


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances: NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
    return chances
