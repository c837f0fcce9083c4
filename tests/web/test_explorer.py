"""The explorer in Chromium: the image under the hand, and what Python hears of it."""

from __future__ import annotations

import re
import statistics

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.web.explorer_page import (
    PIXELS,
    exact,
    expect_image_of,
    latent,
    shown,
    slider,
    sow,
    wait_for_image,
)
from tests.web.real_app import opened

RELEASE_BUDGET_MS = 150

MOVE_AND_WAIT = """async ([range, canvas, value]) => {
    const before = Number(canvas.dataset.painted);
    const begun = performance.now();
    range.value = value;
    range.dispatchEvent(new Event("input", { bubbles: true }));
    const painted = () => Number(canvas.dataset.painted) > before;
    const spent = () => performance.now() - begun;
    while (!painted() && spent() < 5000) await new Promise(requestAnimationFrame);
    const seen = spent();
    range.dispatchEvent(new Event("change", { bubbles: true }));
    return seen;
}"""

STORM = """async ([range, values]) => {
    for (const value of values) {
        range.value = value;
        range.dispatchEvent(new Event("input", { bubbles: true }));
        await new Promise((done) => setTimeout(done, 4));
    }
    range.dispatchEvent(new Event("change", { bubbles: true }));
}"""


@pytest.fixture
def page(browser: Browser, app: str):
    with opened(browser, f"{app}/explore") as found:
        wait_for_image(found)
        yield found


def test_a_drag_with_the_mouse_moves_the_image_before_release(page: Page) -> None:
    page.mouse.wheel(0, 0)
    track = slider(page, 0).bounding_box()
    page.mouse.move(track["x"] + track["width"] / 2, track["y"] + track["height"] / 2)
    page.mouse.down()
    page.mouse.move(track["x"] + track["width"] * 0.8, track["y"] + track["height"] / 2, steps=8)
    value = float(slider(page, 0).input_value())
    assert value > 1
    expect_image_of(page, [value])
    page.mouse.up()
    page.wait_for_timeout(500)
    expect(page.get_by_text("drawn 1 times")).to_be_visible()


def quiet(page: Page, app: str) -> dict[str, int]:
    """The tally once the page asks no more: as it opens, it asks for pinned points."""
    asked = -1
    while True:
        tally: dict[str, int] = page.request.get(f"{app}/studio/tally").json()
        if tally["busy"] == 0 and tally["asked"] == asked:
            return tally
        asked = tally["asked"]
        page.wait_for_timeout(400)


def test_a_storm_of_input_is_answered_one_by_one_and_ends_right(page: Page, app: str) -> None:
    before = quiet(page, app)
    values = [round(3 * np.sin(i / 9), 2) for i in range(150)]
    page.evaluate(STORM, [slider(page, 1).element_handle(), values])
    expect_image_of(page, [0, values[-1]])
    after = page.request.get(f"{app}/studio/tally").json()
    assert after["most"] == 1, "more than one request was in flight"
    assert after["asked"] - before["asked"] < len(values)


def test_a_server_that_is_busy_for_a_moment_is_asked_again_in_silence(page: Page, app: str) -> None:
    quiet(page, app)
    refused = []

    def answer(route: Route) -> None:
        if len(refused) >= 2:
            route.continue_()
            return
        refused.append(route.request.url)
        route.fulfill(status=503, json={"message": "too much is asked at this moment."})

    page.route("**/studio/decode", answer)
    exact(page, 0).fill("1.5")
    exact(page, 0).press("Enter")
    expect_image_of(page, [1.5])
    assert len(refused) == 2
    expect(page.get_by_text("could not be made")).to_have_count(0)


def test_from_the_hand_to_the_eye(page: Page) -> None:
    handles = [slider(page, 2).element_handle(), page.locator("canvas.picture").element_handle()]
    spent = []
    for i in range(15):
        # Quiet first, else the image of the release before would be taken for this one's.
        page.wait_for_timeout(400)
        spent.append(page.evaluate(MOVE_AND_WAIT, [*handles, -2 + i / 5]))
    print("slider to image, ms:", [round(value) for value in sorted(spent)])
    assert statistics.median(spent) <= RELEASE_BUDGET_MS


def test_a_seed_means_the_same_as_everywhere(page: Page) -> None:
    sow(page, 7)
    drawn = np.random.default_rng(7).standard_normal((1, 64))[0]
    expect(exact(page, 1)).to_have_value(f"{drawn[1]:.2f}")
    np.testing.assert_allclose(latent(page), drawn[:12], atol=0.0051)
    expect_image_of(page, drawn[:5].tolist())


def test_random_names_its_seed(page: Page) -> None:
    page.get_by_role("button", name="Random", exact=True).click()
    expect(exact(page, 0)).not_to_have_value("0.00")
    seed = int(page.get_by_role("spinbutton", name="Seed").input_value())
    drawn = np.random.default_rng(seed).standard_normal((1, 64))[0]
    np.testing.assert_allclose(latent(page), drawn[:12], atol=0.0051)


def test_undo_redo_zero_and_double_click(page: Page) -> None:
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_disabled()
    sow(page, 1)
    expect(undo).to_be_enabled()
    first = latent(page)
    page.get_by_role("button", name="Zero").click()
    assert latent(page) == [0] * 12
    undo.click()
    assert latent(page) == first
    page.get_by_role("button", name="Redo").click()
    assert latent(page) == [0] * 12
    page.keyboard.press("Control+z")
    assert latent(page) == first
    slider(page, 0).dblclick(position={"x": 5, "y": 8})
    expect(exact(page, 0)).to_have_value("0.00")


