"""The explorer's concepts and labels in Chromium."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.explorer_page import exact, expect_image_of, latent, slider, sow, wait_for_image
from tests.web.real_app import opened


@pytest.fixture
def page(browser: Browser, app: str):
    with opened(browser, f"{app}/explore") as found:
        wait_for_image(found)
        yield found


def choose(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def strength(page: Page, name: str):
    return page.get_by_role("slider", name=f"Strength of {name}")


def bend(page: Page, name: str, value: float) -> None:
    box = page.get_by_role("spinbutton", name=f"Exact value of {name}", exact=True)
    box.fill(str(value))
    box.press("Enter")


def test_a_concept_is_added_while_it_is_dragged(page: Page) -> None:
    choose(page, "Concepts")
    expect(slider(page, 0)).to_have_count(0)
    track = strength(page, "across").bounding_box()
    page.mouse.move(track["x"] + track["width"] / 2, track["y"] + track["height"] / 2)
    page.mouse.down()
    page.mouse.move(track["x"] + track["width"] * 0.8, track["y"] + track["height"] / 2, steps=8)
    value = float(strength(page, "across").input_value())
    assert value > 1
    expect_image_of(page, [value])
    page.mouse.up()
    page.get_by_role("button", name="New concept").click()
    expect(page.get_by_text(f"at {value:.2f} 0.00 0.00")).to_be_visible()


def test_strengths_add_up_and_go_back_to_nothing(page: Page) -> None:
    sow(page, 3)
    expect(exact(page, 0)).not_to_have_value("0.00")
    start = latent(page)
    choose(page, "Concepts")
    bend(page, "across", 0.5)
    bend(page, "down", -1)
    choose(page, "Dimensions")
    expected = [start[0] + 0.5 - 0.5, start[1] - 1, *start[2:]]
    np.testing.assert_allclose(latent(page), expected, atol=0.011)
    choose(page, "Concepts")
    for name in ("across", "down"):
        strength(page, name).dblclick(position={"x": 5, "y": 8})
    choose(page, "Dimensions")
    np.testing.assert_allclose(latent(page), start, atol=0.011)


def test_half_the_difference_undo_and_a_new_place(page: Page) -> None:
    choose(page, "Concepts")
    page.get_by_role("button", name="Add half the difference: across").click()
    expect(strength(page, "across")).to_have_value("0.5")
    expect_image_of(page, [0.5])
    page.get_by_role("button", name="Undo").click()
    expect(strength(page, "across")).to_have_value("0")
    expect_image_of(page, [0.0])
    page.get_by_role("button", name="Redo").click()
    expect(strength(page, "across")).to_have_value("0.5")
    page.get_by_role("button", name="Zero").click()
    expect(strength(page, "across")).to_have_value("0")
    expect_image_of(page, [0.0])


def test_a_locked_dimension_stays_under_a_concept(page: Page) -> None:
    page.get_by_role("button", name="Lock z0").click()
    choose(page, "Concepts")
    bend(page, "down", 2)
    choose(page, "Dimensions")
    assert latent(page)[:2] == [0, 2]


def test_python_hears_what_was_pressed_once(page: Page) -> None:
    choose(page, "Concepts")
    page.get_by_role("button", name="New concept").click()
    expect(page.get_by_text("did {'kind': 'new-concept', 'step': 2250}")).to_be_visible()
    page.get_by_role("button", name="Remove: down").click()
    expect(
        page.get_by_text("did {'kind': 'remove-concept', 'id': 'bb', 'step': 2250}")
    ).to_be_visible()


def test_a_concept_that_is_gone_leaves_the_image_as_it_is(page: Page) -> None:
    choose(page, "Concepts")
    bend(page, "across", 1)
    expect_image_of(page, [1.0])
    page.get_by_role("button", name="Forget one").click()
    expect(strength(page, "across")).to_have_count(0)
    expect(strength(page, "down")).to_have_count(1)
    bend(page, "down", 1)
    expect_image_of(page, [1.5, 1.0])


def test_tabs_by_keyboard_and_without_concepts(browser: Browser, app: str) -> None:
    with opened(browser, f"{app}/explore?few") as page:
        wait_for_image(page)
        page.get_by_role("tab", name="Dimensions").focus()
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name="Concepts")).to_be_focused()
        expect(page.get_by_text("A concept is a direction")).to_be_visible()
        for _ in range(2):
            page.keyboard.press("ArrowRight")
        expect(slider(page, 0)).to_be_visible()


def test_the_label_follows_the_image(browser: Browser, app: str) -> None:
    with opened(browser, f"{app}/explore?run=named&classifier=ready") as page:
        wait_for_image(page)
        line = page.locator(".label-line")
        expect(line).to_contain_text("looks like left (98 %)")
        expect(line).to_contain_text("right on 98.5 % of 10 000 test images")
        exact(page, 0).fill("1")
        exact(page, 0).press("Enter")
        expect(line).to_contain_text("looks like right (98 %)")
        page.locator(".neighbours:not(.stale)").wait_for()
        tags = page.locator(".neighbour .tag").all_inner_texts()
        assert set(tags) <= {"left", "right"}
        assert len(tags) == 8


@pytest.mark.parametrize(
    ("state", "said", "offers"),
    [
        ("none", "", True),
        ("training", "training a classifier: 40 %", False),
        ("failed", "could not be trained: no space left", True),
    ],
)
def test_until_there_is_a_classifier(
    browser: Browser, app: str, state: str, said: str, offers: bool
) -> None:
    with opened(browser, f"{app}/explore?classifier={state}") as page:
        wait_for_image(page)
        line = page.locator(".label-line")
        expect(line).to_contain_text(said)
        train = page.get_by_role("button", name="Train a classifier (about 30 s)")
        expect(train).to_be_visible(visible=offers)
        if offers:
            train.click()
            told = page.get_by_text("did {'kind': 'train-classifier', 'step': 2250}")
            expect(told).to_be_visible()


def test_no_classes_no_line(page: Page) -> None:
    expect(page.locator(".label-line")).to_be_hidden()
    assert set(page.locator(".neighbour .tag").all_inner_texts()) == {""}
