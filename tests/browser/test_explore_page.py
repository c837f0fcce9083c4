"""The Explore page in the real app: the generator runs in the browser, under the hand."""

import base64
import json
import re
import struct

import numpy as np
import pytest
from playwright.sync_api import expect

from gan_core.inference.engine import SnapshotEngine
from gan_core.runs import sealed, snapshots
from gan_core.runs.lock import FileLock
from gan_core.runs.status import Said, write_status
from tests.browser.conftest import PHONE, settled
from tests.generator_runs import add_generator_run, add_generator_snapshot

PAD_VIEW = "&step=20#tab=pad&axes=principal:2,dimension:4"
LOCAL = "canvas.picture[data-from=browser]"
PIXELS = """canvas => Array.from(
    canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
).filter((_, i) => i % 4 === 0)"""


@pytest.fixture(scope="module")
def run(studio):
    return add_generator_run(studio.store, name="under the hand")


def explore(studio, run, more=""):
    return f"{studio.address}/explore?run={run.id}{more}"


def shown(page):
    return np.array(page.locator("canvas.picture").evaluate(PIXELS), np.uint8)


def latent(page, run):
    """The latent under the hand, as the page itself copies it."""
    text = page.evaluate("() => location.hash")
    assert text == ""
    page.locator(".share summary").click()
    page.get_by_role("button", name="Copy z as JSON").click()
    value = page.locator(".share textarea").input_value()
    page.locator(".share summary").click()
    return np.array([json.loads(value)["z"]], np.float32)


def drag(page, name="z0", ends=(0.5, 0.85), steps=12):
    box = page.get_by_role("slider", name=name, exact=True).bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * ends[0], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * ends[1], middle, steps=steps)
    return lambda: page.mouse.up()


def test_a_drag_is_answered_here_and_asks_no_server(studio, viewers, run):
    with viewers.open(explore(studio, run), wait_for=LOCAL) as page:
        settled(page)
        page.wait_for_timeout(1000)
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        before = int(page.locator("canvas.picture").get_attribute("data-painted"))
        release = drag(page)
        page.wait_for_timeout(200)
        painted = int(page.locator("canvas.picture").get_attribute("data-painted"))
        assert painted - before >= 3
        assert asked == []
        release()
        z = latent(page, run)
        page.wait_for_timeout(500)
        expected = SnapshotEngine.open(run.paths, 20).images(z)[0].ravel()
        assert np.abs(shown(page).astype(int) - expected).max() <= 1


def test_a_new_snapshot_comes_under_a_still_hand(studio, viewers):
    run = add_generator_run(studio.store, name="under way", steps=(10,))
    with FileLock.acquire(run.paths.lock):
        write_status(run.paths, "running", 10, 40, Said(template="training"))
        with viewers.open(explore(studio, run), wait_for=LOCAL) as page:
            settled(page)
            drag(page)()
            value = page.get_by_role("slider", name="z0", exact=True).input_value()
            add_generator_snapshot(run, 30)
            canvas = page.locator("canvas.picture")
            expect(canvas).to_have_attribute("data-step", "30", timeout=5_000)
            expect(canvas).to_have_attribute("data-from", "browser")
            assert page.get_by_role("slider", name="z0", exact=True).input_value() == value
    write_status(run.paths, "completed", 30, 40, Said(template="done"))


def test_damaged_golden_images_show_the_server_and_say_so(studio, viewers):
    run = add_generator_run(studio.store, name="odd", steps=(10,))
    damage_golden(run)
    with viewers.open(explore(studio, run), wait_for="canvas.picture[data-painted]") as page:
        notice = page.locator(".notice")
        expect(notice).to_contain_text("Images come from the server")
        expect(notice).to_have_attribute("data-reason", "golden")
        expect(page.locator("canvas.picture")).to_have_attribute("data-from", "server")
        before = shown(page)
        box = page.get_by_role("spinbutton", name="Exact value of z0", exact=True)
        box.fill("2.5")
        box.press("Enter")
        page.wait_for_timeout(800)
        assert (shown(page) != before).any()
        expect(page.locator("canvas.picture")).to_have_attribute("data-from", "server")
    studio.store.delete(run.id)


