"""From Train to sliders: what a first visitor does, in the order in which they do it."""

import re
import subprocess

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from pages._parts.words import state_word
from tests.browser.conftest import PATIENCE_SECS, badge, button, settled, until

PIXELS = """canvas => Array.from(
    canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
)"""


def live(studio, run):
    return f"{studio.address}/?run={run}"


def explore(studio, run):
    return f"{studio.address}/explore?run={run}"


def pixels(canvas):
    return np.array(canvas.evaluate(PIXELS), np.uint8)


def ensure_training(studio, run):
    """The run may have been paused by a test that was run before, or have come to its end."""
    if studio.state(run) == "paused":
        studio.command("resume", run)
    status = studio.store.get(run).status
    if status.state == "running" and status.total_steps - status.step < 3000:
        studio.command("stop", run)  # it would end while somebody looks
        until(lambda: studio.state(run) == "stopped", PATIENCE_SECS, "stopped")
    if studio.state(run) in {"completed", "stopped"}:
        studio.command("resume", run, "--steps", str(status.total_steps + 20_000))
    until(lambda: studio.state(run) == "running", PATIENCE_SECS, "training")


def test_loss_and_sheets_keep_coming(studio, viewers, training):
    ensure_training(studio, training)
    with viewers.open(live(studio, training), wait_for=".sheet-image") as page:
        expect(badge(page, state_word("running"))).to_be_visible()
        entry = page.locator(".legend .entry .value").first
        expect(entry).to_have_text(re.compile(r"\d"))
        drawn = page.locator(".studio.live").get_attribute("data-drawn")
        first = page.locator(".sheet-box").get_attribute("data-step")
        box = page.locator(".sheet-box")
        expect(box).not_to_have_attribute("data-step", first, timeout=PATIENCE_SECS * 1000)
        newest = int(page.locator(".sheet-box").get_attribute("data-step"))
        assert newest > int(first)
        assert page.locator(".studio.live").get_attribute("data-drawn") != drawn
        # The earlier ones are still there, one nudge of the scrubber away.
        page.locator(".sheet input[type=range]").press("Home")
        expect(page.locator(".sheet-box")).to_have_attribute("data-step", "0")
        page.wait_for_timeout(2500)  # ticks come, the scrubber stays
        expect(page.locator(".sheet-box")).to_have_attribute("data-step", "0")


def test_nothing_jumps_when_ticks_come(studio, viewers, training):
    ensure_training(studio, training)
    with viewers.open(live(studio, training), wait_for=".sheet-image") as page:
        settled(page)
        places = set()
        for _ in range(12):
            box = page.locator(".sheet-box").bounding_box()
            places.add(tuple(round(box[key]) for key in ("x", "y", "width", "height")))
            page.wait_for_timeout(250)
        assert len(places) == 1


def test_another_browser_sees_the_same_run_at_its_address(studio, viewers, training):
    ensure_training(studio, training)
    with (
        viewers.open(live(studio, training), wait_for=".sheet-image") as one,
        viewers.open(live(studio, training), wait_for=".sheet-image") as other,
    ):
        for page in (one, other):
            expect(badge(page, state_word("running"))).to_be_visible()
        reached = int(one.locator(".sheet-box").get_attribute("data-step"))
        until(
            lambda: int(other.locator(".sheet-box").get_attribute("data-step")) >= reached,
            10, "both see the newest sheet",
        )  # fmt: skip


def test_sliders_move_the_image_while_it_trains(studio, viewers, training):
    ensure_training(studio, training)
    with viewers.open(explore(studio, training), wait_for=".explorer") as page:
        canvas = page.locator(".explorer .stage canvas.picture")
        expect(canvas).to_have_attribute("data-painted", re.compile(r"\d"))
        page.locator(".explorer").get_by_role("spinbutton").first.wait_for()
        slider = page.locator(".sliders input[type=range]").nth(1)
        track = slider.bounding_box()
        middle = track["y"] + track["height"] / 2
        before = pixels(canvas)
        page.mouse.move(track["x"] + track["width"] / 2, middle)
        page.mouse.down()
        page.mouse.move(track["x"] + track["width"] * 0.95, middle, steps=6)
        page.mouse.up()
        until(lambda: not np.array_equal(pixels(canvas), before), 10, "another image")
        value = slider.input_value()
        assert float(value) > 2
        step = canvas.get_attribute("data-step")
        expect(canvas).not_to_have_attribute("data-step", step, timeout=PATIENCE_SECS * 1000)
        assert int(canvas.get_attribute("data-step")) > int(step)
        assert slider.input_value() == value  # a newer generator, the same latent


def test_the_explored_snapshot_has_an_address(studio, viewers, training):
    with viewers.open(f"{explore(studio, training)}&step=0", wait_for=".explorer") as page:
        canvas = page.locator(".explorer .stage canvas.picture")
        expect(canvas).to_have_attribute("data-step", "0")
        assert "step=0" in page.url
        before = pixels(canvas)
        page.reload()
        expect(canvas).to_have_attribute("data-step", "0")
        np.testing.assert_array_equal(pixels(canvas), before)


