"""The explorer's words in the viewer's language."""

from __future__ import annotations

from gan_core.web import words
from pages._parts.i18n import translate


def explorer_words() -> dict[str, str]:
    """Words by key."""
    return {key: translate(text) for key, text in words.explorer_words().items()}


def verdict_words() -> dict[str, str]:
    """What D says of an image."""
    return {key: translate(text) for key, text in words.verdict_words().items()}
