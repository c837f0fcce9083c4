"""What pages say of how good a run is: best and newest, figures with their features, files."""

import csv
import io
import time
from contextlib import suppress

import psutil
import pytest
import streamlit as st

from gan_core.access.modes import VARIABLE
from gan_core.evaluation import LatentFigures
from gan_core.jobs import evaluate
from gan_core.latent.sampling import MAX_COUNT
from gan_core.runs import evaluations
from gan_core.runs.lock import FileLock, is_held
from gan_core.runs.snapshots import list_steps
from pages._parts import quality_view
from pages._parts.compare_charts import compare_charts
from pages._parts.quality import best_of_run
from tests.apptest.conftest import EXPLORE, MODEL_ID, RUNS, TRAIN, assert_sound
from tests.apptest.reading import texts
from tests.evaluations_measured import evaluation, full

HOW_GOOD = "How good is it?"


@pytest.fixture
def measured(studio):
    """A run whose best snapshot is not its newest."""
    paths = studio.add("measured")
    for step, shift in zip(list_steps(paths), (1.0, 0.3, 0.9), strict=True):
        evaluations.write(paths, evaluation(step, shift=shift))
    return paths


@pytest.fixture
def unmeasured(studio):
    """A run of which nobody knows how good it is."""
    paths = studio.add("unmeasured")
    for file in paths.evaluations.glob("*/*.json"):
        file.unlink()
    return paths


def said(viewer):
    return "\n".join(text for _where, text in texts(viewer))


def offered(viewer):
    return viewer.selectbox(key=f"explore-step-{MODEL_ID}")


def test_explore_offers_the_best_first_and_says_which_is_which(studio, measured):
    viewer = studio.open(EXPLORE)
    assert_sound(viewer)
    best, newest, *steps = offered(viewer).options
    assert best == f"best · step 30 · FID {best_of_run(measured).value} · digit features"
    assert newest == "newest · step 60"
    assert len(steps) == len(list_steps(measured))
    assert viewer.query_params["step"] == offered(viewer).value == "best"
    asked = studio.open(EXPLORE, run=MODEL_ID, step="newest")
    assert offered(asked).value == "newest"


def test_of_a_run_that_trains_the_newest_is_followed(studio, measured):
    studio.set_state(measured, "running")
    with FileLock.acquire(measured.lock):
        viewer = studio.open(EXPLORE)
    assert "best so far" in offered(viewer).options[0]
    assert offered(viewer).value == "newest"


def test_where_nobody_measured_nothing_is_promised(studio, unmeasured):
    viewer = studio.open(EXPLORE)
    assert offered(viewer).options[0] == "newest · step 60"
    for page, query in ((RUNS, {}), (TRAIN, {"run": MODEL_ID})):
        viewer = studio.open(page, tab=HOW_GOOD, **query)
        assert_sound(viewer)
        assert "best" not in " ".join(caption.value for caption in viewer.caption).lower()
    assert "Nobody has measured" in said(viewer)


def test_a_card_tells_the_best_figure_with_its_features(studio, measured):
    captions = " ".join(caption.value for caption in studio.open(RUNS).caption)
    best = best_of_run(measured)
    assert f"best FID · digit features: **{best.value}**, 200 images, step 30" in captions


def test_curves_of_what_was_evaluated_are_named_after_their_features(studio, measured):
    titles = said(studio.open(TRAIN, run=MODEL_ID))
    for figure in ("FID", "KID", "Precision and recall", "Classes hit, of 10"):
        assert f"{figure} · digit features" in titles


def test_full_evaluations_are_told_with_intervals_and_what_is_missing(studio, measured):
    evaluations.write(measured, full(30, shift=0.3))
    evaluations.write(measured, full(60, name="pixel features"))
    viewer = studio.open(TRAIN, tab=HOW_GOOD, run=MODEL_ID)
    assert_sound(viewer)
    tables = [m.value for m in viewer.markdown if m.value.startswith("| Figure")]
    assert len(tables) == 2, "figures of different features share no table"
    newest, older = tables
    assert "FID · pixel features" in newest
    assert "FID · digit features" in older
    assert "step 30, best" in older
    assert "\u00a0–\u00a0" in older
    assert "about the best that any generator could get" in older
    assert "200, held out" in older
    assert "1 class was never generated: 9." in said(viewer)
    assert "Unevenness of the classes" in newest
    assert said(viewer).count("How the images spread over the classes") == 2


def test_what_was_measured_last_is_shown_whatever_its_step(studio, unmeasured):
    for step in (20, 30, 40, 50, 60):
        evaluations.write(unmeasured, full(step))
    evaluations.write(unmeasured, full(70, num_images=1000))
    evaluations.write(unmeasured, full(10))
    viewer = studio.open(TRAIN, tab=HOW_GOOD, run=MODEL_ID)
    first, other = [m.value for m in viewer.markdown if m.value.startswith("| Figure")]
    assert [f"step {step} " in first for step in (10, 20, 30, 40, 50, 60)] == [
        True, False, False, True, True, True,
    ]  # fmt: skip
    assert "step 70 " in other, "of other numbers of images"


def test_what_chance_misses_is_told(studio, unmeasured):
    evaluations.write(unmeasured, full(30, num_classes=1000))
    words = said(studio.open(TRAIN, tab=HOW_GOOD, run=MODEL_ID))
    assert "classes were never generated" in words
    assert "even a perfect generator would miss about 819 by chance" in words
    assert "How the images spread" not in words, "a thousand bars say nothing"