def damage_golden(run):
    """Turn the bundle's golden images upside down, and seal it again as if it had been so."""
    folder = run.paths.snapshot(10)
    path = folder / snapshots.GENERATOR_BUNDLE
    data = bytearray(path.read_bytes())
    (length,) = struct.unpack_from("<I", data, 8)
    header = json.loads(data[12 : 12 + length])
    images = header["tensors"][header["golden"]["images"]]
    start = (12 + length + 15) // 16 * 16 + images["offset"]
    values = np.frombuffer(data, np.float32, images["bytes"] // 4, start)
    data[start : start + images["bytes"]] = values[::-1].tobytes()

    def write(draft):
        for old in folder.iterdir():
            if old.name not in {sealed.MANIFEST, path.name}:
                (draft / old.name).write_bytes(old.read_bytes())
        (draft / path.name).write_bytes(data)

    about = {k: v for k, v in sealed.read_manifest(folder).items() if k != "sha256"}
    sealed.seal(folder, write, about)


def test_directions_are_found_named_and_kept(studio, viewers, run):
    with viewers.open(explore(studio, run), wait_for=LOCAL) as page:
        settled(page)
        page.get_by_role("tab", name="Principal").click()
        page.get_by_role("slider", name="principal 1", exact=True).wait_for()
        before = shown(page)
        drag(page, "principal 1", ends=(0.5, 0.9))()
        page.wait_for_timeout(300)
        assert (shown(page) != before).any()
        page.locator(".directions .name-tag", has_text="principal 1").first.click()
        page.locator(".name-box").fill("slant")
        page.locator(".name-box").press("Enter")
        page.wait_for_timeout(1000)
    assert studio.store.get(run.id).meta.names == {"principal:0": "slant"}
    with viewers.open(explore(studio, run), wait_for=LOCAL) as page:
        page.get_by_role("tab", name="Principal").click()
        expect(page.locator(".directions .name-tag").first).to_have_text("slant")


def test_an_address_restores_the_view(studio, viewers, run):
    z = np.zeros(64, "<f4")
    z[0], z[3] = 1.25, -0.5
    text = base64.urlsafe_b64encode(z.tobytes()).decode().rstrip("=")
    address = explore(studio, run, f"&step=10#z={text}&tab=first-layer&tool=arithmetic")
    with viewers.open(address, wait_for=LOCAL) as page:
        settled(page)
        expect(page.get_by_role("tab", name="First layer")).to_have_attribute(
            "aria-selected", "true"
        )
        expect(page.get_by_role("tab", name="Arithmetic")).to_have_attribute(
            "aria-selected", "true"
        )
        expect(page.locator("canvas.picture")).to_have_attribute("data-step", "10")
        expected = SnapshotEngine.open(run.paths, 10).images(z[None].astype(np.float32))[0].ravel()
        assert np.abs(shown(page).astype(int) - expected).max() <= 1


def test_an_address_names_the_two_directions_of_the_pad(studio, viewers, run):
    with viewers.open(explore(studio, run, PAD_VIEW), LOCAL) as page:
        settled(page)
        chosen = page.locator(".pad-axes select")
        expect(chosen.first).to_have_value("principal:2")
        expect(chosen.last).to_have_value("dimension:4")
        page.locator(".share summary").click()
        page.get_by_role("button", name="Copy the address").click()
        told = page.locator(".share textarea").input_value()
        assert "tab=pad" in told
        assert "axes=principal:2,dimension:4" in told


def test_the_film_shows_every_snapshot(studio, viewers, run):
    with viewers.open(explore(studio, run), wait_for=LOCAL) as page:
        settled(page)
        page.get_by_role("tab", name="Through training").click()
        expect(page.locator(".film-cell:not(.waiting-cell)")).to_have_count(2)
        page.get_by_role("button", name="step 10").click()
        expect(page.locator(".film-large")).to_have_attribute("data-step", "10")


def test_keyboard_wheel_and_touch(studio, viewers, run):
    with viewers.open(explore(studio, run), wait_for=LOCAL) as page:
        settled(page)
        knob = page.get_by_role("slider", name="z1", exact=True)
        start = float(knob.input_value())
        knob.press("ArrowRight")
        assert float(knob.input_value()) == pytest.approx(start + 0.1, abs=0.006)
        knob.press("Shift+ArrowLeft")
        assert float(knob.input_value()) == pytest.approx(start + 0.09, abs=0.006)
        knob.hover()
        page.mouse.wheel(0, -100)
        page.wait_for_timeout(300)
        assert float(knob.input_value()) == pytest.approx(start + 0.1, abs=0.006)
    phone = {"viewport": PHONE, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
    with viewers.open(explore(studio, run), wait_for=LOCAL, **phone) as page:
        settled(page)
        knob = page.get_by_role("slider", name="z2", exact=True)
        knob.scroll_into_view_if_needed()
        box = knob.bounding_box()
        page.touchscreen.tap(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2)
        expect(knob).to_have_value(re.compile(r"^2\."))
        width = page.evaluate("() => document.documentElement.scrollWidth")
        assert width <= PHONE["width"]


def test_one_screen(studio, viewers, run):
    with viewers.open(explore(studio, run), wait_for=LOCAL) as page:
        settled(page)
        bottom = page.locator(".explorer").evaluate("e => e.getBoundingClientRect().bottom")
        assert bottom <= 900
