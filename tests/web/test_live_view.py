"""The live view in Chromium: sheets, curves, and calm while a run goes on."""

from __future__ import annotations

import re
import statistics

import numpy as np
from playwright.sync_api import Browser, Page, expect

from tests.web.real_app import opened

TICK_BUDGET_MS = 10

INK = """canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let inked = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i] > 0) inked += 1;
    return inked;
}"""

COUNT_BARE_FRAMES = """box => {
    window.bareFrames = 0;
    const look = () => {
        const image = box.querySelector("img");
        if (!image || !image.complete || !image.naturalWidth) window.bareFrames += 1;
        window.looking = requestAnimationFrame(look);
    };
    look();
}"""


def scrubber(page: Page):
    return page.get_by_role("slider", name=re.compile("Sample sheets"))


def wait_for_sheet(page: Page, step: int) -> None:
    expect(page.locator(".sheet-box")).to_have_attribute("data-step", str(step))


def test_it_opens_on_the_newest_sheet_and_scrubs_back(browser: Browser, app: str) -> None:
    with opened(browser, app) as page:
        wait_for_sheet(page, 2000)
        assert page.locator(".sheet-image").evaluate("image => image.naturalWidth") == 224
        page.locator(".sheet-box").evaluate(COUNT_BARE_FRAMES)
        scrubber(page).focus()
        for _ in range(5):
            page.keyboard.press("ArrowLeft")
        wait_for_sheet(page, 1750)
        expect(scrubber(page)).to_have_attribute("aria-valuetext", "step 1\u00a0750")
        newest = page.get_by_role("button", name="newest")
        expect(newest).to_have_attribute("aria-pressed", "false")
        newest.click()
        wait_for_sheet(page, 2000)
        assert page.evaluate("window.bareFrames") == 0, "the picture was gone for a frame"


def test_a_tick_disturbs_neither_scrubber_nor_crosshair(browser: Browser, app: str) -> None:
    with opened(browser, f"{app}/?tick=0.4") as page:
        page.locator(".sheet-image").wait_for()
        scrubber(page).focus()
        page.keyboard.press("Home")
        wait_for_sheet(page, 50)
        chart = page.locator(".cross").first
        box = chart.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        at = page.locator(".chart-at").first
        expect(at).to_have_text(re.compile(r"step \d"))
        places = [page.locator(".curves").bounding_box(), page.locator(".sheet").bounding_box()]
        longest = int(scrubber(page).get_attribute("max"))
        page.wait_for_timeout(2000)
        assert int(scrubber(page).get_attribute("max")) > longest, "no new sheet has come"
        wait_for_sheet(page, 50)
        assert scrubber(page).input_value() == "0"
        expect(at).to_have_text(re.compile(r"step \d"))
        now = [page.locator(".curves").bounding_box(), page.locator(".sheet").bounding_box()]
        assert now == places, "something jumped"


def test_following_takes_each_new_sheet(browser: Browser, app: str) -> None:
    with opened(browser, f"{app}/?tick=0.4") as page:
        wait_for_sheet(page, 2250)
        expect(scrubber(page)).to_have_attribute("aria-valuetext", "step 2\u00a0250")


def test_a_tick_costs_little_of_the_main_thread(browser: Browser, app: str) -> None:
    with opened(browser, f"{app}/?tick=0.3") as page:
        root = page.locator(".live")
        spent = []
        for _ in range(10):
            drawn = root.get_attribute("data-drawn")
            expect(root).not_to_have_attribute("data-drawn", drawn)
            spent.append(float(root.get_attribute("data-tick-ms")))
    print("tick, main thread, ms:", sorted(spent))
    assert statistics.median(spent) <= TICK_BUDGET_MS


def test_the_crosshair_is_shared_and_works_from_the_keyboard(browser: Browser, app: str) -> None:
    with opened(browser, app) as page:
        charts = page.locator(".cross")
        page.locator(".sheet-image").wait_for()
        charts.first.focus()
        page.keyboard.press("Home")
        for at in page.locator(".chart-at").all():
            expect(at).to_have_text("step 1")
        expect(charts.first).to_have_attribute(
            "aria-label", re.compile(r"Losses, step 1: D loss 1")
        )
        page.keyboard.press("Escape")
        expect(page.locator(".chart-at").first).to_have_text("")


def test_curves_are_drawn_and_options_redraw_them(browser: Browser, app: str) -> None:
    with opened(browser, app) as page:
        plot = page.locator(".plot canvas").first
        page.locator(".sheet-image").wait_for()
        page.wait_for_timeout(300)
        smoothed = plot.evaluate(INK)
        assert smoothed > 1000
        page.get_by_role("checkbox", name="Log scale").check()
        page.wait_for_timeout(100)
        logged = plot.evaluate(INK)
        assert logged != smoothed
        page.get_by_role("slider", name="Smoothing").fill("0")
        page.wait_for_timeout(100)
        assert plot.evaluate(INK) != logged
        dashes = page.locator(".sample line").evaluate_all(
            "lines => lines.map(line => line.getAttribute('stroke-dasharray'))"
        )
        assert dashes == ["", "7 4", "", "7 4"], "lines differ by more than colour"


