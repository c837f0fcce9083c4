"""Where a step's real images come from: the device's memory, or a file larger than memory."""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from gan_core.nn.batches import Batches

Images = NDArray[np.uint8]

LARGEST_RESIDENT_BYTES = 1 << 30
"""Larger sets are read from their file a batch at a time."""


class Source(Protocol):
    """Gives each step its images."""

    def batches(self, first: int, num_steps: int) -> tf.Tensor:
        """The images of steps that follow each other (from 0), uint8 `[K, N, H, W, C]`."""
        ...

    def close(self) -> None:
        """Let go of files and threads."""
        ...


class Resident:
    """All images on the device; those of some steps are gathered there."""

    def __init__(self, images: Images, batches: Batches) -> None:
        self._images = tf.constant(images)
        self._batches = batches

    def batches(self, first: int, num_steps: int) -> tf.Tensor:
        """The images of some steps."""
        indices = [self._batches.indices(first + i) for i in range(num_steps)]
        return tf.gather(self._images, np.stack(indices))

    def close(self) -> None:
        """Nothing to let go of."""


class Streamed:
    """Images in a file, read with positioned reads while the steps before compute.

    No mapping: a mapped file counts as memory where memory is limited, and a torn disk would
    kill the process instead of raising an error.
    """

    def __init__(
        self, path: Path, offset_bytes: int, image_shape: tuple[int, ...], batches: Batches
    ) -> None:
        """Open the file.

        Args:
            path: holds images uint8 `[N, H, W, C]` in C order.
            offset_bytes: where the first one begins.
            image_shape: `(H, W, C)`.
            batches: which ones a step sees.
        """
        self._file = path.open("rb", buffering=0)
        self._offset_bytes = offset_bytes
        self._shape = image_shape
        self._num_bytes = int(np.prod(image_shape))
        self._batches = batches
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="images")
        self._ahead: dict[int, Future[Images]] = {}

    def batches(self, first: int, num_steps: int) -> tf.Tensor:
        """The images of some steps; as many of the next ones are read meanwhile."""
        wanted, end = range(first, first + num_steps), first + num_steps
        found = [self._ahead[i].result() if i in self._ahead else self._read(i) for i in wanted]
        self._ahead = {
            i: self._ahead.get(i) or self._reader.submit(self._read, i)
            for i in range(end, end + num_steps)
        }
        return tf.constant(np.stack(found))

    def close(self) -> None:
        """Wait for the reader and close the file."""
        self._reader.shutdown(wait=True, cancel_futures=True)
        self._file.close()

    def __enter__(self) -> Self:
        """For a `with` statement."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    def _read(self, step: int) -> Images:
        indices = self._batches.indices(step)
        images = np.empty((len(indices), self._num_bytes), np.uint8)
        for row, index in zip(images, indices.tolist(), strict=True):
            start = self._offset_bytes + index * self._num_bytes
            if os.preadv(self._file.fileno(), [row.data], start) != self._num_bytes:
                raise EOFError(f"{self._file.name} ends before image {index}")
        return images.reshape(-1, *self._shape)


def open_source(images: Images, batches: Batches) -> Resident | Streamed:
    """The source for images that `data.load` gave: streamed where they are a large mapped file."""
    if isinstance(images, np.memmap) and images.nbytes > LARGEST_RESIDENT_BYTES:
        return Streamed(Path(str(images.filename)), images.offset, images.shape[1:], batches)
    return Resident(np.asarray(images), batches)
