"""What the tests of the training room share.

TensorFlow is loaded at the first test that needs it, not while tests are collected: those of the
pages run in the same process and must not find Keras in it.
"""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_core import data
from gan_core.config import Kernels, RunConfig
from gan_core.nn.lean import without_optional_imports
from gan_core.recipes import registry
from gan_core.recipes.recipe import Recipe
from gan_core.recipes.resolve import resolve
from gan_core.runs.layout import RunPaths

CPU = Kernels(device="cpu", jit=False, intra_op_threads=2, inter_op_threads=2)


@dataclasses.dataclass(frozen=True)
class System:
    """A recipe with its configuration: what the nn room takes everywhere."""

    recipe: Recipe
    config: RunConfig


@pytest.fixture(scope="session", autouse=True)
def nn() -> SimpleNamespace:
    """The modules of `gan_core.nn`, and TensorFlow and Keras as they see them.

    For every test here, wanted or not: threads are set before TensorFlow computes anything.
    """
    with without_optional_imports():
        device = importlib.import_module("gan_core.nn.device")
    device.prepare(CPU)
    names = (
        *("autoencoder_step", "batches", "build", "export", "losses", "pixels", "probe", "source"),
        *("gan_step", "optimizers", "penalties", "schedules", "watching"),
        *("evaluating", "full_evaluation"),
        *("latent_figures", "seeds", "snapshot", "state", "step", "trainer"),
    )
    deeper = {
        name: importlib.import_module(f"gan_core.nn.layers.{name}")
        for name in ("special", "row_conv")
    }
    modules = {name: importlib.import_module(f"gan_core.nn.{name}") for name in names}
    others = {name: importlib.import_module(name) for name in ("keras", "tensorflow")}
    return SimpleNamespace(device=device, **modules, **deeper, **others)


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory) -> NDArray[np.uint8]:
    """Real digits, uint8 `[5000, 28, 28, 1]`."""
    return data.load(data.describe("digits").info, tmp_path_factory.mktemp("data")).train_images


@pytest.fixture(scope="session")
def system() -> Callable[..., System]:
    """Make a small system: a recipe on digits, batches of 8 unless told."""

    def make(name: str = "quick-dcgan", *, jit: bool = False, **overrides: Any) -> System:
        recipe = registry.get(name)
        gpu = "precision" in overrides  # tiny sizes, so the CPU may try what GPUs are offered
        config = resolve(
            recipe,
            data.describe("digits").info,
            {"batch_size": 8, **overrides},
            kernels=CPU.model_copy(update={"device": "gpu" if gpu else "cpu"}),
            versions={},
            now=datetime(2026, 1, 1, tzinfo=UTC),
            steps=12,
            seed=3,
        )
        return System(
            recipe, config.model_copy(update={"kernels": CPU.model_copy(update={"jit": jit})})
        )

    return make


@pytest.fixture
def paths(tmp_path: Path) -> RunPaths:
    """An empty run directory."""
    made = RunPaths(tmp_path / "run")
    made.make_folders()
    return made
