"""Features and probabilities that ours and the peers' measures are given alike; NumPy alone.

From `RandomState`, whose numbers NumPy promises for ever: the peers computed theirs elsewhere.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NUM_REAL, NUM_FAKE, SIZE, NUM_CLASSES = 800, 800, 48, 10
KID_SUBSETS, KID_SIZE = 100, 200


@dataclass(frozen=True, eq=False)
class Case:
    """One comparison.

    Attributes:
        real, fake: features float64 `[N, F]` and `[M, F]`.
        chances: of each class, of the generated ones, float64 `[M, K]`.
    """

    real: NDArray[np.float64]
    fake: NDArray[np.float64]
    chances: NDArray[np.float64]

    @property
    def sha256(self) -> str:
        """Tells whether both sides really had the same numbers, but for rounding."""
        parts = (self.real, self.fake, self.chances)
        return hashlib.sha256(b"".join(np.round(p, 5).tobytes() for p in parts)).hexdigest()


def cases() -> dict[str, Case]:
    """A generator that is nearly right, one that has lost modes, and one that is far off."""
    draw = np.random.RandomState(2026)
    mixing = draw.standard_normal((SIZE, SIZE)) / np.sqrt(SIZE)
    centres = 2.0 * draw.standard_normal((NUM_CLASSES, SIZE))

    def images(num: int, num_modes: int, shift: float) -> NDArray[np.float64]:
        """Rectified, as the last layer of a classifier is, around the centres of some classes."""
        around = centres[draw.randint(0, num_modes, num)]
        values = around + draw.standard_normal((num, SIZE)) @ mixing + shift
        return np.asarray(np.maximum(values, 0.0), np.float64)

    found = {}
    for name, num_modes, shift in (("near", 10, 0.05), ("collapsed", 3, 0.0), ("far", 10, 0.4)):
        logits = 3.0 * draw.standard_normal((NUM_FAKE, NUM_CLASSES))
        logits[:, :num_modes] += 2.0
        powers = np.exp(logits)
        chances = powers / powers.sum(axis=1, keepdims=True)
        found[name] = Case(images(NUM_REAL, 10, 0.0), images(NUM_FAKE, num_modes, shift), chances)
    return found
