"""What somebody typed, into the address or as a name, is shown letter for letter."""

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

HOSTILE = [
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "[a](http://example.org) ![b](http://example.org/x.png) http://a.bc www.a.bc me@a.bc",
    "**b** _i_ `c` ~~d~~ :red[e] :material/home: :smile: :streamlit: $x^2$ -> <- --",
    "&lt;b&gt; <b>x</b> # h | a | b |",
    "../../etc/passwd",
]
MARKUP = "a, b, img, script, strong, em, code, del, svg, .katex, [role=img]"


@pytest.mark.parametrize("text", HOSTILE)
def test_an_unknown_run_in_the_address(studio, viewers, text):
    where = f"{studio.address}/?run={quote(text)}"
    with viewers.open(where, wait_for="[data-testid=stAlert]") as page:
        told = page.locator("[data-testid=stAlert] [data-testid=stMarkdownContainer]")
        expect(told).to_contain_text(text[:5])
        assert told.locator(MARKUP).count() == 0
        shown = told.inner_text().replace("\N{WORD JOINER}", "")
        assert text in shown


def test_names_of_runs(studio, viewers, training):
    before = studio.store.get(training).title
    try:
        for text in HOSTILE:
            studio.store.rename(training, text)
            where = f"{studio.address}/?run={training}"
            with viewers.open(where, wait_for="[data-testid=stHeading]") as page:
                title = page.locator("[data-testid=stHeading]").first
                assert title.inner_text().replace("\N{WORD JOINER}", "").strip() == text
                assert title.locator(MARKUP).count() == 0
        with viewers.open(f"{studio.address}/runs", wait_for="[data-testid=stImage]") as page:
            expect(page.get_by_text(HOSTILE[-1]).first).to_be_visible()
    finally:
        studio.store.rename(training, before)
