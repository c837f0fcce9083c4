"""The browser's runtime in a real browser: every recipe's generator, every operation, every lie."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser

from gan_core.latent.pixels import to_bytes
from gan_core.latent.sampling import sample_latents
from gan_core.portable import bundle
from gan_core.portable.onnx_graph import to_onnx
from gan_core.recipes import registry
from gan_core.recipes.layers import ConvT, Network
from gan_core.web import served
from gan_core.web.wasm import build
from tests.generator_runs import answers, drawn_weights
from tests.runs_by_hand import config
from tests.web import runtime_reference as reference
from tests.web.runtime_page import RuntimePage, runtime_page

TOLERANCE = 2e-3
MOST_PROGRAM_BYTES = 64 * 1024
COLOUR = {"cifar-dcgan", "dense-conv-gan"}

VARIANTS: list[tuple[str, dict[str, Any]]] = [
    *((name, {}) for name in registry.names()),
    ("quick-dcgan", {"upsampling": "nearest"}),
    ("mnist-dcgan", {"output_activation": "sigmoid"}),
    ("quick-dcgan", {"latent_distribution": "uniform"}),
    ("mlp-gan", {"g_norm": "none", "leaky_slope": 0.1}),
]


@pytest.fixture(scope="module")
def page(browser: Browser):
    made = runtime_page(browser)
    yield made
    made.page.close()


def generator(name: str, settings: dict[str, Any]) -> tuple[Network, str]:
    dataset = "shapes" if name in COLOUR else "digits"
    made = config(recipe=name, dataset=dataset, **settings)
    nets = registry.get(name).networks(made.settings, made.dataset.image_shape)
    return nets[0], made.settings.pixel_range


def packed(network: Network, pixel_range: str, seed: int) -> tuple[bytes, np.ndarray, np.ndarray]:
    """A bundle, four latents, and what onnxruntime makes of them, from float32 weights."""
    weights = drawn_weights(network, seed)
    latents = sample_latents(seed, 4, network.input_shape[0])
    images = answers(to_onnx(network, weights).SerializeToString(), latents)
    data = bundle.pack(
        network, weights, pixel_range=pixel_range, golden_latents=latents, golden_images=images
    )
    return data, latents, images


@pytest.mark.parametrize(("name", "settings"), VARIANTS, ids=str)
def test_every_generator_agrees(page: RuntimePage, name: str, settings: dict[str, Any]) -> None:
    network, pixel_range = generator(name, settings)
    data, latents, images = packed(network, pixel_range, 3)
    opened = page.open(data)
    assert opened.get("worst", 1) <= TOLERANCE, opened
    made = page.images(latents).astype(int)
    assert np.abs(made - to_bytes(images, pixel_range)).max() <= 1


@pytest.mark.parametrize("program", ["runtime.wasm", "runtime_relaxed.wasm"])
def test_both_programs_agree(browser: Browser, program: str) -> None:
    found = runtime_page(browser, program)
    network, pixel_range = generator("quick-dcgan", {})
    data, latents, images = packed(network, pixel_range, 5)
    assert found.open(data)["worst"] <= TOLERANCE
    expected = to_bytes(images, pixel_range).astype(int)
    assert np.abs(found.images(latents) - expected).max() <= 1
    found.page.close()


@pytest.mark.parametrize("case", reference.CASES, ids=lambda case: case.name)
def test_every_operation_agrees(page: RuntimePage, case: reference.Case) -> None:
    data, latents, expected = case.bundle(np.random.default_rng(7))
    opened = page.open(data)
    assert opened.get("worst", 1) <= 1e-5, opened
    made = page.images(latents).astype(int)
    assert np.abs(made - to_bytes(expected, "0,1")).max() <= 1


@pytest.mark.parametrize(("size", "stride"), [(1, 3), (2, 3), (3, 1), (3, 2), (4, 2), (5, 3)])
def test_transposed_convolutions_of_any_kernel_and_stride(
    page: RuntimePage, size: int, stride: int
) -> None:
    layer = ConvT(filters=3, kernel=size, stride=stride)
    dense = {"kind": "dense", "units": 3 * 3 * 5}
    shape = {"kind": "reshape", "shape": [3, 3, 5]}
    end = {"kind": "activation", "function": "sigmoid"}
    network = Network.model_validate(
        {
            "name": "generator",
            "input_shape": [6],
            "layers": [dense, shape, layer.model_dump(), end],
        }
    )
    data, latents, images = packed(network, "0,1", 11)
    assert page.open(data).get("worst", 1) <= 1e-4
    assert np.abs(page.images(latents) - to_bytes(images, "0,1").astype(int)).max() <= 1


def _changed(data: bytes, change: Any) -> bytes:
    header, _ = bundle.unpack(data)
    (length,) = struct.unpack_from("<I", data, 8)
    blob = data[(12 + length + 15) // 16 * 16 :]
    header = json.loads(json.dumps(header))
    change(header)
    return bundle.assemble(header, blob)


def _set(*path: Any) -> Any:
    *way, last, value = path

    def change(header: Any) -> None:
        for key in way:
            header = header[key]
        header[last] = value

    return change


LIES = [
    ("unknown_layer", _set("ops", 0, "kind", "attention")),
    ("unknown_layer", _set("ops", 0, "kind", "toString")),
    ("unknown_layer", _set("ops", 0, "activation", "swish")),
    ("unknown_layer", _set("ops", 0, "activation", "toString")),
    ("unknown_layer", _set("schema_version", 2)),
    ("damaged", _set("tensors", 0, "offset", 10**9)),
    ("damaged", _set("tensors", 0, "offset", -16)),
    ("damaged", _set("tensors", 0, "shape", [10**9])),
    ("damaged", _set("tensors", 0, "dtype", "float64")),
    ("damaged", _set("values", 1, [7])),
    ("damaged", _set("values", 1, [2**31, 2**31])),
    ("damaged", _set("ops", 1, "inputs", [5])),
    ("damaged", _set("ops", 0, "output", 0)),
    ("damaged", _set("ops", 0, "kernel", "constructor")),
    ("damaged", _set("output", 99)),
    ("damaged", _set("image_shape", [1, 1, 1])),
    ("damaged", _set("latent_size", "2")),
    ("damaged", _set("golden", None)),
    ("damaged", _set("pixel_range", "0,255")),
    ("damaged", _set("tensors", {})),
]


@pytest.fixture(scope="module")
def honest() -> bytes:
    network, pixel_range = generator("vae", {})
    return packed(network, pixel_range, 2)[0]


@pytest.mark.parametrize(("reason", "change"), LIES, ids=range(len(LIES)))
def test_a_lie_is_refused_and_the_page_lives(
    page: RuntimePage, honest: bytes, reason: str, change: Any
) -> None:
    assert page.open(_changed(honest, change)).get("reason") == reason
    assert page.open(honest)["worst"] <= TOLERANCE


def test_what_follows_the_image_leaves_it_alone(page: RuntimePage, honest: bytes) -> None:
    def go_on(header: Any) -> None:
        for _ in range(2):
            last, shape = len(header["values"]) - 1, header["values"][-1]
            header["values"].append(shape)
            header["ops"].append(
                {"kind": "activation", "activation": "tanh", "inputs": [last], "output": last + 1}
            )

    assert page.open(_changed(honest, go_on)).get("worst", 1) <= TOLERANCE


def test_damaged_golden_images_and_torn_files_are_refused(page: RuntimePage, honest: bytes) -> None:
    header, tensors = bundle.unpack(honest)
    golden = tensors[header["golden"]["images"]]
    spoilt = honest.replace(golden.tobytes(), (1 - golden).astype(golden.dtype).tobytes())
    assert page.open(spoilt)["reason"] == "golden"
    for size in (0, 7, 11, 40, len(honest) // 2, len(honest) - 1):
        assert page.open(honest[:size])["reason"] == "damaged"
    assert page.open(b"<html>" * 100)["reason"] == "damaged"


def test_a_refused_bundle_leaves_the_one_before(page: RuntimePage, honest: bytes) -> None:
    page.open(honest)
    before = page.images(np.zeros((1, 2)))
    assert "reason" in page.open(honest[:100])
    np.testing.assert_array_equal(page.images(np.zeros((1, 2))), before)


@pytest.mark.parametrize(
    "first", [lambda data: data[:100], lambda data: _changed(data, LIES[0][1])], ids=["torn", "lie"]
)
def test_a_refused_first_bundle_is_no_hindrance_to_the_next(
    browser: Browser, honest: bytes, first: Any
) -> None:
    found = runtime_page(browser)
    assert "reason" in found.open(first(honest))
    assert found.open(honest)["worst"] <= TOLERANCE
    found.page.close()


def test_of_two_opened_at_once_the_later_stays(page: RuntimePage, honest: bytes) -> None:
    later, latents, images = packed(*generator("quick-dcgan", {}), 4)
    texts = [base64.b64encode(data).decode() for data in (honest, later)]
    found = page.page.evaluate("texts => Promise.all(texts.map(window.open_))", texts)
    assert [opened.get("worst", 1) <= TOLERANCE for opened in found] == [True, True]
    assert np.abs(page.images(latents) - to_bytes(images, "-1,1").astype(int)).max() <= 1


_ASK = """async (latents) => {
    try { return (await window.decode(latents)).images.length; }
    catch (error) { return error.reason ?? error.name; }
}"""


def test_latents_of_another_length_are_refused(page: RuntimePage, honest: bytes) -> None:
    page.open(honest)
    assert page.page.evaluate(_ASK, [[0.0, 0.0, 0.0]]) == "damaged"
    assert page.page.evaluate(_ASK, [[0.0]]) == "damaged"
    assert page.page.evaluate(_ASK, []) == 0
    assert page.page.evaluate(_ASK, [[0.0, 0.0]] * 2) == 2


def test_closing_ends_what_is_asked_for(browser: Browser, honest: bytes) -> None:
    found = runtime_page(browser)
    found.open(honest)
    ask = f"() => {{ const asked = ({_ASK})([[0, 0]]); window.runtime.close(); return asked; }}"
    assert found.page.evaluate(ask) == "AbortError"
    assert found.page.evaluate(_ASK, [[0.0, 0.0]]) == "AbortError"
    assert found.open(honest)["worst"] <= TOLERANCE
    found.page.close()


def test_without_simd_there_is_a_reason(browser: Browser, honest: bytes) -> None:
    found = runtime_page(browser, *[])
    found.page.evaluate("() => window.begin([])")
    assert found.open(honest)["reason"] == "unsupported"
    found.page.close()


def test_the_programs_are_small_and_compiled_from_their_source(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("HOME")  # where the compiler would keep what it has compiled before
    sums = dict(line.split()[::-1] for line in build.SUMS.read_text().splitlines())
    assert set(sums) == set(build.BUILDS)
    assert sum(len(served.content(name)) for name in sums) <= MOST_PROGRAM_BYTES
    for name, digest in sums.items():
        assert hashlib.sha256(served.content(name)).hexdigest() == digest
        assert build.compiled(name) == served.content(name)
