"""Arrays of an HDF5 file, found and judged before one of them is read.

Only what a plain file of plain arrays needs is followed: hard links, and datasets that lie in this
file in one piece. Links to other files or places, arrays put together from others, and compressed
ones, whose size in memory the file does not tell, are refused.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np

from gan_core.portable.foreign.budget import MAX_JSON_BYTES, short
from gan_core.portable.foreign.limits import refused
from gan_core.portable.onnx_graph import Arrays
from gan_core.recipes.layers import Shape
from gan_core.text import N_

_MAX_DEPTH = 8
_MAX_OBJECTS = 64
_FAULTS = (OSError, KeyError, ValueError, RuntimeError, TypeError, UnicodeError)


@contextmanager
def opened(path: Path) -> Iterator[h5py.File]:
    """An HDF5 file, for reading.

    Raises:
        BadInputError: it is none, or a damaged one.
    """
    try:
        with h5py.File(path, "r", locking=False) as file:
            yield file
    except _FAULTS as error:
        raise refused(N_("it is no good HDF5 file: {reason}."), reason=short(error)) from error


def text_of(file: h5py.File, name: str) -> str:
    """A text that is kept beside the file's root; empty where there is none.

    Raises:
        BadInputError: it is too long or no text.
    """
    if name not in file.attrs:
        return ""
    place = file.attrs.get_id(name)
    if place.shape != () or place.get_storage_size() > MAX_JSON_BYTES:
        raise refused(N_("its {what} is longer than {limit} bytes."), what=name,
                      limit=MAX_JSON_BYTES)  # fmt: skip
    value = file.attrs[name]
    if isinstance(value, bytes):
        return value.decode()
    if not isinstance(value, str):
        raise refused(N_("its {what} is no JSON."), what=name)
    return value


def group_at(parent: h5py.Group, path: tuple[str, ...]) -> h5py.Group:
    """The group at a path of names.

    Raises:
        BadInputError: there is none, or a link on the way is not a hard one.
    """
    for name in path:
        found = _child(parent, name)
        if not isinstance(found, h5py.Group):
            raise refused(N_("it has no weights at {name}."), name=short("/".join(path)))
        parent = found
    return parent


def datasets_under(group: h5py.Group) -> dict[str, h5py.Dataset]:
    """All datasets in a group and the groups in it, by the last part of their name.

    Raises:
        BadInputError: there are too many, two have one name, or a link is not a hard one.
    """
    found: dict[str, h5py.Dataset] = {}
    waiting = [(group, 0)]
    seen = 0
    while waiting:
        place, depth = waiting.pop()
        seen += len(place)
        if depth > _MAX_DEPTH or seen > _MAX_OBJECTS:
            raise refused(N_("the weights of one of its layers lie too deep."))
        for name in place:
            child = _child(place, name)
            if isinstance(child, h5py.Group):
                waiting.append((child, depth + 1))
                continue
            plain = name.removesuffix(":0")
            if plain in found or not isinstance(child, h5py.Dataset):
                raise refused(N_("it holds {name} twice."), name=short(plain))
            found[plain] = child
    return found


def _child(parent: h5py.Group, name: str) -> h5py.Group | h5py.Dataset | None:
    if name in {"", ".", ".."} or "/" in name:
        raise refused(N_("it holds the unsafe name {name}."), name=short(repr(name)))
    link = parent.get(name, getlink=True)
    if link is None:
        return None
    if not isinstance(link, h5py.HardLink):
        raise refused(N_("{name} is a link to another place."), name=short(name))
    return parent.get(name)


def check(found: dict[str, h5py.Dataset], expected: dict[str, Shape], layer: str) -> None:
    """Compare the arrays of a layer with what they have to be; nothing is read.

    Raises:
        BadInputError: one is missing or too many, or of another shape, type or kind.
    """
    if set(found) != set(expected):
        raise refused(
            N_("its layer {layer} has the weights {given}; expected are {expected}."),
            layer=short(layer),
            given=short(", ".join(sorted(found)) or "none"),
            expected=", ".join(sorted(expected)),
        )
    for name, shape in expected.items():
        dataset = found[name]
        if dataset.shape != shape or dataset.dtype.kind != "f" or dataset.dtype.itemsize > 8:
            raise refused(
                N_("{layer}/{name} is {given}; expected are numbers of shape {expected}."),
                layer=short(layer),
                name=name,
                given=short(f"{dataset.dtype} {dataset.shape}"),
                expected=shape,
            )
        _check_storage(dataset, f"{layer}/{name}")


def _check_storage(dataset: h5py.Dataset, name: str) -> None:
    num_bytes = math.prod(dataset.shape) * dataset.dtype.itemsize
    whole = (
        dataset.chunks is None
        and not dataset.is_virtual
        and not dataset.external
        and dataset.id.get_storage_size() == num_bytes
    )
    if not whole:
        raise refused(
            N_("{name} is compressed, in pieces, or elsewhere; read are plain arrays."),
            name=short(name),
        )


def read(datasets: dict[str, h5py.Dataset]) -> Arrays:
    """The arrays, as float32, once `check` has passed them."""
    return {name: np.asarray(dataset[()], np.float32) for name, dataset in datasets.items()}
