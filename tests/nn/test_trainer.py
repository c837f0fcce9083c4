"""The loop: what happens when, requests, trouble, and exact continuation."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable
from contextlib import closing
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_core import data
from gan_core.config import Kernels
from gan_core.errors import BadInputError, GanCoreError
from gan_core.metrics.collapse import ended_without_number
from gan_core.portable.event_files import EventFile
from gan_core.recipes.recipe import EpochCheck
from gan_core.runs import checkpoints, metrics, snapshots
from gan_core.runs.layout import RunPaths, sheet_steps, step_folders
from gan_core.runs.reporter import Request
from gan_core.runs.sheet import read_about, write_sheet
from gan_core.runs.watch import Collapse, Watched, write_watched


class World:
    """What the loop sees around it: a clock of one second a look, and requests at set steps."""

    def __init__(self, paths: RunPaths, requests: dict[int, Request] | None = None) -> None:
        self.paths, self.requests = paths, requests or {}
        self.now = 0.0
        self.step = 0
        self.seen_steps: list[int] = []

    def request(self) -> Request | None:
        return self.requests.get(self.step)

    def at_step(self, step: int) -> None:
        self.step = step
        self.seen_steps.append(step)

    def write_sheet(
        self, step: int, images: NDArray[np.uint8], p_real: NDArray[np.float32] | None
    ) -> None:
        write_sheet(self.paths.sample(step), images, 8, p_real)

    def pins(self) -> tuple[int, ...]:
        return ()

    def collapsed(self) -> None:
        self.requests[self.step] = "collapse"

    def clock(self) -> float:
        self.now += 1.0
        return self.now


@pytest.fixture(scope="module")
def trainer(nn: SimpleNamespace, system: Callable[..., Any]) -> Callable[..., tuple[Any, World]]:
    """Make a trainer of 12 steps: a sheet every 2, a snapshot every 6."""

    def make(
        paths: RunPaths,
        requests: dict[int, Request] | None = None,
        name: str = "quick-dcgan",
        epoch_check: EpochCheck | None = None,
        **overrides: Any,
    ) -> tuple[Any, World]:
        settings = {"log_every": 2, "snapshot_every": 6, "checkpoint_secs": 3600.0, **overrides}
        made = system(name, **settings)
        recipe = dataclasses.replace(made.recipe, sheet_every=2, epoch_check=epoch_check)
        state = nn.state.initial_state(recipe, made.config)
        loaded = checkpoints.load_newest(paths)
        if loaded is not None:
            state.restore(loaded.arrays)
        world = World(paths, requests)
        names = ("request", "at_step", "write_sheet", "pins", "clock")
        info = made.config.dataset
        loaded = data.load(info, paths.root)
        dataset = dataclasses.replace(loaded, test_images=loaded.train_images[:200])
        watcher = nn.watching.Watcher(
            paths, recipe, made.config, dataset.train_images, world.collapsed
        )
        hooks = nn.trainer.Hooks(**{name: getattr(world, name) for name in names}, watcher=watcher)
        return nn.trainer.Trainer(paths, recipe, made.config, state, dataset, hooks), world

    return make


def _train(made: Any, paths: RunPaths) -> Request | None:
    metrics.truncate_after(paths.metrics, made.state.step)
    with metrics.MetricLog(paths.metrics) as log:
        request: Request | None = made.train(log)
        if request is None:
            made.finish(log)
        else:
            made.checkpoint(log)
    return request


def _lines(paths: RunPaths) -> list[dict[str, float]]:
    return [json.loads(line) for line in paths.metrics.read_text().splitlines()]


def test_a_whole_run(trainer: Callable[..., Any], paths: RunPaths) -> None:
    made, world = trainer(paths)
    assert _train(made, paths) is None
    assert world.seen_steps == list(range(1, 13))
    assert sheet_steps(paths) == [0, 2, 4, 6, 8, 10, 12]
    assert snapshots.list_steps(paths) == [0, 2, 4, 6, 12]
    assert step_folders(paths.checkpoints) == [12]
    assert read_about(paths.sample(12))["columns"] == 8
    lines = _lines(paths)
    assert [line["step"] for line in lines] == [2, 4, 6, 8, 10, 12]
    assert list(lines[0]) == [
        *("step", "epoch", "elapsed_s", "images_per_s"),
        *("d_loss", "g_loss", "d_acc_real", "d_acc_fake"),
    ]
    assert lines[-1]["epoch"] == round(12 / 625, 4)
    elapsed = [line["elapsed_s"] for line in lines]
    assert elapsed == sorted(elapsed)
    for line in lines:
        assert line["images_per_s"] > 0
        assert 0 <= line["d_acc_real"] <= 1
        assert 0 <= line["d_acc_fake"] <= 1


def test_the_log_is_safe_before_anything_is_saved_of_the_same_step(
    trainer: Callable[..., Any], paths: RunPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that after a power cut no curve ends before the step at which the run goes on."""
    flush = os.fsync
    safe_bytes = [0]
    unsafe_bytes: list[int] = []

    def flushed(descriptor: int) -> None:
        flush(descriptor)
        logged = paths.metrics.stat()
        if os.fstat(descriptor).st_ino == logged.st_ino:
            safe_bytes.append(logged.st_size)
        else:
            unsafe_bytes.append(logged.st_size - safe_bytes[-1])

    monkeypatch.setattr(os, "fsync", flushed)
    made, _ = trainer(paths, {8: "pause"})
    assert _train(made, paths) == "pause"
    assert step_folders(paths.checkpoints) == [8]
    assert snapshots.list_steps(paths) == [0, 2, 4, 6]
    assert set(unsafe_bytes) == {0}
    assert len(safe_bytes) == 1 + 5  # five saves


