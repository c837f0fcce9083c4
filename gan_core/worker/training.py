"""What a worker does with the run whose lock it holds: prepare, train, save, say how it ended."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from gan_core.config import RunConfig
from gan_core.data import load
from gan_core.errors import DiskFullError, GanCoreError
from gan_core.nn.lean import without_collections, without_optional_imports
from gan_core.priority import step_back
from gan_core.recipes import registry
from gan_core.runs import checkpoints, evaluations, metrics, watch
from gan_core.runs.files import disk_faults, read_json, remove_temporaries
from gan_core.runs.layout import RunPaths
from gan_core.runs.lock import FileLock
from gan_core.runs.reporter import Reporter, Request, hold_ballast
from gan_core.runs.sheet import write_sheet
from gan_core.runs.status import Said, State, read_written_status
from gan_core.runs.store import read_meta
from gan_core.text import N_

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gan_core.nn.state import TrainState
    from gan_core.nn.trainer import Trainer
    from gan_core.portable.event_files import EventFile

logger = logging.getLogger("gan_core.worker")

Ending = Request | Literal["finished", "settled"]
"""A request, or that there is nothing more to do: all steps done, or nothing gets better."""


def begin() -> None:
    """What a worker's process does first, before it has a second thread."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # its start-up chatter helps nobody
    step_back()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")


def load_engine() -> None:
    """Load TensorFlow and all that trains with it: seconds, once in a process."""
    if "gan_core.nn.trainer" in sys.modules:
        return
    started = time.monotonic()
    with without_collections(), without_optional_imports():
        import gan_core.nn.trainer  # noqa: F401
    logger.info("TensorFlow loaded in %.1f s", time.monotonic() - started)


def work(
    paths: RunPaths, data_dir: Path, lock: FileLock, engine: Callable[[], None] = load_engine
) -> int:
    """Train a run whose lock is held here; return the process's exit code.

    Args:
        paths: of the run.
        data_dir: where data sets lie.
        lock: of the run; released at the end.
        engine: sees to it that TensorFlow is loaded; called once people have been told.
    """
    try:
        with lock:
            return _work(paths, data_dir, engine)
    except (GanCoreError, FileNotFoundError) as error:  # not even a status can be written
        _warn(error)
        return 1


def _warn(error: GanCoreError | FileNotFoundError) -> None:
    logger.warning("%s", error.one_line() if isinstance(error, GanCoreError) else error)


def _work(paths: RunPaths, data_dir: Path, engine: Callable[[], None]) -> int:
    config = RunConfig.from_json(read_json(paths.config))
    step = read_written_status(paths).step
    with Reporter(paths, config.total_steps, step=step) as reporter:
        signal.signal(signal.SIGTERM, lambda *_: reporter.ask("interrupt"))
        signal.signal(signal.SIGINT, lambda *_: reporter.ask("interrupt"))
        try:
            ending = train(paths, config, data_dir, reporter, engine)
        except DiskFullError as error:
            logger.warning("%s", error.one_line())
            _remove_temporaries(paths)
            reporter.end("paused", _said(error))
            return 1
        except GanCoreError as error:
            logger.warning("%s", error.one_line())
            reporter.end("failed", _said(error))
            return 1
        reporter.end(*_END[ending])
    return 0


_END: dict[Ending, tuple[State, Said]] = {
    "finished": ("completed", Said(template=N_("finished"))),
    "settled": (
        "completed",
        Said(
            template=N_(
                "stopped early: it had got no better for as many evaluations as its setting says"
            )
        ),
    ),
    "pause": ("paused", Said(template=N_("paused; resume continues at this very step"))),
    "stop": ("stopped", Said(template=N_("stopped; the last step was saved"))),
    "collapse": ("stopped", watch.STOPPED),
    "interrupt": (
        "interrupted",
        Said(template=N_("the worker was told to end; the last step was saved")),
    ),
}


