"""The panel that says what is happening in a run, and its button."""

import json

import pytest
import streamlit as st

from gan_core.access.modes import VARIABLE
from gan_core.runs import control, evaluations
from gan_core.runs.checkpoints import STATE_FILE
from gan_core.runs.lock import FileLock
from gan_core.runs.snapshots import list_steps
from gan_core.runs.watch import Collapse, Watched, write_watched
from tests.apptest.conftest import MODEL_ID, TRAIN, assert_sound
from tests.apptest.reading import texts, without_markdown
from tests.evaluations_measured import evaluation


def said(viewer):
    """What the panel says."""
    found = [text.value for text in viewer.markdown if "What is happening?" in text.value]
    assert len(found) == 1
    return without_markdown(found[0])


def keys(viewer):
    return {element.key for element in viewer.get("button")}


def set_setting(paths, **changes):
    config = json.loads(paths.config.read_text())
    config["settings"].update(changes)
    paths.config.write_text(json.dumps(config))


@pytest.fixture
def wrongly_scaled(studio):
    """The completed run, as if its images had been scaled to what G cannot reach."""
    paths = studio.add()
    set_setting(paths, pixel_range="0,1")
    return paths


def test_a_short_run_is_told_to_go_on(studio):
    studio.add()
    viewer = studio.open(TRAIN, run=MODEL_ID)
    assert_sound(viewer)
    assert "Ended early: 60 steps" in said(viewer)
    assert "Go on to step 3 000" in viewer.button(key="do-it").label.replace("\u202f", " ")
    viewer.button(key="do-it").click().run()
    assert_sound(viewer)
    run = studio.store.get(MODEL_ID)
    assert (run.status.state, run.sound_config().total_steps) == ("queued", 3000)
    assert "Waiting for its turn" in said(studio.open(TRAIN, run=MODEL_ID))


def test_the_button_forks_with_what_the_advice_says(studio, wrongly_scaled):
    viewer = studio.open(TRAIN, run=MODEL_ID)
    assert_sound(viewer)
    assert "G cannot reach the range of the real images" in said(viewer)
    viewer.button(key="do-it").click().run()
    assert_sound(viewer)
    made = studio.store.list()[0]
    assert made.id != MODEL_ID
    config = made.sound_config()
    assert config.parent.model_dump() == {"run": MODEL_ID, "step": 0}
    assert config.settings.pixel_range == "-1,1"
    assert viewer.query_params["run"] == made.id


def test_a_run_that_still_trains_is_stopped_for_its_fork(studio, wrongly_scaled):
    studio.set_state(wrongly_scaled, "running")
    with FileLock.acquire(wrongly_scaled.lock):
        viewer = studio.open(TRAIN, run=MODEL_ID)
        assert_sound(viewer)
        button = viewer.button(key="do-it")
        assert button.label.startswith("Stop, and fork at step 0")
        assert "This run is stopped" in button.help
        button.click().run()
        assert_sound(viewer)
        (request,) = control.take(wrongly_scaled)
    assert request == "stop"
    made = studio.store.list()[0]
    assert made.sound_config().parent.run == MODEL_ID
    assert viewer.query_params["run"] == made.id


def test_a_fork_that_is_refused_stops_nothing(studio, wrongly_scaled):
    studio.set_state(wrongly_scaled, "running")
    with FileLock.acquire(wrongly_scaled.lock):
        viewer = studio.open(TRAIN, run=MODEL_ID)
        state = wrongly_scaled.snapshot(0) / STATE_FILE
        state.unlink()  # it is shared with other runs
        state.write_bytes(b"damaged")
        viewer.button(key="do-it").click().run()
        assert_sound(viewer)
        assert len(viewer.error) == 1
        assert control.take(wrongly_scaled) == []
    assert [run.id for run in studio.store.list()] == [MODEL_ID]


def test_a_fork_that_may_be_spoilt_from_its_start_says_so(studio, wrongly_scaled):
    config = json.loads(wrongly_scaled.config.read_text())
    config["parent"] = {"run": "20260101-000000-aaaaaa", "step": 30}
    wrongly_scaled.config.write_text(json.dumps(config))
    viewer = studio.open(TRAIN, run=MODEL_ID)
    assert_sound(viewer)
    captions = " ".join(caption.value for caption in viewer.caption)
    assert "what it began with at step 30 may be spoilt already" in captions


