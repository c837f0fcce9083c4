"""Sums of points in Chromium, with a picture at every operand."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from gan_core.web.words.arithmetic import arithmetic_words
from tests.web.explorer_page import PIXELS
from tests.web.panels_page import panels, words_of

SIZE = 16


@pytest.fixture(scope="module")
def page(browser: Browser):
    with panels(browser, latent_size=SIZE) as found:
        yield found


@pytest.fixture
def fresh(page: Page) -> tuple[Page, np.ndarray]:
    """Three pins, and operands that nobody has chosen yet."""
    latents = np.random.default_rng(6).normal(size=(3, SIZE))
    page.evaluate(
        """(points) => {
            pins.replace(points);
            for (const operand of arithmetic.operands) operand.touched = false;
            arithmetic.tabs.choose("sum");
            arithmetic.length.checked = false;
            arithmetic.averaged.left.clear();
            hand.go(points[2].map((value) => value / 2));
            arithmetic.takePins();
        }""",
        latents.tolist(),
    )
    return page, latents


def result(page: Page) -> list[float] | None:
    return page.evaluate("arithmetic.latent")


def expect_picture_of(page: Page, canvas, z: list[float]) -> None:
    """The canvas shows what the hand makes of z."""
    wanted = page.evaluate("async (z) => Array.from((await hand.decode([z])).images[0])", list(z))
    for _ in range(40):
        if canvas.evaluate(PIXELS) == wanted:
            return
        page.wait_for_timeout(50)
    assert canvas.evaluate(PIXELS) == wanted


def test_at_first_the_first_two_pins_and_the_hand(fresh) -> None:
    page, (a, b, c) = fresh
    np.testing.assert_allclose(result(page), a - b + c / 2)
    faces = page.locator(".operand canvas")
    for i, z in enumerate([a, b, c / 2]):
        expect_picture_of(page, faces.nth(i), z.tolist())
    expect_picture_of(page, page.locator(".sum-result canvas"), result(page))


def test_it_follows_the_hand_and_the_operands(fresh) -> None:
    page, (a, b, c) = fresh
    page.evaluate("hand.drag(new Array(16).fill(1))")
    np.testing.assert_allclose(result(page), a - b + 1)
    page.get_by_role("combobox", name="Operand C").select_option(label="Point 3")
    np.testing.assert_allclose(result(page), a - b + c)
    page.get_by_role("button", name="A is Point 1").click()
    np.testing.assert_allclose(result(page), c)
    page.get_by_role("button", name="A is Point 2").focus()
    page.keyboard.press("Enter")
    np.testing.assert_allclose(result(page), c - b + c)
    expect_picture_of(page, page.locator(".sum-result canvas"), result(page))


def test_the_usual_length(fresh) -> None:
    page, (a, b, c) = fresh
    page.get_by_role("checkbox", name="Keep the usual length").check()
    found = np.array(result(page))
    assert np.linalg.norm(found) == pytest.approx(4), "the root of 16 dimensions"
    wanted = a - b + c / 2
    np.testing.assert_allclose(found, 4 * wanted / np.linalg.norm(wanted))


def test_it_is_kept_unless_there_are_few_dimensions(fresh) -> None:
    page, _ = fresh
    kept = page.get_by_role("checkbox", name="Keep the usual length")
    page.evaluate("arithmetic.update({ ...hand.data(), latent_size: 2 })")
    expect(kept).not_to_be_checked()
    page.evaluate("arithmetic.update(hand.data())")
    expect(kept).to_be_checked()


def test_averages_of_chosen_pins(fresh) -> None:
    page, latents = fresh
    page.get_by_role("tab", name="Average").click()
    np.testing.assert_allclose(result(page), latents.mean(axis=0))
    for name in ("Point 2", "Point 1", "Point 3"):
        page.get_by_role("button", name=f"Take {name} into the average").click()
        if name == "Point 2":
            np.testing.assert_allclose(result(page), latents[[0, 2]].mean(axis=0))
    assert result(page) is None
    expect(page.get_by_role("button", name="Go there")).to_be_disabled()
    page.get_by_role("tab", name="Average").press("ArrowLeft")
    assert result(page) is not None


def test_go_there_and_pin_the_result(fresh) -> None:
    page, _ = fresh
    wanted = result(page)
    page.get_by_role("button", name="Pin the result").click()
    assert page.evaluate("pins.list[3]")["z"] == wanted
    expect(page.locator(".pin").nth(3)).to_contain_text("A − B + C")
    page.get_by_role("combobox", name="Operand C").select_option(label="Point 3")
    wanted = result(page)
    rests = page.evaluate("tally.rests")
    page.get_by_role("button", name="Go there").click()
    assert page.evaluate("hand.z()") == wanted
    assert page.evaluate("tally.rests") == rests + 1


def test_an_operand_that_is_gone_gives_way(fresh) -> None:
    page, (a, b, c) = fresh
    page.get_by_role("combobox", name="Operand A").select_option(label="Point 3")
    page.evaluate("pins.remove(pins.list[2].id)")
    np.testing.assert_allclose(result(page), a - b + c / 2)


def test_every_word_has_its_use() -> None:
    assert words_of("sum", "arithmetic.js") == set(arithmetic_words())
