"""The newest saved states damaged, file by file: the one before is taken, and people are told."""

from __future__ import annotations

import contextlib
import io
import json
import random
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.harness import say
from benchmarks.trust.pages import EXPLORE, exceptions, opened, pages_over, said
from benchmarks.trust.spoiling import flip, truncate
from benchmarks.trust.trial import Outcome, Place
from gan_core.cli.main import main as command_line
from gan_core.cli.making import DEFAULT_COUNT
from gan_core.errors import DamagedError
from gan_core.inference.engine import SnapshotEngine
from gan_core.inference.generator import load_generator
from gan_core.latent.sampling import sample_latents
from gan_core.runs import checkpoints, sealed, snapshots
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
    variants = list(variants_of(model))
    resumed = [variant for variant in variants if _holds_state(variant)]
    if place.short:
        resumed = resumed[:1]
    rng = random.Random(place.seed)
    wrong: list[str] = []
    for number, variant in enumerate(variants):
        store = RunStore(place.folder / f"variant-{number}")
        paths = spoilt(model, store, variant, rng)
        found = _state_faults(paths, variant)
        is_drawn = not place.short or number % 5 == 0
        data_dir = place.data_dir if is_drawn else None
        found += reader_faults(store, paths, model, variant, data_dir)
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


def variants_of(model: RunPaths) -> Iterator[Variant]:
    """Each file of the newest checkpoint and snapshot that there are, in each way."""
    for kind, parent in (("checkpoints", model.checkpoints), ("snapshots", model.snapshots)):
        newest = [parent / str(step) for step in step_folders(parent)[-1:]]
        for file in sorted(file for folder in newest for file in folder.iterdir()):
            for spoil in _SPOILING:
                yield Variant(kind, file.name, spoil)


def _holds_state(variant: Variant) -> bool:
    return variant.name in (checkpoints.STATE_FILE, "manifest.json")


def spoilt(model: RunPaths, store: RunStore, variant: Variant, rng: random.Random) -> RunPaths:
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


def reader_faults(
    store: RunStore, paths: RunPaths, model: RunPaths, variant: Variant, data_dir: Path | None
) -> list[str]:
    """What is wrong with how `sample`, `export`, Python programs and Explore read the run.

    Args:
        store: the runs folder.
        paths: of the run, one file of which is damaged.
        model: of the same run, undamaged.
        variant: which file.
        data_dir: for pages; they are not drawn where there is none.
    """
    before, newest = snapshots.list_steps(paths)[-2:]
    is_damaged = variant.kind == "snapshots" and _is_asked(variant, paths.snapshot(newest))
    wanted = before if is_damaged else newest
    faults = [*_sample_faults(store, paths, model, wanted, newest)]
    found = load_generator(paths.root)
    if found.step != wanted:
        faults.append(f"a program got step {found.step} instead of {wanted}")
    faults += _export_faults(store, paths, newest)
    if data_dir is not None:
        with pages_over(store, data_dir):
            viewer = opened(EXPLORE, run=paths.root.name, step="newest")
        faults += exceptions(viewer)
        is_said = f"Step {newest} is skipped" in said(viewer)
        if is_said != _is_shown(variant, paths.snapshot(newest)) or viewer.error:
            faults.append(f"Explore said: {said(viewer)[-300:]!r}")
    return faults


def _is_asked(variant: Variant, snapshot: Path) -> bool:
    """Whether a file is needed to ask the networks; damage to a manifest may be of no account."""
    if variant.name == sealed.MANIFEST:
        return not _opens(snapshot)
    return variant.name.endswith(".onnx") or variant.name in (
        snapshots.GOLDEN,
        snapshots.NETWORKS,
    )


def _opens(snapshot: Path) -> bool:
    try:
        SnapshotEngine.open(RunPaths(snapshot.parents[1]), int(snapshot.name))
    except DamagedError:
        return False
    return True


def _is_shown(variant: Variant, snapshot: Path) -> bool:
    """Whether a damaged file is one that pages and browsers read."""
    if variant.kind != "snapshots" or variant.name == checkpoints.STATE_FILE:
        return False
    if variant.name != sealed.MANIFEST:
        return True
    try:
        for name in sealed.read_manifest(snapshot)["sha256"]:
            sealed.verified(snapshot, name)
    except DamagedError:
        return True
    return False


def _sample_faults(
    store: RunStore, paths: RunPaths, model: RunPaths, wanted: int, newest: int
) -> Iterator[str]:
    target = store.root / "sample.npy"
    code, told, words = _commanded(store, "--json", "sample", paths.root.name, "-o", str(target))
    if code:
        yield f"`sample` ended with {code}: {words}"
        return
    if json.loads(told)["step"] != wanted:
        yield f"`sample` took {told} instead of {wanted}"
    if (f"step {newest} is skipped: " in words) != (wanted != newest):
        yield f"`sample` said {words!r}"
    engine = SnapshotEngine.open(model, wanted)
    latents = sample_latents(0, DEFAULT_COUNT, engine.latent_size)
    if not np.array_equal(np.load(target), engine.images(latents)):
        yield "`sample` made other images"
    if wanted != newest:
        named = ("sample", paths.root.name, "--step", str(newest), "-o", str(target))
        code, _, words = _commanded(store, *named)
        if code != 1:
            yield f"a damaged step that was named ended with {code}: {words}"


def _export_faults(store: RunStore, paths: RunPaths, newest: int) -> Iterator[str]:
    """ONNX needs one file, which is whole in one of the two."""
    target = store.root / "sample.onnx"
    code, _, words = _commanded(
        store, "export", paths.root.name, "--format", "onnx", "-o", str(target)
    )
    try:
        sealed.verified(paths.snapshot(newest), snapshots.GENERATOR_ONNX)
    except DamagedError:
        is_whole = False
    else:
        is_whole = True
    if code or (f"step {newest} is skipped: " in words) == is_whole:
        yield f"`export` ended with {code}: {words}"


def _commanded(store: RunStore, *words: str) -> tuple[int, str, str]:
    """The exit code of a command, its stdout and its stderr."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = command_line(["--runs", str(store.root), *words])
    return code, out.getvalue(), err.getvalue()


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
