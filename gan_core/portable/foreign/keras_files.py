"""`.h5` and `.keras` files: where Keras puts the configuration and the weights."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import h5py

from gan_core import central_directory
from gan_core.portable.foreign import hdf5
from gan_core.portable.foreign.budget import MAX_JSON_BYTES, short
from gan_core.portable.foreign.chain import Generator, generator_network
from gan_core.portable.foreign.keras_model import Placed, Theirs, chain_of, parse_json
from gan_core.portable.foreign.limits import LIMITS, refused
from gan_core.portable.onnx_graph import Arrays
from gan_core.text import N_

_CONFIG, _WEIGHTS = "config.json", "model.weights.h5"
_CHUNK_BYTES = 1024 * 1024
_RATIO = 100
_FREE_BYTES = 16 * 1024**2
"""A small zip may always unpack to this much, whatever the ratio."""
_ZIP_FAULTS = (
    zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OverflowError
)  # fmt: skip

Find = Callable[[h5py.File, Theirs, Placed], dict[str, h5py.Dataset]]


def read_h5(path: Path) -> Generator:
    """The generator of a whole model that Keras saved as HDF5.

    Raises:
        BadInputError: see `gan_core.portable.foreign`.
    """
    with hdf5.opened(path) as file:
        text = hdf5.text_of(file, "model_config")
        if not text:
            raise refused(N_("it holds weights alone; a whole model is needed, as `save` writes."))
        return _generator(text, file, _by_name)


def read_keras(path: Path, scratch: Path) -> Generator:
    """The generator of a `.keras` file.

    Args:
        path: the file.
        scratch: a folder to unpack into.

    Raises:
        BadInputError: see `gan_core.portable.foreign`.
    """
    target = scratch / _WEIGHTS
    try:
        with path.open("rb") as file:
            size = central_directory.check(file, LIMITS.entries)
            with zipfile.ZipFile(file) as archive:
                text = _entry(archive, _CONFIG, MAX_JSON_BYTES)
                limit = min(LIMITS.total_bytes, max(_FREE_BYTES, _RATIO * size))
                _unpack(archive, _WEIGHTS, target, limit)
    except _ZIP_FAULTS as error:
        raise refused(N_("it is not a good zip: {reason}."), reason=short(error)) from error
    with hdf5.opened(target) as weights:
        return _generator(text, weights, _by_class)


def _generator(text: bytes | str, file: h5py.File, find: Find) -> Generator:
    """Judge the configuration, then every array's shape and type, and only then read."""
    latent_size, placed = chain_of(parse_json(text, "configuration"))
    network, pixel_range = generator_network(latent_size, [item.part.layer for item in placed])
    found: list[dict[str, h5py.Dataset]] = []
    for item in placed:
        datasets: dict[str, h5py.Dataset] = {}
        if item.source is not None:
            datasets = find(file, item.source, item)
            hdf5.check(datasets, dict(item.part.stored), item.source.name)
        found.append(datasets)
    weights: Arrays = {}
    for name, item, datasets in zip(network.layer_names, placed, found, strict=True):
        if item.source is not None:
            made = item.part.make(hdf5.read(datasets))
            weights |= {f"{name}/{key}": array for key, array in made.items()}
    return Generator(network=network, weights=weights, pixel_range=pixel_range)


def _by_name(file: h5py.File, source: Theirs, _item: Placed) -> dict[str, h5py.Dataset]:
    """In `.h5`: groups by the layer's name, in them groups of whatever name."""
    names = tuple(part for part in source.name.split("/") if part)
    return hdf5.datasets_under(hdf5.group_at(file, ("model_weights", *names)))


def _by_class(file: h5py.File, source: Theirs, item: Placed) -> dict[str, h5py.Dataset]:
    """In `.keras`: groups by class and number, in them `vars/0`, `vars/1`, in a fixed order."""
    found = hdf5.datasets_under(hdf5.group_at(file, ("layers", source.group, "vars")))
    names = {str(i): name for i, name in enumerate(item.part.stored)}
    return {names.get(key, key): dataset for key, dataset in found.items()}


def _info(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    found = [info for info in archive.infolist() if info.filename == name]
    if len(found) != 1:
        raise refused(N_("it is no Keras model: {name} is missing."), name=name)
    if found[0].flag_bits & 0x1:
        raise refused(N_("{name} is encrypted."), name=name)
    return found[0]


def _entry(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    with archive.open(_info(archive, name)) as source:
        content = source.read(limit + 1)
    if len(content) > limit:
        raise refused(N_("{name} unpacks to more than {limit} bytes."), name=name, limit=limit)
    return content


def _unpack(archive: zipfile.ZipFile, name: str, target: Path, limit: int) -> None:
    """Write one entry, counting what really comes out."""
    written = 0
    with archive.open(_info(archive, name)) as source, target.open("xb") as out:
        while chunk := source.read(_CHUNK_BYTES):
            written += len(chunk)
            if written > limit:
                raise refused(
                    N_("{name} unpacks to more than {limit} bytes."), name=name, limit=limit
                )
            out.write(chunk)
