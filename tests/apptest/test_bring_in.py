"""Importing on the Runs page, and taking a generator along from the Explore page."""

from __future__ import annotations

import pickle

from gan_core.access.people import OWNER
from gan_core.jobs import gallery
from tests.apptest.conftest import EXPLORE, PAGES, RUNS, assert_sound
from tests.portable.foreign import by_hand


def _bring(viewer, name, content):
    (field,) = (found for found in viewer.file_uploader if found.key.startswith("bring-in"))
    field.upload(name, content)
    viewer.run()
    viewer.button(key="bring-in").click().run()
    assert_sound(viewer)
    return viewer


def test_a_generator_becomes_a_card(studio, tmp_path):
    viewer = studio.open(RUNS)
    assert viewer.button(key="bring-in").disabled
    content = by_hand.write_keras(tmp_path / "x", by_hand.sequential()).read_bytes()
    _bring(viewer, "Zoe7.keras", content)
    (run,) = studio.store.list()
    assert run.title == "Zoe7"
    assert "16 × 16" in " ".join(text.value for text in viewer.caption)
    for page in PAGES:
        opened = studio.open(page, run=run.id)
        assert_sound(opened)


def test_what_is_no_generator_is_refused_in_words(studio):
    viewer = _bring(studio.open(RUNS), "x.keras", pickle.dumps(print))
    (error,) = viewer.error
    assert "not a good zip" in error.value
    assert not studio.store.ids()


def test_how_to_use_what_is_downloaded(studio):
    run_id = gallery.ensure(studio.store, "digits", by=OWNER)
    viewer = studio.open(EXPLORE, run=run_id)
    assert_sound(viewer)
    (code,) = (found.value for found in viewer.code if "Image" in found.value)
    assert "onnxruntime.InferenceSession" in code
    viewer.segmented_control(key=f"model-format-{run_id}").set_value("h5").run()
    assert_sound(viewer)
    (code,) = (found.value for found in viewer.code if "Image" in found.value)
    assert "generator_model_012.h5" in code
