"""Where this app's runs and data lie, how it is served, and what all its viewers share.

An entry point: the only file of the pages that reads the environment. What takes long to import
is imported where it is used, because the server needs the mode before it answers anybody.
"""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gan_core.access.modes import VARIABLE, Mode, mode_of

if TYPE_CHECKING:
    from gan_core.access.door import Door
    from gan_core.inference.cache import EngineCache
    from gan_core.inference.classifier import ClassifierCache
    from gan_core.runs.layout import RunPaths
    from gan_core.runs.store import RunStore
    from pages._parts.feed import Feed

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
    get = os.environ.get
    return _studio_of(get("GAN_RUNS_DIR", "runs"), get("GAN_DATA_DIR", ""), get("GAN_DATA_MIRROR"))


@functools.lru_cache(maxsize=4)
def _studio_of(runs_dir: str, data_dir: str, mirror: str | None) -> Studio:
    from gan_core.data import default_data_dir
    from gan_core.runs.store import RunStore

    return Studio(
        store=RunStore(Path(runs_dir).resolve()),
        data_dir=default_data_dir({"GAN_DATA_DIR": data_dir}).resolve(),
        mirror=mirror,
    )


def mode() -> Mode:
    """How the app is served: `GAN_SERVE_MODE`, which `python -m gan_core serve` sets."""
    return mode_of(os.environ.get(VARIABLE, ""))


def door() -> Door:
    """Knows people again; shared by all viewers of this process."""
    return _door_of(studio().store.root)


@functools.lru_cache(maxsize=4)
def _door_of(runs_dir: Path) -> Door:
    from gan_core.access.door import Door
    from gan_core.jobs.keys import read_keys
    from gan_core.jobs.queue import read_studio

    return Door(read_keys(runs_dir), lambda: read_studio(runs_dir).teachers)


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
    from pages._parts.feed import Feed

    return Feed(paths)
