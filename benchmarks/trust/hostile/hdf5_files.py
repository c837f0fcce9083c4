"""HDF5 files that lead elsewhere, or whose arrays are not what they seem."""

from __future__ import annotations

import math
from pathlib import Path

import h5py
import numpy as np

from benchmarks.trust.hostile.corpus import Trap, hostile
from tests.portable.foreign.by_hand import layer_configs, sequential, write_h5, write_keras

_KERNEL = "model_weights/dense_3/dense_3/kernel:0"
_IN_KERAS = "layers/dense/vars/0"
_SHAPE = (6, 80)


def _other(trap: Trap, place: str) -> str:
    """Another HDF5 file, beside the secret, that holds a fitting kernel."""
    path = trap.secret.with_suffix(".other.h5")
    with h5py.File(path, "w") as file:
        file[place] = np.ones(_SHAPE, np.float32)
    return str(path)


@hostile(".h5", "a link to an array in another file", cve="CVE-2026-9335")
def external_link(path: Path, trap: Trap) -> None:
    other = _other(trap, "x")

    def change(file: h5py.File) -> None:
        del file[_KERNEL]
        file[_KERNEL] = h5py.ExternalLink(other, "x")

    write_h5(path, sequential(), change)


@hostile(".keras", "a link to all weights in another file")
def external_group(path: Path, trap: Trap) -> None:
    other = _other(trap, _IN_KERAS)

    def change(file: h5py.File) -> None:
        del file["layers"]
        file["layers"] = h5py.ExternalLink(other, "layers")

    write_keras(path, sequential(), change)


@hostile(".h5", "an array whose bytes are those of another file", cve="CVE-2026-1669")
def external_storage(path: Path, trap: Trap) -> None:
    num_bytes = math.prod(_SHAPE) * 4

    def change(file: h5py.File) -> None:
        del file[_KERNEL]
        file.create_dataset(_KERNEL, _SHAPE, "f4", external=[(str(trap.secret), 0, num_bytes)])

    write_h5(path, sequential(), change)


@hostile(".h5", "an array put together from another file", cve="CVE-2026-12480")
def virtual_array(path: Path, trap: Trap) -> None:
    source = h5py.VirtualSource(_other(trap, "x"), "x", shape=_SHAPE)
    layout = h5py.VirtualLayout(_SHAPE, "f4")
    layout[...] = source

    def change(file: h5py.File) -> None:
        del file[_KERNEL]
        file.create_virtual_dataset(_KERNEL, layout)

    write_h5(path, sequential(), change)


@hostile(".h5", "a soft link, and one that leads to itself")
def soft_links(path: Path, trap: Trap) -> None:
    def change(file: h5py.File) -> None:
        del file[_KERNEL]
        file["elsewhere"] = np.ones(_SHAPE, np.float32)
        file[_KERNEL] = h5py.SoftLink("/elsewhere")
        file["model_weights/norm/norm/loop"] = h5py.SoftLink("/model_weights/norm")

    write_h5(path, sequential(), change)


@hostile(".h5", "a group that is within itself")
def circular_groups(path: Path, trap: Trap) -> None:
    def change(file: h5py.File) -> None:
        file["model_weights/dense_3/again"] = file["model_weights/dense_3"]

    write_h5(path, sequential(), change)


@hostile(".keras", "an array of four terabytes in a few kilobytes", cve="CVE-2026-0897")
def shape_bomb(path: Path, trap: Trap) -> None:
    def change(file: h5py.File) -> None:
        del file[_IN_KERAS]
        file.create_dataset(_IN_KERAS, (10**6, 10**6), "f4", chunks=(100, 100), compression="gzip")

    write_keras(path, sequential(), change)


@hostile(".h5", "the same among the weights of a whole model", cve="CVE-2026-12570")
def shape_bomb_in_hdf5(path: Path, trap: Trap) -> None:
    def change(file: h5py.File) -> None:
        del file[_KERNEL]
        file.create_dataset(_KERNEL, (6, 2**40), "f4", chunks=(6, 1024))

    write_h5(path, sequential(), change)


