"""From a folder, zip or array of pictures to a prepared set. Runs in a process with limits."""

from __future__ import annotations

import hashlib
import json
import re
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from gan_core.config import DatasetInfo
from gan_core.data import prepared
from gan_core.data.own import rows
from gan_core.data.own.files import open_folder, open_zip
from gan_core.data.own.limits import MAX_UNREADABLE, Limits
from gan_core.data.own.pictures import Fit, Picture, UnreadableError, fit, is_coloured
from gan_core.data.own.report import ClassCount, Report, Tally
from gan_core.data.own.sources import Source, no_pictures
from gan_core.data.own.tree import Place
from gan_core.data.prepared import Card, Writer
from gan_core.data.resize import SIZES
from gan_core.errors import BadInputError, DamagedError, NotFoundError
from gan_core.text import N_

HELD_OUT_SHARE = 0.1
MIN_FOR_HELD_OUT = 100
"""Below this many pictures none is held out unless folders say so: all are needed to train."""

_PREFERRED_SIZE = 64
_NUM_SAMPLES = 64
_VERSION = 1  # a part of the id: raise it when the same pictures would be prepared differently
_REPORT_EVERY = 50
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}")

Progress = Callable[[int, int], None]
"""Told how many pictures of how many are done."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """How pictures are to be prepared.

    Attributes:
        sizes: sides that are allowed; one of them is chosen by the pictures where there are
            several: their own where they have one, else 64.
        fit: `crop` to the square in the middle, or `pad`.
        channels: 1 for grey, 3 for colour; `None` to let the pictures decide.
        title: what people call the set; the file's name where it is empty.
    """

    sizes: tuple[int, ...] = SIZES
    fit: Fit = "crop"
    channels: int | None = None
    title: str = ""


def prepare(
    path: Path, target_dir: Path, options: Options, limits: Limits, progress: Progress
) -> str:
    """Read a source and write its prepared set, unless that is there already.

    Args:
        path: a folder, a zip, or an npz, npy or idx file.
        target_dir: the folder of prepared sets.
        options, limits: see there.
        progress: told now and then.

    Returns:
        The set's id, which follows from content and options.

    Raises:
        NotFoundError: there is no such file.
        BadInputError: nothing in it can be used, or it asks for more than is allowed.
        DamagedError: the file cannot be read at all.
        DiskFullError, ReadOnlyError: the set cannot be written.
    """
    tally = Tally()
    source = open_source(path, limits, tally)
    try:
        if not source.places:
            raise no_pictures(tally)
        side, channels = _shape(source, options)
        set_id = _id(source, side, channels, options.fit)
        target = target_dir / set_id
        if not (target / prepared.CARD).is_file():
            with prepared.draft(target) as folder:
                writer = Writer(folder, side, channels)
                try:
                    _write(writer, source, path, set_id, (side, channels), options, tally, progress)
                finally:
                    writer.close()
    finally:
        source.close()
    return set_id


def open_source(path: Path, limits: Limits, tally: Tally) -> Source:
    """Whatever a path is, as a source of pictures; told by content, not by suffix.

    Raises:
        NotFoundError, BadInputError, DamagedError: see `prepare`.
    """
    if path.is_dir():
        return open_folder(path, limits, tally)
    try:
        about = path.stat()
        with path.open("rb") as file:
            head = file.read(8) if stat.S_ISREG(about.st_mode) else b""
    except FileNotFoundError as error:
        raise NotFoundError(
            N_("there is no file or folder {given}."), field="dataset", given=str(path)
        ) from error
    except OSError as error:
        raise DamagedError(
            N_("{name} cannot be read: {reason}."), name=path.name, reason=str(error)
        ) from error
    if about.st_size > limits.source_bytes:
        raise BadInputError(
            N_("{name} has {given} MB; allowed are up to {limit} MB."),
            field="dataset",
            name=path.name,
            given=about.st_size // 10**6,
            limit=limits.source_bytes // 10**6,
        )
    if head.startswith(b"PK"):
        is_npz = path.suffix.lower() == ".npz"
        return rows.open_npz(path, limits) if is_npz else open_zip(path, limits, tally)
    if head.startswith(b"\x93NUMPY"):
        return rows.open_npy(path, limits)
    if head.startswith((b"\x1f\x8b", b"\0\0")):
        return rows.open_idx(path, limits)
    raise BadInputError(
        N_("{name} is none of the files that pictures can be taken from."),
        N_("Allowed are a folder, a zip, or an npz, npy or idx file."),
        field="dataset",
        name=path.name,
    )


def _shape(source: Source, options: Options) -> tuple[int, int]:
    """Side and channels, as asked for or as a sample of the pictures suggests."""
    samples = _samples(source, max(options.sizes))
    sizes = {picture.size for picture in samples}
    own = sizes.pop() if len(sizes) == 1 else (0, 0)
    if own[0] == own[1] and own[0] in options.sizes:
        side = own[0]
    else:
        near = [size for size in options.sizes if size <= _PREFERRED_SIZE]
        side = max(near, default=min(options.sizes))
    if options.channels is not None:
        return side, options.channels
    coloured = sum(is_coloured(picture.image) for picture in samples)
    return side, 3 if coloured * 20 > len(samples) else 1


def _samples(source: Source, side: int) -> list[Picture]:
    indices = np.unique(np.linspace(0, len(source.places) - 1, _NUM_SAMPLES).astype(int))
    found = []
    for index in indices:
        try:
            found.append(source.read(int(index), side))
        except UnreadableError:
            continue
    return found


def _id(source: Source, side: int, channels: int, how: Fit) -> str:
    """Sixteen hexadecimal digits that follow from the content and from what is done with it."""
    digest = hashlib.sha256(json.dumps([_VERSION, side, channels, how]).encode())
    for number, file in enumerate(source.files):
        named = source.names[number] if source.kind == "folder" else ""
        digest.update(f"\n{named}\n".encode(errors="replace"))
        try:
            with file.open("rb") as opened:
                digest.update(hashlib.file_digest(opened, "sha256").digest())
        except OSError:
            continue  # it will be skipped, by name
    return digest.hexdigest()[:16]


def _write(
    writer: Writer,
    source: Source,
    path: Path,
    set_id: str,
    shape: tuple[int, int],
    options: Options,
    tally: Tally,
    progress: Progress,
) -> None:
    """Decode everything into `writer`, training pictures first, and finish it."""
    side, channels = shape
    class_names = _class_names(source.places)
    numbers = {name: number for number, name in enumerate(class_names)}
    held_out, how_held_out = _held_out(source)
    training = [index for index, held in enumerate(held_out) if not held]
    order = [*training, *(index for index, held in enumerate(held_out) if held)]
    num_train, counts = 0, np.zeros((2, max(len(class_names), 1)), np.int64)
    for done, index in enumerate(order):
        if done % _REPORT_EVERY == 0:
            progress(done, len(order))
        place = source.places[index]
        try:
            picture = source.read(index, side)
            pixels = fit(picture.image, side, options.fit, channels)
        except UnreadableError as error:
            tally.skip(source.names[index], error.reason, error.detail)
            _check_unreadable(done + 1 - writer.count, writer.count)
            continue
        label = numbers.get(place.class_name, 0)
        writer.append(pixels, label)
        counts[int(held_out[index]), label] += 1
        num_train += not held_out[index]
        _count(tally, picture, place)
    if not num_train:
        raise no_pictures(tally)
    progress(len(order), len(order))
    info = DatasetInfo(
        name=f"{prepared.PREFIX}{set_id}",
        num_train=num_train,
        num_test=writer.count - num_train,
        image_size=side,
        channels=channels,
        num_classes=len(class_names),
        class_names=class_names,
        title=_shown(options.title) or _title(path),
    )
    created = datetime.now(UTC).isoformat(timespec="seconds")
    report = _report(source, path, tally, how_held_out, class_names, counts)
    writer.finish(Card(info=info, fit=options.fit, created=created), report.model_dump(mode="json"))


def _check_unreadable(num_bad: int, num_good: int) -> None:
    """Refuse to go on where thousands of files are no pictures, which takes minutes to find out.

    Raises:
        BadInputError: more cannot be read than can.
    """
    if num_bad > max(MAX_UNREADABLE, num_good):
        raise BadInputError(
            N_("{bad} of the first {num} pictures cannot be read."),
            N_("PNG, JPEG, WebP, GIF, BMP, TIFF and AVIF are read, also in folders and zips."),
            field="dataset",
            bad=num_bad,
            num=num_bad + num_good,
        )


def _class_names(places: Sequence[Place]) -> tuple[str, ...]:
    """The classes in a stable order; none where some pictures have no class."""
    names = {place.class_name for place in places}
    if "" in names or len(names) < 2:
        return ()
    if all(_WHOLE_NUMBER.fullmatch(name) for name in names):
        return tuple(sorted(names, key=int))
    return tuple(sorted(names, key=lambda name: (name.casefold(), name)))


def _held_out(source: Source) -> tuple[list[bool], str]:
    """Which pictures are held out, and who decided it.

    Folders decide where there are splits: `test` and `val` are held out. Otherwise it is a tenth,
    chosen by a hash of each name, so that more pictures later change nothing for these.
    """
    if any(place.split for place in source.places):
        held_out = [place.split in ("test", "val") for place in source.places]
        return held_out, "folders" if any(held_out) else "none"
    if len(source.places) < MIN_FOR_HELD_OUT:
        return [False] * len(source.places), "none"
    return [_hash_share(name) < HELD_OUT_SHARE for name in source.names], "share"


def _hash_share(name: str) -> float:
    """A number from 0 to 1 that follows from a name."""
    digest = hashlib.sha256(name.encode(errors="replace")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _count(tally: Tally, picture: Picture, place: Place) -> None:
    tally.num_animated += picture.animated
    tally.num_transparent += picture.transparent
    tally.num_rotated += picture.rotated
    tally.num_deep += picture.deep
    tally.size(*picture.size)
    if place.split:
        tally.splits[place.split] += 1


def _title(path: Path) -> str:
    name = path.name.removesuffix(".gz")
    stem = Path(name).stem if path.is_file() else name
    return _shown(stem)


def _shown(title: str) -> str:
    """A title without what cannot be seen, as that of a run."""
    return " ".join("".join(c if c.isprintable() else " " for c in title).split())[:100]


def _report(
    source: Source,
    path: Path,
    tally: Tally,
    how_held_out: str,
    class_names: tuple[str, ...],
    counts: np.ndarray[tuple[int, int], np.dtype[np.int64]],
) -> Report:
    classes = tuple(
        ClassCount(name=name, num_train=int(counts[0, i]), num_held_out=int(counts[1, i]))
        for i, name in enumerate(class_names)
    )
    return Report.model_validate(
        {
            "kind": source.kind,
            "source": path.name,
            "source_bytes": path.stat().st_size if path.is_file() else 0,
            "num_ignored": tally.num_ignored,
            "num_skipped": dict(tally.reasons),
            "skipped": tally.named,
            "num_animated": tally.num_animated,
            "num_transparent": tally.num_transparent,
            "num_rotated": tally.num_rotated,
            "num_deep": tally.num_deep,
            "sizes": sorted(tally.sizes.items()),
            "classes": classes,
            "splits": dict(tally.splits),
            "held_out": how_held_out,
            "name_encoding": source.name_encoding,
        }
    )
