"""A run's event file, read back by TensorBoard itself."""

import logging
import time
from contextlib import closing

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from gan_core.evaluation import Evaluation, FeatureNet, Figure
from gan_core.portable.event_files import EventFile
from gan_core.runs import evaluations
from gan_core.runs.metrics import MetricLog, truncate_after
from gan_core.runs.sheet import write_sheet
from gan_core.runs.store import RunStore
from tests.runs_by_hand import in_state


@pytest.fixture
def run(tmp_path):
    run = in_state(RunStore(tmp_path), "stopped", step=40, event_files="on")
    add(run, None, range(10, 41, 10))
    return run


def opened(run, step):
    return EventFile.open(run.paths, run.sound_config(), step)


def add(run, events, steps):
    """Log some steps, with a sheet each, as a worker does."""
    with MetricLog(run.paths.metrics) as log:
        for step in steps:
            record = {"step": step, "elapsed_s": step / 10, "g_loss": 1.0 / step}
            for writer in (log, events):
                if writer is not None:
                    writer.append(record)
            write_sheet(run.paths.sample(step), np.full((4, 8, 8, 1), step, np.uint8), 2, None)
            if events is not None:
                events.sheet(step)


def evaluate(run, step):
    features = FeatureNet(name="digit features", source="random", sha256="0" * 64, size=8)
    made = Evaluation(
        depth="light", step=step, features=features, num_images=100, num_real=100,
        real="held-out", secs=1.0, fid=Figure(value=5.0 + step, low=1.0, high=100.0),
    )  # fmt: skip
    evaluations.write(run.paths, made)


def read(run, caplog):
    caplog.set_level(logging.WARNING)
    read = EventAccumulator(str(run.paths.events), {"images": 0, "scalars": 0, "tensors": 0})
    read.Reload()
    assert caplog.records == []
    return read


def steps(found):
    return [event.step for event in found]


def test_scalars_sheets_settings_and_evaluations(run, caplog):
    evaluate(run, 20)
    with closing(opened(run, 40)) as events:
        add(run, events, (50, 60))
        evaluate(run, 60)
    found = read(run, caplog)
    losses = found.Scalars("g_loss")
    assert steps(losses) == [10, 20, 30, 40, 50, 60]
    np.testing.assert_allclose([event.value for event in losses], [1 / s for s in steps(losses)])
    assert losses[-1].wall_time - losses[0].wall_time == pytest.approx(5.0)
    sheets = found.Images("samples")
    assert steps(sheets) == [10, 20, 30, 40, 50, 60]
    assert sheets[-1].encoded_image_string == run.paths.sample(60).read_bytes()
    fids = found.Scalars("evaluation/fid · digit features")
    assert [(event.step, event.value) for event in fids] == [(20, 25.0), (60, 65.0)]
    text = found.Tensors("settings")[0].tensor_proto.string_val[0].decode()
    assert f"| g_lr | {run.sound_config().settings.g_lr} |" in text


def test_after_a_resume_no_step_is_there_twice(run, caplog):
    with closing(opened(run, 40)) as events:
        add(run, events, (50, 60, 70))
        evaluate(run, 70)
    # Killed; the newest checkpoint is of step 50.
    truncate_after(run.paths.metrics, 50)
    evaluations.truncate_after(run.paths, 50)
    with closing(opened(run, 50)) as events:
        add(run, events, (60, 70))
    found = read(run, caplog)
    for told in (found.Scalars("g_loss"), found.Images("samples")):
        assert steps(told) == [10, 20, 30, 40, 50, 60, 70]
    assert "evaluation/fid · digit features" not in found.Tags()["scalars"]
    assert len(list(run.paths.events.iterdir())) == 1


def test_an_open_tensorboard_forgets_what_is_told_again(run, caplog):
    opened(run, 40).close()
    reader = read(run, caplog)
    (older,) = run.paths.events.iterdir()
    older.rename(run.paths.events / "events.out.tfevents.0000000001.older")
    while older.name.split(".")[3] == f"{int(time.time()):010d}":
        time.sleep(0.05)  # the next worker is never so soon that its file has the same name
    with closing(opened(run, 40)) as events:
        add(run, events, (50,))
    reader.Reload()
    assert steps(reader.Scalars("g_loss")) == [10, 20, 30, 40, 50]


def test_a_run_that_has_logged_nothing(tmp_path, caplog):
    run = in_state(RunStore(tmp_path), "stopped", step=0, event_files="on")
    opened(run, 0).close()
    assert read(run, caplog).Tags()["scalars"] == []
