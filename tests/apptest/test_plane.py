"""The Plane page: nothing to show, one model, two, and what the address asks for."""

import json

import pytest

from tests.apptest.conftest import EXPLORE, assert_sound
from tests.apptest.reading import texts
from tests.apptest.test_words import NAME, assert_translated
from tests.plane_runs import add_plane_run

PLANE = "pages/plane.py"


def element(viewer):
    """What the plane's element was given."""
    (found,) = viewer.get("bidi_component")
    (data,) = json.loads(found.proto.json)
    return data


def said(viewer):
    return "\n".join(text for _where, text in texts(viewer))


def test_without_an_encoder_the_page_says_what_to_train(studio):
    studio.add()  # a GAN: it has none
    viewer = studio.open(PLANE)
    assert_sound(viewer)
    assert viewer.subheader
    assert "encoder" in said(viewer)
    viewer.button(key="train-vae").click().run()
    assert_sound(viewer)
    assert viewer.selectbox(key="recipe").value == "vae"


def test_one_model(studio):
    run = add_plane_run(studio.store, name="my plane")
    viewer = studio.open(PLANE)
    assert_sound(viewer)
    assert not viewer.error
    data = element(viewer)
    assert [(model["run"], model["step"]) for model in data["models"]] == [(run.id, 20)]
    assert data["models"][0]["points_url"].startswith(f"studio/runs/{run.id}/plane/20.json")
    assert data["class_names"] == [str(i) for i in range(10)]
    assert viewer.query_params["run"] == run.id
    assert len(viewer.get("download_button")) == 6  # points and manifold: CSV, SVG, PNG


def test_two_models_side_by_side_and_the_address_keeps_them(studio):
    vae = add_plane_run(studio.store, name="the VAE")
    ae = add_plane_run(studio.store, name="the AE", recipe="autoencoder")
    viewer = studio.open(PLANE, run=vae.id)
    viewer.selectbox(key="plane-beside").set_value(ae.id).run()
    assert_sound(viewer)
    assert [model["title"] for model in element(viewer)["models"]] == ["the VAE", "the AE"]
    assert viewer.query_params["beside"] == ae.id
    assert len(viewer.get("download_button")) == 12
    again = studio.open(PLANE, run=vae.id, beside=ae.id)
    assert [model["run"] for model in element(again)["models"]] == [vae.id, ae.id]


def break_newest(run):
    (run.paths.snapshot(20) / "generator.onnx").write_bytes(b"no network")


def test_of_two_models_the_page_says_whose_newest_is_damaged(studio):
    vae = add_plane_run(studio.store, name="the VAE")
    ae = add_plane_run(studio.store, name="the AE", recipe="autoencoder")
    break_newest(ae)
    viewer = studio.open(PLANE, run=vae.id, beside=ae.id)
    assert_sound(viewer)
    (warning,) = viewer.warning
    assert warning.value.replace("\\", "").startswith("the AE: step 20 is skipped")
    alone = studio.open(PLANE, run=ae.id)
    assert alone.warning[0].value.startswith("Step 20 is skipped")


def test_whoever_hands_out_is_told_which_step_is_skipped(studio):
    run = add_plane_run(studio.store)
    break_newest(run)
    viewer = studio.open(EXPLORE, run=run.id)
    assert_sound(viewer)
    told = [warning.value for warning in viewer.warning if "Step 20 is skipped" in warning.value]
    assert len(told) == 2  # above the sliders, and where the file is offered


def test_another_run_leaves_a_neighbour_that_does_not_suit(studio):
    vae = add_plane_run(studio.store, name="the VAE")
    ae = add_plane_run(studio.store, name="the AE", recipe="autoencoder")
    viewer = studio.open(PLANE, run=vae.id, beside=ae.id)
    viewer.selectbox(key="plane-run").set_value(ae.id).run()
    assert_sound(viewer)
    assert [model["run"] for model in element(viewer)["models"]] == [ae.id]


def test_a_plane_through_more_latents_says_what_it_is(studio):
    add_plane_run(studio.store, latent_size=7)
    viewer = studio.open(PLANE)
    assert_sound(viewer)
    assert any("7 latents" in caption.value for caption in viewer.caption)


def test_an_older_snapshot(studio):
    run = add_plane_run(studio.store)
    viewer = studio.open(PLANE, run=run.id, step="10")
    assert element(viewer)["models"][0]["step"] == 10
    assert viewer.query_params["step"] == "10"


@pytest.mark.parametrize(
    "query", [{"run": "unknown"}, {"beside": "<b>"}, {"step": "31"}, {"step": ""}]
)
def test_an_address_that_leads_nowhere_means_the_newest(studio, query):
    run = add_plane_run(studio.store)
    viewer = studio.open(PLANE, **query)
    assert_sound(viewer)
    assert [(model["run"], model["step"]) for model in element(viewer)["models"]] == [(run.id, 20)]


def numbered(studio, index, **how):
    """A run whose id holds no letters, so that no part of it looks like a word."""
    run = add_plane_run(studio.store, name=NAME, **how)
    made = run.paths.root.rename(studio.store.root / f"20260101-120000-{index:06}")
    return made.name


def test_every_word_is_translated(studio):
    assert_translated(studio.open(PLANE, lang="qps"))
    vae = numbered(studio, 1)
    assert len(assert_translated(studio.open(PLANE, lang="qps"))) > 20
    ae = numbered(studio, 2, recipe="autoencoder")
    viewer = studio.open(PLANE, lang="qps", run=vae, beside=ae)
    assert len(element(viewer)["models"]) == 2
    assert_translated(viewer)


def test_files_to_keep_are_pictures_and_numbers(studio):
    from pages._parts.plane_charts import plane_charts

    for chart in plane_charts(add_plane_run(studio.store), "newest"):
        assert chart.figure("png").startswith(b"\x89PNG")
        assert b"<svg" in chart.figure("svg") or "svg" not in chart.formats
        assert len(chart.csv().splitlines()) > 10
