"""Walks in Chromium: the large image walks, and the walk is kept."""

from __future__ import annotations

import base64
import io
import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from gan_core.latent.interpolation import walk
from gan_core.web.words.walk import walk_words
from tests.web.panels_page import panels, words_of

CALL = "([name, values]) => maths[name](...values)"
FRAMES = """async (ms) => {
    const before = [Number(picture.dataset.painted), walk.clock.position];
    const began = performance.now();
    await new Promise((done) => setTimeout(done, ms));
    const seconds = (performance.now() - began) / 1000;
    return [(Number(picture.dataset.painted) - before[0]) / seconds,
            (walk.clock.position - before[1]) * walk.clock.seconds / seconds];
}"""
PLAY, PAUSE = "Play the walk", "Pause the walk"

sent: list[dict] = []


def answer(route: Route) -> None:
    sent.append(json.loads(route.request.post_data))
    if sent[-1]["format"] == "mp4":
        message = "MP4 cannot be written here."
        route.fulfill(status=400, json={"message": message})
    else:
        route.fulfill(body=b"GIF89a", content_type="image/gif")


@pytest.fixture(scope="module")
def page(browser: Browser):
    with panels(browser, answer=answer) as found:
        found.evaluate("window.picture = document.querySelector('canvas.picture')")
        yield found


@pytest.fixture
def fresh(page: Page) -> Page:
    """Three points, a walk at its beginning, and the usual manner."""
    page.evaluate(
        """() => walk.open({
            points: [[3, 0, 0, 0, 0, 0, 0, 0], [0, 3, 0, 0, 0, 0, 0, 0], [0, 0, 3, 0, 0, 0, 0, 0]],
            method: "slerp", easing: "even", closed: true, speed: 1,
        })"""
    )
    sent.clear()
    return page


@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize("method", ["slerp", "linear"])
def test_a_walk_is_the_one_of_the_command_line(page: Page, method: str, closed: bool) -> None:
    points = np.random.default_rng(3).normal(size=(4, 6)).astype(np.float32)
    count = 24 if closed else 25
    manner = {"method": method, "easing": "even", "closed": closed}
    ours = [
        page.evaluate(CALL, ["walkLatent", [points.tolist(), i / 24, manner]]) for i in range(count)
    ]
    np.testing.assert_allclose(ours, walk(points, count, method, closed), atol=1e-5)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    count=st.integers(2, 9),
    easing=st.sampled_from(["even", "smooth", "stops"]),
    closed=st.booleans(),
)
def test_a_walk_arrives_at_its_points(page: Page, count: int, easing: str, closed: bool) -> None:
    points = np.random.default_rng(count).normal(size=(count, 3))
    manner = {"method": "slerp", "easing": easing, "closed": closed}
    at = page.evaluate(CALL, ["arrivals", [count, manner]])
    assert (at[0], at[-1]) == (0, 1)
    assert (np.diff(at) > 0).all()
    for i, position in enumerate(at):
        found = page.evaluate(CALL, ["walkLatent", [points.tolist(), position, manner]])
        np.testing.assert_allclose(found, points[i % count], atol=1e-6)


def test_it_plays_at_its_speed_and_stays_where_it_was_left(fresh: Page) -> None:
    fresh.get_by_role("button", name=PLAY).click()
    painted, speed = fresh.evaluate(FRAMES, 1000)
    print(f"frames painted a second while walking: {painted:.0f}")
    assert painted > 15
    assert 0.8 < speed < 1.2
    rests = fresh.evaluate("tally.rests")
    fresh.get_by_role("button", name=PAUSE).click()
    left = fresh.evaluate("hand.z()")
    assert fresh.evaluate("tally.rests") == rests + 1
    fresh.wait_for_timeout(200)
    assert fresh.evaluate("hand.z()") == left
    assert fresh.evaluate("hand.z()") == fresh.evaluate(
        "maths.walkLatent(walk.points, walk.clock.position, walk.options.manner)"
    )


def test_scrub_and_ticks(fresh: Page) -> None:
    track = fresh.get_by_role("slider", name="Place on the walk")
    track.fill("5000")
    assert fresh.evaluate("hand.z()") == fresh.evaluate(
        "maths.walkLatent(walk.points, 0.5, walk.options.manner)"
    )
    expect(fresh.locator(".walk-place")).to_have_text("3.0 of 6.0 s")
    expect(fresh.locator(".walk-tick")).to_have_count(4)
    fresh.get_by_role("button", name="Go along the walk to Point 2").click()
    assert fresh.evaluate("hand.z().slice(0, 3)") == [0, 3, 0]
    fresh.get_by_role("checkbox", name="Closed loop").uncheck()
    expect(fresh.locator(".walk-tick")).to_have_count(3)


