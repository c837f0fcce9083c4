"""Data sets in the four idx files that MNIST brought into the world."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gan_core.config import DatasetInfo
from gan_core.data import idx, remote
from gan_core.data.remote import RemoteFile
from gan_core.data.values import Dataset, DatasetCard, Images, Labels, Progress
from gan_core.errors import DamagedError, NotFoundError
from gan_core.text import N_


@dataclass(frozen=True, kw_only=True)
class IdxSet:
    """Where the four files are, and what they hold.

    Attributes:
        info: sizes and counts that the files must have.
        title, text, licence: as in `DatasetCard`.
        train_images, train_labels, test_images, test_labels: the files.
    """

    info: DatasetInfo
    title: str
    text: str
    licence: str
    train_images: RemoteFile
    train_labels: RemoteFile
    test_images: RemoteFile
    test_labels: RemoteFile

    @property
    def files(self) -> tuple[RemoteFile, ...]:
        """The four, in the order in which they are fetched."""
        return (self.train_images, self.train_labels, self.test_images, self.test_labels)

    @property
    def card(self) -> DatasetCard:
        """What is known beforehand."""
        return DatasetCard(
            name=self.info.name,
            title=self.title,
            text=self.text,
            info=self.info,
            licence=self.licence,
            download_bytes=sum(file.content.expected_bytes for file in self.files),
            ready=lambda data_dir: all(file.is_present(data_dir) for file in self.files),
        )

    def prepare(self, data_dir: Path, mirror: str | None, progress: Progress | None) -> DatasetInfo:
        """Check the four files and download those that are missing."""
        remote.fetch_missing(self.files, data_dir, mirror=mirror, progress=progress)
        return self.info

    def load(self, data_dir: Path) -> Dataset:
        """All images and labels, in their published order.

        Raises:
            NotFoundError: a file is missing.
            DamagedError: a file is not the right one.
        """
        return Dataset(
            info=self.info,
            train_images=self._images(self.train_images, self.info.num_train, data_dir),
            train_labels=self._labels(self.train_labels, self.info.num_train, data_dir),
            test_images=self._images(self.test_images, self.info.num_test, data_dir),
            test_labels=self._labels(self.test_labels, self.info.num_test, data_dir),
        )

    def sample_pool(self, data_dir: Path) -> Images:
        """Images to draw a preview from: the test images, a sixth of the reading."""
        return self._images(self.test_images, self.info.num_test, data_dir)

    def _read(self, file: RemoteFile, shape: tuple[int, ...], data_dir: Path) -> NDArray[np.uint8]:
        path = file.path(data_dir)
        if file.is_missing(data_dir):
            raise NotFoundError(
                N_("`{name}` is not there yet: {file} is missing."),
                N_("Download it first, or train on `digits`, which needs no download."),
                name=self.info.name,
                file=path,
            )
        return idx.read(path.read_bytes(), shape, str(path))

    def _images(self, file: RemoteFile, num_images: int, data_dir: Path) -> Images:
        shape = (num_images, self.info.image_size, self.info.image_size)
        return self._read(file, shape, data_dir)[..., np.newaxis]

    def _labels(self, file: RemoteFile, num_images: int, data_dir: Path) -> Labels:
        labels = self._read(file, (num_images,), data_dir).astype(np.int64)
        if labels.max() >= self.info.num_classes:
            raise DamagedError(
                N_("{file} holds the label {found}; labels go from 0 to {highest}."),
                file=file.path(data_dir),
                found=int(labels.max()),
                highest=self.info.num_classes - 1,
            )
        return labels
