"""Which images a step sees: a pure function of the seed and the step."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gan_core.nn import seeds

Draw = Literal["shuffled", "in_order", "with_replacement"]


class Batches:
    """Indices of the real images of each step.

    Nothing is consumed: any step may be asked for at any time, so a resumed run sees the same
    images in the same order. One epoch's order is kept, because it serves many steps.
    """

    def __init__(
        self, num_images: int, batch_size: int, seed: int, *, draw: Draw = "shuffled"
    ) -> None:
        """Describe the draw.

        Args:
            num_images: in the training set.
            batch_size: images a step.
            seed: of the run.
            draw: epochs, `shuffled` or `in_order`, or anew at each step `with_replacement`.
        """
        self._num_images = num_images
        self._batch_size = batch_size
        self._seed = seed
        self._draw = draw
        self._epoch = -1
        self._order: NDArray[np.int32] = np.empty(0, np.int32)

    def indices(self, step: int) -> NDArray[np.int32]:
        """The images of `step` (from 0), int32 `[batch_size]`."""
        if self._draw == "with_replacement":
            rng = seeds.generator(self._seed, "draw", step)
            return rng.integers(0, self._num_images, self._batch_size, dtype=np.int32)
        epoch, position = divmod(step, self._num_images // self._batch_size)
        if epoch != self._epoch:
            self._order = self._order_of(epoch)
            self._epoch = epoch
        start = position * self._batch_size
        return self._order[start : start + self._batch_size]

    def _order_of(self, epoch: int) -> NDArray[np.int32]:
        if self._draw == "in_order":
            return np.arange(self._num_images, dtype=np.int32)
        shuffle = seeds.generator(self._seed, "shuffle", epoch)
        return shuffle.permutation(self._num_images).astype(np.int32)
