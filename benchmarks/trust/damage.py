"""The newest saved states damaged, file by file: the one before is taken, and people are told."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.harness import say
from benchmarks.trust.pages import EXPLORE, exceptions, opened, pages_over
from benchmarks.trust.spoiling import flip, truncate
from benchmarks.trust.trial import Outcome, Place
from gan_core.cli.main import main as command_line
from gan_core.errors import DamagedError
from gan_core.inference.cache import EngineCache
from gan_core.runs import checkpoints
from gan_core.runs.layout import RunPaths, step_folders
from gan_core.runs.status import read_status
from gan_core.runs.store import RunStore
from tests.processes.worker_runs import new_run, start

_STEPS = 120
_SETTINGS = {"batch_size": 16, "log_every": 1, "snapshot_every": 40, "checkpoint_secs": 0.3}
_SPOILING: tuple[Callable[[bytes, random.Random], bytes], ...] = (truncate, flip)


@dataclass(frozen=True)
class Variant:
    """One file of one folder, spoilt in one way."""

    kind: str
    name: str
    spoil: Callable[[bytes, random.Random], bytes]

    def __str__(self) -> str:
        """As one reads it."""
        return f"{self.kind}/{self.name}, {self.spoil.__name__}"


def attempt(place: Place) -> Outcome:
    """Train once; then, for each file of the newest checkpoint and snapshot, damage and resume."""
    model = new_run(place.folder, place.data_dir, steps=_STEPS, settings=_SETTINGS)
    assert start(model, place.data_dir).wait() == 0, model.log.read_text()[-2000:]
    variants = list(_variants(model))
    resumed = [variant for variant in variants if _holds_state(variant)]
    if place.short:
        resumed = resumed[:1]
    rng = random.Random(place.seed)
    wrong: list[str] = []
    for number, variant in enumerate(variants):
        store = RunStore(place.folder / f"variant-{number}")
        paths = _spoilt(model, store, variant, rng)
        found = _state_faults(paths, variant)
        if not place.short or number % 5 == 0:
            found += _reader_faults(store, paths, place)
        if variant in resumed:
            found += _resume_faults(paths, place.data_dir)
        wrong += [f"{variant}: {fault}" for fault in found]
        say(f"{variant}: {'; '.join(found) or 'as it should'}")
        shutil.rmtree(store.root)
    return Outcome(
        f"{len(variants)} variants: {len(wrong)} wrong answers"
        + (f" ({wrong[0]})" if wrong else "; the one before taken and said, never step 0 unsaid"),
        "0 wrong",
        passed=not wrong and len(variants) >= 20,
    )


def _variants(model: RunPaths) -> Iterator[Variant]:
    for kind, parent in (("checkpoints", model.checkpoints), ("snapshots", model.snapshots)):
        newest = parent / str(step_folders(parent)[-1])
        for file in sorted(newest.iterdir()):
            for spoil in _SPOILING:
                yield Variant(kind, file.name, spoil)


def _holds_state(variant: Variant) -> bool:
    return variant.name in (checkpoints.STATE_FILE, "manifest.json")


def _spoilt(model: RunPaths, store: RunStore, variant: Variant, rng: random.Random) -> RunPaths:
    """A copy in which the newest state of this kind is the newest of all, and damaged."""
    paths = RunPaths(store.root / model.root.name)
    shutil.copytree(model.root, paths.root)
    of_kind = paths.root / variant.kind
    newest = step_folders(of_kind)[-1]
    other = paths.snapshots if variant.kind == "checkpoints" else paths.checkpoints
    for step in step_folders(other):
        if step >= newest:
            shutil.rmtree(other / str(step))
    file = of_kind / str(newest) / variant.name
    file.write_bytes(variant.spoil(file.read_bytes(), rng))
    return paths


def _states(paths: RunPaths) -> list[int]:
    return sorted({*step_folders(paths.checkpoints), *step_folders(paths.snapshots)})


def _state_faults(paths: RunPaths, variant: Variant) -> list[str]:
    """What is wrong with the state that a resume would take."""
    loaded = checkpoints.load_newest(paths)
    steps = _states(paths)
    if loaded is None:
        return ["no state at all"]
    wanted = steps[-2] if _holds_state(variant) else steps[-1]
    faults = []
    if loaded.step != wanted or int(loaded.arrays["step"][0]) != wanted:
        faults.append(f"step {loaded.step} taken instead of {wanted}")
    if bool(loaded.skipped) != _holds_state(variant):
        faults.append(f"said of what was skipped: {loaded.skipped}")
    return faults


def _reader_faults(store: RunStore, paths: RunPaths, place: Place) -> list[str]:
    """What is wrong with how Explore and `sample` answer."""
    faults = []
    newest = step_folders(paths.snapshots)[-1]
    try:
        images = EngineCache().get(paths, newest).images(np.zeros((1, 64), np.float32))
        if images.shape[0] != 1:
            faults.append("no image")
    except DamagedError:
        pass  # in words
    with pages_over(store, place.data_dir):
        faults += exceptions(opened(EXPLORE, run=paths.root.name))
    target = store.root / "sample.png"
    code = command_line(
        ["--runs", str(store.root), "sample", paths.root.name, "--count", "4", "-o", str(target)]
    )
    if (code == 0) != target.is_file() or code not in (0, 1):
        faults.append(f"`sample` ended with {code}")
    return faults


def _resume_faults(paths: RunPaths, data_dir: Path) -> list[str]:
    """What is wrong with how the real worker goes on."""
    before = _states(paths)[-2]
    worker = start(paths, data_dir)
    seen: set[str] = set()
    while worker.poll() is None:
        seen.add(read_status(paths).message)
        time.sleep(0.02)
    faults = [] if worker.returncode == 0 else [f"the worker ended with {worker.returncode}"]
    wanted = f"continued from step {before}: 1 newer saved state"
    if not any(message.startswith(wanted) for message in seen):
        faults.append(f"never said {wanted!r}, but {sorted(seen)}")
    return faults
