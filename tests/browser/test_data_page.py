"""One's own photos through the browser: upload, look, train, explore."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from gan_core.jobs import own_sets
from tests.browser.conftest import (
    DESKTOP,
    PATIENCE_SECS,
    PHONE,
    Studio,
    button,
    settled,
    until,
)

NUM_PHOTOS = 160
STEPS = 12


@pytest.fixture(scope="module")
def studio(tmp_path_factory, repo, data_dir):
    """A studio whose queue is empty: the run of the other tests would be waited for."""
    made = Studio(tmp_path_factory.mktemp("own-studio"), repo, data_dir)
    made.start()
    yield made
    made.end()


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """A zip of colour photos of two kinds, in the sizes that cameras and phones make."""
    rng = np.random.default_rng(0)
    file = tmp_path_factory.mktemp("upload") / "Meine Möbel.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(NUM_PHOTOS):
            shape = (int(rng.integers(70, 200)), int(rng.integers(70, 200)), 3)
            ramp = np.linspace(0, 1, shape[1])[None, :, None] * rng.uniform(60, 255, 3)
            noise = rng.normal(0, 8, shape)
            photo = Image.fromarray(np.clip(ramp + noise, 0, 255).astype(np.uint8))
            content = io.BytesIO()
            photo.save(content, "JPEG")
            kind = "Tisch" if number % 2 else "Stuhl"
            archive.writestr(f"Möbel/{kind}/{number}.jpg", content.getvalue())
        archive.writestr("Möbel/Stuhl/kaputt.jpg", b"\xff\xd8\xff no more")
    return file


def test_from_a_zip_to_the_explorer(studio, viewers, photos):
    with viewers.open(f"{studio.address}/data", wait_for=".st-key-train-on-this button") as page:
        settled(page)
        if not page.locator("[data-testid=stFileUploader] input").count():
            page.get_by_text("Add your own pictures").click()
        page.locator("[data-testid=stFileUploader] input").set_input_files(photos)
        expect(button(page, "prepare")).to_be_enabled()
        button(page, "prepare").click()
        page.wait_for_url("**dataset=own*", timeout=PATIENCE_SECS * 1000)
        settled(page)
        (own,) = own_sets.own_sets(studio.store.root)
        assert own.info.image_shape == (64, 64, 3)
        assert own.info.class_names == ("Stuhl", "Tisch")
        expect(page.get_by_text("Meine Möbel").first).to_be_visible()
        expect(page.get_by_text("kaputt.jpg")).to_be_visible()
        assert page.locator("[data-testid=stImage] img").count() == 2  # contact sheet, histogram
        button(page, "train-on-this").click()
        page.locator(".st-key-train button").wait_for()
        settled(page)
        steps = page.get_by_role("spinbutton", name="Steps")
        steps.fill(str(STEPS))
        steps.press("Enter")
        settled(page)
        button(page, "train").click()
        page.wait_for_url("**run=*")
        run = page.url.partition("run=")[2].partition("&")[0]
        until(
            lambda: studio.state(run) in {"completed", "failed"}, 2 * PATIENCE_SECS, "it is trained"
        )
        assert studio.state(run) == "completed"
        page.locator(".sheet-image").wait_for(timeout=30_000)
    assert studio.store.get(run).sound_config().dataset == own.info
    with viewers.open(f"{studio.address}/explore?run={run}", wait_for=".explorer") as page:
        canvas = page.locator(".explorer .stage canvas.picture")
        expect(canvas).to_have_attribute("data-step", str(STEPS))


@pytest.mark.parametrize(("scheme", "window"), [("light", DESKTOP), ("dark", PHONE)])
def test_nothing_reaches_beyond_the_edge(studio, viewers, scheme, window):
    with viewers.open(
        f"{studio.address}/data", wait_for="[data-testid=stImage]",
        color_scheme=scheme, viewport=window,
    ) as page:  # fmt: skip
        settled(page)
        page.wait_for_timeout(700)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