def test_space_plays_and_pauses(fresh: Page) -> None:
    fresh.get_by_role("slider", name="Place on the walk").focus()
    fresh.keyboard.press("Space")
    expect(fresh.get_by_role("button", name=PAUSE)).to_be_visible()
    fresh.keyboard.press("Space")
    expect(fresh.get_by_role("button", name=PLAY)).to_be_visible()
    fresh.get_by_role("button", name=PLAY).focus()
    fresh.keyboard.press("Space")
    expect(fresh.get_by_role("button", name=PAUSE)).to_be_visible()


def test_an_open_walk_ends_and_begins_anew(fresh: Page) -> None:
    fresh.get_by_role("checkbox", name="Closed loop").uncheck()
    fresh.get_by_role("combobox", name="Speed").select_option("4")
    fresh.get_by_role("slider", name="Place on the walk").fill("9000")
    fresh.get_by_role("button", name=PLAY).click()
    expect(fresh.get_by_role("button", name=PLAY)).to_be_visible()
    assert fresh.evaluate("hand.z().slice(0, 3)") == [0, 0, 3]
    fresh.get_by_role("button", name=PLAY).click()
    assert fresh.evaluate("walk.clock.position") < 0.9


def test_another_hand_stops_the_walk(fresh: Page) -> None:
    fresh.get_by_role("button", name=PLAY).click()
    fresh.evaluate("hand.go([1, 1, 1, 1, 1, 1, 1, 1])")
    expect(fresh.get_by_role("button", name=PLAY)).to_be_visible()
    assert fresh.evaluate("hand.z()") == [1] * 8
    fresh.get_by_role("button", name=PLAY).click()
    fresh.evaluate("walk.hidden()")
    expect(fresh.get_by_role("button", name=PLAY)).to_be_visible()


def test_one_point_is_no_walk(fresh: Page) -> None:
    fresh.get_by_role("button", name=PLAY).click()
    fresh.evaluate("() => { for (const pin of pins.list.slice(1)) pins.remove(pin.id); }")
    expect(fresh.get_by_text("Pin one more point")).to_be_visible()
    expect(fresh.locator(".walk-player")).to_be_hidden()
    assert not fresh.evaluate("walk.clock.playing")


def test_a_film_holds_the_very_latents(fresh: Page) -> None:
    with fresh.expect_download() as file:
        fresh.get_by_role("button", name="GIF").click()
    assert file.value.suggested_filename == "walk-made-by-hand-1.gif"
    expect(fresh.locator(".walk").get_by_role("status")).to_have_text(
        "The file is with your downloads."
    )
    (body,) = sent
    assert (body["run"], body["step"], body["format"]) == ("made-by-hand", 1, "gif")
    assert (body["fps"], body["latent_size"], body["invert"]) == (30, 8, False)
    raw = np.frombuffer(base64.b64decode(body["latents_b64"], validate=True), "<f4").reshape(-1, 8)
    np.testing.assert_allclose(raw, walk(np.eye(8)[:3] * 3, 180), atol=1e-6)


def test_a_long_film_has_fewer_frames_a_second(fresh: Page) -> None:
    fresh.get_by_role("combobox", name="Speed").select_option("0.25")
    with fresh.expect_download():
        fresh.get_by_role("button", name="WebP").click()
    (body,) = sent
    assert body["fps"] == 20
    assert len(base64.b64decode(body["latents_b64"])) == 480 * 8 * 4


def test_a_refusal_is_told_in_words(fresh: Page) -> None:
    fresh.get_by_role("button", name="MP4").click()
    told = fresh.locator(".walk").get_by_role("status")
    expect(told).to_have_text("The file could not be made. MP4 cannot be written here.")


def test_the_address_of_a_walk_is_copied(fresh: Page) -> None:
    fresh.context.grant_permissions(["clipboard-read", "clipboard-write"])
    fresh.get_by_role("button", name="Copy address").click()
    expect(fresh.locator(".walk").get_by_role("status")).to_have_text(
        "The address of this walk was copied."
    )
    assert fresh.evaluate("navigator.clipboard.readText()") == "http://localhost/?walk=3-slerp"


def test_without_a_server_a_strip_is_drawn_in_the_page(fresh: Page) -> None:
    fresh.evaluate("update({ save_url: null })")
    expect(fresh.get_by_role("button", name="GIF")).to_be_hidden()
    with fresh.expect_download() as file:
        fresh.get_by_role("button", name="PNG strip").click()
    with Image.open(io.BytesIO(file.value.path().read_bytes())) as strip:
        assert strip.size == (8 * 112, 3 * 112), "a row for each leg"
        pixels = np.asarray(strip.convert("L")).astype(int)
    assert not sent
    assert pixels[:112, :112].max() > 200
    assert (pixels[:112, :112] != pixels[112:224, :112]).any()
    fresh.evaluate("update({ save_url: 'studio/walk' })")


def test_it_does_not_start_by_itself(fresh: Page) -> None:
    fresh.emulate_media(reduced_motion="reduce")
    fresh.wait_for_timeout(150)
    assert fresh.evaluate("walk.clock.position") == 0
    fresh.emulate_media(reduced_motion="no-preference")


def test_every_word_has_its_use() -> None:
    assert words_of("walk", "walk_panel.js") == set(walk_words())
