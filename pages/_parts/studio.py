"""Where this app's runs and data lie, and what all its viewers share.

An entry point: the only file of the pages that reads the environment.
"""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gan_core.data import default_data_dir
from gan_core.runs.layout import RunPaths
from gan_core.runs.store import RunStore
from pages._parts.feed import Feed

if TYPE_CHECKING:
    from gan_core.inference.cache import EngineCache
    from gan_core.inference.classifier import ClassifierCache

VERDICT_THRESHOLDS = [0.4, 0.6]
"""Below the first D's verdict is "fake", above the second "real", in between "unsure"."""


@dataclass(frozen=True)
class Studio:
    """The folders of this app."""

    store: RunStore
    data_dir: Path
    mirror: str | None


def studio() -> Studio:
    """The folders that the environment names: `GAN_RUNS_DIR`, `GAN_DATA_DIR`."""
    return Studio(
        store=RunStore(Path(os.environ.get("GAN_RUNS_DIR", "runs")).resolve()),
        data_dir=default_data_dir(os.environ).resolve(),
        mirror=os.environ.get("GAN_DATA_MIRROR"),
    )


@functools.cache
def engines() -> EngineCache:
    """The loaded generators, shared by all viewers of this process."""
    from gan_core.inference.cache import EngineCache  # onnxruntime: the first page needs none

    return EngineCache()


@functools.cache
def classifiers() -> ClassifierCache:
    """The loaded classifiers, likewise."""
    from gan_core.inference.classifier import ClassifierCache

    return ClassifierCache()


@functools.lru_cache(maxsize=128)
def feed(paths: RunPaths) -> Feed:
    """The news of one run, read once for all its viewers."""
    return Feed(paths)
