"""The pad in Chromium: a point in a plane, or among pinned images."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect

from gan_core.web.words.pad import pad_words
from tests.web.panels_page import panels, words_of

CALL = "([name, values]) => maths[name](...values)"
START = [0.5, -0.5, 0, 0, 0, 0, 0, 0]


@pytest.fixture(scope="module")
def page(browser: Browser):
    with panels(browser, ms=3) as found:
        yield found


@pytest.fixture
def fresh(page: Page) -> Page:
    """The plane of z0 and z1, the point at (0.5, -0.5), nothing locked, three pins."""
    page.evaluate(
        """(start) => {
            locked.clear();
            const along = (axis, length) => start.map((_, i) => (i === axis ? length : 0));
            pins.replace([along(0, 3), along(1, 3), along(2, 4)]);
            pad.setMode("plane");
            pad.axes.choose(0, "dimension:0");
            pad.axes.choose(1, "dimension:1");
            hand.go(start);
            pad.takeAxes();
        }""",
        START,
    )
    return page


def latent(page: Page) -> list[float]:
    return page.evaluate("hand.z()")


def field(page: Page):
    return page.get_by_role("slider", name="Point on the pad")


def spot(page: Page, x: float, y: float) -> tuple[float, float]:
    """A point of the window; x and y from -1 to 1, y downwards."""
    box = field(page).bounding_box()
    return box["x"] + box["width"] * (x + 1) / 2, box["y"] + box["height"] * (y + 1) / 2


def test_the_point_follows_the_finger_before_release(fresh: Page) -> None:
    rests = fresh.evaluate("tally.rests")
    fresh.mouse.move(*spot(fresh, 0, 0))
    fresh.mouse.down()
    np.testing.assert_allclose(latent(fresh), [0] * 8, atol=0.03)
    fresh.mouse.move(*spot(fresh, 0.5, -0.5), steps=7)
    np.testing.assert_allclose(latent(fresh)[:2], [1.5, 1.5], atol=0.03)
    fresh.mouse.move(*spot(fresh, 3, -0.5), steps=3)
    np.testing.assert_allclose(latent(fresh)[:2], [3, 1.5], atol=0.03)
    assert fresh.evaluate("tally.rests") == rests, "no step for undo before the release"
    fresh.mouse.up()
    assert fresh.evaluate("tally.rests") == rests + 1
    assert latent(fresh)[2:] == [0] * 6


def test_it_shows_where_the_latent_lies_whoever_moved_it(fresh: Page) -> None:
    expect(field(fresh)).to_have_attribute("aria-valuetext", "z0 0.50, z1 −0.50")
    fresh.evaluate("hand.go([1.5, 0.75, 9, 0, 0, 0, 0, 0])")
    expect(field(fresh)).to_have_attribute("aria-valuetext", "z0 1.50, z1 0.75")
    x, y = spot(fresh, 0.5, -0.25)
    point = fresh.locator(".pad-point").bounding_box()
    assert abs(point["x"] + point["width"] / 2 - x) < 2
    assert abs(point["y"] + point["height"] / 2 - y) < 2


def test_the_ground_does_not_move_under_the_hand(fresh: Page) -> None:
    fresh.wait_for_function("pad.tiles.done.size === 49")
    fresh.evaluate("arithmetic.hidden()")
    decoded, version = fresh.evaluate("[tally.decoded, pad.plane.version]")
    fresh.mouse.move(*spot(fresh, 0, 0))
    fresh.mouse.down()
    for i in range(20):
        fresh.mouse.move(*spot(fresh, np.sin(i), np.cos(1.3 * i)))
    fresh.mouse.up()
    fresh.wait_for_timeout(300)
    assert fresh.evaluate("pad.plane.version") == version, "the anchor drifted"
    assert fresh.evaluate("tally.decoded") - decoded < 30, "the same tiles were made again"
    fresh.evaluate("() => { const z = hand.z(); z[4] = 1; hand.go(z); }")
    assert fresh.evaluate("pad.plane.version") > version
    fresh.wait_for_function("pad.tiles.done.size === 49")


def test_tiles_are_the_images_of_their_places_and_give_way(fresh: Page) -> None:
    fresh.evaluate("() => { const z = hand.z(); z[5] += 1; hand.go(z); }")
    fresh.wait_for_function("pad.tiles.done.size > 0 && pad.tiles.done.size < 49")
    aborted = fresh.evaluate("tally.aborted")
    fresh.evaluate("hand.drag([0.5, -0.5, 1, 0, 0, 0, 0, 0])")
    assert fresh.evaluate("tally.aborted") == aborted + 1
    fresh.wait_for_function("pad.tiles.done.size === 49")
    tile, wanted = fresh.evaluate(
        """async () => {
            const context = pad.ground.getContext("2d");
            const { data } = context.getImageData(28 * 5, 28, 28, 28);
            const { images } = await hand.decode([[6 * 2 / 7, 6 * 2 / 7, 1, 0, 0, 0, 0, 0]]);
            return [Array.from(data).filter((_, i) => i % 4 === 0), Array.from(images[0])];
        }"""
    )
    np.testing.assert_allclose(tile, wanted, atol=1)


def test_keys_go_small_and_large_steps(fresh: Page) -> None:
    field(fresh).focus()
    fresh.keyboard.press("ArrowRight")
    assert latent(fresh)[:2] == pytest.approx([0.6, -0.5])
    fresh.keyboard.press("Shift+ArrowUp")
    assert latent(fresh)[:2] == pytest.approx([0.6, 0])
    rests = fresh.evaluate("tally.rests")
    fresh.keyboard.press("Home")
    assert latent(fresh)[:2] == pytest.approx([0, 0])
    assert fresh.evaluate("tally.rests") == rests + 1


def test_a_double_click_and_a_button_go_to_the_middle(fresh: Page) -> None:
    fresh.mouse.dblclick(*spot(fresh, 0.7, 0.7))
    np.testing.assert_allclose(latent(fresh), [0] * 8, atol=1e-9)
    fresh.evaluate("(z) => hand.go(z)", START)
    fresh.get_by_role("button", name="Middle").click()
    np.testing.assert_allclose(latent(fresh), [0] * 8, atol=1e-9)


def test_a_locked_dimension_stays(fresh: Page) -> None:
    fresh.evaluate("locked.add(0)")
    fresh.mouse.click(*spot(fresh, -0.5, -0.5))
    np.testing.assert_allclose(latent(fresh)[:2], [0.5, 1.5], atol=0.03)
    fresh.get_by_role("radio", name="Pinned points").click()
    fresh.mouse.click(*spot(fresh, 0, -0.78))
    np.testing.assert_allclose(latent(fresh), [0.5] + [0] * 7, atol=0.05)


def test_better_directions_take_over_only_until_it_is_used(browser: Browser) -> None:
    find = """() => {
        for (const id of ["principal:0", "principal:1"]) {
            directions.push({ id, name: id, vector: axisOf(2 + Number(id.at(-1))) });
        }
        update({});
    }"""
    with panels(browser) as page:
        across = page.get_by_role("combobox", name="Left to right")
        expect(across).to_have_value("dimension:0")
        page.evaluate(find)
        expect(across).to_have_value("principal:0")
        page.mouse.click(*spot(page, 0.5, 0))
        assert latent(page)[2] == pytest.approx(1.5, abs=0.03)
        page.evaluate("() => { directions.length -= 1; update({}); }")
        expect(across).to_have_value("principal:0")


def test_other_directions_and_never_the_same_twice(fresh: Page) -> None:
    across = fresh.get_by_role("combobox", name="Left to right")
    across.select_option("concept-aa")
    expect(field(fresh)).to_have_attribute("aria-valuetext", "round 0.00, z1 −0.50")
    fresh.mouse.click(*spot(fresh, 0.5, 0))
    np.testing.assert_allclose(latent(fresh)[:4], [0.5, 0, 3, 3], atol=0.05)
    across.select_option("dimension:1")
    expect(fresh.get_by_role("combobox", name="Bottom to top")).to_have_value("concept-aa")


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    count=st.integers(3, 9),
    radius=st.floats(0, 1),
    angle=st.floats(0, 6.28),
    corner=st.integers(0, 8),
)
def test_a_blend_is_fair(page: Page, count: int, radius: float, angle: float, corner: int) -> None:
    corners = page.evaluate(CALL, ["regularPolygon", [count]])
    point = [radius * np.cos(angle), radius * np.sin(angle)]
    inside = page.evaluate(CALL, ["nearestInside", [point, corners]])
    weights = np.array(page.evaluate(CALL, ["cornerWeights", [inside, corners]]))
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(1)
    np.testing.assert_allclose(weights @ corners, inside, atol=1e-6)
    at = page.evaluate(CALL, ["cornerWeights", [corners[corner % count], corners]])
    np.testing.assert_allclose(at, np.eye(count)[corner % count], atol=1e-9)


def test_a_blend_keeps_the_norm(page: Page) -> None:
    points = np.random.default_rng(4).normal(size=(5, 12))
    weights = [0.1, 0.2, 0.3, 0.15, 0.25]
    found = page.evaluate(CALL, ["blendLatents", [points.tolist(), weights]])
    mean = weights @ points
    length = weights @ np.linalg.norm(points, axis=1)
    np.testing.assert_allclose(found, mean * length / np.linalg.norm(mean))


def test_among_pins_a_corner_is_its_pin(fresh: Page) -> None:
    fresh.get_by_role("radio", name="Pinned points").click()
    expect(fresh.locator(".pad-point")).to_have_class("pad-point away")
    fresh.mouse.click(*spot(fresh, 0, -1))
    np.testing.assert_allclose(latent(fresh), [3] + [0] * 7, atol=1e-9)
    expect(field(fresh)).to_have_attribute("aria-valuetext", "100 % Point 1")
    fresh.mouse.click(*spot(fresh, 0, 0))
    blend = latent(fresh)
    np.testing.assert_allclose(np.linalg.norm(blend), 10 / 3, atol=0.02)
    expect(fresh.locator(".pad-point")).to_have_class("pad-point")
    fresh.wait_for_function("pad.ground.dataset.filled === String(pad.tiles.done.size)")
    expect(fresh.locator(".pad-corner:not(.empty)")).to_have_count(3)
    fresh.evaluate("(z) => hand.go(z)", START)
    expect(fresh.locator(".pad-point")).to_have_class("pad-point away")


def test_two_pins_are_too_few(fresh: Page) -> None:
    fresh.evaluate("pins.remove(pins.list[0].id)")
    fresh.get_by_role("radio", name="Pinned points").click()
    expect(fresh.get_by_text("Pin three points or more")).to_be_visible()
    before = latent(fresh)
    fresh.mouse.click(*spot(fresh, 0.3, 0.2))
    assert latent(fresh) == before


def test_a_finger_on_a_phone(browser: Browser) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with panels(browser, context=phone) as page:
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        field(page).scroll_into_view_if_needed()
        assert field(page).bounding_box()["width"] > 330
        page.touchscreen.tap(*spot(page, 0.5, -0.5))
        np.testing.assert_allclose(latent(page)[:2], [1.5, 1.5], atol=0.05)
        small = page.evaluate(
            """() => [...document.querySelectorAll("section button")]
                .filter((one) => one.checkVisibility() && !one.matches(".walk-tick"))
                .filter((one) => one.getBoundingClientRect().height < 38)
                .map((one) => one.className)"""
        )
        assert not small


def test_every_word_has_its_use() -> None:
    assert words_of("pad", "pad.js") == set(pad_words())