def test_the_same_latents_on_every_sheet(
    trainer: Callable[..., Any], paths: RunPaths, tmp_path: Any
) -> None:
    again = RunPaths(tmp_path / "again")
    again.make_folders()
    for place in (paths, again):
        made, _ = trainer(place, {0: "stop"})
        _train(made, place)
    assert paths.sample(0).read_bytes() == again.sample(0).read_bytes()


_EVERYTHING = {
    "optimizer": "rmsprop",
    "lr_schedule": "cosine",
    "ema": 0.9,
    "d_steps": 2,
    "instance_noise": 0.2,
    "weight_decay": 1e-3,
}


@pytest.mark.parametrize(
    "overrides",
    [
        {"dropout": 0.3},
        _EVERYTHING,
        {"name": "vae", "batch_size": 500},
    ],
)
def test_cut_and_continued_is_as_if_never_cut(
    trainer: Callable[..., Any], paths: RunPaths, tmp_path: Any, overrides: dict[str, Any]
) -> None:
    whole = RunPaths(tmp_path / "whole")
    whole.make_folders()
    made, _ = trainer(whole, **overrides)
    _train(made, whole)
    for requests, expected in (
        ({5: "pause"}, "pause"),
        ({0: "stop", 7: "stop"}, "stop"),
        ({}, None),
    ):
        cut, world = trainer(paths, requests, **overrides)
        world.step = cut.state.step
        assert _train(cut, paths) == expected
    for a, b in zip(_lines(whole), _lines(paths), strict=True):
        for line in (a, b):
            del line["elapsed_s"], line["images_per_s"]
        assert a == b
    for step in (4, 8, 12):
        assert whole.sample(step).read_bytes() == paths.sample(step).read_bytes()
    a, b = (checkpoints.load_newest(place).arrays for place in (whole, paths))  # type: ignore[union-attr]
    assert a.keys() == b.keys()
    for name in a.keys() - {"elapsed_secs"}:
        assert a[name].tobytes() == b[name].tobytes(), name


def test_an_autoencoder_tells_of_each_epoch(trainer: Callable[..., Any], paths: RunPaths) -> None:
    """Epochs of 5 steps, a line every 2: the epoch's last line has its means and `val_loss`."""
    made, _ = trainer(paths, name="vae", batch_size=1000)
    _train(made, paths)
    lines = {line["step"]: line for line in _lines(paths)}
    assert list(lines) == [2, 4, 5, 6, 8, 10, 12]
    assert [step for step, line in lines.items() if "val_loss" in line] == [5, 10]
    for line in lines.values():
        assert line["loss"] == pytest.approx(line["reconstruction"] + line["kl"], rel=1e-5)
    assert lines[10]["val_loss"] < lines[5]["val_loss"]
    assert lines[5]["loss"] > lines[5]["val_loss"]  # the mean of an epoch that began untrained