def train(
    paths: RunPaths,
    config: RunConfig,
    data_dir: Path,
    reporter: Reporter,
    engine: Callable[[], None] = load_engine,
) -> Ending:
    """Load everything, train, and save the last step; return what ended it."""
    _remove_temporaries(paths)
    with disk_faults(paths.root):
        paths.make_folders()
    hold_ballast(paths)
    reporter.starting(Said(template=N_("loading the training engine, about 10 s")))
    engine()
    from gan_core.nn import trouble

    with trouble.in_words(lambda: reporter.step), ExitStack() as held:
        trainer = _prepare(paths, config, data_dir, reporter, held)
        log = held.enter_context(metrics.MetricLog(paths.metrics))
        request = trainer.train(log)
        if request is not None:
            trainer.checkpoint(log)
            return request
        trainer.finish(log)
    return "finished" if trainer.state.step >= config.total_steps else "settled"


def _prepare(
    paths: RunPaths, config: RunConfig, data_dir: Path, reporter: Reporter, held: ExitStack
) -> Trainer:
    """Load images and networks; what has to be closed at the end is entered into `held`."""
    from gan_core.nn import device

    device_name = device.prepare(config.kernels)
    from gan_core.nn.evaluating import Evaluator
    from gan_core.nn.layer_kernels import settled
    from gan_core.nn.state import initial_state
    from gan_core.nn.trainer import Hooks, Trainer
    from gan_core.nn.watching import Watcher

    recipe = registry.get(config.recipe)
    reporter.starting(Said(template=N_("loading the images")))
    dataset = load(config.dataset, data_dir, paths.dataset)
    reporter.starting(Said(template=N_("building the networks")))
    config = settled(paths, recipe, config)
    state = initial_state(recipe, config)
    news = _restore(paths, state)
    reporter.running(
        state.step,
        news or Said(template=N_("training on {device}"), values={"device": device_name}),
    )
    written = _open_events(paths, config, state.step, held)
    watcher = Watcher(paths, recipe, config, dataset.train_images, lambda: reporter.ask("collapse"))
    watcher.recall(state.step)

    def draw_sheet(
        step: int, pixels: NDArray[np.uint8], p_real: NDArray[np.float32] | None
    ) -> None:
        measured = watcher.measure(step, pixels)
        write_sheet(paths.sample(step), pixels, recipe.sheet_columns, p_real, measured)
        for events in written:
            events.sheet(step)

    hooks = Hooks(
        request=reporter.request,
        at_step=reporter.at_step,
        write_sheet=draw_sheet,
        pins=lambda: read_meta(paths).pins,
        clock=time.monotonic,
        watcher=watcher,
        evaluator=Evaluator(paths, recipe, config, state, dataset),
        writers=written,
    )
    trainer = Trainer(paths, recipe, config, state, dataset, hooks)
    return held.enter_context(closing(trainer))


def _open_events(
    paths: RunPaths, config: RunConfig, step: int, held: ExitStack
) -> tuple[EventFile, ...]:
    """The run's event file, where its setting asks for one."""
    if config.settings.event_files != "on":
        return ()
    from gan_core.portable.event_files import EventFile

    return (held.enter_context(closing(EventFile.open(paths, config, step))),)


def _restore(paths: RunPaths, state: TrainState) -> Said | None:
    """Continue from the newest good checkpoint; return what people should know about it."""
    loaded = checkpoints.load_newest(paths)
    if loaded is not None:
        state.restore(loaded.arrays)
    dropped = metrics.truncate_after(paths.metrics, state.step)
    evaluations.truncate_after(paths, state.step)
    logger.info("starting at step %d; %d later log lines dropped", state.step, dropped)
    if loaded is None:
        if dropped:
            return Said(template=N_("no checkpoint had been written yet: started again at step 0"))
        return None
    for damage in loaded.skipped:
        logger.warning("skipped: %s", damage)
    if loaded.skipped:
        return Said(
            template=N_("continued from step {step}: {num} newer saved states were damaged"),
            values={"step": state.step, "num": len(loaded.skipped)},
        )
    return Said(template=N_("continued from step {step}"), values={"step": state.step})


def _remove_temporaries(paths: RunPaths) -> None:
    folders = (paths.root, paths.samples, paths.snapshots, paths.checkpoints, paths.control)
    for folder in (*folders, paths.events):
        remove_temporaries(folder)


def _said(error: GanCoreError) -> Said:
    return Said(template="{message} {hint}", values={"message": error.message, "hint": error.hint})
