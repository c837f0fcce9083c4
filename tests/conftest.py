"""What every room's tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from gan_core import data

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# A busy machine must not turn a slow example into a failure.
settings.register_profile("suite", deadline=None, max_examples=50)
settings.load_profile("suite")


LONG_FIRST = ("processes", "trust", "nn", "jobs", "diagnosis", "apptest")
"""Rooms whose files take long. They begin first: at the end no process is left alone with one."""
LAST = "browser"
"""Its app trains as long as the session lasts, which would slow all that came after it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long rooms first; within a room, and among all others, the order stays."""
    tests = Path(__file__).parent
    ranks = {name: rank for rank, name in enumerate(LONG_FIRST)} | {LAST: len(LONG_FIRST) + 1}

    def rank(item: pytest.Item) -> int:
        return ranks.get(item.path.relative_to(tests).parts[0], len(LONG_FIRST))

    items.sort(key=rank)


@pytest.fixture(scope="session")
def repo() -> Path:
    """The repository's root."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def data_dir(repo: Path) -> Path:
    """A data folder with the real MNIST files.

    `GAN_DATA_DIR`, else `../shared/data` beside the checkout, else the user's own data folder,
    into which they are downloaded once.
    """
    beside = repo.parent / "shared" / "data"
    if "GAN_DATA_DIR" not in os.environ and beside.is_dir():
        return beside
    folder = data.default_data_dir(os.environ)
    data.prepare("mnist", folder)
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole suite: Playwright allows one at a time in a process."""
    from playwright.sync_api import sync_playwright

    from tests.web.real_app import chromium_path

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=chromium_path(), args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()