def test_the_figure_that_got_no_better_is_named_after_its_features(studio):
    """Of a run that the setting for early stopping has ended."""
    paths = studio.add()
    for file in paths.evaluations.glob("*/*.json"):
        file.unlink()
    for step, shift in zip(list_steps(paths), (0.3, 0.6, 0.9), strict=True):
        evaluations.write(paths, evaluation(step, shift=shift))
    config = json.loads(paths.config.read_text())
    config["total_steps"] = 9000
    paths.config.write_text(json.dumps(config))
    set_setting(paths, early_stopping=2)
    first, *_, last = list_steps(paths)
    viewer = studio.open(TRAIN, run=MODEL_ID)
    assert_sound(viewer)
    assert f"step {last} of 9 000: 2 evaluations" in said(viewer).replace("\u202f", " ")
    assert "Stop here" not in {button.label for button in viewer.get("button")}
    assert f"FID · digit features, steps {first} to {last}" in {text for _, text in texts(viewer)}


def test_a_viewer_reads_the_words_and_is_offered_no_button(studio, wrongly_scaled, monkeypatch):
    monkeypatch.setenv(VARIABLE, "class")
    for name in ("cookies", "headers"):
        monkeypatch.setattr(type(st.context), name, property(lambda self: {}))
    viewer = studio.open(TRAIN, run=MODEL_ID)
    assert_sound(viewer)
    assert "G cannot reach the range" in said(viewer)
    assert "do-it" not in keys(viewer)


def test_a_collapse_has_one_button_for_each_thing(studio):
    """While the watch offers to roll back, the panel does not offer much the same."""
    paths = studio.add()
    collapse = Collapse(step=60, healthy_step=30, signals=("alike",))
    write_watched(paths, Watched(collapse=collapse))
    viewer = studio.open(TRAIN, run=MODEL_ID)
    assert_sound(viewer)
    assert "Mode collapse" in said(viewer)
    assert "roll-back" in keys(viewer)
    assert "do-it" not in keys(viewer)
    viewer.button(key="leave-it").click().run()
    assert "roll-back" not in keys(viewer)
    assert viewer.button(key="do-it").label.startswith("Fork at step 30")


def test_of_a_collapse_that_is_over_a_line_remains(studio):
    paths = studio.add()
    collapse = Collapse(step=60, healthy_step=30, signals=("d_always_right",))
    write_watched(paths, Watched(collapse=collapse))
    last = json.loads(paths.metrics.read_text().splitlines()[-1])
    fair = {"d_loss": 1.1, "g_loss": 1.0, "d_acc_real": 0.8, "d_acc_fake": 0.8}
    with paths.metrics.open("a") as log:
        for step in range(70, 2001, 10):
            log.write(json.dumps(last | fair | {"step": step}) + "\n")
    studio.set_state(paths, "completed", step=2000)
    viewer = studio.open(TRAIN, run=MODEL_ID)
    assert_sound(viewer)
    assert "The run no longer shows it." in "".join(line.value for line in viewer.caption)
    assert "roll-back" not in keys(viewer)
    assert viewer.warning == []


def test_a_collapsed_run_that_waits_for_its_turn_is_not_called_well(studio):
    paths = studio.add()
    collapse = Collapse(step=60, healthy_step=30, signals=("alike",))
    write_watched(paths, Watched(collapse=collapse))
    studio.set_state(paths, "queued", step=60)
    viewer = studio.open(TRAIN, run=MODEL_ID)
    assert_sound(viewer)
    assert "no longer shows it" not in "".join(line.value for line in viewer.caption)
    assert "roll-back" in keys(viewer)


def test_the_words_are_translated(studio):
    studio.add()
    viewer = studio.open(TRAIN, run=MODEL_ID, lang="qps")
    assert_sound(viewer)
    panel = next(text.value for text in viewer.markdown if "What is happening?" in text.value)
    assert "«Ended early: 60 steps" in panel
    assert "«Nothing went wrong" in panel