@hostile(".h5", "zeros of the right shape, packed a thousand times smaller")
def packed_array(path: Path, trap: Trap) -> None:
    layers = layer_configs(old=False)
    layers[0][1]["units"] = 1_000_000

    def change(file: h5py.File) -> None:
        del file[_KERNEL]
        shape = (6, 1_000_000)
        file.create_dataset(
            _KERNEL, shape, "f4", compression="gzip", compression_opts=9, fillvalue=0
        )
        file[_KERNEL][...] = 0

    write_h5(path, sequential(layers=layers), change)


@hostile(".h5", "arrays of types that users define, of references and of texts")
def odd_types(path: Path, trap: Trap) -> None:
    def change(file: h5py.File) -> None:
        del file[_KERNEL]
        compound = np.dtype([("code", h5py.string_dtype()), ("x", "f4", (6,))])
        file.create_dataset(_KERNEL, (80,), compound)
        file["model_weights/norm/norm/odd"] = np.array([file.ref], h5py.ref_dtype)
        file["type"] = np.dtype("f4")

    write_h5(path, sequential(), change)


@hostile(".h5", "a configuration of an odd type")
def odd_configuration(path: Path, trap: Trap) -> None:
    def change(file: h5py.File) -> None:
        del file.attrs["model_config"]
        file.attrs["model_config"] = np.zeros(3, [("a", "i8"), ("b", "S7")])

    write_h5(path, sequential(), change)


@hostile(".h5", "a configuration of 200 MB", is_large=True)
def long_configuration(path: Path, trap: Trap) -> None:
    def change(file: h5py.File) -> None:
        del file.attrs["model_config"]
        file.attrs["model_config"] = "[" * 200_000_000

    write_h5(path, sequential(), change)


@hostile(".h5", "groups nested a thousand deep")
def deep_groups(path: Path, trap: Trap) -> None:
    write_h5(
        path,
        sequential(),
        lambda f: f.create_group("model_weights/dense_3/" + "g/" * 1000) and None,
    )


@hostile(".h5", "a file that ends in the middle")
def cut_short(path: Path, trap: Trap) -> None:
    write_h5(path, sequential())
    path.write_bytes(path.read_bytes()[:3000])


@hostile(".h5", "a file with every tenth byte altered")
def scrambled(path: Path, trap: Trap) -> None:
    write_h5(path, sequential())
    content = bytearray(path.read_bytes())
    content[100::10] = bytes(len(content[100::10]))
    path.write_bytes(bytes(content))


@hostile(".keras", "a sound generator that takes the longest that is allowed", is_large=True)
def slow_generator(path: Path, trap: Trap) -> None:
    """More than two thousand million products for one image, of few weights."""
    side, channels, num = 128, 60, 4
    conv = {"kernel_size": [3, 3], "strides": [1, 1], "padding": "same", "use_bias": False,
            "filters": channels, "data_format": "channels_last"}  # fmt: skip
    layers = [
        ("Dense", {"name": "d", "units": side * side * channels, "use_bias": False}),
        ("Reshape", {"name": "r", "target_shape": [side, side, channels]}),
        *[("Conv2D", {**conv, "name": f"c{i}"}) for i in range(num)],
        ("Conv2D", {**conv, "name": "last", "filters": 1, "activation": "tanh"}),
    ]

    def change(file: h5py.File) -> None:
        del file["layers"]
        file["layers/dense/vars/0"] = np.ones((6, side * side * channels), np.float32)
        for i in range(num + 1):
            group = "conv2d" + (f"_{i}" if i else "")
            shape = (3, 3, channels, 1 if i == num else channels)
            file[f"layers/{group}/vars/0"] = np.full(shape, 1e-3, np.float32)

    write_keras(path, sequential(layers=layers), change)
