"""The row of pinned points, and the ways between them, in Chromium."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from playwright.sync_api import Browser, Page, expect

from gan_core.latent import interpolation
from gan_core.web.words.pins import pins_words
from tests.web.panels_page import panels, words_of

CALL = "([name, values]) => maths[name](...values)"


@pytest.fixture(scope="module")
def page(browser: Browser):
    with panels(browser) as found:
        yield found


@pytest.fixture
def fresh(page: Page) -> Page:
    """Two pins, as on a first visit."""
    page.evaluate("() => { pins.set([]); return pins.drawFirst(pins.place); }")
    return page


def names(page: Page) -> list[str]:
    return page.evaluate("pins.list.map(({ name }) => name)")


def faces(page: Page):
    return page.locator(".pins").get_by_role("button", name="Go to")


latents = arrays(np.float32, 5, elements=st.floats(-4, 4, width=32))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(a=latents, b=latents, t=st.floats(0, 1))
def test_both_sides_take_the_same_way(page: Page, a, b, t) -> None:
    for name in ("slerp", "lerp"):
        ours = page.evaluate(CALL, [name, [a.tolist(), b.tolist(), t]])
        theirs = getattr(interpolation, name)(a, b, t)
        np.testing.assert_allclose(ours, theirs, atol=2e-6)


@pytest.mark.parametrize("t", [0, 0.25, 0.5, 1])
@pytest.mark.parametrize(
    ("a", "b"),
    [([1, 2, 0], [2, 4, 0]), ([1, 2, 0], [-2, -4, 0]), ([0, 0, 0], [1, 2, 3]), ([2], [-3])],
    ids=["parallel", "opposite", "zero", "one dimension"],
)
def test_special_ways_are_the_same_too(page: Page, a, b, t: float) -> None:
    ours = page.evaluate(CALL, ["slerp", [a, b, t]])
    np.testing.assert_allclose(ours, interpolation.slerp(a, b, t), atol=1e-6)


def test_a_first_visit_has_two_points_with_pictures(fresh: Page) -> None:
    assert names(fresh) == ["Point 1", "Point 2"]
    expect(faces(fresh)).to_have_count(2)
    expect(fresh.locator(".pin canvas:not(.empty)")).to_have_count(2)


def test_pin_here_pin_at_random_and_no_more_than_nine(fresh: Page) -> None:
    add = fresh.get_by_role("button", name="Pin this point")
    add.click()
    assert fresh.evaluate("pins.list[2].z") == fresh.evaluate("hand.z()")
    for _ in range(6):
        fresh.get_by_role("button", name="Pin a random point").click()
    assert names(fresh) == [f"Point {i}" for i in range(1, 10)]
    expect(add).to_be_disabled()
    assert fresh.evaluate("pins.add(hand.z())") is None


def test_a_picture_leads_to_its_point(fresh: Page) -> None:
    faces(fresh).nth(1).click()
    assert fresh.evaluate("hand.z()") == fresh.evaluate("pins.list[1].z")


def test_names_and_errors(fresh: Page) -> None:
    fresh.evaluate("pins.add(hand.z(), { name: 'My seven', error: 0.0312 })")
    expect(fresh.locator(".pin").nth(2)).to_contain_text("My seven")
    expect(fresh.locator(".pin").nth(2)).to_contain_text("error 0.031")
    fresh.locator(".pin .name-tag").first.click()
    fresh.keyboard.type("Slanted")
    fresh.keyboard.press("Enter")
    assert names(fresh) == ["Slanted", "Point 2", "My seven"]


def test_the_order_by_keyboard(fresh: Page) -> None:
    fresh.get_by_role("button", name="Pin this point").click()
    faces(fresh).first.focus()
    fresh.keyboard.press("Shift+ArrowRight")
    assert names(fresh) == ["Point 2", "Point 1", "Point 3"]
    expect(fresh.locator(".pins").get_by_role("status")).to_have_text(
        "Point 1 is now number 2 of 3."
    )
    fresh.keyboard.press("Shift+ArrowRight")
    fresh.keyboard.press("Shift+ArrowRight")
    assert names(fresh) == ["Point 2", "Point 3", "Point 1"]
    shown = faces(fresh).evaluate_all("all => all.map((face) => face.ariaLabel)")
    assert shown == ["Go to Point 2", "Go to Point 3", "Go to Point 1"]
    fresh.keyboard.press("ArrowLeft")
    fresh.keyboard.press("Delete")
    assert names(fresh) == ["Point 2", "Point 1"]
    expect(faces(fresh).nth(1)).to_be_focused()


def test_the_order_by_hand(fresh: Page) -> None:
    fresh.get_by_role("button", name="Pin this point").click()
    before = fresh.evaluate("hand.z()")
    places = [faces(fresh).nth(i).bounding_box() for i in range(3)]
    middle = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in places]
    fresh.mouse.move(*middle[0])
    fresh.mouse.down()
    fresh.mouse.move(*middle[2], steps=6)
    assert names(fresh) == ["Point 2", "Point 3", "Point 1"]
    fresh.mouse.up()
    assert fresh.evaluate("hand.z()") == before, "a drag is not a click"
    fresh.mouse.click(*middle[2])
    assert fresh.evaluate("hand.z()") == fresh.evaluate("pins.list[2].z")


def test_another_snapshot_is_another_picture(fresh: Page) -> None:
    look = "canvas => canvas.toDataURL()"
    expect(fresh.locator(".pin canvas:not(.empty)")).to_have_count(2)
    canvas = fresh.locator(".pin canvas").first
    before = canvas.evaluate(look)
    fresh.evaluate("update({ step: 2 })")
    fresh.wait_for_function("pins.pictures.of(pins.list[0].id).place.endsWith(' 2')")
    assert canvas.evaluate(look) != before
    fresh.evaluate("update({ step: 1 })")
    fresh.wait_for_function("pins.pictures.of(pins.list[0].id).place.endsWith(' 1')")
    assert canvas.evaluate(look) == before


def test_each_run_keeps_its_own_while_the_tab_is_open(fresh: Page) -> None:
    fresh.evaluate("pins.rename(pins.list[0].id, 'Kept')")
    fresh.evaluate("update({ run: 'another' })")
    assert "Kept" not in names(fresh)
    fresh.evaluate("update({ run: 'made-by-hand' })")
    assert names(fresh) == ["Kept", "Point 2"]
    fresh.reload()
    fresh.wait_for_function("document.documentElement.dataset.ready === ''")
    assert names(fresh) == ["Kept", "Point 2"]


def test_what_was_kept_and_is_damaged_is_forgotten(fresh: Page) -> None:
    fresh.evaluate("sessionStorage.setItem('latent-studio-pins-' + pins.place, '[{')")
    fresh.evaluate("() => { pins.place = null; return pins.update(hand.data()); }")
    assert names(fresh) == ["Point 1", "Point 2"]


def test_every_word_has_its_use() -> None:
    assert words_of("pins", "pins.js", "pins_row.js") == set(pins_words())
