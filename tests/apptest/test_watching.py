"""What a viewer is offered: to look and explore, and no button that would be refused."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from gan_core.access.modes import VARIABLE
from pages._parts.presence import presence
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
    assert len(viewer.get("link_button")) == 1


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


def through_the_router(studio):
    """A viewer of the first page; other tests begin at a page, behind what app.py itself draws."""
    return AppTest.from_file(str(studio.app), default_timeout=60).run()


def elements(viewer):
    return {element.proto.component_name for element in viewer.get("bidi_component")}


def test_nobody_waits_for_a_viewer(studio, monkeypatch):
    presence().seen_at = float("-inf")
    assert_sound(through_the_router(studio))
    assert presence().seen_at == float("-inf")
    monkeypatch.setenv(VARIABLE, "alone")
    assert_sound(through_the_router(studio))
    assert presence().seen_at > 0


def test_the_line_about_roles_is_there_unless_everybody_may_do_all(studio, monkeypatch):
    viewer = through_the_router(studio)
    assert "latent_studio_access_line" in elements(viewer)
    assert "address" not in keys(viewer)
    assert viewer.button(key="train").disabled
    monkeypatch.setenv(VARIABLE, "alone")
    viewer = through_the_router(studio)
    assert elements(viewer) == set()
    assert not viewer.button(key="train").disabled
