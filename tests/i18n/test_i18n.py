from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from gan_core.errors import NotFoundError
from pages._parts import i18n

UNKNOWN = ("There is no run `{run}`.", "Look at the list of {count} runs.")


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A compiled catalogue in a locale folder of its own."""
    words = Catalog(locale="de")
    words.add("Train", "Trainieren")
    words.add(("{n} run", "{n} runs"), ("{n} Lauf", "{n} Läufe"))
    words.add(UNKNOWN[0], "Einen Lauf `{run}` gibt es nicht.")
    file = tmp_path / "de" / "LC_MESSAGES" / "latent_studio.mo"
    file.parent.mkdir(parents=True)
    with file.open("wb") as stream:
        write_mo(stream, words)
    monkeypatch.setattr(i18n, "LOCALE_DIR", tmp_path)
    i18n.languages.cache_clear()
    i18n.translations.cache_clear()
    yield
    i18n.languages.cache_clear()
    i18n.translations.cache_clear()


def page() -> None:
    import streamlit as st

    from gan_core.errors import NotFoundError
    from pages._parts.i18n import _, current_language, error_text, ngettext_

    error = NotFoundError(
        "There is no run `{run}`.", "Look at the list of {count} runs.", run="x1", count=3
    )
    st.text(current_language())
    st.text(_("Train"))
    st.text(_(""))
    st.text(ngettext_("{n} run", "{n} runs", 1).format(n=1))
    st.text(ngettext_("{n} run", "{n} runs", 2).format(n=2))
    st.text(" | ".join(error_text(error)))


def shown(app: AppTest) -> list[str]:
    assert not app.exception
    return [text.value for text in app.text]


def opened(lang: str | None) -> AppTest:
    app = AppTest.from_function(page, default_timeout=60)
    if lang is not None:
        app.query_params["lang"] = lang
    return app.run()


ENGLISH = [
    "en",
    "Train",
    "",
    "1 run",
    "2 runs",
    "There is no run `x1`. | Look at the list of 3 runs.",
]
GERMAN = [
    "de",
    "Trainieren",
    "",
    "1 Lauf",
    "2 Läufe",
    "Einen Lauf `x1` gibt es nicht. | Look at the list of 3 runs.",
]


@pytest.mark.parametrize("lang", [None, "", "en", "EN-us", "xx", "../../etc", "e" * 999])
def test_english_is_the_language_of_everybody_else(lang: str | None) -> None:
    assert shown(opened(lang)) == ENGLISH


@pytest.mark.parametrize("lang", ["de", "DE", "de-AT", "de_CH"])
def test_a_compiled_catalogue_is_used(lang: str, german: None) -> None:
    assert shown(opened(lang)) == GERMAN


def test_the_language_holds_for_the_session_and_only_there(german: None) -> None:
    app = opened("de")
    del app.query_params["lang"]
    assert shown(app.run()) == GERMAN
    assert shown(opened(None)) == ENGLISH


def test_the_pseudo_language_marks_every_text() -> None:
    language, *texts = shown(opened("qps"))
    assert language == i18n.PSEUDO
    assert texts == [
        "«Train»",
        "",
        "«1 run»",
        "«2 runs»",
        "«There is no run `x1`.» | «Look at the list of 3 runs.»",
    ]


def test_words_outside_a_page_are_english() -> None:
    assert i18n.current_language() == "en"
    assert i18n._("Train") == "Train"
    error = NotFoundError(UNKNOWN[0], run="x1")
    assert i18n.error_text(error) == ("There is no run `x1`.", "")


@given(st.text())
def test_any_wish_gives_a_known_language_or_none(wanted: str) -> None:
    assert i18n.match(wanted) in {None, i18n.PSEUDO, *i18n.languages()}


@given(st.text())
def test_english_leaves_words_alone(text: str) -> None:
    assert i18n.translate(text) == text