def frames_of(kind, file):
    """How many frames a file has, and their size."""
    if kind == "mp4":
        words = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", file]
        words += ["-f", "rawvideo", "-pix_fmt", "gray", "-"]
        done = subprocess.run(words, capture_output=True, check=True)
        width, height = map(int, re.search(rb"(\d{2,})x(\d{2,})", done.stderr).groups())
        return len(done.stdout) / (width * height), (width, height)
    with Image.open(file) as image:
        image.load()
        assert image.format == {"gif": "GIF", "webp": "WEBP", "png": "PNG"}[kind]
        return getattr(image, "n_frames", 1), image.size


@pytest.fixture(scope="module")
def walk(studio, viewers, training):
    """The page with a walk of an early snapshot, which no newer one replaces."""
    ready = ".explorer .pin canvas:not(.empty)"
    with viewers.open(f"{explore(studio, training)}&step=0", wait_for=ready) as page:
        settled(page)
        yield page


def test_a_walk_plays_and_halts(walk):
    canvas = walk.locator(".explorer .stage canvas.picture")

    def painted():
        return int(canvas.get_attribute("data-painted"))

    before = painted()
    walk.get_by_role("button", name="Play the walk").click()
    until(lambda: painted() > before + 10, 20, "images go by")
    walk.get_by_role("button", name="Pause the walk").click()
    walk.wait_for_timeout(300)
    still = pixels(canvas)
    walk.wait_for_timeout(500)
    np.testing.assert_array_equal(pixels(canvas), still)
    walk.get_by_role("slider", name="Place on the walk").press("Home")
    walk.wait_for_timeout(300)
    assert not np.array_equal(pixels(canvas), still)


@pytest.mark.parametrize(
    ("kind", "words"), [("gif", "GIF"), ("webp", "WebP"), ("mp4", "MP4"), ("png", "PNG strip")]
)
def test_a_walk_is_kept_as_a_file(walk, kind, words):
    with walk.expect_download() as download:
        walk.get_by_role("button", name=words, exact=True).click()
    assert download.value.suggested_filename.endswith(f".{kind}")
    num_frames, size = frames_of(kind, download.value.path())
    if kind == "png":
        assert size[0] >= 10 * size[1]
    else:
        assert num_frames >= 60
        assert size[0] == size[1] >= 28


def test_the_run_is_kept_as_a_zip_and_renamed(studio, viewers, training):
    ensure_training(studio, training)
    with viewers.open(f"{studio.address}/runs", wait_for="[data-testid=stImage]") as page:
        button(page, f"m-{training}").click()
        name = page.locator(f".st-key-name-{training} input")
        name.fill("Seen while it trains")
        page.wait_for_timeout(3000)  # the cards tick; what is being typed stays
        expect(name).to_have_value("Seen while it trains")
        name.press("Enter")
        button(page, f"rename-{training}").click()
        expect(page.get_by_text("Seen while it trains").first).to_be_visible()
        link = page.locator(f".st-key-zip-{training} a")
        # In this tab: a download of another one is not told to the page that opened it.
        link.evaluate("link => link.removeAttribute('target')")
        with page.expect_download() as download:
            link.click()
        assert download.value.path().read_bytes()[:2] == b"PK"
    assert studio.store.get(training).title == "Seen while it trains"


def test_deleting_a_running_run_is_refused_in_its_dialog(studio, viewers, training):
    ensure_training(studio, training)
    with viewers.open(f"{studio.address}/runs", wait_for="[data-testid=stImage]") as page:
        button(page, f"m-{training}").click()
        button(page, f"delete-{training}").click()
        dialog = page.get_by_role("dialog").filter(has=button(page, "really-delete"))
        expect(dialog).to_be_visible()
        page.wait_for_timeout(3000)  # the cards tick; the question stays
        expect(dialog).to_be_visible()
        button(page, "really-delete").click()
        expect(dialog.get_by_role("alert")).to_be_visible()
    assert training in studio.store.ids()


def test_pause_resume_stop_and_come_back(studio, viewers, training):
    ensure_training(studio, training)
    with viewers.open(live(studio, training), wait_for=".st-key-pause button") as page:
        button(page, "pause").click()
        expect(badge(page, state_word("paused"))).to_be_visible(timeout=10_000)
        assert studio.state(training) == "paused"
        paused_at = studio.logged_step(training)
        button(page, "resume").click()
        expect(badge(page, state_word("running"))).to_be_visible(timeout=PATIENCE_SECS * 1000)
        until(lambda: studio.logged_step(training) > paused_at, PATIENCE_SECS, "it goes on")
        button(page, "stop").click()
        expect(badge(page, state_word("stopped"))).to_be_visible(timeout=10_000)
        newest = page.locator(".sheet-box").get_attribute("data-step")
    with viewers.open(live(studio, training), wait_for=".sheet-image") as page:
        expect(badge(page, state_word("stopped"))).to_be_visible()
        assert int(page.locator(".sheet-box").get_attribute("data-step")) >= int(newest)
        expect(button(page, "resume")).to_be_visible()
    with viewers.open(studio.address, wait_for=".st-key-train button") as page:
        page.get_by_role("link", name="Runs").click()
        page.get_by_role("link", name="Open").first.click()
        page.wait_for_url(f"**run={training}*")
        page.locator(".sheet-image").wait_for()
