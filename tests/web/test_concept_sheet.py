"""Images sorted by hand in Chromium, and what Python hears of it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.real_app import opened


@pytest.fixture
def page(browser: Browser, app: str):
    with opened(browser, f"{app}/sort") as found:
        found.locator(".sortable").first.wait_for()
        yield found


def image(page: Page, position: int):
    return page.locator(".sortable").nth(position)


def test_one_click_two_clicks_three(page: Page) -> None:
    expect(page.locator(".sortable")).to_have_count(12)
    image(page, 2).click()
    expect(page.get_by_text("with (2,) without ()")).to_be_visible()
    expect(image(page, 2)).to_have_attribute("aria-label", "Image 3 left: with")
    image(page, 5).click()
    image(page, 5).click()
    expect(page.get_by_text("with (2,) without (5,)")).to_be_visible()
    expect(image(page, 5)).to_have_attribute("aria-label", "Image 6 right: without")
    expect(page.get_by_role("status")).to_have_text("1 with · 1 without")
    image(page, 5).click()
    expect(page.get_by_text("with (2,) without ()")).to_be_visible()
    expect(image(page, 5)).to_have_css("border-top-style", "solid")


def test_by_keyboard(page: Page) -> None:
    image(page, 0).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_text("with (0, 1) without ()")).to_be_visible()


def test_other_images_begin_unsorted(page: Page) -> None:
    image(page, 1).click()
    expect(page.get_by_text("with (1,) without ()")).to_be_visible()
    page.get_by_text("Other images").click()
    expect(page.get_by_text("with () without ()")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("0 with · 0 without")


def test_a_phone_shows_them_all(browser: Browser, app: str) -> None:
    phone = {"width": 390, "height": 844}
    with opened(browser, f"{app}/sort", viewport=phone, has_touch=True) as page:
        image(page, 11).tap()
        expect(page.get_by_text("with (11,) without ()")).to_be_visible()
        assert page.locator(".concept-sheet").evaluate("e => e.scrollWidth <= e.clientWidth")
