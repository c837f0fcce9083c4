"""The pages' words in the viewer's language.

Words are written in English where they are used and wrapped: `_("Train")`,
`ngettext_("{n} image", "{n} images", n).format(n=n)`. Fill places after translating, never
before: `_("Step {step}").format(step=step)`, not an f-string inside `_()`.

The language is the viewer's own: `?lang=xx` in the address sets it for the session. Without a
catalogue for it the English words are shown. `?lang=qps` shows every translated text as «text»,
so that a word nobody wrapped stands out.
"""

from __future__ import annotations

from functools import lru_cache
from gettext import NullTranslations, translation
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from gan_core.errors import GanCoreError

DOMAIN = "latent_studio"
LOCALE_DIR = Path(__file__).parent / "locale"
ENGLISH = "en"
PSEUDO = "qps"

_SESSION_KEY = "lang"


class PseudoTranslations(NullTranslations):
    """Wraps every message as «message»: what is left bare on a page was not translated."""

    def gettext(self, message: str) -> str:
        """The message between marks."""
        return f"«{message}»"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The form that English uses for `n`, between marks."""
        return f"«{msgid1 if n == 1 else msgid2}»"


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """The languages that the pages speak: English and every compiled catalogue."""
    compiled = LOCALE_DIR.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")
    return (ENGLISH, *sorted(path.parent.parent.name for path in compiled))


@lru_cache(maxsize=256)
def match(wanted: str) -> str | None:
    """The language that suits a tag such as `zh-CN` best, or `None`."""
    tag = wanted.strip().replace("-", "_").lower()
    known = {name.lower(): name for name in (*languages(), PSEUDO)}
    return known.get(tag) or known.get(tag.partition("_")[0])


def current_language() -> str:
    """The viewer's language; English outside a page.

    A `lang` in the address holds for the rest of the session, because changing the page drops it.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return ENGLISH
    # Asked for each word of a page, so the parameters are taken apart only where there is one.
    asked = match(st.query_params.get("lang", "")) if "lang=" in context.query_string else None
    if asked is not None:
        st.session_state[_SESSION_KEY] = asked
    chosen = st.session_state.get(_SESSION_KEY, ENGLISH)
    return match(str(chosen)) or ENGLISH


@lru_cache(maxsize=32)
def translations(language: str) -> NullTranslations:
    """The catalogue of one of `languages()`; English words where there is none."""
    if language == PSEUDO:
        return PseudoTranslations()
    if language == ENGLISH or language not in languages():
        return NullTranslations()
    return translation(DOMAIN, str(LOCALE_DIR), [language])


def translate(text: str) -> str:
    """Words that were marked with `N_` elsewhere, in the viewer's language."""
    # An empty message is gettext's name for the catalogue's own header.
    return translations(current_language()).gettext(text) if text else ""


def _(text: str) -> str:
    """Words written here, in the viewer's language; the catalogue's extractor finds the call."""
    return translate(text)


def ngettext_(singular: str, plural: str, n: int) -> str:
    """The form of the words that suits `n`, in the viewer's language."""
    return translations(current_language()).ngettext(singular, plural, n)


def error_text(error: GanCoreError) -> tuple[str, str]:
    """What happened and what to do (may be empty), in the viewer's language, values filled in."""
    message = translate(error.template).format(**error.values)
    hint = translate(error.hint_template).format(**error.values)
    return message, hint