def test_an_epochs_mean_is_that_of_its_steps(
    trainer: Callable[..., Any], paths: RunPaths, tmp_path: Any
) -> None:
    """Of two equal runs one logs each step, so its lines give the other's mean."""
    made, _ = trainer(paths, name="autoencoder", batch_size=1000)
    _train(made, paths)
    each = RunPaths(tmp_path / "each")
    each.make_folders()
    other, _ = trainer(each, name="autoencoder", batch_size=1000, log_every=1)
    _train(other, each)
    epoch = next(line for line in _lines(paths) if line["step"] == 5)
    steps = [line["loss"] for line in _lines(each) if line["step"] <= 4]
    fifth = 5 * epoch["loss"] - sum(steps)
    assert 0 < fifth < steps[-1] * 1.05
    assert epoch["loss"] == next(line for line in _lines(each) if line["step"] == 5)["loss"]


def test_the_check_at_an_epochs_end(trainer: Callable[..., Any], paths: RunPaths) -> None:
    check = EpochCheck(every_epochs=1, num_images=16)
    made, _ = trainer(paths, epoch_check=check, batch_size=500)
    _train(made, paths)
    lines = {line["step"]: line for line in _lines(paths)}
    checked = [step for step, line in lines.items() if "eval_d_loss" in line]
    assert checked == [10]
    assert 0 <= lines[10]["eval_acc_real"] <= 1
    assert lines[10]["eval_g_loss"] > 0


def test_checkpoints_come_by_the_clock(trainer: Callable[..., Any], paths: RunPaths) -> None:
    made, _ = trainer(paths, {9: "interrupt"}, checkpoint_secs=8.0)
    assert _train(made, paths) == "interrupt"
    saved = step_folders(paths.checkpoints)
    assert len(saved) == 2
    assert saved[-1] == 9
    assert saved[0] < 9


def test_a_loss_that_is_no_number_ends_the_run(
    nn: SimpleNamespace, trainer: Callable[..., Any], paths: RunPaths
) -> None:
    made, _ = trainer(paths, {4: "pause"})
    _train(made, paths)
    broken, _ = trainer(paths)
    values = nn.build.weights(broken.state.discriminator)
    last = max(name for name in values if name.endswith("/bias"))
    values[last] = np.array([np.nan], np.float32)
    nn.build.set_weights(broken.state.discriminator, values)
    with pytest.raises(GanCoreError) as caught:
        _train(broken, paths)
    assert caught.value.message == "At step 6 a loss was no longer a finite number."
    assert "Fork an earlier snapshot" in caught.value.hint
    assert ended_without_number(caught.value.one_line()) == 6
    assert _lines(paths)[-1]["d_loss"] is None
    loaded = checkpoints.load_newest(paths)
    assert loaded is not None
    assert loaded.step == 4


def test_a_weight_that_is_no_number_is_never_saved(
    nn: SimpleNamespace, trainer: Callable[..., Any], paths: RunPaths
) -> None:
    """The loss of the step that broke it was still a number, and that step is a snapshot's."""
    made, world = trainer(paths, log_every=5)

    def break_at_the_snapshot(step: int) -> None:
        world.at_step(step)
        if step == 6:
            weight = made.state.generator.trainable_variables[0]
            weight.assign(np.full(weight.shape, np.nan, np.float32))

    made.hooks = dataclasses.replace(made.hooks, at_step=break_at_the_snapshot)
    with pytest.raises(GanCoreError, match="At step 6 a weight was no longer a finite number"):
        _train(made, paths)
    loaded = checkpoints.load_newest(paths)
    assert loaded is not None
    assert loaded.step < 6
    assert all(np.isfinite(array).all() for array in loaded.arrays.values())


SEEN = Collapse(step=8, healthy_step=4, signals=("alike",))


