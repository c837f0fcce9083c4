"""The words of the browser's side, in English and marked for translation."""

from __future__ import annotations

from gan_core.web.words.arithmetic import arithmetic_words
from gan_core.web.words.explorer import own_words, verdict_words
from gan_core.web.words.pad import pad_words
from gan_core.web.words.pins import pins_words
from gan_core.web.words.walk import walk_words

__all__ = ["explorer_words", "verdict_words"]


def explorer_words() -> dict[str, str]:
    """The explorer's words by key, with those of its panels."""
    return {
        **own_words(),
        **pins_words(),
        **pad_words(),
        **walk_words(),
        **arithmetic_words(),
    }
