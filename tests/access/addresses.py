"""The table of docs/security.md: every address of the server, and whom it answers."""

from __future__ import annotations

import re
from pathlib import Path

CLOSED, TEACHERS, EVERYBODY = "closed", "teachers", "everybody"
_WORDS = {
    "`alone` only; closed otherwise": CLOSED,
    "off": CLOSED,
    "teachers only": TEACHERS,
    "viewers": EVERYBODY,  # in `class` whoever comes is one, also without a cookie
    "anybody": EVERYBODY,
}


def decided(repo: Path) -> dict[str, str]:
    """Each address, with `{name}` for what varies, and whom it answers in `class`."""
    text = (repo / "docs" / "security.md").read_text()
    found = {}
    for line in text.splitlines():
        if line.startswith("| `/"):
            _, addresses, words, _ = (cell.strip() for cell in line.split("|"))
            found |= dict.fromkeys(re.findall(r"`(\S+)`", addresses), _whom(words))
    return found


def _whom(words: str) -> str:
    (whom,) = {whom for start, whom in _WORDS.items() if words.startswith(start)}
    return whom
