"""Small, dark, loud: every page on a phone and in the dark, without a scrollbar to the side."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, settled

WIDTHS = "() => [document.documentElement.scrollWidth, window.innerWidth]"
PAPER = "() => getComputedStyle(document.querySelector('.stApp')).backgroundColor"

PLACES = {
    "setup": ("/", ".st-key-train button"),
    "live": ("/?run={run}", ".sheet-image"),
    "explore": ("/explore?run={run}&step=0", ".explorer canvas[data-painted]"),
    "runs": ("/runs", "[data-testid=stImage]"),
    "unknown": ("/?run=unknown", "[data-testid=stAlert]"),
}


def paper(page):
    """Red, green and blue of the background."""
    return [int(part) for part in page.evaluate(PAPER).strip("rgb()").split(",")[:3]]


def assert_fits(page):
    """Nothing reaches beyond the right edge."""
    page.wait_for_timeout(700)  # what comes late has come
    width, window = page.evaluate(WIDTHS)
    assert width <= window


@pytest.mark.parametrize("place", PLACES)
def test_light_on_a_phone(studio, viewers, training, place):
    path, part = PLACES[place]
    address = studio.address + path.format(run=training)
    phone = {"viewport": PHONE, "has_touch": True, "device_scale_factor": 2}
    with viewers.open(address, wait_for=part, color_scheme="light", **phone) as page:
        settled(page)
        assert min(paper(page)) > 200
        assert_fits(page)


@pytest.mark.parametrize("place", PLACES)
def test_dark_on_a_desk(studio, viewers, training, place):
    path, part = PLACES[place]
    address = studio.address + path.format(run=training)
    with viewers.open(address, wait_for=part, color_scheme="dark") as page:
        settled(page)
        assert max(paper(page)) < 64
        assert_fits(page)


def test_live_view_and_explorer_need_no_scrolling(studio, viewers, training):
    for place, part in [("live", ".studio.live"), ("explore", ".studio.explorer")]:
        path, awaited = PLACES[place]
        address = studio.address + path.format(run=training)
        with viewers.open(address, wait_for=awaited) as page:
            settled(page)
            bottom = page.locator(part).evaluate("e => e.getBoundingClientRect().bottom")
            assert bottom <= DESKTOP["height"], place


def test_the_navigation_speaks_the_viewers_language(studio, viewers, training):
    with viewers.open(f"{studio.address}/?lang=qps", wait_for=".st-key-train button") as page:
        links = page.locator("[data-testid=stTopNavLink]")
        assert links.count() == 6
        for text in links.all_inner_texts():
            assert "«" in text
            assert "»" in text
        links.nth(1).click()
        page.locator(".studio.explorer").wait_for()
        expect(page.locator("[data-testid=stWidgetLabel]").first).to_contain_text("«")
