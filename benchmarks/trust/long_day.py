"""Eight hours of a class in minutes: does anything grow that must not? (L5)

A cycle is what half an hour brings: a run with many snapshots, people who come and go, a walk as
a film, a picture searched for, a run packed, imported and deleted. Temporary files have a folder
of their own, so that what is left behind shows.
"""

from __future__ import annotations

import asyncio
import io
import os
import statistics
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil
import requests
from PIL import Image

from benchmarks.first_minute import REPO
from benchmarks.harness import say
from benchmarks.trust.classroom import living
from benchmarks.trust.lines import Line, at_most, told
from benchmarks.trust.pupils import Pupil, Tally
from benchmarks.trust.served import Served, processes_of, served, settings
from gan_core.access.people import OWNER
from gan_core.jobs import gallery
from gan_core.runs import evaluations, snapshots
from gan_core.runs.files import read_json, write_json
from gan_core.runs.layout import RunPaths, step_folders
from gan_core.runs.store import RunStore
from tests import evaluations_by_hand

_STEPS, _SNAPSHOT_EVERY = 240, 6
_PINNED, _BEST = 3 * _SNAPSHOT_EVERY, 5 * _SNAPSHOT_EVERY
"""Neither would stay by its position."""
_PROTECTED = 5  # the newest two, the pinned one, the best, and the way back
_PATIENCE_SECS = 900.0
_NUM_PEOPLE, _PACE_SECS = 6, 0.4
_CYCLE_SECS = 1800.0
_WARM_CYCLES, _KEPT_SECS = 3, 150.0
"""So many, and so long, fill what is kept; from there on nothing may grow.

Streamlit keeps a session, and the three descriptors of its event loop, for two minutes after its
window has gone.
"""


@dataclass(frozen=True)
class Look:
    """What the operating system and the folders say at one moment."""

    at_secs: float
    memory_mb: float
    supervisor_mb: float
    descriptors: int
    threads: int
    children: int
    processes: int
    files: int
    temporary: int


