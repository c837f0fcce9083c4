"""Data sets by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from gan_core.config import DatasetInfo
from gan_core.data import digits, mnist
from gan_core.data.values import Dataset, DatasetCard, Images, Progress
from gan_core.errors import NotFoundError
from gan_core.text import N_


@dataclass(frozen=True, kw_only=True)
class _Source:
    card: DatasetCard
    prepare: Callable[[Path, str | None, Progress | None], DatasetInfo]
    load: Callable[[Path], Dataset]
    sample_pool: Callable[[Path], Images]


# The default comes first.
_SOURCES = {
    "digits": _Source(
        card=digits.CARD,
        prepare=lambda data_dir, mirror, progress: digits.prepare(),  # noqa: ARG005 - no download
        load=digits.load,
        sample_pool=digits.sample_pool,
    ),
    "mnist": _Source(
        card=mnist.CARD,
        prepare=lambda data_dir, mirror, progress: mnist.prepare(
            data_dir, mirror=mirror, progress=progress
        ),
        load=mnist.load,
        sample_pool=mnist.sample_pool,
    ),
}


def names() -> list[str]:
    """The data sets there are, the default first."""
    return list(_SOURCES)


def describe(name: str) -> DatasetCard:
    """What is known of a data set without loading it.

    Raises:
        NotFoundError: no such data set; the nearest name is offered.
    """
    return _source(name).card


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
        name: the data set.
        data_dir: the data folder; may be read-only when nothing is missing.
        mirror: an HTTP address laid out like a data folder, used instead of the public home.
        progress: told about every piece of a download.

    Raises:
        NotFoundError: no such data set.
        DamagedError: a file is not the right one; it is left as it is.
        OfflineError: a file is missing and could not be fetched.
        ReadOnlyError, DiskFullError: a download could not be stored.
        BadInputError: the mirror is not an HTTP address.
    """
    del image_size, channels
    return _source(name).prepare(data_dir, mirror, progress)


def load(info: DatasetInfo, data_dir: Path, own_dir: Path | None = None) -> Dataset:
    """The data set's arrays, verified; nothing is downloaded.

    Args:
        info: what a run records of its data set.
        data_dir: the data folder.
        own_dir: the folder of a prepared own set, for a name that begins with `own:`.

    Raises:
        NotFoundError: no such data set, or a file is missing.
        DamagedError: a file is not the right one.
    """
    del own_dir
    return _source(info.name).load(data_dir)


def preview(name: str, data_dir: Path, count: int, seed: int = 0) -> Images:
    """A few images for a contact sheet, uint8 `[N, H, W, C]`, without repeats.

    N is `count`, or less where the data set has fewer. Equal seeds give equal images.

    Raises:
        NotFoundError, DamagedError: as for `load`.
    """
    pool = _source(name).sample_pool(data_dir)
    chosen = np.random.default_rng(seed).permutation(len(pool))[: max(0, count)]
    return np.ascontiguousarray(pool[chosen])


def _source(name: str) -> _Source:
    if name in _SOURCES:
        return _SOURCES[name]
    near = get_close_matches(name.lower(), _SOURCES, n=1)
    hint = N_("Did you mean `{nearest}`?") if near else N_("There are: {known}.")
    raise NotFoundError(
        N_("There is no data set `{given}`."),
        hint,
        field="dataset",
        given=name,
        nearest=near[0] if near else "",
        known=", ".join(_SOURCES),
    )
