"""Memory that runs out and a GPU that is lost: plain words on the page, and the run goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness import say
from benchmarks.trust.pages import TRAIN, exceptions, opened, pages_over, said
from benchmarks.trust.patched import start_patched
from benchmarks.trust.trial import Outcome, Place
from gan_core.jobs.deaths import Beginning
from gan_core.jobs.supervisor import record_death
from gan_core.runs import checkpoints
from gan_core.runs.layout import RunPaths
from gan_core.runs.status import read_status
from gan_core.runs.store import RunStore
from tests.processes.worker_runs import new_run, num_logged, start, until

LIMIT_SECS = 10.0
_CGROUPS = Path("/sys/fs/cgroup/memory")
_SETTINGS = {"batch_size": 16, "log_every": 1, "checkpoint_secs": 0.5}
_AT_STEP = 60


@dataclass(frozen=True)
class Case:
    """One way to lose memory or a GPU, and the words that a person should read."""

    name: str
    happen: Callable[[RunPaths, Path], float]
    words: str
    num_steps: int = 90


def attempt(place: Place) -> Outcome:
    """Each way once: the time until the page says it, and whether the run can go on."""
    cases = [
        Case("memory, TensorFlow's error", _raising("memory"), "memory ran out"),
        Case("GPU, CUDA error", _raising("internal"), "GPU stopped answering"),
        Case("GPU, unavailable", _raising("unavailable"), "GPU stopped answering"),
    ]
    if _may_limit_memory():
        # Long enough that the kernel comes first.
        killed = "memory, killed by the kernel"
        cases.append(Case(killed, _killed_by_the_kernel, "Memory ran out", num_steps=2000))
    cases.append(Case("SIGKILL", _killed, "ended from outside"))
    wrong: list[str] = []
    worst = 0.0
    for case in cases[: place.num(1, len(cases))]:
        store = RunStore(place.folder / case.name.replace(" ", "-"))
        paths = new_run(store.root, place.data_dir, steps=case.num_steps, settings=_SETTINGS)
        happened_at = case.happen(paths, place.data_dir)
        with pages_over(store, place.data_dir):
            viewer = opened(TRAIN, run=paths.root.name)
        secs = time.monotonic() - happened_at
        worst = max(worst, secs)
        found = exceptions(viewer)
        if case.words not in said(viewer).replace("\\", ""):
            found.append(f"the page says {read_status(paths).message!r}")
        kept = checkpoints.load_newest(paths)
        if kept is None or start(paths, place.data_dir).wait():
            found.append("it does not resume")
        wrong += [f"{case.name}: {fault}" for fault in found]
        say(f"{case.name}: {secs:.1f} s; {'; '.join(found) or read_status(paths).state}")
    return Outcome(
        f"{place.num(1, len(cases))} ways ({', '.join(case.name for case in cases)}): words on "
        f"the page after at most {worst:.1f} s, resumed; {len(wrong)} wrong"
        + (f": {wrong[0][:200]}" if wrong else ""),
        f"plain words ≤ {LIMIT_SECS:g} s",
        passed=not wrong and worst <= LIMIT_SECS,
    )


def _raising(fault: str) -> Callable[[RunPaths, Path], float]:
    def happen(paths: RunPaths, data_dir: Path) -> float:
        worker = start_patched(paths, data_dir, fault, _AT_STEP)
        until(worker, lambda: num_logged(paths) >= _AT_STEP - 1)
        happened_at = time.monotonic()
        worker.wait()
        return happened_at

    return happen


def _killed(paths: RunPaths, data_dir: Path) -> float:
    began = Beginning.now(paths.log)
    worker = start(paths, data_dir)
    assert until(worker, lambda: num_logged(paths) >= _AT_STEP)
    worker.send_signal(signal.SIGKILL)
    happened_at = time.monotonic()
    record_death(paths, worker.wait(), began)
    return happened_at


def _may_limit_memory() -> bool:
    return (_CGROUPS / "cgroup.procs").exists() and os.access(_CGROUPS, os.W_OK)


@contextmanager
def _memory_group() -> Iterator[Path]:
    group = _CGROUPS / f"latent-studio-{os.getpid()}"
    group.mkdir()
    try:
        yield group
    finally:
        for _ in range(100):
            with suppress(OSError):
                group.rmdir()
                break
            time.sleep(0.05)


_EATS_WITH_IT = """
import sys, time
food = []
while True:
    food.append(bytearray(b"x") * (8 << 20))
    time.sleep(0.001)
"""


def _killed_by_the_kernel(paths: RunPaths, data_dir: Path) -> float:
    """The worker in a group whose memory is taken away: the kernel ends the largest process."""
    began = Beginning.now(paths.log)
    worker = start(paths, data_dir)
    assert until(worker, lambda: num_logged(paths) >= _AT_STEP)
    with _memory_group() as group:
        (group / "cgroup.procs").write_text(str(worker.pid))
        used = int(Path(f"/proc/{worker.pid}/statm").read_text().split()[1]) * os.sysconf(
            "SC_PAGE_SIZE"
        )
        # What it has already was counted where it began, so the limit is of what comes.
        (group / "memory.limit_in_bytes").write_text(str(max(used // 100, 4 << 20)))
        happened_at = time.monotonic()
        try:
            code = worker.wait(timeout=3)
        except subprocess.TimeoutExpired:
            code = _eaten(worker, group)
    record_death(paths, code, began)
    return happened_at


def _eaten(worker: subprocess.Popen[bytes], group: Path) -> int:
    """It asks for no more by itself: another process in the group does, and both are at it."""
    eater = subprocess.Popen([sys.executable, "-c", _EATS_WITH_IT])
    (group / "cgroup.procs").write_text(str(eater.pid))
    eater.wait(timeout=30)
    if worker.poll() is None:
        worker.kill()  # the kernel chose the other; its count has risen all the same
    return worker.wait()
