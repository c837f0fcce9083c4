"""Whole models as Keras 2 and 3 save them, read without Keras."""

from __future__ import annotations

import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from gan_core.errors import BadInputError
from gan_core.portable.foreign.chain import Generator
from gan_core.portable.foreign.keras_files import read_h5, read_keras
from tests.portable.foreign import by_hand
from tests.portable.foreign.by_hand import Config, functional, sequential, write_h5, write_keras

_LATENTS = np.random.default_rng(5).normal(size=(4, by_hand.LATENT_SIZE)).astype(np.float32)


def _agrees(found: Generator) -> None:
    made = by_hand.images(_LATENTS, found.network, found.weights)
    np.testing.assert_allclose(made, by_hand.images(_LATENTS), atol=1e-6)
    assert found.pixel_range == "-1,1"


@pytest.mark.parametrize("old", [True, False])
@pytest.mark.parametrize("shape_of", [sequential, functional])
def test_any_way_of_writing_the_same_model(tmp_path: Path, shape_of: object, old: bool) -> None:
    model = shape_of(old=old)  # type: ignore[operator]
    _agrees(read_h5(write_h5(tmp_path / "g.h5", model)))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    _agrees(read_keras(write_keras(tmp_path / "g.keras", model), scratch))


def test_the_oldest_sequential_models(tmp_path: Path) -> None:
    model = sequential(old=True)
    layers = model["config"]["layers"][1:]
    layers[0]["config"]["batch_input_shape"] = [None, by_hand.LATENT_SIZE]
    model["config"] = layers
    _agrees(read_h5(write_h5(tmp_path / "generator_model_100.h5", model)))


def _without(name: str) -> Config:
    layers = [entry for entry in by_hand.layer_configs(old=False) if entry[1]["name"] != name]
    return sequential(layers=layers)


def _with(number: int, **values: object) -> Config:
    layers = by_hand.layer_configs(old=False)
    layers[number][1].update(values)
    return sequential(layers=layers)


def _replaced(number: int, kind: str, **values: object) -> Config:
    layers = by_hand.layer_configs(old=False)
    layers[number] = (kind, {"name": layers[number][1]["name"], **values})
    return sequential(layers=layers)


_deep: object = 1
for _ in range(40):
    _deep = [_deep]


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (_replaced(1, "Lambda", function=["4wEAAAAA", None, None]), "layer Lambda; layers that"),
        (_replaced(1, "TFOpLambda", function="eval"), "layer TFOpLambda"),
        (_replaced(1, "Activation", activation={"class_name": "x"}), "Activation has activation"),
        (_replaced(1, "Activation", activation="swish"), "Activation has activation"),
        (_replaced(1, "UpSampling2D", size=[2, 2], interpolation="bilinear"), "interpolation"),
        (_replaced(1, "Dropout", rate="much"), "Dropout has rate"),
        (_with(0, units=10**9), "Dense layer has units = 1000000000"),
        (_with(0, units=999_999), "cannot follow a layer of shape"),
        (_with(0, units=True), "Dense has units = True"),
        (_with(0, units="80"), "Dense has units = '80'"),
        (_with(0, quantization_config={"mode": "int8"}), "quantization_config"),
        (_with(1, negative_slope=float("inf")), "LeakyReLU layer has slope"),
        (_with(2, target_shape=[-1, -1, 5]), "Reshape has target_shape"),
        (_with(2, target_shape=[4, 4, 6]), "cannot follow"),
        (_with(2, target_shape=[0, -1]), "Reshape"),
        (_with(2, target_shape=_deep), "Reshape has target_shape"),
        (_with(3, padding="valid"), "Conv2DTranspose has padding = 'valid'"),
        (_with(3, kernel_size=[4, 5]), "Conv2DTranspose has kernel_size"),
        (_with(3, kernel_size=[400, 400]), "kernel = 400"),
        (_with(3, filters=8000), "expected are numbers of shape"),
        (_with(3, strides=[8, 8], filters=8000), "allowed are up to"),
        (_with(3, data_format="channels_first"), "data_format"),
        (_with(3, groups=4), "groups"),
        (_with(4, axis=1), "axis"),
        (_with(4, epsilon=-1.0), "epsilon"),
        (_with(5, activation="linear"), "its last activation is none"),
        (_with(5, filters=2), "16 × 16 × 2"),
        (_with(5, strides=[3, 3], kernel_size=[2, 2]), "24 × 24|expected are numbers"),
        (_without("up_2"), "its last activation is none"),
        (sequential(layers=[]), "it has 0 layers|shape 6"),
        ({"class_name": "Generator", "config": {}}, "it is a Generator"),
        ({"class_name": "Sequential", "config": "x"}, "configuration is damaged"),
        ({"class_name": "Sequential"}, "configuration is damaged"),
        ({}, "it is a None"),
    ],
)
def test_models_that_are_refused(tmp_path: Path, model: Config, words: str) -> None:
    path = write_h5(tmp_path / "g.h5", model)
    with pytest.raises(BadInputError, match=words) as refusal:
        read_h5(path)
    assert refusal.value.field == "file"
    assert len(refusal.value.one_line()) < 600