def test_what_was_evaluated_is_a_choice_beside_the_losses(browser: Browser, app: str) -> None:
    with opened(browser, f"{app}/?quality=1") as page:
        wait_for_sheet(page, 2000)
        expect(page.get_by_role("tab", name="Training")).to_have_attribute("aria-selected", "true")
        expect(page.locator(".best")).to_have_text(
            "best so far: step 1\u00a0000, FID · digit features 20.2"
        )
        page.get_by_role("tab", name="Quality").click()
        expect(page.get_by_text("FID · digit features", exact=True)).to_be_visible()
        expect(page.get_by_text("Losses")).to_be_hidden()
        expect(page.locator(".smoothing")).to_be_hidden()
        chart = page.locator(".panels.many .cross")
        expect(chart).to_have_attribute("aria-label", re.compile("FID 30.5"))
        assert page.locator(".panels.many .plot canvas").first.evaluate(INK) > 300
        bottom = page.locator(".live").evaluate("root => root.getBoundingClientRect().bottom")
        assert bottom <= 900
        page.get_by_role("button", name="best").click()
        wait_for_sheet(page, 1000)
        expect(page.get_by_role("button", name="newest")).to_have_attribute("aria-pressed", "false")


def test_without_evaluations_there_is_no_choice(browser: Browser, app: str) -> None:
    with opened(browser, app) as page:
        wait_for_sheet(page, 2000)
        expect(page.locator(".choice")).to_be_hidden()
        expect(page.locator(".sheet .button", has_text="best")).to_be_hidden()


def test_the_verdicts_lie_over_their_own_sheet(browser: Browser, app: str) -> None:
    with opened(browser, app) as page:
        cells = page.locator(".verdict-cell")
        expect(cells).to_have_count(64)
        chances = np.random.default_rng(2000).random(64)
        counted = f"✓ {(chances > 0.6).sum()} real · ✗ {(chances < 0.4).sum()} fake"
        expect(page.locator(".sheet .note")).to_contain_text(counted)
        image, last = page.locator(".sheet-image").bounding_box(), cells.last.bounding_box()
        assert abs(last["x"] + last["width"] - image["x"] - image["width"]) < 1
        assert abs(last["y"] + last["height"] - image["y"] - image["height"]) < 1
        page.get_by_role("checkbox", name="D's verdict").uncheck()
        expect(cells).to_have_count(0)
        page.get_by_role("checkbox", name="D's verdict").check()
        page.route("**/samples/*.json", lambda route: route.fulfill(status=404))
        scrubber(page).focus()
        page.keyboard.press("ArrowLeft")
        wait_for_sheet(page, 1950)
        expect(cells).to_have_count(0)


def test_before_the_first_values_it_says_what_will_come(browser: Browser, app: str) -> None:
    with opened(browser, f"{app}/?empty=1") as page:
        expect(page.get_by_text("The first samples appear here")).to_be_visible()
        expect(page.get_by_text("The first values appear here").first).to_be_visible()
        expect(scrubber(page)).to_be_disabled()


def test_damaged_lines_are_told(browser: Browser, app: str) -> None:
    with opened(browser, f"{app}/?bad=3") as page:
        expect(page.get_by_text("3 damaged log lines were skipped")).to_be_visible()


def test_inversion_is_only_shown(browser: Browser, app: str) -> None:
    with opened(browser, f"{app}/?invert=1") as page:
        wait_for_sheet(page, 2000)
        expect(page.locator(".sheet-image")).to_have_css("filter", "invert(1)")


def test_the_theme_reaches_the_canvas(browser: Browser, app: str) -> None:
    colours = set()
    for scheme in ("light", "dark"):
        with opened(browser, app, color_scheme=scheme) as page:
            page.locator(".sheet-image").wait_for()
            page.wait_for_timeout(300)
            colours.add(page.locator(".sample line").first.get_attribute("stroke"))
    assert colours == {"#0f6cb0", "#66b3f0"}


def test_one_screen_and_a_phone(browser: Browser, app: str) -> None:
    with opened(browser, app) as page:
        wait_for_sheet(page, 2000)
        bottom = page.locator(".live").evaluate("root => root.getBoundingClientRect().bottom")
        assert bottom <= 900
    phone = {"width": 390, "height": 844}
    with opened(browser, app, viewport=phone, has_touch=True, device_scale_factor=2) as page:
        wait_for_sheet(page, 2000)
        picture = page.locator(".sheet-box").bounding_box()
        assert picture["y"] + picture["height"] < page.locator(".chart").first.bounding_box()["y"]
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        root = page.locator(".live")
        assert root.evaluate("root => root.scrollWidth <= root.clientWidth")
