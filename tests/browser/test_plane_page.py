"""The Plane page in the real app, over runs made by hand, also while one seems to train."""

import pytest
from playwright.sync_api import expect

from gan_core.runs.lock import FileLock
from gan_core.runs.status import Said, write_status
from tests.browser.conftest import PHONE, settled, until
from tests.plane_runs import add_plane_run, add_snapshot


@pytest.fixture(autouse=True)
def leaves_nothing(studio):
    """These runs hold no weights for browsers, and others that open Explore would ask for them."""
    known = set(studio.store.ids())
    yield
    for run_id in set(studio.store.ids()) - known:
        studio.store.delete(run_id)


def painted(page, count=1):
    expect(page.locator("canvas.picture[data-painted]")).to_have_count(count, timeout=30_000)
    expect(page.locator(".plane .note", has_text="Click or drag")).to_be_visible()


def test_a_plane_follows_training(studio, viewers):
    run = add_plane_run(studio.store, name="under way")
    total = run.sound_config().total_steps
    with FileLock.acquire(run.paths.lock):
        write_status(run.paths, "running", 20, total, Said(template="training"))
        with viewers.open(f"{studio.address}/plane?run={run.id}", wait_for=".plane-panel") as page:
            painted(page)
            panel = page.locator(".plane-panel")
            expect(panel).to_have_attribute("data-step", "20")
            page.locator(".cross").click(position={"x": 120, "y": 90})
            before = page.locator(".plane-at").inner_text()
            add_snapshot(run, 30)
            expect(panel).to_have_attribute("data-step", "30", timeout=15_000)
            expect(page.locator("canvas.picture")).to_have_attribute("data-step", "30")
            assert page.locator(".plane-at").inner_text() == before
    write_status(run.paths, "completed", 30, total, Said(template="done"))


def test_two_runs_side_by_side_on_one_screen_and_on_a_phone(studio, viewers):
    vae = add_plane_run(studio.store, name="with a prior")
    ae = add_plane_run(studio.store, name="without", recipe="autoencoder")
    address = f"{studio.address}/plane?run={vae.id}&beside={ae.id}"
    with viewers.open(address, wait_for=".plane-panel", color_scheme="dark") as page:
        painted(page, 2)
        expect(page.locator(".plane-title")).to_have_text(["with a prior", "without"])
        bottom = page.locator(".planes").evaluate("e => e.getBoundingClientRect().bottom")
        assert bottom <= 900
    phone = {"viewport": PHONE, "has_touch": True, "device_scale_factor": 2}
    with viewers.open(address, wait_for=".plane-panel", **phone) as page:
        painted(page, 2)
        width = page.evaluate("() => document.documentElement.scrollWidth")
        assert width <= PHONE["width"]


def test_points_and_manifold_to_keep(studio, viewers):
    run = add_plane_run(studio.store, name="to keep")
    with viewers.open(f"{studio.address}/plane?run={run.id}", wait_for=".plane-panel") as page:
        painted(page)
        settled(page)
        page.get_by_role("button", name="Save charts").click()
        for kind in ("points", "manifold"):
            with page.expect_download() as found:
                page.locator(f".st-key-save-plane-{kind}-{run.id}-20-png button").click()
            assert found.value.path().read_bytes().startswith(b"\x89PNG")
            assert found.value.suggested_filename == f"{kind}-{run.id}-20.png"


def test_the_answers_may_be_kept_by_the_browser(studio, viewers):
    run = add_plane_run(studio.store)
    with viewers.open(f"{studio.address}/plane?run={run.id}", wait_for=".plane-panel") as page:
        painted(page)
        answer = page.request.get(f"{studio.address}/studio/runs/{run.id}/plane/20.json?v=1")
        assert "immutable" in answer.headers["cache-control"]
        asked = []
        page.on("request", lambda request: "/plane/" in request.url and asked.append(request.url))
        page.locator(".cross").press("ArrowRight")
        until(lambda: "decoded" in page.locator(".plane-at").inner_text(), 5, "the next image")
        assert asked == [], "moving about asks for images of latents alone"
