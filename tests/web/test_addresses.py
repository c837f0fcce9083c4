"""Addresses of the app hold below a sub-path and on every page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.web.real_app import opened, running_app


def test_below_a_sub_path(browser: Browser, tmp_path: Path) -> None:
    with running_app(tmp_path, base="/lab") as address:
        with opened(browser, f"{address}/explore") as page:
            canvas = page.locator("canvas.picture")
            expect(canvas).to_have_attribute("data-painted", re.compile(r"\d"))
            page.get_by_role("link", name="Live").click()
            expect(page.locator(".sheet-box")).to_have_attribute("data-step", "2000")
        with opened(browser, f"{address}/") as page:
            expect(page.locator(".sheet-box")).to_have_attribute("data-step", "2000")


@pytest.mark.parametrize("page_name", ["", "/explore"])
def test_going_to_and_fro_leaves_one_element(browser: Browser, app: str, page_name: str) -> None:
    with opened(browser, f"{app}{page_name}") as page:
        for name, part in [("Live", ".live"), ("Explore", ".explorer")] * 2:
            page.get_by_role("link", name=name).click()
            expect(page.locator(part)).to_have_count(1)
            expect(page.locator(".studio")).to_have_count(1)
