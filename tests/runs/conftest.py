"""What the tests of the run directory share."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gan_core.config import DatasetInfo, Kernels, RunConfig
from gan_core.recipes import registry
from gan_core.recipes.resolve import resolve
from gan_core.runs.layout import RunPaths
from gan_core.runs.store import RunStore


@pytest.fixture(scope="session")
def config() -> RunConfig:
    """A run of 300 steps."""
    digits = DatasetInfo(
        name="digits", num_train=5000, num_test=0, image_size=28, channels=1, num_classes=10
    )
    return resolve(
        registry.get("quick-dcgan"),
        digits,
        {},
        kernels=Kernels(device="cpu", jit=False, intra_op_threads=2, inter_op_threads=2),
        versions={},
        now=datetime(2026, 1, 2, tzinfo=UTC),
        steps=300,
    )


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    """An empty runs folder."""
    return RunStore(tmp_path / "runs")


@pytest.fixture
def paths(store: RunStore, config: RunConfig) -> RunPaths:
    """A fresh run's directory."""
    return store.create(config, "a run").paths
