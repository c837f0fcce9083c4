"""Buttons: what they ask of the runs, and what they refuse."""

import pytest

from gan_core.runs.lock import FileLock
from tests.apptest.conftest import MODEL_ID, RUNS, TRAIN, assert_sound


def test_rename(studio):
    studio.add("before")
    viewer = studio.open(RUNS)
    viewer.text_input(key=f"name-{MODEL_ID}").set_value("  after \n all  ").run()
    viewer.button(key=f"rename-{MODEL_ID}").click().run()
    assert_sound(viewer)
    assert studio.store.get(MODEL_ID).title == "after all"
    assert viewer.toast
    assert any("after all" in text.value for text in viewer.markdown)


def test_an_empty_name_falls_back_to_recipe_and_data(studio):
    studio.add("before")
    viewer = studio.open(RUNS)
    viewer.text_input(key=f"name-{MODEL_ID}").set_value("").run()
    viewer.button(key=f"rename-{MODEL_ID}").click().run()
    assert studio.store.get(MODEL_ID).title == "quick-dcgan · digits"


def test_a_name_of_a_run_that_is_gone(studio):
    studio.add("before")
    viewer = studio.open(RUNS)
    studio.store.delete(MODEL_ID)
    viewer.button(key=f"rename-{MODEL_ID}").click().run()
    assert_sound(viewer)
    assert len(viewer.error) == 1


def test_delete_asks_first(studio):
    studio.add("precious")
    viewer = studio.open(RUNS)
    viewer.button(key=f"delete-{MODEL_ID}").click().run()
    assert_sound(viewer)
    (dialog,) = viewer.get("dialog")
    assert dialog.proto.dialog.title
    assert viewer.button(key="really-delete")
    assert any("precious" in text.value for text in dialog.markdown)
    assert studio.store.ids() == [MODEL_ID]
    viewer.run()  # closed without an answer
    assert studio.store.ids() == [MODEL_ID]


def confirm_deletion(viewer):
    """Press "delete" and, in the same breath, the dialog's own button.

    The test runner runs whole pages only, never a dialog alone.
    """
    viewer.button(key=f"delete-{MODEL_ID}").click().run()
    viewer.button(key=f"delete-{MODEL_ID}").click()
    viewer.button(key="really-delete").click().run()
    assert_sound(viewer)


def test_delete(studio):
    studio.add()
    viewer = studio.open(RUNS)
    confirm_deletion(viewer)
    assert studio.store.list() == []
    assert not studio.open(RUNS).error


def test_a_running_run_is_not_deleted(studio):
    paths = studio.add()
    studio.set_state(paths, "running")
    with FileLock.acquire(paths.lock):
        viewer = studio.open(RUNS)
        confirm_deletion(viewer)
        (error,) = viewer.error
        assert "is running" in error.value
        assert "Stop it first" in error.value
    assert studio.store.ids() == [MODEL_ID]


@pytest.mark.parametrize(("button", "state"), [("stop", "stopped"), ("pause", "paused")])
def test_a_queued_run_is_ended_without_a_worker(studio, button, state):
    paths = studio.add_queued()
    viewer = studio.open(TRAIN, run=paths.root.name)
    viewer.button(key=button).click().run()
    assert_sound(viewer)
    assert not viewer.error
    assert viewer.toast
    assert studio.state(paths) == state
    viewer.button(key="resume").click().run()
    assert_sound(viewer)
    assert studio.state(paths) == "queued"
    assert viewer.button(key=button)


def test_a_paused_run_can_be_resumed_and_keeps_its_step(studio):
    paths = studio.add()
    studio.set_state(paths, "paused", step=40)
    viewer = studio.open(TRAIN, run=MODEL_ID)
    viewer.button(key="resume").click().run()
    assert_sound(viewer)
    status = studio.store.get(MODEL_ID).status
    assert (status.state, status.step) == ("queued", 40)


def test_a_run_whose_status_a_power_cut_has_torn_can_be_resumed(studio):
    paths = studio.add()
    paths.status.write_bytes(b"")
    viewer = studio.open(TRAIN, run=MODEL_ID)
    assert_sound(viewer)
    assert any("Resume writes it anew" in one.value for one in viewer.warning)
    viewer.button(key="resume").click().run()
    assert_sound(viewer)
    assert not viewer.error
    status = studio.store.get(MODEL_ID).status
    assert (status.state, status.step) == ("queued", 60)  # its newest checkpoint


def test_a_request_that_comes_too_late_is_told(studio):
    paths = studio.add_queued()
    viewer = studio.open(TRAIN, run=paths.root.name)
    studio.set_state(paths, "failed")
    viewer.button(key="stop").click().run()
    assert_sound(viewer)
    assert len(viewer.error) == 1
    assert studio.state(paths) == "failed"


def test_requests_reach_a_living_worker(studio):
    paths = studio.add()
    studio.set_state(paths, "running")
    with FileLock.acquire(paths.lock):
        viewer = studio.open(TRAIN, run=MODEL_ID)
        viewer.button(key="pause").click().run()
        assert_sound(viewer)
        assert viewer.toast  # the worker, played by nobody here, has not answered yet
    assert len(list(paths.control.iterdir())) == 1


def test_a_completed_run_has_nothing_to_press(studio):
    studio.add()
    viewer = studio.open(TRAIN, run=MODEL_ID)
    assert {b.key for b in viewer.button} & {"pause", "stop", "resume"} == set()
