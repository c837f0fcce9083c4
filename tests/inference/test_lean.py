"""Snapshots without ONNX: layers and weights are enough."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from gan_core.errors import BadInputError, DamagedError
from gan_core.inference.engine import SnapshotEngine
from gan_core.recipes.layers import Activation, Dense, Flatten, Network, Reshape
from gan_core.runs import sealed, snapshots
from gan_core.runs.checkpoints import Arrays, write_arrays
from gan_core.runs.files import write_json
from gan_core.runs.layout import RunPaths
from tests.inference.conftest import LATENT_SIZE, SIDE, Tiny

_IMAGE = (SIDE, SIDE, 1)
_DECODER = Network(
    name="generator",
    input_shape=(LATENT_SIZE,),
    layers=(
        Dense(units=SIDE * SIDE, bias=False), Activation(function="tanh"), Reshape(shape=_IMAGE)
    ),
)  # fmt: skip
_CRITIC = (Flatten(), Dense(units=1, bias=False))
_CODER = (Flatten(), Dense(units=LATENT_SIZE, bias=False))


def _lean(
    paths: RunPaths, networks: Mapping[str, tuple[Network, np.ndarray]], golden: Arrays
) -> SnapshotEngine:
    """Seal a snapshot of networks that have one kernel each, in float16, and open it."""

    def write(folder: Path) -> None:
        layers = {role: net.model_dump(mode="json") for role, (net, _) in networks.items()}
        write_json(folder / snapshots.NETWORKS, layers)
        for role, (net, kernel) in networks.items():
            name = next(n for n in net.layer_names if n.endswith("dense"))
            halves = {f"{name}/kernel": kernel.astype(np.float16)}
            write_arrays(folder / snapshots.weights_file(role), halves)
        write_arrays(folder / snapshots.GOLDEN, golden)

    sealed.seal(paths.snapshot(5), write, {"pixel_range": "-1,1", "verdict": "none"})
    return SnapshotEngine.open(paths, 5)


def _rounded(tiny: Tiny) -> Tiny:
    return Tiny(*(w.astype(np.float16).astype(np.float32) for w in (tiny.g, tiny.d)))


def _golden(tiny: Tiny) -> Arrays:
    latents = np.random.default_rng(9).normal(size=(4, LATENT_SIZE)).astype(np.float32)
    return {"latents": latents, "images": tiny.images(latents)}


def test_a_generator_alone(paths: RunPaths) -> None:
    tiny = _rounded(Tiny.random(1))
    golden = _golden(tiny)
    engine = _lean(paths, {"generator": (_DECODER, tiny.g)}, golden)
    assert engine.latent_size == LATENT_SIZE
    assert not engine.has_encoder
    images, verdicts = engine.images_and_verdicts(np.asarray(golden["latents"], np.float32))
    assert verdicts is None
    expected = np.asarray(golden["images"]) * 127.5 + 127.5
    assert np.abs(images - expected).max() <= 1
    with pytest.raises(BadInputError, match="no encoder"):
        engine.encode(images)


def test_with_a_discriminator_or_an_encoder(paths: RunPaths) -> None:
    tiny = _rounded(Tiny.random(2))
    golden = _golden(tiny)
    critic = Network(name="discriminator", input_shape=_IMAGE, layers=_CRITIC)
    nets = {"generator": (_DECODER, tiny.g), "discriminator": (critic, tiny.d)}
    engine = _lean(paths, nets, {**golden, "logits": tiny.logits(golden["images"])})
    assert not engine.has_encoder
    coder = Network(name="encoder", input_shape=_IMAGE, layers=_CODER)
    codes = golden["images"].reshape(-1, SIDE * SIDE) @ tiny.g.T
    both = {"generator": (_DECODER, tiny.g), "encoder": (coder, tiny.g.T)}
    engine = _lean(paths, both, {**golden, "codes": codes})
    assert engine.has_encoder
    assert engine.encode(np.zeros((2, *_IMAGE), np.uint8)).shape == (2, LATENT_SIZE)
    with pytest.raises(DamagedError, match="encoder of step 5 differs"):
        _lean(paths, both, {**golden, "codes": codes + 1})


def test_what_lean_snapshots_may_lack_and_what_not(paths: RunPaths) -> None:
    tiny = _rounded(Tiny.random(3))
    golden = _golden(tiny)
    with pytest.raises(DamagedError, match=r"golden.safetensors is damaged"):
        _lean(paths, {"generator": (_DECODER, tiny.g)}, {"latents": golden["latents"]})
    with pytest.raises(DamagedError, match=r"generator of step 5 differs"):
        _lean(paths, {"generator": (_DECODER, tiny.g)}, {**golden, "images": np.zeros((4, 1))})
    with pytest.raises(DamagedError, match="5 has no generator"):
        _lean(paths, {}, golden)
    with pytest.raises(DamagedError, match=r"is needed"):
        _lean(paths, {"generator": (_DECODER, tiny.g[:, :3])}, golden)
