"""Random damage to the three files that pages read most: they render, and count what they skip.

A run whose status cannot be read, as after a power cut, goes on all the same.
"""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.harness import say
from benchmarks.many_runs import make_runs
from benchmarks.trust.pages import (
    ALL as PAGES,
)
from benchmarks.trust.pages import (
    EXPLORE,
    PLANE,
    RUNS,
    TRAIN,
    all_cards,
    exceptions,
    opened,
    pages_over,
)
from benchmarks.trust.spoiling import spoil
from benchmarks.trust.trial import Outcome, Place
from gan_core.access.people import OWNER
from gan_core.errors import DamagedError, GanCoreError
from gan_core.jobs import control
from gan_core.jobs.launch import SUPERVISOR_LOCK
from gan_core.runs import checkpoints
from gan_core.runs.layout import RunPaths
from gan_core.runs.lock import FileLock
from gan_core.runs.metrics import MetricReader
from gan_core.runs.status import read_written_status
from gan_core.runs.store import RunStore
from pages._parts.feed import Feed

_FILES = ("metrics.jsonl", "status.json", "config.json")
_PER_FOLDER = 20
_NUM_LOGGED = 60
_SAVED_STEP = 600


def attempt(place: Place) -> Outcome:
    """Spoil a file of each run of a folder, draw every page, ask every feed; again and again."""
    rng = random.Random(place.seed)
    num_wanted = place.num(15, 1000)
    model = make_runs(place.folder / "model", min(num_wanted, _PER_FOLDER), _NUM_LOGGED)
    for run in model.ids():
        checkpoints.save(model.paths(run), _SAVED_STEP, {"step": np.array([_SAVED_STEP])})
    counted: Counter[str] = Counter()
    faults: list[str] = []
    while counted["spoilt"] < num_wanted:
        folder = place.folder / "spoilt"
        shutil.copytree(model.root, folder, copy_function=_link)
        store = RunStore(folder)
        spoilt = {run: _spoil_one(store.paths(run), rng) for run in store.ids()}
        with pages_over(store, place.data_dir):
            for page, query in _visits(store, short=place.short):
                viewer = opened(page, **query)
                counted["drawn"] += 1
                if page == RUNS:
                    all_cards(viewer)
                for found in exceptions(viewer):
                    what = spoilt.get(query.get("run", ""), "")
                    faults.append(f"{page} {query} {what}: {found}")
        counted["miscounted"] += sum(_miscounts(store.paths(run)) for run in store.ids())
        torn = [run for run in store.ids() if _is_torn(store.paths(run))]
        faults += _resume_faults(store, torn, place.data_dir)
        counted["torn"] += len(torn)
        counted["spoilt"] += len(spoilt)
        shutil.rmtree(folder)
        say(f"{counted['spoilt']} spoilt, {counted['drawn']} pages drawn, {len(faults)} faults")
    for fault in faults[:5]:
        say(fault)
    return Outcome(
        f"{counted['spoilt']} corruptions, {counted['drawn']} pages drawn: {len(faults)} "
        f"faults; {counted['torn']} torn statuses; skipped lines miscounted in "
        f"{counted['miscounted']} logs",
        "0 exceptions, torn statuses resumed, every skipped line counted",
        passed=not faults and not counted["miscounted"],
    )


def _link(source: str, target: str) -> None:
    """Files are replaced here, never altered in place, so that copies may share them."""
    Path(target).hardlink_to(source)


def _visits(store: RunStore, *, short: bool) -> list[tuple[str, dict[str, str]]]:
    general: list[tuple[str, dict[str, str]]] = [(page, {}) for page in PAGES]
    each = [(TRAIN, {"run": run}) for run in store.ids()]
    each += [(EXPLORE, {"run": run}) for run in store.ids()[:: 4 if short else 1]]
    each += [(PLANE, {"run": run}) for run in store.ids()[::5]]
    return general + each


def _spoil_one(paths: RunPaths, rng: random.Random) -> str:
    name = rng.choice(_FILES)
    return f"{name}: {spoil(paths.root / name, rng)}"


def _is_torn(paths: RunPaths) -> bool:
    try:
        read_written_status(paths)
    except DamagedError:
        return True
    return False


def _resume_faults(store: RunStore, torn: list[str], data_dir: Path) -> list[str]:
    """What is wrong once runs without a readable status were resumed; nothing is started here."""
    faults = []
    with FileLock.acquire(store.root / SUPERVISOR_LOCK) or FileLock(-1):
        for run_id in torn:
            try:
                status = control.resume(store, run_id, by=OWNER, data_dir=data_dir).status
            except GanCoreError as error:
                faults.append(f"{run_id} with a torn status: {error.one_line()}")
                continue
            if (status.state, status.step) != ("queued", _SAVED_STEP):
                faults.append(f"{run_id} resumed: {status.state} at {status.step}")
    return faults


def _miscounts(paths: RunPaths) -> bool:
    """Whether what readers say of a log differs from what it plainly holds."""
    bad = num_bad_lines(paths.metrics.read_bytes())
    reader = MetricReader(paths.metrics)
    reader.poll()
    if reader.num_bad_lines != bad:
        return True
    try:
        answer = Feed(paths).answer("")
    except DamagedError:  # of its status: the page says so instead
        return False
    return answer is None or json.loads(answer)["facts"]["num_bad_lines"] != bad


def num_bad_lines(log: bytes) -> int:
    """Lines that are no record or step back, counted the slow way; a torn last one is not over."""
    bad, newest = 0, -1
    for line in log.split(b"\n")[:-1]:
        if not line.strip():
            continue
        step = _step_of(line)
        if step is None or step <= newest:
            bad += 1
        else:
            newest = step
    return bad


def _step_of(line: bytes) -> int | None:
    try:
        value: Any = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    numbers = [v for v in value.values() if v is not None]
    if any(isinstance(v, bool) or not isinstance(v, (int, float)) for v in numbers):
        return None
    step = value.get("step")
    return step if isinstance(step, int) and 0 <= step <= 2**53 else None