def test_every_choice_of_images_is_allowed():
    assert all(evaluate.FEWEST_IMAGES <= choice <= MAX_COUNT for choice in quality_view.NUM_IMAGES)


def test_a_viewer_reads_and_does_not_measure(studio, measured, monkeypatch):
    assert studio.open(TRAIN, tab=HOW_GOOD, run=MODEL_ID).button(key="measure")
    monkeypatch.setenv(VARIABLE, "class")
    for name in ("cookies", "headers"):
        monkeypatch.setattr(type(st.context), name, property(lambda self: {}))
    viewer = studio.open(TRAIN, tab=HOW_GOOD, run=MODEL_ID)
    assert_sound(viewer)
    assert "measure" not in {button.key for button in viewer.get("button")}
    assert "The teacher can measure it." in said(viewer)


def test_every_chart_of_a_run_is_a_file(studio, measured):
    from gan_core.runs.watch import Watched
    from pages._parts.quality import quality_of_run
    from pages._parts.run_charts import run_charts

    run = studio.store.get(MODEL_ID)
    charts = run_charts(run, Watched(), quality_of_run(run.paths))
    assert [chart.stem.removeprefix(f"{MODEL_ID}-") for chart in charts] == [
        "loss", "accuracy", "fid", "kid", "manifold", "classes",
    ]  # fmt: skip
    for chart in (charts[0], charts[2]):
        assert chart.figure("png").startswith(b"\x89PNG")
        assert b"<svg" in chart.figure("svg")
    head, *rows = csv.reader(io.StringIO(charts[0].csv().decode()))
    assert {"step", "d_loss", "g_loss", "images_per_s"} <= set(head)
    assert [float(row[0]) for row in rows] == sorted(float(row[0]) for row in rows)
    head, *rows = csv.reader(io.StringIO(charts[2].csv().decode()))
    assert {"step", "features", "fid", "fid_low", "fid_high"} <= set(head)
    assert [row[0] for row in rows] == [str(step) for step in list_steps(measured)]


def holders_of(lock):
    """The processes that have it open, and what they are: for a failure that tells its cause."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if str(lock) in {file.path for file in process.open_files()}:
                found.append((process.pid, process.status(), process.cmdline()))
    return found


def test_the_button_measures_until_somebody_stops_it(studio, measured):
    viewer = studio.open(TRAIN, tab=HOW_GOOD, run=MODEL_ID)
    viewer.button(key="measure").click().run()
    assert_sound(viewer)
    now = evaluate.progress(measured)
    assert now is not None, [told.value for told in (*viewer.error, *viewer.warning)]
    assert (now.state, now.step) == ("running", 30), "the best snapshot is offered first"
    assert "measure" not in {button.key for button in viewer.get("button")}
    viewer.button(key="stop-measuring").click().run()
    assert_sound(viewer)
    give_up_at = time.monotonic() + 60
    while is_held(evaluations.job_lock(measured)):
        assert time.monotonic() < give_up_at, holders_of(evaluations.job_lock(measured))
        time.sleep(0.1)
    assert evaluate.progress(measured) is None
    assert evaluations.full(measured) == []
    assert studio.open(TRAIN, tab=HOW_GOOD, run=MODEL_ID).button(key="measure")


def test_the_charts_of_a_comparison_are_files(studio, measured):
    other = "20260102-120000-bbbbbb"
    evaluations.write(studio.add("$other$", other), evaluation(30))
    viewer = studio.open("pages/compare.py", runs=f"{MODEL_ID},{other}")
    assert_sound(viewer)
    runs = [studio.store.get(run) for run in (MODEL_ID, other)]
    for axis in ("step", "images", "time"):
        charts = compare_charts(runs, axis)
        titles = [chart.title for chart in charts]
        assert any(
            title.startswith("FID · digit features · 200 images against") for title in titles
        )
        losses = next(chart for chart in charts if chart.title.startswith("Loss"))
        figures = next(chart for chart in charts if chart.title.startswith("FID"))
        assert losses.figure("png").startswith(b"\x89PNG")
        assert b"<svg" in figures.figure("svg")
    head, *rows = csv.reader(io.StringIO(figures.csv().decode()))
    assert head == ["run", "name", "step", "images", "secs", "value", "low", "high"]
    assert {row[0] for row in rows} == {MODEL_ID, other}
    assert all(float(row[6]) <= float(row[5]) <= float(row[7]) for row in rows)


def test_what_only_an_autoencoder_has_is_told_too(studio, measured):
    latent = LatentFigures(
        reconstruction=80.25, evidence_bound=-90.5, kl=10.25, kl_dims=(7.0, 3.25, 0.0), num_active=2
    )
    evaluations.write(measured, full(30, latent=latent))
    viewer = studio.open(TRAIN, tab=HOW_GOOD, run=MODEL_ID)
    assert_sound(viewer)
    (table,) = [m.value for m in viewer.markdown if m.value.startswith("| Figure")]
    for words in ("(ELBO), nats an image | **−90.5**", "| **80.2**", "| **2** of 3"):
        assert words in table
    assert "How much each dimension of the code carries" in said(viewer)