@dataclass
class Day:
    """The folders of one soak, and what was done in it."""

    store: RunStore
    temporary: Path
    app: Served
    environ: dict[str, str]
    tally: Tally = field(default_factory=Tally)
    looks: list[Look] = field(default_factory=list)
    num_snapshots: int = 0
    num_runs: int = 0
    num_deleted: int = 0
    begun: float = field(default_factory=time.monotonic)
    faults: list[str] = field(default_factory=list)

    def command(self, *words: str) -> str:
        """Call the command line; the last line that it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "gan_core", "--runs", str(self.store.root), *words],
            cwd=REPO, env=self.environ, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            self.faults.append(f"{words[0]}: {done.stderr.strip()[-200:]}")
        return (done.stdout.split() or [""])[-1]

    def look(self) -> Look:
        """Measure now."""
        process = self.app.process
        ours = processes_of(self.store)
        supervisors = [one for one in ours if "gan_core.jobs.supervisor" in _words(one)]
        return Look(
            at_secs=time.monotonic() - self.begun,
            memory_mb=self.app.memory_mb(),
            supervisor_mb=sum(_memory_mb(one) for one in supervisors),
            descriptors=process.num_fds(),
            threads=process.num_threads(),
            children=len(process.children(recursive=True)),
            processes=len(ours),
            files=sum(1 for _ in self.store.root.rglob("*")),
            temporary=sum(1 for _ in self.temporary.rglob("*")),
        )


def _words(process: psutil.Process) -> list[str]:
    return process.info["cmdline"] or []


def _memory_mb(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss / 2**20)
    except psutil.NoSuchProcess:
        return 0.0


@contextmanager
def a_day(folder: Path) -> Iterator[Day]:
    """The app over a fresh runs folder, with a folder of its own for temporary files."""
    store, temporary = RunStore(folder / "runs"), folder / "tmp"
    temporary.mkdir()
    settings(store)
    for item in gallery.items():
        gallery.ensure(store, item.name, by=OWNER)
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(temporary)  # the app that is started inherits it
    try:
        with served(store) as app:
            yield Day(store, temporary, app, dict(os.environ))
    finally:
        os.environ.pop("TMPDIR")
        if before is not None:
            os.environ["TMPDIR"] = before


async def soak(day: Day, num_cycles: int) -> list[Line]:
    """L5: so many half hours, one after another."""
    for cycle in range(num_cycles):
        await _half_an_hour(day, cycle)
        _let_time_pass(day.store.root / ".inversions")
        day.looks.append(day.look())
        last = day.looks[-1]
        say(
            f"cycle {cycle + 1}: {last.memory_mb:.0f} MB, supervisor {last.supervisor_mb:.0f} MB, "
            f"{last.descriptors} descriptors, {last.threads} threads, {last.children} children, "
            f"{last.processes} processes, {last.files} files, {last.temporary} temporary; "
            f"{day.num_snapshots} snapshots, {len(day.tally.actions)} actions"
        )
    return day_lines(day)


async def _half_an_hour(day: Day, cycle: int) -> None:
    words = ("train", "quick-dcgan", "--dataset", "digits", "--steps", str(_STEPS), "--detach")
    sets = ("--set", "batch_size=16", "--set", f"snapshot_every={_SNAPSHOT_EVERY}")
    run = await asyncio.to_thread(
        day.command, *words, *sets, "--set", "checkpoint_secs=1", "--seed", str(cycle)
    )
    day.num_runs += 1
    paths = day.store.paths(run)
    meta = read_json(paths.meta)
    write_json(paths.meta, {**meta, "pins": [_PINNED]})
    others = [item.run_id for item in gallery.items()]
    people = [
        Pupil(day.app.address, [run, *others], day.tally, 100 * cycle + i, _PACE_SECS)
        for i in range(_NUM_PEOPLE)
    ]
    while not snapshots.list_steps(paths):
        await _until_not_ended(day, run)
    # So short a run measures nothing itself.
    evaluations.write(paths, evaluations_by_hand.one(_BEST, fid=1.0))
    async with living(people):
        await asyncio.to_thread(_picture, day, run)
        await asyncio.to_thread(_film, day, others[cycle % len(others)])
        await _ended(day, run)
    day.faults += thinning_faults(paths)
    day.num_snapshots += len(snapshots.list_steps(paths))
    await asyncio.to_thread(_take_out_and_in, day, run, cycle)


def _let_time_pass(folder: Path) -> None:
    """Searches are swept away an hour after somebody last looked at them: make them older."""
    for path in [*folder.rglob("*")]:
        changed = path.stat().st_mtime - _CYCLE_SECS
        os.utime(path, (changed, changed))


async def _until_not_ended(day: Day, run: str) -> None:
    if day.store.get(run).status.state in {"failed", "interrupted"}:
        raise RuntimeError(day.store.get(run).status.message)
    await asyncio.sleep(0.2)


async def _ended(day: Day, run: str) -> None:
    async with asyncio.timeout(_PATIENCE_SECS):
        while day.store.get(run).status.state != "completed":
            await _until_not_ended(day, run)


def thinning_faults(paths: RunPaths) -> list[str]:
    """Thinning leaves the best, the pinned and the newest two, and few of the others."""
    steps, kept = snapshots.list_steps(paths), snapshots.forkable_steps(paths)
    num_checkpoints = len(step_folders(paths.checkpoints))
    faults = []
    if evaluations.best_step(paths) != _BEST:
        faults.append(f"the best is said to be {evaluations.best_step(paths)}, not {_BEST}")
    if not {_PINNED, _BEST, *steps[-2:]} <= set(kept):
        faults.append(f"thinned too much: {kept} of {steps}")
    if len(kept) > snapshots.MAX_TRAINING_STATES + _PROTECTED:
        faults.append(f"thinned too little: {kept}")
    if num_checkpoints > 2:
        faults.append(f"{num_checkpoints} generations of checkpoints")
    return faults


def _picture(day: Day, run: str) -> None:
    """Somebody searches for a picture in the generator that is just learning."""
    file = io.BytesIO()
    Image.effect_noise((28, 28), 60).save(file, "PNG")
    url = f"{day.app.address}/studio/picture?run={run}&step=newest"
    answer = requests.post(url, data=file.getvalue(), timeout=60)
    answer.raise_for_status()
    search = f"{day.app.address}/studio/inversions/{answer.json()['job']}"
    until = time.monotonic() + _PATIENCE_SECS
    while answer.json()["state"] in {"waiting", "running"} and time.monotonic() < until:
        time.sleep(0.5)
        answer = requests.get(search, timeout=60)
        answer.raise_for_status()
    if answer.json()["state"] != "done":
        day.faults.append(f"picture: {answer.text[:200]}")


def _film(day: Day, run: str) -> None:
    """Somebody saves a walk."""
    size = day.store.get(run).sound_config().settings.latent_size
    step = snapshots.list_steps(day.store.paths(run))[-1]
    latents = np.random.default_rng(0).standard_normal((30, size)).astype("<f4")
    for kind in ("gif", "webp", "mp4", "png"):
        asked = {
            "run": run, "step": step, "format": kind, "fps": 15, "latent_size": size,
            "latents_b64": b64encode(latents.tobytes()).decode(),
        }  # fmt: skip
        answer = requests.post(f"{day.app.address}/studio/walk", json=asked, timeout=120)
        if answer.status_code != 200:
            day.faults.append(f"walk: {answer.text[:200]}")


def _take_out_and_in(day: Day, run: str, cycle: int) -> None:
    """Pack the run, delete it, import it, delete that."""
    file = day.temporary.parent / "out.zip"
    day.command("export", run, "--format", "zip", "-o", str(file))
    day.command("delete", run, "--yes")
    again = day.command("import", str(file))
    if cycle % 2:
        model = day.temporary.parent / "out.onnx"
        day.command("export", again, "--format", "onnx", "-o", str(model))
        day.command("delete", day.command("import", str(model)), "--yes")
        day.num_deleted += 1
    day.command("delete", again, "--yes")
    day.num_deleted += 2


def day_lines(day: Day) -> list[Line]:
    """The figures of L5."""
    looks = [look for look in day.looks[_WARM_CYCLES - 1 :] if look.at_secs > _KEPT_SECS]
    looks = looks or day.looks[-1:]
    for fault in [*day.faults, *day.tally.errors][:20]:
        say(f"  fault: {fault}")

    def ends(of: list[float]) -> tuple[float, float]:
        """The middles of the first and of the last third."""
        third = max(1, len(of) // 3)
        return statistics.median(of[:third]), statistics.median(of[-third:])

    first_mb, last_mb = ends([look.memory_mb for look in looks])
    sup_first, sup_last = ends(
        [look.supervisor_mb for look in looks if look.supervisor_mb] or [1.0]
    )
    lines = [
        told("L5", "runs made", day.num_runs, "", 0),
        told("L5", "runs and imports deleted", day.num_deleted, "", 0),
        told("L5", "snapshots", day.num_snapshots, "", 0),
        told("L5", "actions of people", len(day.tally.actions), "", 0),
        at_most("L5", f"the page's memory, from {first_mb:.0f} to {last_mb:.0f} MB: growth",
                100 * (last_mb / first_mb - 1), 10, "%", 1),
        at_most("L5", f"the supervisor's, from {sup_first:.0f} to {sup_last:.0f} MB: growth",
                100 * (sup_last / sup_first - 1), 10, "%", 1),
    ]  # fmt: skip
    for what, slack in (("descriptors", 8), ("threads", 4), ("children", 0), ("processes", 1),
                        ("files", 12), ("temporary", 0)):  # fmt: skip
        first, last = ends([float(getattr(look, what)) for look in looks])
        lines.append(
            at_most(
                "L5", f"{what}, from {first:.0f} to {last:.0f}: more", last - first, slack, "", 0
            )
        )
    faults = [*day.faults, *day.tally.errors]
    return [*lines, Line("L5", "faults and errors", str(len(faults)), "0", not faults)]
