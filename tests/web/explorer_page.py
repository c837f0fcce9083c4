"""What tests do with the explorer: read it, and move it."""

from __future__ import annotations

import re

import numpy as np
from playwright.sync_api import Page, expect

from tests.web.components_app import picture

PIXELS = """canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return Array.from(data).filter((_, i) => i % 4 === 0);
}"""


def wait_for_image(page: Page) -> None:
    expect(page.locator("canvas.picture")).to_have_attribute("data-painted", re.compile(r"\d"))


def slider(page: Page, dimension: int):
    return page.get_by_role("slider", name=f"z{dimension}", exact=True)


def exact(page: Page, dimension: int):
    return page.get_by_role("spinbutton", name=f"Exact value of z{dimension}", exact=True)


def latent(page: Page, size: int = 12) -> list[float]:
    return [float(exact(page, i).input_value()) for i in range(size)]


def shown(page: Page) -> np.ndarray:
    return np.array(page.locator("canvas.picture").evaluate(PIXELS), np.uint8).reshape(28, 28)


def sow(page: Page, seed: int) -> None:
    box = page.get_by_role("spinbutton", name="Seed")
    box.fill(str(seed))
    box.press("Enter")


def expect_image_of(page: Page, z: list[float]) -> None:
    """The canvas holds the honest image of `z`, within a grey level of rounding."""
    expected = picture([*z, 0, 0, 0, 0, 0])[..., 0].astype(int)
    for _ in range(50):
        if np.abs(shown(page).astype(int) - expected).max() <= 2:
            return
        page.wait_for_timeout(50)
    np.testing.assert_allclose(shown(page), expected, atol=2)
