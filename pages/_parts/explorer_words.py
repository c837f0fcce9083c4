"""The explorer's words in the viewer's language."""

from __future__ import annotations

from gan_core.web import words
from pages._parts.i18n import translate
from pages._parts.panel_words_arithmetic import arithmetic_words
from pages._parts.panel_words_pad import pad_words
from pages._parts.panel_words_pins import pins_words
from pages._parts.panel_words_walk import walk_words


def explorer_words() -> dict[str, str]:
    """Words by key."""
    own = {key: translate(text) for key, text in words.explorer_words().items()}
    return {**own, **pins_words(), **pad_words(), **walk_words(), **arithmetic_words()}


def verdict_words() -> dict[str, str]:
    """What D says of an image."""
    return {key: translate(text) for key, text in words.verdict_words().items()}
