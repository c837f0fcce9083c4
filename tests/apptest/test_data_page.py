"""The Data page, and own sets on Train's data card."""

import numpy as np
import pytest
import streamlit as st
from PIL import Image

from gan_core.access.people import OWNER
from gan_core.data.own.prepare import Options
from gan_core.jobs import own_sets
from tests.apptest.conftest import RUNS, TRAIN, assert_sound
from tests.apptest.test_words import assert_translated

DATA = "pages/data.py"
TITLE = "Zoe7"


@pytest.fixture
def own(studio, tmp_path):
    folder = tmp_path / TITLE
    rng = np.random.default_rng(0)
    for number in range(100):
        path = folder / ("Zoe7" if number % 3 else "digits") / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (40, 50, 3), np.uint8)).save(path)
    (folder / "digits" / "Zoe7").write_bytes(b"no picture")
    return own_sets.prepare(studio.store.root, folder, Options(), limits="upload", by=OWNER)


def words(viewer):
    return " ".join(text.value for text in [*viewer.markdown, *viewer.caption])


def test_a_first_visit(studio):
    viewer = studio.open(DATA)
    assert_sound(viewer)
    assert viewer.selectbox(key="data-set").value == "digits"
    assert viewer.button(key="prepare").disabled
    assert viewer.query_params["dataset"] == "digits"


def test_every_named_set_can_be_looked_at(studio):
    viewer = studio.open(DATA)
    for name in ("mnist", "cifar10", "quickdraw", "shapes"):
        viewer.selectbox(key="data-set").set_value(name).run()
        assert_sound(viewer)
        assert not viewer.error


def test_an_own_set(studio, own):
    viewer = studio.open(DATA, dataset=own.info.name)
    assert_sound(viewer)
    assert viewer.selectbox(key="data-set").value == own.info.name
    said = words(viewer)
    assert "| Zoe7 |" in said
    assert "digits/Zoe7: not a picture" in said
    assert viewer.get("imgs") or viewer.get("image")


def test_an_unknown_set_in_the_address(studio, own):
    viewer = studio.open(DATA, dataset="own:0000000000000000")
    assert_sound(viewer)
    assert not viewer.error


def test_delete_asks_first(studio, own):
    viewer = studio.open(DATA, dataset=own.info.name)
    viewer.button(key="delete-set").click().run()
    assert_sound(viewer)
    assert len(own_sets.own_sets(studio.store.root)) == 1
    viewer.button(key="delete-set").click()
    viewer.button(key="really-delete-set").click().run()
    assert_sound(viewer)
    assert own_sets.own_sets(studio.store.root) == []


def test_trains_card_offers_own_sets_and_honours_the_address(studio, own):
    viewer = studio.open(TRAIN, dataset=own.info.name)
    assert_sound(viewer)
    assert viewer.selectbox(key="dataset-quick-dcgan").value == own.info.name
    key = f"quick-dcgan-{own.info.name}"
    assert viewer.selectbox(key=f"{key}-image_size").options == ["28", "32", "64"]
    viewer.selectbox(key=f"{key}-image_size").set_value(32)
    viewer.selectbox(key=f"{key}-channels").set_value(1)
    viewer.button(key="train").click().run()
    assert_sound(viewer)
    assert not viewer.error
    (run,) = studio.store.list()
    info = run.sound_config().dataset
    assert (info.name, info.image_shape) == (own.info.name, (32, 32, 1))
    assert (run.paths.dataset / "images.npy").is_file()


def test_a_selection(studio):
    viewer = studio.open(TRAIN, dataset="cifar10:cat")
    assert_sound(viewer)
    assert viewer.multiselect(key="picked-quick-dcgan-cifar10").value == ["cat"]


def test_every_word_is_translated(studio, own):
    assert_translated(studio.open(DATA, lang="qps"))
    assert_translated(studio.open(DATA, lang="qps", dataset=own.info.name))
    assert_translated(studio.open(TRAIN, lang="qps", dataset=own.info.name))


def test_a_field_promises_no_more_than_the_server_takes(studio):
    limit = st.get_option("server.maxUploadSize")
    for page in (DATA, RUNS):
        fields = studio.open(page).get("file_uploader")
        assert fields
        assert {field.proto.max_upload_size_mb for field in fields} == {limit}
