"""Run directories made by hand, without TensorFlow: small, and whole as far as readers look."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from gan_core.config import Kernels, RunConfig
from gan_core.data import describe
from gan_core.recipes import registry
from gan_core.recipes.resolve import resolve
from gan_core.runs import checkpoints, metrics, sealed, snapshots
from gan_core.runs.checkpoints import STATE_FILE, write_arrays
from gan_core.runs.files import write_json
from gan_core.runs.status import Said, State, utc_now, write_status
from gan_core.runs.store import RunStore, RunView

KERNELS = Kernels(device="cpu", jit=False, intra_op_threads=2, inter_op_threads=2)


def config(
    recipe: str = "quick-dcgan", dataset: str = "digits", steps: int = 100, **settings: Any
) -> RunConfig:
    """A run as it would be planned on a machine with two cores."""
    return resolve(
        registry.get(recipe),
        describe(dataset).info,
        settings,
        kernels=KERNELS,
        versions={"python": "3.11"},
        now=utc_now(),
        steps=steps,
    )


def queued(store: RunStore, name: str = "", **how: Any) -> RunView:
    """A new run, as `RunStore.create` makes it."""
    return store.create(config(**how), name)


def in_state(
    store: RunStore, state: State, *, step: int = 50, name: str = "", **how: Any
) -> RunView:
    """A run that no worker is busy with and whose status says `state`."""
    view = store.create(config(**how), name)
    said = Said(template="step {step} it was", values={"step": step})
    write_status(view.paths, state, step, view.sound_config().total_steps, said)
    return store.get(view.id)


def trained(
    store: RunStore, steps: tuple[int, ...] = (0, 50), *, name: str = "", **how: Any
) -> RunView:
    """A completed run with snapshots, a checkpoint, sheets and metrics; its networks are stubs."""
    last = steps[-1]
    view = in_state(store, "completed", step=last, name=name, **{"steps": max(last, 1), **how})
    for step in steps:
        seal_snapshot(view, step)
        Image.new("L", (8, 8), 255 * step // (last or 1)).save(view.paths.sample(step))
    checkpoints.save(view.paths, last, {"step": np.array([last], np.int64)})
    with metrics.MetricLog(view.paths.metrics) as log:
        for step in range(10, last + 1, 10):
            log.append({"step": step, "d_loss": 1.0 / step, "images_per_s": 1000.0 + step})
    view.paths.log.write_text("worker's words\n")
    return store.get(view.id)


def seal_snapshot(view: RunView, step: int) -> None:
    """A snapshot folder whose files are not networks, but are sealed like them."""

    def write(folder: Path) -> None:
        write_json(folder / snapshots.NETWORKS, {})
        (folder / snapshots.GENERATOR_ONNX).write_bytes(b"onnx %d" % step)
        write_arrays(folder / STATE_FILE, {"step": np.array([step], np.int64)})
        write_arrays(folder / snapshots.GENERATOR_WEIGHTS, {"w": np.full(3, step, np.float32)})

    sealed.seal(view.paths.snapshot(step), write, {"step": step, "pixel_range": "-1,1"})


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its relative name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
