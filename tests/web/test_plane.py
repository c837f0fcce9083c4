"""The plane in Chromium: points, the image under the hand, two models side by side."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.web import plane_app
from tests.web.components_app import picture
from tests.web.real_app import opened
from tests.web.test_explorer import PIXELS
from tests.web.test_modules import blank, call

__all__ = ["blank"]  # a fixture

CORNER = plane_app.ACROSS.index(-2.0)  # the manifold's column where the lonely code stands
NUMBER = r"−?\d+(?:\.\d+)?"


@pytest.fixture
def page(browser: Browser, app: str):
    with opened(browser, f"{app}/plane") as found:
        ready(found)
        yield found


def ready(page: Page, count: int = 1) -> None:
    expect(page.locator("canvas.picture[data-painted]")).to_have_count(count)
    expect(page.get_by_text("held-out images")).to_be_visible()
    page.locator(".manifold-sheet[src]").first.wait_for()


def shown(canvas: Locator, side: int = 28) -> np.ndarray:
    return np.array(canvas.evaluate(PIXELS), np.uint8).reshape(side, side)


def expect_image_at(page: Page, point: tuple[float, float], nth: int = 0, atol: int = 2) -> None:
    """The large picture is the honest one of this point of the plane."""
    expected = picture(plane_app.latent(point))[..., 0].astype(int)
    canvas = page.locator("canvas.picture").nth(nth)
    for _ in range(50):
        if np.abs(shown(canvas).astype(int) - expected).max() <= atol:
            return
        page.wait_for_timeout(50)
    np.testing.assert_allclose(shown(canvas), expected, atol=atol)


def at(page: Page, nth: int = 0) -> tuple[float, float]:
    """The coordinates that stand beside the picture."""
    text = page.locator(".plane-at").nth(nth).inner_text()
    x, y = (float(part.replace("−", "-")) for part in re.findall(NUMBER, text))
    return x, y


def click_manifold(page: Page, column: int, row_from_below: int) -> None:
    sheet = page.locator(".manifold").first.bounding_box()
    cell = sheet["width"] / plane_app.SIDE
    row = plane_app.SIDE - 1 - row_from_below
    page.mouse.click(sheet["x"] + (column + 0.5) * cell, sheet["y"] + (row + 0.5) * cell)


def go_to_lonely(page: Page) -> tuple[float, float]:
    """Decode where the lonely code stands; returns its place on the screen."""
    click_manifold(page, CORNER, CORNER)
    cross = page.locator(".cross").first
    box = cross.bounding_box()
    x, y = (int(cross.get_attribute(f"data-{name}")) for name in "xy")
    return box["x"] + x, box["y"] + y


def test_first_the_middle_is_decoded(page: Page) -> None:
    assert at(page) == (0, 0)
    expect_image_at(page, (0, 0))
    expect(page.locator(".plane-panel")).to_have_attribute("data-step", "100")
    expect(page.get_by_text("12.5 % of the cloud's area is empty")).to_be_visible()
    expect(page.locator(".chip")).to_have_text(plane_app.NAMES)
    expect(page.locator(".plane-title")).to_have_text("The first <i>model</i>")


def test_a_click_on_the_manifold_goes_to_its_point(page: Page) -> None:
    click_manifold(page, 1, 5)
    assert at(page) == (-2, 2)
    expect_image_at(page, (-2, 2))
    mark, sheet = (page.locator(f".manifold{part}").bounding_box() for part in ("-mark", ""))
    assert mark["x"] - sheet["x"] == pytest.approx(sheet["width"] / 7, abs=1)
    assert mark["y"] - sheet["y"] == pytest.approx(sheet["height"] / 7, abs=1)


def test_a_drag_through_the_cloud_is_followed_before_release(page: Page, app: str) -> None:
    before = page.request.get(f"{app}/studio/tally").json()
    box = page.locator(".cross").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 150, y - 120, steps=60)
    found = at(page)
    assert found[0] > 1
    assert found[1] > 0.7
    # Three digits are shown, so the picture may differ by a grey level or three.
    expect_image_at(page, found, atol=6)
    page.mouse.up()
    after = page.request.get(f"{app}/studio/tally").json()
    assert after["most"] == 1, "more than one request was in flight"
    assert after["asked"] > before["asked"]


def test_a_drag_beyond_the_edge_stays_on_the_plane(page: Page) -> None:
    box = page.locator(".cross").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] - 300, box["y"] - 10, steps=3)
    page.mouse.up()
    assert at(page) == (-4, 3)


def test_arrow_keys_move_the_point(page: Page) -> None:
    page.locator(".cross").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    assert at(page) == (0.2, 0.15)
    page.keyboard.press("Shift+ArrowLeft")
    assert at(page) == (-0.8, 0.15)
    expect_image_at(page, (-0.8, 0.15))
    expect(page.locator(".cross")).to_have_attribute("aria-label", re.compile("−0.8, 0.15"))


def test_under_the_pointer_the_image_itself(page: Page) -> None:
    place = go_to_lonely(page)
    tip = page.locator(".plane-tip")
    expect(tip).to_be_hidden()
    page.mouse.move(place[0] + 3, place[1] + 2)
    expect(tip).to_be_visible()
    expect(tip).to_have_text("yak")
    np.testing.assert_array_equal(
        shown(page.locator(".thumb"), side=8), plane_app.image(plane_app.LONELY)
    )
    expect(page.locator(".cross")).to_have_attribute("data-hovered", str(plane_app.LONELY))
    page.mouse.move(place[0] + 60, place[1])
    expect(tip).to_be_hidden()


def test_one_class_alone(page: Page) -> None:
    place = go_to_lonely(page)
    dog = page.get_by_role("button", name="dog")
    dog.click()
    expect(dog).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".chip.faded")).to_have_count(3)
    page.mouse.move(*place)
    page.mouse.move(place[0] + 1, place[1])
    expect(page.locator(".plane-tip")).to_be_hidden()  # the lonely one is a yak
    dog.click()
    expect(page.locator(".chip.faded")).to_have_count(0)
    page.mouse.move(*place)
    expect(page.locator(".plane-tip")).to_be_visible()


def test_into_one_hole_after_another(page: Page) -> None:
    look = page.get_by_role("button", name="Look into a hole")
    look.click()
    expect(page.get_by_role("checkbox", name="Show holes")).to_be_checked()
    expect(page.get_by_text("hole 1 of 2")).to_be_visible()
    expect_image_at(page, (-2, 2))
    look.click()
    expect_image_at(page, (2, -2))
    look.click()
    expect(page.get_by_text("hole 1 of 2")).to_be_visible()
    page.locator(".cross").press("ArrowUp")
    expect(page.get_by_text("hole 1 of 2")).to_have_count(0)


def test_holes_are_drawn_and_taken_away(page: Page) -> None:
    seen = "canvas => canvas.toDataURL()"
    plot = page.locator(".cloud canvas").first
    bare = plot.evaluate(seen)
    page.get_by_role("checkbox", name="Show holes").check()
    assert plot.evaluate(seen) != bare
    page.get_by_role("checkbox", name="Show holes").uncheck()
    assert plot.evaluate(seen) == bare


def test_a_new_snapshot_moves_the_dots_and_leaves_the_point(page: Page) -> None:
    click_manifold(page, 1, 5)
    expect_image_at(page, (-2, 2))
    plot = page.locator(".cloud canvas").first
    before = plot.evaluate("canvas => canvas.toDataURL()")
    page.get_by_role("button", name="Next snapshot").click()
    expect(page.locator(".plane-panel")).to_have_attribute("data-step", "200")
    expect(page.locator("canvas.picture")).to_have_attribute("data-step", "200")
    assert at(page) == (-2, 2)
    page.wait_for_timeout(700)
    assert plot.evaluate("canvas => canvas.toDataURL()") != before


def test_two_models_light_up_together(browser: Browser, app: str) -> None:
    with opened(browser, f"{app}/plane?pair") as page:
        ready(page, 2)
        place = go_to_lonely(page)
        assert at(page, 1) == (0, 0), "each model has its own point"
        page.mouse.move(place[0] + 2, place[1])
        crosses = page.locator(".cross")
        for i in range(2):
            expect(crosses.nth(i)).to_have_attribute("data-hovered", str(plane_app.LONELY))
        page.get_by_role("button", name="Look into a hole").click()
        for i in range(2):
            expect_image_at(page, (-2, 2), nth=i)


def test_without_labels_there_is_no_legend(browser: Browser, app: str) -> None:
    with opened(browser, f"{app}/plane?bare") as page:
        ready(page)
        expect(page.locator(".chip")).to_have_count(0)
        expect_image_at(page, (0, 0))


def test_what_is_gone_is_said_in_words(browser: Browser, app: str) -> None:
    with opened(browser, f"{app}/plane?run=gone") as page:
        told = page.get_by_role("status").get_by_text("no longer there")
        expect(told).to_be_visible()
        expect(page.get_by_text("Traceback")).to_have_count(0)


@pytest.mark.parametrize("query", ["", "?pair"])
def test_one_screen_and_a_phone(browser: Browser, app: str, query: str) -> None:
    with opened(browser, f"{app}/plane{query}", color_scheme="dark") as page:
        ready(page, 2 if query else 1)
        bottom = page.locator(".plane").evaluate("root => root.getBoundingClientRect().bottom")
        assert bottom <= 900
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    with opened(browser, f"{app}/plane{query}", device_scale_factor=2, **phone) as page:
        ready(page, 2 if query else 1)
        root = page.locator(".plane")
        assert root.evaluate("root => root.scrollWidth <= root.clientWidth")
        expect(page.locator(".cloud").first).to_be_in_viewport(ratio=1)
        expect(page.locator("canvas.picture").first).to_be_in_viewport(ratio=1)
        page.locator(".cross").first.tap(position={"x": 200, "y": 80})
        assert at(page) != (0, 0)


def test_a_latent_of_the_plane_is_the_servers(blank: Page) -> None:
    plane = {"origin": plane_app.ORIGIN, "axes": plane_app.AXES}
    found = call(blank, "plane_points.js", "latentAt", [1.5, -2], plane)
    np.testing.assert_allclose(found, plane_app.latent((1.5, -2)), atol=1e-9)


def test_the_middle_of_a_class_is_its_median(blank: Page) -> None:
    points = [0, 0, 5, 1, 6, 2, 100, 3]
    found = call(blank, "plane_points.js", "classMiddles", points, [1, 0, 0, 0], 3)
    assert found == [[6, 2], [0, 0], None]


@pytest.mark.parametrize(
    ("value", "found"), [(-3.4, 0), (-2.6, 0), (0.4, 3), (2.9, 6), (4.5, -1), (-9, -1)]
)
def test_a_point_has_its_cell_unless_far_outside(blank: Page, value: float, found: int) -> None:
    assert call(blank, "plane_manifold.js", "nearestPlace", plane_app.ACROSS, value) == found
