"""Tables that a command writes into a page of the documentation, between two comments."""

from __future__ import annotations

import re
from pathlib import Path

QUALITY = Path(__file__).resolve().parent.parent / "docs" / "quality.md"


def replace(page: Path, name: str, text: str) -> None:
    """Put `text` between the comments `<!-- name -->` and `<!-- end of name -->`."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    whole = page.read_text("utf-8")
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(whole):
        raise ValueError(f"{page} has no section {name}")
    page.write_text(
        pattern.sub(lambda _: f"{begin}\n{text.strip()}\n{end}", whole), encoding="utf-8"
    )
