"""The walk player in Chromium."""

from __future__ import annotations

import re
from itertools import pairwise

from playwright.sync_api import Browser, Page, expect

from tests.web.real_app import opened


def frame(page: Page) -> int:
    return int(page.locator("canvas.picture").get_attribute("data-frame"))


def test_it_plays_at_its_speed_and_comes_round(browser: Browser, app: str) -> None:
    with opened(browser, f"{app}/play") as page:
        seen = page.locator("canvas.picture").evaluate(
            """async canvas => {
                const seen = [];
                const end = performance.now() + 2000;
                while (performance.now() < end) {
                    seen.push(Number(canvas.dataset.frame));
                    await new Promise(requestAnimationFrame);
                }
                return seen;
            }"""
        )
        moves = sum((after - before) % 60 for before, after in pairwise(seen))
        assert 40 <= moves <= 52, "24 frames a second for two seconds"


def test_pause_scrub_and_end_without_loop(browser: Browser, app: str) -> None:
    with opened(browser, f"{app}/play") as page:
        page.get_by_role("button", name="Pause").click()
        stopped = frame(page)
        page.wait_for_timeout(300)
        assert frame(page) == stopped
        page.get_by_role("slider", name="Frames of the walk").fill("57")
        assert frame(page) == 57
        expect(page.locator(".at-step")).to_have_text("58 of 60")
        page.get_by_role("checkbox", name="Loop").uncheck()
        page.get_by_role("button", name="Play").click()
        expect(page.get_by_role("button", name="Play")).to_be_visible()
        assert frame(page) == 59
        expect(page.locator(".badge")).to_have_text(re.compile("D"))


def test_it_does_not_start_by_itself_for_those_who_want_stillness(
    browser: Browser, app: str
) -> None:
    with opened(browser, f"{app}/play", reduced_motion="reduce") as page:
        expect(page.get_by_role("button", name="Play")).to_be_visible()
        page.wait_for_timeout(300)
        assert frame(page) == 0
        page.get_by_role("combobox", name="Speed").select_option("4")
        page.get_by_role("button", name="Play").click()
        expect(page.locator("canvas.picture")).not_to_have_attribute("data-frame", "0")
