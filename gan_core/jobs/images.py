"""Which images a run is made from: a named set, an own one, or a path, and in which shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gan_core import data
from gan_core.access.people import Person
from gan_core.config import DatasetInfo, SettingValue
from gan_core.data import prepared
from gan_core.data.own.prepare import Options
from gan_core.data.resize import SIZES
from gan_core.errors import BadInputError, NotFoundError
from gan_core.jobs import own_sets
from gan_core.recipes.recipe import Recipe
from gan_core.runs.layout import RunPaths
from gan_core.text import N_

_PATH_ENDINGS = (".zip", ".npz", ".npy", ".gz", "-ubyte", ".idx")
_JUDGED_BEFOREHAND = 4096
"""How many images an unread source is taken to have; as many as the largest batch."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The size and colours that somebody wants; `None` for what suits data and recipe."""

    image_size: int | None = None
    channels: int | None = None


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Images that were chosen.

    Attributes:
        expected: what is known of them before anything is fetched or read.
        prepare: makes sure that they are there; returns what was really found.
    """

    expected: DatasetInfo
    prepare: Callable[[], DatasetInfo]


def without_shape(
    overrides: Mapping[str, SettingValue],
) -> tuple[dict[str, SettingValue], Shape]:
    """The settings of the recipe, and apart from them `image_size` and `channels`.

    Raises:
        BadInputError: one of the two is not a number that is allowed.
    """
    rest = {k: v for k, v in overrides.items() if k not in ("image_size", "channels")}
    return rest, Shape(
        image_size=_one_of("image_size", overrides.get("image_size"), SIZES),
        channels=_one_of("channels", overrides.get("channels"), (1, 3)),
    )


def _one_of(field: str, value: SettingValue, allowed: tuple[int, ...]) -> int | None:
    if value is None:
        return None
    for number in allowed:
        if str(value) == str(number):
            return number
    raise BadInputError(
        N_("got {given}; allowed is one of: {allowed}."),
        field=field,
        given=repr(value),
        allowed=", ".join(map(str, allowed)),
    )


def choose(
    recipe: Recipe,
    dataset: str,
    shape: Shape,
    *,
    by: Person,
    runs_dir: Path,
    data_dir: Path,
    mirror: str | None,
    progress: data.Progress | None,
    pictures: own_sets.Progress | None,
) -> Choice:
    """The images that a name, a name with a selection, `own:…` or a path stands for.

    Raises:
        NotFoundError: no such data set or file; the nearest is offered.
        BadInputError: the recipe cannot make images of this size.
    """
    _check_size(recipe, shape.image_size)
    if prepared.is_own(dataset):
        return _own(recipe, own_sets.find(runs_dir, dataset), shape)
    if is_path(dataset):
        return _path(recipe, Path(dataset).expanduser(), shape, by, runs_dir, pictures)
    try:
        card = data.describe(dataset, data_dir)
    except NotFoundError:
        titles = [own for own in own_sets.own_sets(runs_dir) if own.info.title == dataset]
        if len(titles) == 1:
            return _own(recipe, titles[0], shape)
        raise
    expected = shaped(recipe, card.info, shape)
    return Choice(
        expected=expected,
        prepare=lambda: data.prepare(
            dataset,
            data_dir,
            mirror=mirror,
            progress=progress,
            image_size=expected.image_size,
            channels=expected.channels,
        ),
    )


def is_path(text: str) -> bool:
    """Whether a text names a file or folder rather than a data set; known names win."""
    if "/" in text or "\\" in text or text.lower().endswith(_PATH_ENDINGS) or text in (".", "~"):
        return True
    return text.partition(":")[0] not in data.names() and Path(text).exists()


def shaped(recipe: Recipe, info: DatasetInfo, shape: Shape) -> DatasetInfo:
    """What a run records: the wanted shape, else the images' own where the recipe can, else near.

    A person's own pictures are kept in one size; they can be made smaller, not larger.

    Raises:
        BadInputError: the pictures were prepared smaller than that.
    """
    size = shape.image_size
    if size is None:
        size = min(recipe.image_sizes, key=lambda able: (abs(able - info.image_size), able))
        if prepared.is_own(info.name):
            able = [one for one in recipe.image_sizes if one <= info.image_size]
            size = max(able, default=size)
    if prepared.is_own(info.name) and size > info.image_size:
        raise BadInputError(
            N_("got {given}; the pictures were prepared at {size}, so allowed is up to that."),
            N_("Prepare them again from their files, at the larger size."),
            field="image_size",
            given=size,
            size=info.image_size,
        )
    channels = shape.channels or info.channels
    return info.model_copy(update={"image_size": size, "channels": channels})


def ensure(
    info: DatasetInfo,
    paths: RunPaths,
    data_dir: Path,
    *,
    mirror: str | None,
    progress: data.Progress | None,
) -> None:
    """Make sure that the images of a run that is there already can be loaded on this machine.

    Raises:
        NotFoundError: they are a person's own, and the run's copy is gone.
        OfflineError, DamagedError: as for `data.prepare`.
    """
    if prepared.is_own(info.name):
        if not (paths.dataset / prepared.CARD).is_file():
            prepared.load(info, None)  # says it in words
        return
    data.prepare(
        info.name,
        data_dir,
        mirror=mirror,
        progress=progress,
        image_size=info.image_size,
        channels=info.channels,
    )


def give(info: DatasetInfo, paths: RunPaths, runs_dir: Path) -> None:
    """Give a new run its own copy of a person's pictures, where it trains on such.

    Raises:
        NotFoundError: they are not there any more.
        DiskFullError, ReadOnlyError: the copy cannot be written.
    """
    if prepared.is_own(info.name):
        own_sets.attach(own_sets.find(runs_dir, info.name), info, paths.dataset)


def _check_size(recipe: Recipe, size: int | None) -> None:
    if size is not None and size not in recipe.image_sizes:
        raise BadInputError(
            N_("got {given}; {recipe} makes images of {sizes} pixels."),
            field="image_size",
            given=size,
            recipe=recipe.name,
            sizes=", ".join(map(str, recipe.image_sizes)),
        )


def _own(recipe: Recipe, own: prepared.PreparedSet, shape: Shape) -> Choice:
    info = shaped(recipe, own.info, shape)
    return Choice(expected=info, prepare=lambda: info)


def _path(
    recipe: Recipe,
    path: Path,
    shape: Shape,
    by: Person,
    runs_dir: Path,
    pictures: own_sets.Progress | None,
) -> Choice:
    if not path.exists():
        raise NotFoundError(
            N_("there is no file or folder {given}."), field="dataset", given=str(path)
        )
    able = tuple(size for size in SIZES if size in recipe.image_sizes)
    sizes = (shape.image_size,) if shape.image_size else able
    expected = DatasetInfo(
        name=prepared.PREFIX,
        num_train=_JUDGED_BEFOREHAND,
        num_test=0,
        image_size=sizes[-1],
        channels=shape.channels or 3,
        num_classes=0,
    )
    options = Options(sizes=sizes, channels=shape.channels)

    def prepare() -> DatasetInfo:
        made = own_sets.prepare(
            runs_dir, path, options, limits="command-line", progress=pictures, by=by
        )
        return made.info

    return Choice(expected=expected, prepare=prepare)
