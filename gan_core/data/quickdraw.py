"""`quickdraw`: one-stroke drawings of people who had 20 seconds, 28 × 28, one `.npy` a category.

A file holds uint8 `[N, 784]`, white ink on black, in the order in which it was published. From
each category the first images are learnt from and those right after them are held out:

    held out = a tenth of the file, and at most 10 000 / number of categories
    train    = the rest of the file, and at most 80 000 / number of categories

https://github.com/googlecreativelab/quickdraw-dataset
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gan_core.config import DatasetInfo
from gan_core.data import remote
from gan_core.data.content import Structured, unreadable
from gan_core.data.quickdraw_categories import CATEGORIES, FAVOURITES
from gan_core.data.remote import RemoteFile
from gan_core.data.selection import Chosen, join
from gan_core.data.values import Dataset, DatasetCard, Images, Progress
from gan_core.errors import DamagedError, NotFoundError
from gan_core.text import N_

FAMILY = "quickdraw"
MAX_TRAIN = 80_000
MAX_TEST = 10_000

_SIDE = 28
_PIXELS = _SIDE * _SIDE
_USUAL_BYTES = 115_000_000
_USUAL_ROWS = 145_000
# The largest published file has 266 MB.
_MAX_BYTES = 512 * 1024 * 1024
# A category of somebody's own is a file that lies there; its name must survive in ours.
_NAME = re.compile(r"\w[\w '.()-]{0,59}")


def options(data_dir: Path | None) -> tuple[str, ...]:
    """Every category that can be picked, in order: the published ones, and own files there."""
    return tuple(
        sorted({*CATEGORIES, *present(data_dir)}, key=lambda name: (name.casefold(), name))
    )


def present(data_dir: Path | None) -> tuple[str, ...]:
    """The categories whose file lies in the data folder, in order; contents are not looked at."""
    if data_dir is None:
        return ()
    try:
        names = [path.stem for path in (data_dir / FAMILY).glob("*.npy") if path.is_file()]
    except OSError:
        return ()
    return tuple(sorted((n for n in names if _NAME.fullmatch(n)), key=lambda n: (n.casefold(), n)))


def whole(data_dir: Path | None) -> Chosen:
    """What the bare name stands for: every category that is there, or `cat` when none is.

    Without a data folder nobody can tell, and it stands for itself.
    """
    if data_dir is None:
        return ()
    return present(data_dir) or ("cat",)


def card(chosen: Chosen, data_dir: Path | None = None) -> DatasetCard:
    """What is known of some categories: exact where their files are there, else an estimate."""
    wanted = chosen or ("cat",)
    here = present(data_dir)
    missing = [name for name in wanted if name not in here]
    favourites = (*here, *(name for name in FAVOURITES if name not in here))
    others = (name for name in options(data_dir) if name not in favourites)
    return DatasetCard(
        name=join(FAMILY, chosen),
        title=_TITLE,
        text=_TEXT,
        info=_info(join(FAMILY, chosen), wanted, [_num_rows(name, data_dir) for name in wanted]),
        licence=_LICENCE,
        download_bytes=_USUAL_BYTES * len(missing or wanted),
        ready=lambda folder: bool(
            all(_file(name).is_present(folder) for name in chosen) if chosen else present(folder)
        ),
        selectable=(*favourites, *others),
    )


def prepare(
    chosen: Chosen, data_dir: Path, mirror: str | None, progress: Progress | None
) -> DatasetInfo:
    """Judge the files by their structure and download those that are missing."""
    files = [_file(name) for name in chosen]
    remote.fetch_missing(files, data_dir, mirror=mirror, progress=progress)
    return _info(join(FAMILY, chosen), chosen, [len(_drawings(name, data_dir)) for name in chosen])


def load(chosen: Chosen, data_dir: Path) -> Dataset:
    """The drawings, category after category; label 0 is the first one.

    Only the rows that are used are read.

    Raises:
        NotFoundError: a file is missing.
        DamagedError: a file is not an array of drawings.
    """
    tables = [_drawings(name, data_dir) for name in chosen]
    shares = [_share(len(table), len(chosen)) for table in tables]
    num_train = [train for train, _ in shares]
    num_test = [test for _, test in shares]
    labels = np.arange(len(chosen))
    return Dataset(
        info=_info(join(FAMILY, chosen), chosen, [len(table) for table in tables]),
        train_images=_stack(tables, [0] * len(tables), num_train),
        train_labels=np.repeat(labels, num_train),
        test_images=_stack(tables, num_train, num_test),
        test_labels=np.repeat(labels, num_test),
    )


def sample_pool(chosen: Chosen, data_dir: Path) -> Images:
    """Images to draw a preview from: the first few hundred of each category."""
    tables = [_drawings(name, data_dir) for name in chosen]
    counts = [min(len(table), max(1, 1000 // len(chosen))) for table in tables]
    return _stack(tables, [0] * len(tables), counts)


def _file(category: str) -> RemoteFile:
    return RemoteFile(
        folder=FAMILY,
        name=f"{category}.npy",
        content=Structured(expected_bytes=_USUAL_BYTES, max_bytes=_MAX_BYTES, judge=_open),
        home="https://storage.googleapis.com/quickdraw_dataset/full/numpy_bitmap/",
    )


def _open(path: Path, shown: str) -> NDArray[np.uint8]:
    """The drawings in a file, uint8 `[N, 784]`, mapped and read-only.

    Raises:
        FileNotFoundError: it is not there.
        DamagedError: no such array, or more or fewer bytes than it announces.
    """
    try:
        # Never unpickles: an array of objects cannot be mapped, and is refused as such.
        table = np.lib.format.open_memmap(path, mode="r")
        num_bytes = path.stat().st_size
    except FileNotFoundError:
        raise
    except OSError as error:
        raise unreadable(shown, error) from error
    except (ValueError, EOFError) as error:
        raise DamagedError(
            N_("{file} cannot be read: {reason}."), file=shown, reason=error
        ) from error
    fits = table.dtype == np.uint8 and table.ndim == 2 and table.flags.c_contiguous
    if not fits or table.shape[1] != _PIXELS or len(table) == 0:
        raise DamagedError(
            N_("{file} holds {found}, where drawings belong: bytes, N × {pixels}."),
            file=shown,
            found=f"{table.dtype} {' × '.join(map(str, table.shape))}",
            pixels=_PIXELS,
        )
    if table.offset + table.nbytes != num_bytes:
        raise DamagedError(
            N_("{file} announces {expected} values and holds {found}."),
            file=shown,
            expected=table.size,
            found=num_bytes - table.offset,
        )
    return table


def _drawings(category: str, data_dir: Path) -> NDArray[np.uint8]:
    path = _file(category).path(data_dir)
    try:
        return _open(path, str(path))
    except FileNotFoundError as error:
        raise NotFoundError(
            N_("`{name}` is not there yet: {file} is missing."),
            N_("Download it first, or train on `digits`, which needs no download."),
            name=join(FAMILY, (category,)),
            file=path,
        ) from error


def _num_rows(category: str, data_dir: Path | None) -> int:
    """How many drawings a file has; as many as is usual where it is not there."""
    try:
        if data_dir is not None:
            return len(_drawings(category, data_dir))
    except (NotFoundError, DamagedError):  # `prepare` says what is wrong with it
        pass
    return _USUAL_ROWS


def _share(num_rows: int, num_categories: int) -> tuple[int, int]:
    """How many of a file's rows are learnt from, and how many held out."""
    num_test = min(num_rows // 10, MAX_TEST // num_categories)
    return min(num_rows - num_test, MAX_TRAIN // num_categories), num_test


def _info(name: str, categories: Sequence[str], num_rows: Sequence[int]) -> DatasetInfo:
    shares = [_share(rows, len(categories)) for rows in num_rows]
    return DatasetInfo(
        name=name,
        num_train=sum(train for train, _ in shares),
        num_test=sum(test for _, test in shares),
        image_size=_SIDE,
        channels=1,
        num_classes=len(categories),
        class_names=tuple(categories),
    )


def _stack(
    tables: Sequence[NDArray[np.uint8]], starts: Sequence[int], counts: Sequence[int]
) -> Images:
    """Rows of several files below each other, uint8 `[sum(counts), 28, 28, 1]`."""
    images = np.empty((sum(counts), _PIXELS), np.uint8)
    at = 0
    for table, start, count in zip(tables, starts, counts, strict=True):
        images[at : at + count] = table[start : start + count]
        at += count
    return images.reshape(-1, _SIDE, _SIDE, 1)


_TITLE = N_("Quick, Draw!: drawings made in 20 seconds")
_TEXT = N_(
    "Millions of people drew a given word in under 20 seconds while a computer guessed along; "
    "these are their drawings as 28 × 28 grey pixels, white ink on black, 345 words with over "
    "100 000 drawings each. Take one word or several, as `quickdraw:cat,fish`: at most 80 000 "
    "drawings are learnt from, shared evenly, and up to 10 000 more are held out. The name alone "
    "takes every word whose file is there. A file has about 115 MB.\n\n"
    "**What to watch.** A drawing is one thin line, so one wrong pixel shows: the generator must "
    "learn where a line goes on and where it ends, and loose dashes are the first sign of life. "
    "People disagree about a word, too: some cats are whole animals, some are faces. See whether "
    "the sheet keeps both, and with several words, whether it keeps them apart."
)
_LICENCE = N_("CC BY 4.0 (Google)")