def test_an_exact_number_may_lie_beyond_the_slider(page: Page) -> None:
    exact(page, 0).fill("4.25")
    exact(page, 0).press("Enter")
    expect_image_of(page, [4.25])
    assert slider(page, 0).input_value() == "3"


def test_a_lock_holds_against_draws_zero_and_neighbours(page: Page) -> None:
    exact(page, 0).fill("1.5")
    exact(page, 0).press("Enter")
    page.get_by_role("button", name="Lock z0").click()
    expect(slider(page, 0)).to_be_disabled()
    sow(page, 3)
    expect(exact(page, 1)).not_to_have_value("0.00")
    assert latent(page)[0] == 1.5
    page.get_by_role("button", name="Go to neighbour 2").click()
    assert latent(page)[0] == 1.5
    page.get_by_role("button", name="Zero").click()
    assert latent(page) == [1.5] + [0] * 11


def test_a_click_on_a_neighbour_goes_there(page: Page) -> None:
    sow(page, 5)
    before = latent(page)
    page.locator(".neighbours:not(.stale)").wait_for()
    cell = page.get_by_role("button", name="Go to neighbour 3")
    wanted = np.array(cell.locator("canvas").evaluate(PIXELS)).reshape(28, 28)
    cell.click()
    assert latent(page) != before
    page.locator(".neighbours:not(.stale)").wait_for()
    np.testing.assert_array_equal(shown(page), wanted)


def test_training_goes_on_under_the_same_latent(page: Page) -> None:
    sow(page, 5)
    expect(exact(page, 0)).not_to_have_value("0.00")
    before = latent(page)
    next_step = page.get_by_role("button", name="Next step")
    next_step.scroll_into_view_if_needed()
    place = page.locator(".hand").bounding_box()
    next_step.click()
    expect(page.locator("canvas.picture")).to_have_attribute("data-step", "2500")
    expect(page.locator(".hand .at-step")).to_have_text("step 2\u00a0500")
    assert latent(page) == before
    assert page.locator(".hand").bounding_box() == place


def test_python_may_set_the_latent(page: Page) -> None:
    page.get_by_role("button", name="From Python").click()
    expect(exact(page, 11)).to_have_value("0.50")
    expect_image_of(page, [0.5] * 5)
    page.get_by_role("button", name="Undo").click()
    assert latent(page) == [0] * 12


def test_the_verdict_is_a_word_a_sign_and_a_border(page: Page) -> None:
    canvas, frame = page.locator("canvas.picture"), page.locator(".stage .framed")
    expect(canvas).to_have_attribute("data-verdict", "real")
    expect(page.locator(".badge")).to_have_text(re.compile("✓looks real to D88 % real"))
    expect(frame).to_have_attribute("title", re.compile("probability of 88 %"))
    expect(frame).to_have_css("border-style", "solid")
    exact(page, 0).fill("3")
    exact(page, 0).press("Enter")
    expect(canvas).to_have_attribute("data-verdict", "fake")
    expect(frame).to_have_css("border-style", "dashed")
    exact(page, 0).fill("1")
    exact(page, 0).press("Enter")
    expect(canvas).to_have_attribute("data-verdict", "unsure")
    expect(frame).to_have_css("border-style", "dotted")


def test_no_discriminator_no_verdict(browser: Browser, app: str) -> None:
    with opened(browser, f"{app}/explore?run=mute") as page:
        wait_for_image(page)
        expect(page.locator("canvas.picture")).to_have_attribute("data-verdict", "none")
        expect(page.locator(".badge")).to_have_text("")


def test_a_failure_is_told_in_words_and_the_next_input_tries_again(
    browser: Browser, app: str
) -> None:
    with opened(browser, f"{app}/explore?run=gone") as page:
        told = page.get_by_role("status").get_by_text("This snapshot is no longer there.")
        expect(told).to_be_visible()
        expect(page.get_by_text("Traceback")).to_have_count(0)
    with opened(browser, f"{app}/explore") as page:
        wait_for_image(page)
        page.route("**/studio/decode", lambda route: route.abort())
        exact(page, 0).fill("1")
        exact(page, 0).press("Enter")
        told = page.get_by_role("status").get_by_text("No answer from the app.")
        expect(told).to_be_visible()
        page.unroute("**/studio/decode")
        exact(page, 0).fill("2")
        exact(page, 0).press("Enter")
        expect_image_of(page, [2])
        expect(told).to_have_count(0)


def test_one_screen_and_a_phone(browser: Browser, app: str) -> None:
    with opened(browser, f"{app}/explore?sliders=40") as page:
        wait_for_image(page)
        bottom = page.locator(".explorer").evaluate("root => root.getBoundingClientRect().bottom")
        assert bottom <= 900
    phone = {"width": 390, "height": 844}
    with opened(
        browser, f"{app}/explore?sliders=40", viewport=phone, has_touch=True, device_scale_factor=2
    ) as page:
        wait_for_image(page)
        root = page.locator(".explorer")
        assert root.evaluate("root => root.scrollWidth <= root.clientWidth")
        slider(page, 30).scroll_into_view_if_needed()
        expect(page.locator("canvas.picture")).to_be_in_viewport(ratio=0.9)
        first = slider(page, 30).bounding_box()
        hand = page.locator(".hand").bounding_box()
        assert first["y"] > hand["y"] + hand["height"], "the picture lies over its sliders"
