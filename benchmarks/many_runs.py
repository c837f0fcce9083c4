"""A runs folder as a lab has it after a year: many long runs, made in seconds.

Networks, sheets and settings are those of the gallery's runs; the metric log is drawn at random
in the worker's own format. What nobody alters in place (weights, sheets, and the logs, a few
different ones) is hard-linked among the runs; each run has a directory, a configuration and a
status of its own, and its log is read under its own name.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from gan_core.access.people import OWNER
from gan_core.jobs import gallery
from gan_core.jobs.queue import STUDIO_NAME
from gan_core.runs.files import read_json, write_json
from gan_core.runs.layout import RunPaths, sheet_steps
from gan_core.runs.lock import FileLock
from gan_core.runs.metrics import MetricLog, encode
from gan_core.runs.status import Said, write_status
from gan_core.runs.store import RunStore

_NUM_LOGS = 2  # different logs of GANs; and one of autoencoders
_EVERY_NTH_IS_VAE = 5
_SHEETS = 60
_SHEET_SECS = 5.0


def make_runs(folder: Path, num_runs: int, num_logged: int) -> RunStore:
    """Fill `folder` with completed runs of `num_logged` logged steps each."""
    models = RunStore(folder / "models")
    store = RunStore(folder / "runs")
    store.root.mkdir(parents=True)
    # No worker in waiting: loading TensorFlow would take the processor from what is measured.
    write_json(store.root / STUDIO_NAME, {"schema_version": 1, "standby_minutes": 0})
    gan, vae = (
        models.paths(gallery.ensure(models, name, by=OWNER)) for name in ("digits", "plane")
    )
    logs = {
        paths: [_write_log(folder / f"{kind}-{i}.jsonl", kind, num_logged, i) for i in range(num)]
        for paths, kind, num in ((gan, "gan", _NUM_LOGS), (vae, "vae", 1))
    }
    for i in range(num_runs):
        model = vae if i % _EVERY_NTH_IS_VAE == _EVERY_NTH_IS_VAE - 1 else gan
        log = logs[model][i % len(logs[model])]
        _make_run(store, model, f"20260101-{i:06}-{i:06x}", log, num_logged, seed=i)
    return store


def _make_run(
    store: RunStore, model: RunPaths, run_id: str, log: Path, num_logged: int, seed: int
) -> RunPaths:
    paths = RunPaths(store.root / run_id)
    shutil.copytree(model.snapshots, paths.snapshots, copy_function=os.link)
    paths.make_folders()
    os.link(log, paths.metrics)
    config = read_json(model.config)
    total = num_logged * config["settings"]["log_every"]
    sheets = [model.sample(step) for step in sheet_steps(model)]
    for i in range(_SHEETS):
        os.link(sheets[i * len(sheets) // _SHEETS], paths.sample(total * i // (_SHEETS - 1)))
    write_json(paths.config, {**config, "seed": seed, "total_steps": total})
    write_json(paths.meta, {"schema_version": 1, "name": f"Try {seed}"})
    write_status(paths, "completed", total, total, Said(template="finished"))
    return paths


def record(kind: str, i: int, noise: np.ndarray) -> dict[str, Any]:
    """One record of a log such as the worker writes; `noise` is `[4]`, drawn for this record."""
    fall = float(np.exp(-i / 4000))
    step = (i + 1) * (100 if kind == "vae" else 10)
    more = {
        "epoch": round(step / 937, 4),
        "elapsed_s": round(0.04 * (i + 1), 3),
        "images_per_s": round(1500 + 40 * float(noise[0]), 1),
    }
    if kind == "vae":
        loss = 150 + 60 * fall + 3 * float(noise[1])
        values = {"loss": loss, "reconstruction": loss - 6.1, "kl": 6.1 + 0.2 * float(noise[2])}
        ends = {"val_loss": loss + 1.5} if i % 600 == 599 else {}
        return {"step": step, **more, **values, **ends}
    return {
        "step": step,
        **more,
        "d_loss": 0.6 + 0.4 * fall + 0.08 * float(noise[0]),
        "g_loss": 1.3 - 0.7 * fall + 0.2 * float(noise[1]),
        "d_acc_real": float(np.clip(round(64 * (0.85 + 0.06 * noise[2])) / 64, 0, 1)),
        "d_acc_fake": float(np.clip(round(64 * (0.85 + 0.06 * noise[3])) / 64, 0, 1)),
    }


def _write_log(path: Path, kind: str, num_logged: int, seed: int) -> Path:
    noise = np.random.default_rng(seed).standard_normal((num_logged, 4))
    path.write_bytes(b"".join(encode(record(kind, i, noise[i])) for i in range(num_logged)))
    return path


class Growing:
    """A long run that goes on: a record now and then, a heartbeat each second, a sheet at times.

    It stands for a worker, and takes nearly no processor time.
    """

    def __init__(self, paths: RunPaths, num_logged: int, per_sec: float) -> None:
        self._paths = paths
        self._at = num_logged
        self._pause_secs = 1 / per_sec
        self._total = json.loads(paths.config.read_text())["total_steps"]
        self._over = threading.Event()

    def grow(self) -> None:
        """Write until told to end."""
        noise = np.random.default_rng(0)
        beat, drawn = 0.0, time.monotonic()
        newest = self._paths.sample(sheet_steps(self._paths)[-1])
        with MetricLog(self._paths.metrics) as log:
            while not self._over.wait(self._pause_secs):
                told = record("gan", self._at, noise.standard_normal(4))
                log.append(told)
                self._at += 1
                if time.monotonic() > beat + 1:
                    beat = time.monotonic()
                    said = Said(template="training")
                    write_status(
                        self._paths, "running", told["step"], self._total, said, durable=False
                    )
                if time.monotonic() > drawn + _SHEET_SECS:
                    drawn = time.monotonic()
                    os.link(newest, self._paths.sample(told["step"]))

    def end(self) -> None:
        """Stop growing."""
        self._over.set()


@contextmanager
def growing_run(store: RunStore, num_logged: int, *, per_sec: float) -> Iterator[str]:
    """A run under way at twice `num_logged` steps' length; yields its id."""
    model = next(p for p in map(store.paths, store.ids()) if "vae" not in p.config.read_text())
    paths = _make_run(store, model, "20270101-000000-000000", model.metrics, num_logged, seed=0)
    own = paths.metrics.read_bytes()
    paths.metrics.unlink()
    paths.metrics.write_bytes(own)
    config = read_json(paths.config)
    write_json(paths.config, {**config, "total_steps": 2 * config["total_steps"]})
    growing = Growing(paths, num_logged, per_sec)
    lock = FileLock.acquire(paths.lock)
    assert lock is not None, "a new run has no worker"
    thread = threading.Thread(target=growing.grow, name="growing")
    with lock:
        write_status(paths, "running", 1, config["total_steps"], Said(template="training"))
        thread.start()
        try:
            yield paths.root.name
        finally:
            growing.end()
            thread.join()
