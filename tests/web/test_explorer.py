"""The explorer in Chromium: the image under the hand, and what Python hears of it."""

from __future__ import annotations

import re
import statistics

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.components_app import picture
from tests.web.real_app import opened

RELEASE_BUDGET_MS = 150

PIXELS = """canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return Array.from(data).filter((_, i) => i % 4 === 0);
}"""

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


def wait_for_image(page: Page) -> None:
    expect(page.locator("canvas.picture")).to_have_attribute("data-painted", re.compile(r"\d"))


def slider(page: Page, dimension: int):
    return page.get_by_role("slider", name=f"z{dimension}", exact=True)


def exact(page: Page, dimension: int):
    return page.get_by_role("spinbutton", name=f"Exact value of z{dimension}", exact=True)


def latent(page: Page, size: int = 12) -> list[float]:
    return [float(exact(page, i).input_value()) for i in range(size)]


def shown(page: Page) -> np.ndarray:
    return np.array(page.locator("canvas.picture").evaluate(PIXELS), np.uint8).reshape(28, 28)


def sow(page: Page, seed: int) -> None:
    box = page.get_by_role("spinbutton", name="Seed")
    box.fill(str(seed))
    box.press("Enter")


def expect_image_of(page: Page, z: list[float]) -> None:
    """The canvas holds the honest image of `z`, within a grey level of rounding."""
    expected = picture([*z, 0, 0, 0, 0, 0])[..., 0].astype(int)
    for _ in range(50):
        if np.abs(shown(page).astype(int) - expected).max() <= 2:
            return
        page.wait_for_timeout(50)
    np.testing.assert_allclose(shown(page), expected, atol=2)


def test_a_drag_with_the_mouse_moves_the_image_before_release(page: Page) -> None:
    page.mouse.wheel(0, 0)
    track = slider(page, 0).bounding_box()
    page.mouse.move(track["x"] + track["width"] / 2, track["y"] + track["height"] / 2)
    page.mouse.down()
    page.mouse.move(track["x"] + track["width"] * 0.8, track["y"] + track["height"] / 2, steps=8)
    value = float(slider(page, 0).input_value())
    assert value > 1
    expect_image_of(page, [value])
    expect(page.get_by_text("told no")).to_be_visible()
    page.mouse.up()
    expect(page.get_by_text(f"told {value:.2f} 0.00 0.00")).to_be_visible()


def test_a_storm_of_input_is_answered_one_by_one_and_ends_right(page: Page, app: str) -> None:
    before = page.request.get(f"{app}/studio/tally").json()
    values = [round(3 * np.sin(i / 9), 2) for i in range(150)]
    page.evaluate(STORM, [slider(page, 1).element_handle(), values])
    expect_image_of(page, [0, values[-1]])
    after = page.request.get(f"{app}/studio/tally").json()
    assert after["most"] == 1, "more than one request was in flight"
    assert after["asked"] - before["asked"] < len(values)


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
    expect(exact(page, 0)).to_have_value(f"{drawn[0]:.2f}")
    np.testing.assert_allclose(latent(page), drawn[:12], atol=0.0051)
    expect_image_of(page, drawn[:5].tolist())
    told = "told " + " ".join(f"{value:.2f}" for value in drawn[:3])
    expect(page.get_by_text(told)).to_be_visible()


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
    expect(page.get_by_text("told 4.25 0.00")).to_be_visible()


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
    place = page.locator(".hand").bounding_box()
    page.get_by_role("button", name="Next step").click()
    expect(page.locator("canvas.picture")).to_have_attribute("data-step", "2500")
    expect(page.locator(".at-step")).to_have_text("step 2\u00a0500")
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
    expect(page.get_by_text("told no")).to_be_visible()
    page.mouse.up()
    expect(page.get_by_text(f"told {value:.2f} 0.00 0.00")).to_be_visible()


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
    expect(page.get_by_text("did {'kind': 'new-concept'}")).to_be_visible()
    page.get_by_role("button", name="Remove: down").click()
    expect(page.get_by_text("did {'kind': 'remove-concept', 'id': 'bb'}")).to_be_visible()


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
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name="Concepts")).to_be_focused()
        expect(page.get_by_text("A concept is a direction")).to_be_visible()
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
            expect(page.get_by_text("did {'kind': 'train-classifier'}")).to_be_visible()


def test_no_classes_no_line(page: Page) -> None:
    expect(page.locator(".label-line")).to_be_hidden()
    assert set(page.locator(".neighbour .tag").all_inner_texts()) == {""}