def test_models_that_branch(tmp_path: Path) -> None:
    model = functional(old=False)
    entry = model["config"]["layers"][3]
    entry["inbound_nodes"] = entry["inbound_nodes"] * 2
    with pytest.raises(BadInputError, match="used several times"):
        read_h5(write_h5(tmp_path / "g.h5", model))
    model = functional(old=False)
    model["config"]["output_layers"] = ["up_1", 0, 0]
    with pytest.raises(BadInputError, match="no single chain"):
        read_h5(write_h5(tmp_path / "g.h5", model))
    model = functional(old=True)
    model["config"]["layers"][1]["inbound_nodes"] = [[["up_2", 0, 0, {}]]]
    with pytest.raises(BadInputError, match="no single chain"):
        read_h5(write_h5(tmp_path / "g.h5", model))
    model = functional(old=True)
    model["config"]["input_layers"] = [["a", 0, 0], ["b", 0, 0]]
    with pytest.raises(BadInputError, match="several inputs"):
        read_h5(write_h5(tmp_path / "g.h5", model))


_PLACE = "model_weights/dense_3/dense_3/kernel:0"


_SHAPE = (6, 80)
_ZEROS = np.zeros(_SHAPE, np.float32)


def _soft_link(file: h5py.File) -> None:
    file["x"] = _ZEROS
    file[_PLACE] = h5py.SoftLink("/x")


def _external_link(file: h5py.File) -> None:
    file[_PLACE] = h5py.ExternalLink("other.h5", "kernel")


def _virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout(_SHAPE, np.float32)
    layout[:] = h5py.VirtualSource("other.h5", "kernel", _SHAPE)
    file.create_virtual_dataset(_PLACE, layout)


def _external_data(file: h5py.File) -> None:
    raw = [("raw", 0, h5py.h5f.UNLIMITED)]
    file.create_dataset(_PLACE, _SHAPE, np.float32, external=raw)


_SPOILERS: dict[str, Callable[[h5py.File], object]] = {
    "external link": _external_link,
    "soft link": _soft_link,
    "virtual": _virtual,
    "external data": _external_data,
    "compressed": lambda file: file.create_dataset(_PLACE, data=_ZEROS, compression="gzip"),
    "in pieces": lambda file: file.create_dataset(_PLACE, data=_ZEROS, chunks=(6, 8)),
    "never written": lambda file: file.create_dataset(_PLACE, _SHAPE, np.float32),
    "huge": lambda file: file.create_dataset(_PLACE, (10**7, 10**7), "f4", chunks=(10, 10)),
    "whole numbers": lambda file: file.create_dataset(_PLACE, data=_ZEROS.astype(np.int32)),
    "objects": lambda file: file.create_dataset(_PLACE, _SHAPE, h5py.string_dtype()),
    "a group": lambda file: file.create_group(_PLACE),
    "missing": lambda file: None,
}


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("external link", "kernel:0 is a link to another place"),
        ("soft link", "kernel:0 is a link to another place"),
        ("virtual", "compressed, in pieces, or elsewhere"),
        ("external data", "compressed, in pieces, or elsewhere"),
        ("compressed", "compressed, in pieces, or elsewhere"),
        ("in pieces", "compressed, in pieces, or elsewhere"),
        ("never written", "compressed, in pieces, or elsewhere"),
        ("huge", "expected are numbers of shape"),
        ("whole numbers", "expected are numbers of shape"),
        ("objects", "expected are numbers of shape"),
        ("a group", "has the weights bias; expected are bias, kernel"),
        ("missing", "has the weights bias; expected are bias, kernel"),
    ],
)
def test_arrays_that_are_refused(tmp_path: Path, kind: str, words: str) -> None:
    def change(file: h5py.File) -> None:
        del file[_PLACE]
        _SPOILERS[kind](file)

    path = write_h5(tmp_path / "g.h5", sequential(), change)
    with pytest.raises(BadInputError, match=words):
        read_h5(path)


