"""Runs side by side, in a real browser: sheets under one scrubber, curves, and the address."""

import re

import pytest
from playwright.sync_api import expect

from gan_core.runs.lock import FileLock
from gan_core.runs.metrics import MetricLog
from gan_core.runs.status import Said, write_status
from tests import evaluations_by_hand
from tests.browser.conftest import settled, until
from tests.generator_runs import add_generator_run

STEPS = {"the first": (10, 20, 40), "another seed": (10, 30)}


@pytest.fixture(scope="module")
def pair(studio):
    """Two runs with real generators of other seeds, so that their sheets have to be drawn."""
    runs = [add_generator_run(studio.store, steps, name=name) for name, steps in STEPS.items()]
    text = runs[1].paths.config.read_text()
    runs[1].paths.config.write_text(text.replace('"seed": 0', '"seed": 1'))
    for run, steps in zip(runs, STEPS.values(), strict=True):
        with MetricLog(run.paths.metrics) as log:
            for step in steps:
                log.append({"step": step, "elapsed_s": 60.0 * step, "g_loss": 1.0 / step})
    return [run.id for run in runs]


def test_sheets_curves_and_the_address(studio, viewers, pair):
    with viewers.open(f"{studio.address}/compare?runs={','.join(pair)}") as page:
        settled(page)
        boxes, at = page.locator(".compare-sheet .sheet-box"), page.locator(".compare-at")
        expect(boxes.nth(0)).to_have_attribute("data-step", "40")
        expect(boxes.nth(1)).to_have_attribute("data-step", "30")
        expect(at.nth(1)).to_have_text("step 30, the nearest before")
        images = page.locator(".compare-sheet img")
        assert {image.evaluate("image => image.naturalWidth") for image in images.all()} == {242}
        scrubber = page.get_by_role("slider", name=re.compile("Sample sheets of all runs"))
        scrubber.focus()
        for _press in range(2):
            page.keyboard.press("ArrowLeft")
        expect(boxes.nth(0)).to_have_attribute("data-step", "20")
        expect(boxes.nth(1)).to_have_attribute("data-step", "10")
        page.get_by_role("button", name="training time").click()
        page.wait_for_url(re.compile("axis=time"))
        page.wait_for_url(re.compile("step=20"))  # the address gets one after the other
        assert "step=20" in page.url
        address = page.url
    with viewers.open(address) as page:  # whoever is handed the address sees the same
        settled(page)
        expect(page.locator(".compare-sheet .sheet-box").nth(0)).to_have_attribute(
            "data-step", "20"
        )
        expect(page.locator(".axes [aria-pressed=true]")).to_have_text("training time")
        chart = page.locator(".chart", has_text="Loss: G")
        chart.locator(".cross").focus()
        page.keyboard.press("End")
        expect(chart.locator(".chart-at")).to_have_text("40 min")


def test_evaluations_follow_while_a_run_trains(studio, viewers, training_by_hand):
    paths = training_by_hand.paths
    with viewers.open(f"{studio.address}/compare?runs={training_by_hand.id}") as page:
        settled(page)
        chart = page.locator(".chart", has_text="FID · digit features")
        expect(page.locator(".chart").first).to_be_visible()
        expect(chart).to_have_count(0)
        evaluations_by_hand.write(paths, {10: 9.0})
        expect(chart).to_be_visible()
        evaluations_by_hand.write(paths, {20: 5.0})

        def reaches_20():
            chart.locator(".cross").focus()
            page.keyboard.press("End")
            return "step 20" in chart.locator(".chart-at").inner_text()

        until(reaches_20, 20, "the second evaluation in the curve")


@pytest.fixture
def training_by_hand(studio):
    """A run that seems to train: its lock is held, here."""
    run = add_generator_run(studio.store, (10, 20), name="at work")
    with FileLock.acquire(run.paths.lock):
        write_status(run.paths, "running", 20, 100, Said(template="at work"))
        yield run
        write_status(run.paths, "completed", 20, 100, Said(template="done"))
