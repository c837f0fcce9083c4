"""Run zips whose parts would be believed, loaded or followed later."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import tempfile
import zipfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper
from safetensors.numpy import save

from benchmarks.trust.hostile.corpus import Trap, hostile
from benchmarks.trust.hostile.pictures import png
from gan_core.runs import archive
from gan_core.runs.store import RunStore
from tests.generator_runs import add_generator_run

Files = dict[str, bytes]
SNAPSHOT = "snapshots/10"


@lru_cache(maxsize=1)
def sound() -> Files:
    """The files of a run that is as it should be, by their names in the run."""
    with tempfile.TemporaryDirectory() as folder:
        run = add_generator_run(RunStore(Path(folder)), (10,), recipe="quick-dcgan")
        packed = io.BytesIO()
        archive.pack(run, packed)
    with zipfile.ZipFile(packed) as opened:
        return {info.filename.split("/", 1)[1]: opened.read(info) for info in opened.infolist()}


def write_run(
    path: Path, change: Callable[[Files], None], links: dict[str, str] | None = None
) -> None:
    files = dict(sound())
    change(files)
    _seal(files)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as opened:
        for name, content in files.items():
            opened.writestr(f"run/{name}", content)
        for name, target in (links or {}).items():
            entry = zipfile.ZipInfo(f"run/{name}")
            entry.external_attr = 0o120777 << 16
            opened.writestr(entry, target)


def _seal(files: Files) -> None:
    """Write the snapshot's manifest anew: whoever builds such a zip knows how."""
    name = f"{SNAPSHOT}/manifest.json"
    if name not in files:
        return
    manifest = json.loads(files[name])
    sums = {
        key.rsplit("/", 1)[1]: hashlib.sha256(content).hexdigest()
        for key, content in files.items()
        if key.startswith(f"{SNAPSHOT}/") and key != name
    }
    files[name] = json.dumps({**manifest, "sha256": {**manifest.get("more", {}), **sums}}).encode()


def _json(files: Files, file: str, /, **values: Any) -> None:
    files[file] = json.dumps({**json.loads(files[file]), **values}).encode()


@hostile(".zip", "a run with a program to launch, and requests to its worker")
def launch_and_requests(path: Path, trap: Trap) -> None:
    def change(files: Files) -> None:
        files["launch.json"] = json.dumps(
            {"python": ["mkdir", str(trap.marker)], "data_dir": "/"}
        ).encode()
        files["control/1.json"] = b'{"action": "resume"}'
        files["worker.lock"] = b""

    write_run(path, change)


@hostile(".zip", "a run whose samples and snapshots are links")
def run_links(path: Path, trap: Trap) -> None:
    write_run(path, lambda _files: None, {"samples/20.png": str(trap.secret), "dataset": "/"})


@hostile(".zip", "a run with programs beside its files")
def run_programs(path: Path, trap: Trap) -> None:
    def change(files: Files) -> None:
        files[f"{SNAPSHOT}/generator.pkl"] = b"cos\nsystem\n(S'true'\ntR."
        files["sitecustomize.py"] = trap.code.encode()

    write_run(path, change)


@hostile(".zip", "a generator as ONNX that asks for forty gigabytes when it is looked at")
def run_with_onnx_bomb(path: Path, trap: Trap) -> None:
    value = helper.make_tensor_value_info
    shape = helper.make_tensor("big", TensorProto.INT64, [2], [100_000, 100_000])
    nodes = [helper.make_node("ConstantOfShape", ["big"], ["h"]),
             helper.make_node("ReduceSum", ["h"], ["s"], keepdims=0),
             helper.make_node("Add", ["x", "s"], ["y"])]  # fmt: skip
    graph = helper.make_graph(
        nodes,
        "g",
        [value("x", TensorProto.FLOAT, ["N", 64])],
        [value("y", TensorProto.FLOAT, ["N", 64])],
        [shape],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    write_run(
        path, lambda files: files.update({f"{SNAPSHOT}/generator.onnx": model.SerializeToString()})
    )


@hostile(
    ".zip", "a generator as ONNX whose weights are a file of this machine", cve="CVE-2024-27318"
)
def run_with_external_onnx(path: Path, trap: Trap) -> None:
    def change(files: Files) -> None:
        model = onnx.load_model_from_string(files[f"{SNAPSHOT}/generator.onnx"])
        tensor = model.graph.initializer[0]
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=str(trap.secret))
        files[f"{SNAPSHOT}/generator.onnx"] = model.SerializeToString()

    write_run(path, change)


@hostile(".zip", "a run without ONNX whose layers make images of a gigapixel")
def run_with_large_layers(path: Path, trap: Trap) -> None:
    def change(files: Files) -> None:
        layers = json.loads(files[f"{SNAPSHOT}/networks.json"])
        layers["generator"]["layers"] += [{"kind": "upsample", "factor": 8}] * 4
        files[f"{SNAPSHOT}/networks.json"] = json.dumps(layers).encode()
        for name in ("generator.onnx", "generator.bundle"):
            del files[f"{SNAPSHOT}/{name}"]

    write_run(path, change)


@hostile(".zip", "weights whose header says more than the file has")
def lying_weights(path: Path, trap: Trap) -> None:
    header = json.dumps(
        {"x": {"dtype": "F32", "shape": [10**6, 10**6], "data_offsets": [0, 4 * 10**12]}}
    )
    _with_weights(path, struct.pack("<Q", len(header)) + header.encode() + bytes(100))


@hostile(".zip", "weights whose header is longer than the file, or twenty megabytes")
def long_weights_header(path: Path, trap: Trap) -> None:
    _with_weights(path, struct.pack("<Q", 20_000_000) + b'{"' + b"x" * 20_000_000)


