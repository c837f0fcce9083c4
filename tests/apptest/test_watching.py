"""What a viewer is offered: to look and explore, and no button that would be refused."""

import pytest
import streamlit as st

from gan_core.access.modes import VARIABLE
from tests.apptest.conftest import EXPLORE, MODEL_ID, RUNS, TRAIN, assert_sound

DATA = "pages/data.py"


@pytest.fixture(autouse=True)
def in_class(monkeypatch):
    """A browser without a cookie; Streamlit's test runner has stand-ins that say yes to all."""
    monkeypatch.setenv(VARIABLE, "class")
    for name in ("cookies", "headers"):
        monkeypatch.setattr(type(st.context), name, property(lambda self: {}))


def keys(viewer):
    return {element.key for element in viewer.get("button")}


def test_a_viewer_sees_what_could_be_trained_and_cannot_start_it(studio):
    viewer = studio.open(TRAIN)
    assert_sound(viewer)
    assert viewer.button(key="train").disabled
    assert viewer.button(key="repeat").disabled
    viewer.segmented_control(key="mode").set_value("lesson").run()
    assert all(viewer.button(key=key).disabled for key in keys(viewer) if key.startswith("stage-"))
    viewer.button(key="stage-d_only").click().run()
    assert studio.store.ids() == []


def test_a_viewer_watches_a_run_without_its_buttons(studio):
    paths = studio.add()
    studio.set_state(paths, "interrupted")
    viewer = studio.open(TRAIN, run=MODEL_ID)
    assert_sound(viewer)
    assert not keys(viewer) & {"pause", "stop", "resume", "repeat-run", "roll-back"}
    assert viewer.error == []


def test_a_viewer_cannot_rename_delete_or_bring_in(studio):
    studio.add()
    viewer = studio.open(RUNS)
    assert_sound(viewer)
    assert not [key for key in keys(viewer) if key and key.startswith(("rename", "delete"))]
    assert "bring-in" not in keys(viewer)
    assert len(viewer.get("download_button")) == 1


def test_a_viewer_explores(studio):
    studio.add()
    viewer = studio.open(EXPLORE, run=MODEL_ID)
    assert_sound(viewer)
    assert viewer.error == []


def test_the_gallery_opens_for_a_viewer_who_comes_first(studio):
    viewer = studio.open(EXPLORE)
    assert_sound(viewer)
    assert viewer.error == []
    assert len(studio.store.ids()) == 1


def test_a_viewer_sees_the_data_and_brings_none(studio):
    viewer = studio.open(DATA)
    assert_sound(viewer)
    assert viewer.button(key="train-on-this").disabled
    assert "prepare" not in keys(viewer)
    assert viewer.get("file_uploader") == []


def test_nobody_waits_for_a_viewer(studio, monkeypatch):
    from pages._parts.presence import presence

    presence().seen_at = float("-inf")
    studio.open(TRAIN)
    assert presence().seen_at == float("-inf")
    monkeypatch.setenv(VARIABLE, "alone")
    studio.open(TRAIN)
    assert presence().seen_at > 0


def test_alone_there_is_no_line_about_roles(studio, monkeypatch):
    monkeypatch.setenv(VARIABLE, "alone")
    viewer = studio.open(TRAIN)
    assert not viewer.button(key="train").disabled
    assert "address" not in keys(viewer)
