"""Trains one case after another in this process, which loads TensorFlow once."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from benchmarks.diagnosis.cases import Case
from gan_core import data
from gan_core.access.people import OWNER
from gan_core.jobs.launch import write_queued
from gan_core.jobs.plan import plan
from gan_core.runs.lock import FileLock
from gan_core.runs.store import RunStore, RunView
from gan_core.worker import training

SEED = 1


def train(case: Case, store: RunStore, data_dir: Path) -> RunView:
    """The run of a case, trained as a worker trains it, unless it is there already."""
    there = next((r for r in store.list() if r.title == case.name and not r.damage), None)
    if there is not None and there.status.state in {"completed", "failed"}:
        return there
    store.root.mkdir(parents=True, exist_ok=True)
    dataset = str(_pictures(case, store.root)) if case.num_images else case.dataset
    config = plan(
        case.recipe,
        dataset,
        dict(case.settings),
        by=OWNER,
        runs_dir=store.root,
        data_dir=data_dir,
        steps=case.steps,
        seed=SEED,
    )
    made = write_queued(
        store, config, case.name, person=OWNER.id, data_dir=data_dir, group=""
    )  # and no supervisor: it is trained here
    lock = FileLock.acquire(made.paths.lock)
    assert lock is not None
    training.work(made.paths, data_dir, lock)
    return store.get(made.id)


def _pictures(case: Case, root: Path) -> Path:
    """Digits as files, evenly taken from all ten, in folders of their splits."""
    folder = root / f".pictures-{case.num_images}-{case.num_held_out}"
    images = data.load(data.prepare("digits", root), root).train_images
    num = case.num_images + case.num_held_out
    for i in range(num):
        split = "train" if i < case.num_images else "test"
        (folder / split).mkdir(parents=True, exist_ok=True)
        place = i * 7919 % len(images)  # a prime: no class is left out
        Image.fromarray(images[place, ..., 0]).save(folder / split / f"{i:04}.png")
    return folder
