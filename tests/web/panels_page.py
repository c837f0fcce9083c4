"""A page of its own for the explorer's panels: no server, a hand that draws honest pictures.

The picture of a latent is a soft ellipse whose place, size and slant are its first five numbers,
as in `components_app`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Route, TimeoutError  # noqa: A004 - its own

from gan_core.web import assets
from gan_core.web.words.arithmetic import arithmetic_words
from gan_core.web.words.pad import pad_words
from gan_core.web.words.pins import pins_words
from gan_core.web.words.walk import walk_words

ADDRESS = "http://localhost/panels/"
PANELS = ("pins_row", "pad", "walk_panel", "arithmetic")
SHARED_WORDS = {
    "name_of": "Name of {name}",
    "rename_help": "Press to change the name",
    "error_offline": "No answer from the app.",
    "error_gone": "This snapshot is no longer there.",
    "error_decode": "The image could not be made.",
}
HARNESS = Path(__file__).with_name("panels_page.js")
STYLES = Path(__file__).with_name("panels_page.css")


def words() -> dict[str, str]:
    """What the panels may say."""
    return {
        **pins_words(),
        **pad_words(),
        **walk_words(),
        **arithmetic_words(),
        **SHARED_WORDS,
    }


def script() -> str:
    """All panels as one module text, and the page's own part after them."""
    order: list[str] = []
    for name in (*PANELS, "pins"):
        if f"{name}.js" not in order:
            assets._in_order(f"{name}.js", order)
    parts = [assets._EXPORT.sub("", assets._without_comments(assets._read(n))) for n in order]
    return "".join([*parts, HARNESS.read_text()])


def document(settings: dict[str, Any]) -> str:
    css = "".join(assets.asset(f"{name}.css") for name in ("explorer", *PAGE_CSS))
    about = json.dumps({"words": words(), **settings}).replace("<", "\\u003c")
    theme = "dark" if settings.get("dark") else "light"
    return (
        f"<!doctype html><html lang=en class={theme}><meta charset=utf-8>"
        f"<meta name=viewport content='width=device-width'><style>{STYLES.read_text()}{css}</style>"
        f"<body><main></main><script>window.SETTINGS = {about};</script>"
        f"<script type=module>{script()}</script>"
    )


PAGE_CSS = ("pins", "pad", "walk_panel", "arithmetic")


@contextmanager
def panels(
    browser: Browser,
    *,
    answer: Callable[[Route], None] | None = None,
    context: dict[str, Any] | None = None,
    **settings: Any,
) -> Iterator[Page]:
    """The page with its panels; `answer` handles what they send to the app. No script may fail."""
    window = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **(context or {})})
    page = window.new_page()
    page.set_default_timeout(10_000)
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    text = document(settings)
    page.route(f"{ADDRESS}**", lambda route: route.fulfill(body=text, content_type="text/html"))
    if answer is not None:
        page.route(f"{ADDRESS}studio/**", answer)
    page.goto(ADDRESS)
    try:
        page.wait_for_function("document.documentElement.dataset.ready === ''", timeout=5000)
    except TimeoutError:
        assert not failures, failures
        raise
    yield page
    window.close()
    assert not failures, failures


def words_of(prefix: str, *entries: str) -> set[str]:
    """The words that modules and what they import use, of those that begin with `prefix`."""
    text = "".join(assets.asset(entry) for entry in entries)
    return set(re.findall(rf"\bwords\.({prefix}\w*)", text))
