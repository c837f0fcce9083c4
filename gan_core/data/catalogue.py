"""Data sets by name; a name may carry a selection, as in `cifar10:cat,dog`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gan_core.config import DatasetInfo
from gan_core.data import cifar10, digits, prepared, quickdraw, resize, shapes, stacked_mnist
from gan_core.data.fashion_mnist import FASHION_MNIST
from gan_core.data.idx_set import IdxSet
from gan_core.data.mnist import MNIST
from gan_core.data.selection import Chosen, pick, split
from gan_core.data.values import Dataset, DatasetCard, Images, Progress
from gan_core.errors import DamagedError
from gan_core.text import N_

_Prepare = Callable[[Chosen, Path, str | None, Progress | None], DatasetInfo]


@dataclass(frozen=True, kw_only=True)
class _Family:
    """A data set, or several that a selection picks from.

    Attributes:
        options: what can be picked, in order, given the data folder where it is known.
        whole: what the bare name stands for, likewise.
        card, prepare, sample_pool: of what was picked, in its native shape.
        load: the same, drawn at the image size given where the family can draw at any.
    """

    options: Callable[[Path | None], tuple[str, ...]]
    whole: Callable[[Path | None], Chosen]
    card: Callable[[Chosen, Path | None], DatasetCard]
    prepare: _Prepare
    load: Callable[[Chosen, Path, int], Dataset]
    sample_pool: Callable[[Chosen, Path], Images]


def _taken_whole(
    card: DatasetCard,
    prepare: Callable[[Path, str | None, Progress | None], DatasetInfo],
    load: Callable[[Path, int], Dataset],
    sample_pool: Callable[[Path], Images],
) -> _Family:
    return _Family(
        options=lambda _: (),
        whole=lambda _: (),
        card=lambda _, __: card,
        prepare=lambda _, data_dir, mirror, progress: prepare(data_dir, mirror, progress),
        load=lambda _, data_dir, image_size: load(data_dir, image_size),
        sample_pool=lambda _, data_dir: sample_pool(data_dir),
    )


def _idx(files: IdxSet) -> _Family:
    return _taken_whole(
        files.card, files.prepare, lambda data_dir, _: files.load(data_dir), files.sample_pool
    )


# The default comes first.
_FAMILIES = {
    "digits": _taken_whole(
        digits.CARD,
        lambda *_: digits.prepare(),
        lambda data_dir, _: digits.load(data_dir),
        digits.sample_pool,
    ),
    "mnist": _idx(MNIST),
    "fashion-mnist": _idx(FASHION_MNIST),
    "cifar10": _Family(
        options=lambda _: cifar10.CLASSES,
        whole=lambda _: cifar10.CLASSES,
        card=cifar10.card,
        prepare=cifar10.prepare,
        load=lambda chosen, data_dir, _: cifar10.load(chosen, data_dir),
        sample_pool=cifar10.sample_pool,
    ),
    "quickdraw": _Family(
        options=quickdraw.options,
        whole=quickdraw.whole,
        card=quickdraw.card,
        prepare=quickdraw.prepare,
        load=lambda chosen, data_dir, _: quickdraw.load(chosen, data_dir),
        sample_pool=quickdraw.sample_pool,
    ),
    "shapes": _taken_whole(
        shapes.CARD,
        lambda *_: shapes.CARD.info,
        lambda _, image_size: shapes.load(image_size),
        shapes.sample_pool,
    ),
    stacked_mnist.NAME: _taken_whole(
        stacked_mnist.CARD,
        stacked_mnist.prepare,
        lambda data_dir, _: stacked_mnist.load(data_dir),
        stacked_mnist.sample_pool,
    ),
}


def names() -> list[str]:
    """The data sets there are, without selections, the default first."""
    return list(_FAMILIES)


def describe(
    name: str,
    data_dir: Path | None = None,
    *,
    image_size: int | None = None,
    channels: int | None = None,
) -> DatasetCard:
    """What is known of a data set without loading it.

    Args:
        name: a data set; `cifar10` and `quickdraw` take a selection.
        data_dir: the data folder, if counts shall be exact where files are there, and categories
            known that only lie there; the bare `quickdraw` then stands for what it holds.
        image_size, channels: another shape than the native one.

    Raises:
        NotFoundError: no such data set, class or category; the nearest name is offered.
        BadInputError: no such shape.
    """
    family, chosen = _find(name, data_dir)
    card = family.card(chosen, data_dir)
    return replace(card, info=_shaped(card.info, image_size, channels))


def prepare(
    name: str,
    data_dir: Path,
    *,
    mirror: str | None = None,
    progress: Progress | None = None,
    image_size: int | None = None,
    channels: int | None = None,
) -> DatasetInfo:
    """Make sure that `load` will succeed: verify what is there, download what is missing.

    Args:
        name: the data set, with or without a selection.
        data_dir: the data folder; may be read-only when nothing is missing.
        mirror: an HTTP address laid out like a data folder, used instead of the public home.
        progress: told about every piece of a download.
        image_size, channels: another shape than the native one, made when it is loaded.

    Raises:
        NotFoundError: no such data set, class or category.
        DamagedError: a file is not the right one; it is left as it is.
        OfflineError: a file is missing and could not be fetched.
        ReadOnlyError, DiskFullError: a download could not be stored.
        BadInputError: the mirror is not an HTTP address, or there is no such shape.
    """
    family, chosen = _find(name, data_dir)
    _shaped(family.card(chosen, data_dir).info, image_size, channels)  # before any download
    return _shaped(family.prepare(chosen, data_dir, mirror, progress), image_size, channels)


def load(
    info: DatasetInfo, data_dir: Path, own_dir: Path | None = None, *, at_most: int | None = None
) -> Dataset:
    """The data set's arrays, verified and in the shape of `info`; nothing is downloaded.

    Args:
        info: what a run records of its data set.
        data_dir: the data folder.
        own_dir: the folder of a prepared own set, for a name that begins with `own:`.
        at_most: how many images of each split, evenly taken before they are resized; all of them.

    Raises:
        NotFoundError: no such data set, or a file is missing.
        DamagedError: a file is not the right one, or holds more or fewer images than recorded.
    """
    if prepared.is_own(info.name):
        return _thinned(prepared.load(info, own_dir), at_most)
    family, chosen = _find(info.name, data_dir)
    loaded = family.load(chosen, data_dir, info.image_size)
    _check_counts(info, loaded.info)
    loaded = _thinned(loaded, at_most)
    return resize.fit_dataset(loaded, info.image_size, info.channels)


def _thinned(loaded: Dataset, at_most: int | None) -> Dataset:
    """Evenly taken: where a set is sorted by class, the first images are all of one."""
    if at_most is None:
        return loaded

    def rows(num_images: int) -> NDArray[np.int64]:
        num = min(num_images, at_most)
        return np.linspace(0, num_images - 1, num).round().astype(np.int64)

    train, test = rows(len(loaded.train_images)), rows(len(loaded.test_images))
    return replace(
        loaded,
        train_images=loaded.train_images[train],
        train_labels=None if loaded.train_labels is None else loaded.train_labels[train],
        test_images=loaded.test_images[test],
        test_labels=None if loaded.test_labels is None else loaded.test_labels[test],
        train_attributes={name: values[train] for name, values in loaded.train_attributes.items()},
        test_attributes={name: values[test] for name, values in loaded.test_attributes.items()},
    )


def preview(name: str, data_dir: Path, count: int, seed: int = 0) -> Images:
    """A few images for a contact sheet, native uint8 `[N, H, W, C]`, without repeats.

    N is `count`, or less where the data set has fewer. Equal seeds give equal images.

    Raises:
        NotFoundError, DamagedError: as for `load`.
    """
    family, chosen = _find(name, data_dir)
    pool = family.sample_pool(chosen, data_dir)
    taken = np.random.default_rng(seed).permutation(len(pool))[: max(0, count)]
    return np.ascontiguousarray(pool[taken])


def _find(name: str, data_dir: Path | None) -> tuple[_Family, Chosen]:
    """The family, and what the name picks from it."""
    family_name, wanted = split(name, _FAMILIES)
    family = _FAMILIES[family_name]
    if not wanted:
        return family, family.whole(data_dir)
    return family, pick(family_name, wanted, family.options(data_dir))


def _shaped(info: DatasetInfo, image_size: int | None, channels: int | None) -> DatasetInfo:
    shape = {
        "image_size": info.image_size if image_size is None else image_size,
        "channels": info.channels if channels is None else channels,
    }
    resize.check_shape(**shape)
    return info.model_copy(update=shape)


def _check_counts(recorded: DatasetInfo, found: DatasetInfo) -> None:
    """Other images than those recorded would make another run of it."""
    if (recorded.num_train, recorded.num_test, recorded.num_classes) != (
        found.num_train,
        found.num_test,
        found.num_classes,
    ):
        raise DamagedError(
            N_(
                "`{name}` has {found_train} + {found_test} images in this data folder, "
                "not the {num_train} + {num_test} that were recorded."
            ),
            N_("Bring the files that were there then, or start a new run."),
            name=recorded.name,
            found_train=found.num_train,
            found_test=found.num_test,
            num_train=recorded.num_train,
            num_test=recorded.num_test,
        )