def test_a_run_paused_at_its_collapse_goes_back_when_it_is_resumed(
    trainer: Callable[..., Any], paths: RunPaths
) -> None:
    made, _ = trainer(paths, {4: "pause"}, on_collapse="restart")
    assert _train(made, paths) == "pause"
    write_watched(paths, Watched(collapse=SEEN))
    resumed, world = trainer(paths, on_collapse="restart")
    resumed.hooks.watcher.recall(resumed.state.step)
    assert _train(resumed, paths) == "collapse"
    assert (resumed.state.step, world.seen_steps) == (4, [])


@pytest.mark.parametrize(
    ("watched", "on_collapse", "num_asked"),
    [
        (Watched(collapse=SEEN), "restart", 1),
        (Watched(collapse=SEEN), "ask", 0),
        (Watched(collapse=SEEN, successor="it-went-back"), "restart", 0),
        (Watched(collapse=SEEN, gave_up="too often"), "restart", 0),
        (Watched(num_rollbacks=1), "restart", 0),
    ],
)
def test_who_is_asked_to_stop_at_once(
    nn: SimpleNamespace,
    system: Callable[..., Any],
    paths: RunPaths,
    watched: Watched,
    on_collapse: str,
    num_asked: int,
) -> None:
    write_watched(paths, watched)
    made = system("quick-dcgan", on_collapse=on_collapse)
    asked: list[str] = []
    images = np.zeros((8, *made.config.dataset.image_shape), np.uint8)
    stop = lambda: asked.append("collapse")  # noqa: E731
    nn.watching.Watcher(paths, made.recipe, made.config, images, stop).recall(4)
    assert len(asked) == num_asked


def test_a_gpu_that_is_not_here(nn: SimpleNamespace) -> None:
    if nn.tensorflow.config.list_physical_devices("GPU"):
        return  # then there is nothing to refuse
    kernels = Kernels(device="gpu", jit=True, intra_op_threads=2, inter_op_threads=2)
    with pytest.raises(BadInputError) as caught:
        nn.device.prepare(kernels)
    assert caught.value.field == "device"
    assert "TensorFlow finds none here" in caught.value.message


def test_the_probe_answers_in_json(nn: SimpleNamespace, capsys: pytest.CaptureFixture[str]) -> None:
    assert nn.probe.main() == 0
    found = json.loads(capsys.readouterr().out)
    assert found["tensorflow"] == nn.tensorflow.__version__
    assert isinstance(found["gpus"], list)


def test_event_files_change_nothing_and_are_whole_after_a_resume(
    trainer: Callable[..., Any], paths: RunPaths, tmp_path: Any
) -> None:
    plain = RunPaths(tmp_path / "plain")
    plain.make_folders()
    made, _ = trainer(plain, dropout=0.3)
    _train(made, plain)
    for requests in ({5: "pause"}, {}):
        told, world = trainer(paths, requests, dropout=0.3, event_files="on")
        world.step = told.state.step
        with closing(EventFile.open(paths, told.config, told.state.step)) as events:
            told.hooks = dataclasses.replace(
                told.hooks,
                writers=(events,),
                write_sheet=lambda *sheet: (world.write_sheet(*sheet), events.sheet(sheet[0])),  # noqa: B023
            )
            _train(told, paths)
    both = [_lines(place) for place in (plain, paths)]
    for line in (line for lines in both for line in lines):
        del line["elapsed_s"], line["images_per_s"]
    assert both[0] == both[1]
    whole, cut = (checkpoints.load_newest(place).arrays for place in (plain, paths))
    assert all(np.array_equal(whole[name], cut[name]) for name in whole if name != "elapsed_secs")
    assert _steps_told(paths) == [2, 4, 6, 8, 10, 12]


def _steps_told(paths: RunPaths) -> list[int]:
    """The steps with a loss in the event files, as TensorFlow's own reader finds them."""
    import tensorflow as tf

    (file,) = paths.events.iterdir()
    events = map(
        tf.compat.v1.Event.FromString, tf.data.TFRecordDataset(str(file)).as_numpy_iterator()
    )
    return [e.step for e in events if any(v.tag == "g_loss" for v in e.summary.value)]
