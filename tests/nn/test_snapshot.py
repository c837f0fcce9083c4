"""Snapshots answer without TensorFlow as Keras answers; exports load in plain Keras."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from gan_core.errors import DamagedError
from gan_core.inference.engine import SnapshotEngine
from gan_core.latent.pixels import to_bytes
from gan_core.latent.sampling import sample_latents
from gan_core.recipes.layers import network_from_json
from gan_core.runs import checkpoints, sealed, snapshots
from gan_core.runs.files import read_json
from gan_core.runs.layout import RunPaths

_VARIANTS: list[tuple[str, dict[str, Any]]] = [
    ("quick-dcgan", {}),
    ("quick-dcgan", {"dropout": 0.4, "latent_size": 2, "upsampling": "nearest"}),
    ("quick-dcgan", {"g_norm": "none", "d_norm": "none", "output_activation": "sigmoid"}),
    ("quick-dcgan", {"precision": "mixed_bfloat16"}),
    ("quick-dcgan", {"latent_distribution": "uniform", "minibatch_std": "on"}),
    ("dense-conv-gan", {"d_variant": "pool"}),
    ("mnist-dcgan", {}),
    ("mnist-dcgan", {"g_norm": "batch", "d_norm": "batch", "output_activation": "tanh"}),
    ("mlp-gan", {}),
    ("quickdraw-dcgan", {}),
    ("dense-conv-gan", {"d_variant": "pool"}),
    ("quick-dcgan", {"minibatch_std": "on", "latent_distribution": "uniform"}),
]


def _lively(nn: SimpleNamespace, made: Any) -> Any:
    """A state whose weights and statistics are those of no fresh network."""
    state = nn.state.initial_state(made.recipe, made.config)
    rng = np.random.default_rng(4)
    for net in (state.generator, state.discriminator, state.average):
        if net is None:
            continue
        for name, variable in nn.build.variables(net).items():
            if name.endswith(("kernel", "bias", "moving_mean", "beta")):
                noise = rng.normal(0, 0.1, variable.shape)
                variable.assign(np.asarray(variable) + noise.astype(np.float32))
            elif name.endswith("moving_variance"):
                variable.assign(rng.uniform(0.5, 2, variable.shape).astype(np.float32))
    return state


def _write(nn: SimpleNamespace, made: Any, paths: RunPaths) -> Any:
    state = _lively(nn, made)
    state.step = 7
    nn.snapshot.write_snapshot(paths, made.recipe, made.config, state)
    return state


def _in_float32(nn: SimpleNamespace, made: Any, state: Any) -> tuple[Any, Any]:
    """The same weights in networks that compute in float32."""
    nets = made.recipe.networks(made.config.settings, (28, 28, 1))
    models = tuple(nn.build.build(net, seed=0) for net in nets)
    for model, trained in zip(models, (state.shown_generator, state.discriminator), strict=True):
        nn.build.set_weights(model, nn.build.weights(trained))
    return models


@pytest.mark.parametrize(("name", "overrides"), _VARIANTS)
def test_the_page_sees_what_keras_makes(
    nn: SimpleNamespace,
    system: Callable[..., Any],
    paths: RunPaths,
    name: str,
    overrides: dict[str, Any],
) -> None:
    made = system(name, **overrides)
    state = _write(nn, made, paths)
    engine = SnapshotEngine.open(paths, 7)
    latents = sample_latents(1, 20, made.config.settings.latent_size)
    g, d = _in_float32(nn, made, state)
    values = np.asarray(g(latents, training=False))
    logits = np.asarray(d(values, training=False))[:, 0]
    images, p_real = engine.images_and_verdicts(latents)
    expected = to_bytes(values, made.config.settings.pixel_range)
    assert values.std() > 0.05
    assert images.shape == (20, 28, 28, 1)
    assert np.abs(images.astype(int) - expected.astype(int)).max() <= 1
    assert np.abs(engine._values(latents) - values).max() <= 1e-4
    np.testing.assert_allclose(p_real, 1 / (1 + np.exp(-logits)), atol=1e-4)
    np.testing.assert_array_equal(engine.images(latents[:1]), images[:1])


def test_what_a_snapshot_holds(
    nn: SimpleNamespace, system: Callable[..., Any], paths: RunPaths
) -> None:
    made = system(dropout=0.3)
    state = _write(nn, made, paths)
    assert state.average is not None
    folder = paths.snapshot(7)
    files = set(sealed.read_manifest(folder)["sha256"])
    assert files == {
        "generator.bundle",
        "generator.onnx",
        "discriminator.onnx",
        "generator.safetensors",
        "discriminator.safetensors",
        "networks.json",
        "golden.safetensors",
        "state.safetensors",
    }
    for name in files:
        sealed.verified(folder, name)
    nets = made.recipe.networks(made.config.settings, (28, 28, 1))
    written = read_json(folder / snapshots.NETWORKS)
    for net in nets:
        assert network_from_json(written[net.name]) == net
    golden = checkpoints.read_arrays(folder / snapshots.GOLDEN)
    assert {name: array.shape for name, array in golden.items()} == {
        "latents": (16, 64),
        "images": (16, 28, 28, 1),
        "logits": (16,),
    }
    fresh = nn.state.initial_state(made.recipe, made.config)
    fresh.restore(checkpoints.load_state(folder))
    assert fresh.step == 7
    weights = nn.build.weights(state.shown_generator)
    for name, value in checkpoints.read_arrays(folder / snapshots.GENERATOR_WEIGHTS).items():
        assert value.tobytes() == weights[name].tobytes()


def test_no_variable_is_changed_by_looking(
    nn: SimpleNamespace, system: Callable[..., Any], paths: RunPaths
) -> None:
    made = system(dropout=0.3)
    state = _lively(nn, made)
    before = state.to_arrays()
    nn.snapshot.write_snapshot(paths, made.recipe, made.config, state)
    after = state.to_arrays()
    assert all(after[name].tobytes() == before[name].tobytes() for name in before)


@pytest.mark.parametrize("file_format", ["keras", "h5"])
@pytest.mark.parametrize("name", ["quick-dcgan", "mnist-dcgan"])
def test_an_export_loads_in_plain_keras(
    nn: SimpleNamespace,
    system: Callable[..., Any],
    paths: RunPaths,
    tmp_path: Path,
    name: str,
    file_format: str,
) -> None:
    made = system(name)
    _write(nn, made, paths)
    target = tmp_path / f"generator_model_001.{file_format}"
    assert nn.export.main([str(paths.snapshot(7)), file_format, str(target)]) == 0
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_file()] == [target.name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # it was saved without an optimiser
        model = nn.keras.saving.load_model(target, compile=False)
    golden = checkpoints.read_arrays(paths.snapshot(7) / snapshots.GOLDEN)
    images = np.asarray(model(golden["latents"], training=False))
    np.testing.assert_allclose(images, golden["images"], atol=1e-6)
    assert type(model).__module__.startswith("keras.")


def test_uniform_latents_load_where_this_program_is_not(
    nn: SimpleNamespace, system: Callable[..., Any], paths: RunPaths, tmp_path: Path
) -> None:
    _write(nn, system(latent_distribution="uniform"), paths)
    target = tmp_path / "generator.keras"
    nn.export.export(paths.snapshot(7), "keras", target)
    with zipfile.ZipFile(target) as file:
        parts = file.read("config.json").decode()
    assert "Erf" in parts
    assert "gan_core" not in parts
    assert "latent_studio" not in parts
    golden = checkpoints.read_arrays(paths.snapshot(7) / snapshots.GOLDEN)
    images = nn.keras.saving.load_model(target, compile=False)(golden["latents"])
    np.testing.assert_allclose(np.asarray(images), golden["images"], atol=1e-6)


def test_a_damaged_snapshot_is_not_exported(
    nn: SimpleNamespace, system: Callable[..., Any], paths: RunPaths, tmp_path: Path
) -> None:
    _write(nn, system(), paths)
    weights = paths.snapshot(7) / snapshots.GENERATOR_WEIGHTS
    content = bytearray(weights.read_bytes())
    content[-5] ^= 1
    weights.write_bytes(content)
    with pytest.raises(DamagedError, match="checksum differs"):
        nn.export.export(paths.snapshot(7), "h5", tmp_path / "x.h5")
    assert nn.export.main([str(paths.snapshot(7)), "h5", str(tmp_path / "x.h5")]) == 1
    assert not (tmp_path / "x.h5").exists()