def _with_weights(path: Path, content: bytes) -> None:
    write_run(path, lambda files: files.update({f"{SNAPSHOT}/generator.safetensors": content}))


@hostile(".zip", "a hundred thousand golden answers to check at each look")
def many_golden_answers(path: Path, trap: Trap) -> None:
    golden = {
        "latents": np.zeros((100_000, 64), np.float32),
        "images": np.zeros((100_000, 28, 28, 1), np.float32),
    }
    write_run(path, lambda files: files.update({f"{SNAPSHOT}/golden.safetensors": save(golden)}))


@hostile(".zip", "a manifest that lists files outside of its folder")
def manifest_that_leads_out(path: Path, trap: Trap) -> None:
    name = f"{'../' * 10}{trap.secret}.onnx"
    write_run(path, lambda files: _json(files, f"{SNAPSHOT}/manifest.json", more={name: "0" * 64}))


@hostile(".zip", "a sheet of samples of ten thousand million pixels")
def sheet_bomb(path: Path, trap: Trap) -> None:
    start = png(64)
    huge = start[:16] + struct.pack(">II", 100_000, 100_000) + start[24:]
    write_run(path, lambda files: files.update({"samples/10.png": huge}))


@hostile(".zip", "metrics with a hundred thousand different keys")
def metric_keys(path: Path, trap: Trap) -> None:
    lines = [json.dumps({"step": i, **{f"k{i}_{j}": j for j in range(100)}}) for i in range(2000)]
    write_run(path, lambda files: files.update({"metrics.jsonl": "\n".join(lines).encode()}))


@hostile(".zip", "metrics in one line of sixty megabytes")
def metric_line(path: Path, trap: Trap) -> None:
    write_run(
        path, lambda files: files.update({"metrics.jsonl": b'{"step": 1' + b" " * 60_000_000})
    )


@hostile(".zip", "metrics that unpack to half a gigabyte", is_large=True)
def metric_bomb(path: Path, trap: Trap) -> None:
    write_run(path, lambda files: files.update({"metrics.jsonl": b'{"step": 1}\n' * 40_000_000}))


@hostile(".zip", "names with markup, templates, directions of reading, and thousands of letters")
def run_with_hostile_names(path: Path, trap: Trap) -> None:
    evil = (
        "<img src=x onerror=alert(1)> {0.__class__} %s \u202e\u0000\x1b[31m **x** :material/home:"
    )

    def change(files: Files) -> None:
        config = json.loads(files["config.json"])
        config["dataset"]["title"] = evil
        config["dataset"]["class_names"] = [evil] * 10
        files["config.json"] = json.dumps(config).encode()
        _json(
            files,
            "meta.json",
            name=evil[:100],
            notes=evil * 100,
            group=evil[:100],
            names={evil: evil[:90]},
        )

    write_run(path, change)


@hostile(".zip", "settings beyond all bounds")
def run_with_huge_settings(path: Path, trap: Trap) -> None:
    def change(files: Files) -> None:
        config = json.loads(files["config.json"])
        config["settings"].update(batch_size=10**12, latent_size=10**9, snapshot_every=0)
        config["dataset"].update(image_size=10**6, num_train=-1)
        files["config.json"] = json.dumps(config).encode()

    write_run(path, change)


@hostile(".zip", "a recipe that is a module to import")
def run_of_a_module(path: Path, trap: Trap) -> None:
    write_run(path, lambda files: _json(files, "config.json", recipe="os:system"))


@hostile(".zip", "a data set that is a path")
def run_on_a_path(path: Path, trap: Trap) -> None:
    def change(files: Files) -> None:
        config = json.loads(files["config.json"])
        config["dataset"]["name"] = f"../../..{trap.secret}"
        files["config.json"] = json.dumps(config).encode()

    write_run(path, change)


@hostile(".zip", "a status whose sentence asks for a gigabyte of padding")
def status_template(path: Path, trap: Trap) -> None:
    greedy = "{x:>999999999}{0.__class__}"
    said = {"template": greedy, "values": {"x": 1}}
    write_run(path, lambda files: _json(files, "status.json", message=greedy, said=said))


@hostile(".zip", "JSON nested beyond all stacks, in each file")
def run_of_deep_json(path: Path, trap: Trap) -> None:
    write_run(
        path,
        lambda files: files.update(
            {"meta.json": b"[" * 500_000, "config.json": b'{"a":' * 150_000}
        ),
    )


@hostile(".zip", "numbers of a hundred thousand digits, and numbers that are none")
def run_of_huge_numbers(path: Path, trap: Trap) -> None:
    def change(files: Files) -> None:
        config = files["config.json"].replace(b'"seed": 0', b'"seed": ' + b"9" * 100_000)
        files["config.json"] = config.replace(b'"g_lr": ', b'"g_lr": NaN, "x": ')
        files["status.json"] = files["status.json"].replace(b'"step": 10', b'"step": 1e999')

    write_run(path, change)


@hostile(".zip", "a pickle in place of the pictures that a run trains on")
def run_with_pickled_pictures(path: Path, trap: Trap) -> None:
    def change(files: Files) -> None:
        header = (
            b"\x93NUMPY\x01\x00v\x00"
            + b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }".ljust(117)
            + b"\n"
        )
        images = header + b"cos\nsystem\n(S'true'\ntR."
        files["dataset/images.npy"] = images
        files["dataset/card.json"] = b"{}"
        sums = {
            name: hashlib.sha256(files[f"dataset/{name}"]).hexdigest()
            for name in ("images.npy", "card.json")
        }
        files["dataset/manifest.json"] = json.dumps({"sha256": sums}).encode()

    write_run(path, change)
