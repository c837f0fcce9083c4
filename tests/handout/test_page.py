"""A generator to hand out: opened from disk, without a network, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from gan_core.access.people import OWNER
from gan_core.errors import BadInputError, NotFoundError
from gan_core.handout import handout, write_handout
from gan_core.inference.engine import SnapshotEngine
from gan_core.latent.sampling import sample_latents
from gan_core.runs import names
from gan_core.runs.store import RunStore, RunView
from tests.generator_runs import add_generator_run

PIXELS = """canvas => Array.from(
    canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
).filter((_, i) => i % 4 === 0)"""
LARGEST_BYTES = 4_000_000


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    return RunStore(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def run(store: RunStore) -> RunView:
    made = add_generator_run(store, name='A <b>"bold"</b> name', recipe="mnist-dcgan")
    names.give(store, made.id, "dimension:0", "</script><b>slant")
    return store.get(made.id)


@pytest.fixture(scope="module")
def page(browser: Browser, store: RunStore, run: RunView, tmp_path_factory):
    file = write_handout(store, run.id, "newest", tmp_path_factory.mktemp("stick"), by=OWNER)
    assert file.stat().st_size <= LARGEST_BYTES
    window = browser.new_context(viewport={"width": 1440, "height": 900}, offline=True)
    found = window.new_page()
    found.set_default_timeout(15_000)
    complaints: list[str] = []
    found.on("pageerror", lambda error: complaints.append(str(error)))
    found.on("console", lambda line: line.type == "error" and complaints.append(line.text))
    asked: list[str] = []
    found.on("request", lambda request: asked.append(request.url))
    found.goto(file.as_uri())
    found.locator("canvas.picture[data-from=browser]").wait_for()
    yield found
    assert complaints == []
    assert [url for url in asked if not re.match(r"(file|blob|data):", url)] == []
    window.close()


def shown(page: Page) -> np.ndarray:
    return np.array(page.locator("canvas.picture").evaluate(PIXELS), np.uint8).astype(int)


def test_the_first_image_is_the_generators_own(page: Page, run: RunView) -> None:
    z = sample_latents(0, 1, 100)
    expected = SnapshotEngine.open(run.paths, 20).images(z)[0].ravel()
    assert np.abs(shown(page) - expected).max() <= 1


def test_title_recipe_and_credits_are_inside_and_nothing_of_them_is_markup(page: Page) -> None:
    expect(page.locator("h1")).to_have_text('A <b>"bold"</b> name')
    expect(page.locator("header p")).to_contain_text("mnist-dcgan")
    expect(page.locator("header p")).to_contain_text("step 20")
    expect(page.locator("footer")).to_contain_text("Latent Studio")
    expect(page.locator(".name-tag").first).to_have_text("</script><b>slant")


def test_sliders_pad_and_walk(page: Page) -> None:
    before = shown(page)
    knob = page.get_by_role("slider", name="z0", exact=True)
    knob.focus()
    for _ in range(10):
        knob.press("ArrowRight")
    page.wait_for_timeout(200)
    assert (shown(page) != before).any()
    before = shown(page)
    page.get_by_role("tab", name="Pad").click()
    page.locator(".pad-field").click(position={"x": 40, "y": 40})
    page.wait_for_timeout(300)
    assert (shown(page) != before).any()
    painted = int(page.locator("canvas.picture").get_attribute("data-painted"))
    page.get_by_role("button", name="Play the walk").click()
    page.wait_for_timeout(1000)
    page.get_by_role("button", name="Pause the walk").click()
    assert int(page.locator("canvas.picture").get_attribute("data-painted")) - painted >= 10


def test_tools_that_need_a_server_are_not_there(page: Page) -> None:
    tools = page.get_by_role("tablist", name="Tools for points").get_by_role("tab")
    expect(tools).to_have_text(["Walk", "Arithmetic"])
    expect(page.get_by_role("button", name="New concept")).to_have_count(0)
    assert page.locator(".explorer").evaluate("e => e.getBoundingClientRect().bottom") <= 900


def test_where_a_page_may_not_be_put(store: RunStore, run: RunView, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no folder"):
        write_handout(store, run.id, "newest", tmp_path / "no" / "page.html", by=OWNER)
    with pytest.raises(NotFoundError, match="no snapshot at step 3"):
        write_handout(store, run.id, 3, tmp_path, by=OWNER)
    assert handout(run, 10, by=OWNER) != handout(run, 20, by=OWNER)