def test_a_transposed_convolution_of_one_point(tmp_path: Path) -> None:
    """The usual first layer of a DCGAN: 1 × 1 to 4 × 4 without padding."""
    layers = by_hand.layer_configs(old=False)
    plain = {"filters": 5, "kernel_size": [4, 4], "strides": [1, 1], "padding": "valid"}
    layers[0] = ("Reshape", {"name": "r", "target_shape": [1, 1, 6]})
    layers[2] = ("Conv2DTranspose", {"name": "dense_3", **plain})
    kernel = np.random.default_rng(1).normal(size=(4, 4, 5, 6)).astype(np.float32)
    bias = np.arange(5, dtype=np.float32)

    def change(file: h5py.File) -> None:
        del file["model_weights/dense_3"]
        file["model_weights/dense_3/kernel"] = kernel
        file["model_weights/dense_3/bias"] = bias

    found = read_h5(write_h5(tmp_path / "g.h5", sequential(layers=layers), change))
    index = next(i for i, layer in enumerate(found.network.layers) if layer.kind == "dense")
    name = found.network.layer_names[index]
    flat = _LATENTS @ found.weights[f"{name}/kernel"] + found.weights[f"{name}/bias"]
    expected = np.einsum("nz,hwfz->nhwf", _LATENTS, kernel)
    np.testing.assert_allclose(flat.reshape(-1, 4, 4, 5), expected + bias, atol=1e-5)
    assert found.network.shapes()[-1] == (16, 16, 1)


def test_a_zip_that_is_none_or_unpacks_to_too_much(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    path = tmp_path / "g.keras"
    for content in (b"", b"PK", pickle.dumps({"a": 1}), b"\x89HDF\r\n\x1a\n" + bytes(100)):
        path.write_bytes(content)
        with pytest.raises(BadInputError, match="not a good zip"):
            read_keras(path, scratch)
        with pytest.raises(BadInputError, match="no good HDF5 file"):
            read_h5(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", json.dumps(sequential()))
        with archive.open("model.weights.h5", "w") as bomb:
            for _ in range(40):
                bomb.write(bytes(1024 * 1024))
    with pytest.raises(BadInputError, match="unpacks to more than"):
        read_keras(path, scratch)
    for left in scratch.iterdir():
        left.unlink()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", b"[" * 5_000_000)
    with pytest.raises(BadInputError, match=r"config\.json unpacks to more"):
        read_keras(path, scratch)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.pkl", pickle.dumps(print))
    with pytest.raises(BadInputError, match=r"config\.json is missing"):
        read_keras(path, scratch)


def test_a_file_cut_short(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    whole = write_h5(tmp_path / "g.h5", sequential()).read_bytes()
    packed = write_keras(tmp_path / "g.keras", sequential()).read_bytes()
    for share in (0.1, 0.5, 0.9, 0.999):
        (tmp_path / "g.h5").write_bytes(whole[: int(share * len(whole))])
        (tmp_path / "g.keras").write_bytes(packed[: int(share * len(packed))])
        with pytest.raises(BadInputError):
            read_h5(tmp_path / "g.h5")
        with pytest.raises(BadInputError):
            read_keras(tmp_path / "g.keras", scratch)


def test_weights_alone_are_no_model(tmp_path: Path) -> None:
    path = write_h5(tmp_path / "g.h5", sequential(), lambda file: file.attrs.clear())
    with pytest.raises(BadInputError, match="weights alone"):
        read_h5(path)
    with pytest.raises(BadInputError, match="configuration is no JSON"):
        read_h5(write_h5(path, sequential(), lambda f: f.attrs.__setitem__("model_config", "[{")))
    nested = "[" * 100_000
    with pytest.raises(BadInputError, match="configuration is no JSON"):
        read_h5(write_h5(path, sequential(), lambda f: f.attrs.__setitem__("model_config", nested)))
