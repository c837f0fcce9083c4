"""Small words that several pages need: states, durations, numbers."""

from __future__ import annotations

import re

from gan_core.charts.network import number_words
from gan_core.text import N_
from pages._parts.i18n import _, translate

_STATES = {
    "queued": N_("waiting"),
    "starting": N_("starting"),
    "running": N_("training"),
    "paused": N_("paused"),
    "completed": N_("finished"),
    "stopped": N_("stopped"),
    "failed": N_("failed"),
    "interrupted": N_("interrupted"),
}


def state_word(state: str) -> str:
    """A state as one reads it."""
    return translate(_STATES[state])


def duration(secs: float) -> str:
    """Seconds as a person says them."""
    if secs < 90:
        return _("{n} s").format(n=max(0, round(secs)))
    if secs < 90 * 60:
        return _("{n} min").format(n=round(secs / 60))
    if secs < 48 * 3600:
        return _("{n} h").format(n=round(secs / 3600, 1))
    return _("{n} days").format(n=round(secs / 86400, 1))


def number(value: float) -> str:
    """A whole number with thin spaces between thousands."""
    return number_words(round(value))


_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&])")
# Icons, links and arrows are looked for after the escapes are gone: an invisible word joiner
# inside them keeps them text.
_LATE = re.compile(
    r"(?<=:)(?=[^\W\d])"  # :material/home:
    r"|(?<=http)(?=s?:)|(?<=www)(?=\.)|(?<=[\w.+-])(?=@)"  # http://a.b www.a.b me@a.b
    r"|(?<=[<-])-|(?<=-)>|(?<=[<>~])=",  # <- -- -> <= >= ~=
    re.IGNORECASE,
)
WORD_JOINER = "\N{WORD JOINER}"


def plain(text: str) -> str:
    """Text that somebody typed, so that Markdown shows it letter for letter."""
    return _MARKDOWN.sub(r"\\\1", _LATE.sub(rf"{WORD_JOINER}\g<0>", text))
