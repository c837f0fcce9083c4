"""Concepts and labels on the real Explore page, over a generator that is being trained."""

import re

import pytest
from playwright.sync_api import expect

from gan_core.runs import directions, snapshots
from tests.browser.conftest import PATIENCE_SECS, settled, until

SET = """(range, value) => {
    range.value = value;
    range.dispatchEvent(new Event("input", { bubbles: true }));
    range.dispatchEvent(new Event("change", { bubbles: true }));
}"""


@pytest.fixture(scope="module")
def labelled(training):
    """The run; a classifier of its data set ships with the program."""
    return training


@pytest.fixture(scope="module")
def step(studio, labelled):
    """A snapshot whose images differ: those of an untrained generator look all alike."""
    paths = studio.store.paths(labelled)
    until(lambda: snapshots.list_steps(paths)[-1] >= 200, PATIENCE_SECS, "a trained snapshot")
    return snapshots.list_steps(paths)[-1]


@pytest.fixture
def page(studio, viewers, labelled, step):
    address = f"{studio.address}/explore?run={labelled}&step={step}"
    with viewers.open(address, wait_for="canvas.picture[data-painted]") as found:
        settled(found)
        yield found


def new_concept(page):
    page.get_by_role("tab", name="Concepts").click()
    page.get_by_role("button", name="New concept").click()
    page.get_by_role("dialog").wait_for()
    return page.get_by_role("dialog")


def test_the_image_has_a_label_and_the_classifier_its_accuracy(page):
    line = page.locator(".label-line")
    expect(line).to_contain_text("looks like ")
    expect(line).to_contain_text(re.compile(r"right on 99(\.\d)? % of 10.?000 test images"))


def test_a_concept_by_class_is_kept_with_the_run_and_moves_the_image(page, studio, labelled):
    dialog = new_concept(page)
    keep = page.locator(".st-key-concept-keep button")
    keep.wait_for()
    expect(dialog).to_contain_text("of 100 such pairs")
    keep.click()
    dialog.wait_for(state="detached")
    strength = page.get_by_role("slider", name="Strength of 0 − all others")
    strength.wait_for()
    (kept,) = directions.kept(studio.store.get(labelled))
    assert kept.name == "0 − all others"
    assert min(kept.direction.num_with, kept.direction.num_without) >= 8
    canvas = page.locator(".explorer canvas.picture")
    painted = int(canvas.get_attribute("data-painted"))
    strength.evaluate(SET, "2")
    expect(canvas).not_to_have_attribute("data-painted", str(painted))
    page.reload()
    page.locator("canvas.picture[data-painted]").wait_for()
    page.get_by_role("tab", name="Concepts").click()
    page.get_by_role("button", name="Remove: 0 − all others").click()
    expect(strength).to_have_count(0)
    assert directions.kept(studio.store.get(labelled)) == []


def test_halfway_between_two_classes(page):
    dialog = new_concept(page)
    halfway = page.locator(".st-key-concept-go-half button")
    halfway.wait_for()
    before = page.get_by_role("spinbutton", name="Exact value of z0", include_hidden=True)
    was = before.input_value()
    halfway.click()
    dialog.wait_for(state="detached")
    expect(before).not_to_have_value(was)


def test_two_images_by_hand_are_too_few_to_test(page):
    dialog = new_concept(page)
    dialog.get_by_text("By hand").click()
    dialog.locator(".sortable").nth(0).click()
    dialog.locator(".sortable").nth(1).click()
    dialog.locator(".sortable").nth(1).click()
    expect(dialog).to_contain_text("1 with · 1 without")
    expect(dialog).to_contain_text("too few images to test it")
