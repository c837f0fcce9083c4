"""Writes `latent_studio.pot`, the list of everything there is to translate.

    python pages/_parts/locale/extract.py

A developer's command (it needs Babel): run it after adding or changing words; a test tells when
it was forgotten. Places and dates are left out, so that the file changes only with the words.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import write_po

REPO = Path(__file__).resolve().parents[3]
TEMPLATE = Path(__file__).with_name("latent_studio.pot")
KEYWORDS = {"_": None, "N_": None, "ngettext_": (1, 2)}
PASSING = ('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By', '"Project-Id-Version')
HEADER = """\
# Written by pages/_parts/locale/extract.py; do not edit.
#"""


def sources(repo: Path) -> list[Path]:
    """The program's Python files, in a steady order."""
    folders = [repo / "gan_core", repo / "pages"]
    found = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    app = repo / "app.py"
    return [app, *found] if app.is_file() else found


def messages(repo: Path) -> Iterator[str | tuple[str, ...]]:
    """Every marked text; singular and plural where it counts something."""
    for path in sources(repo):
        for _line, message, _comments, _context in extract_from_file("python", path, KEYWORDS):
            yield message


def catalogue(repo: Path) -> Catalog:
    """Every marked text, once."""
    collected = Catalog(project="Latent Studio", header_comment=HEADER, fuzzy=False)
    for message in messages(repo):
        entry = collected.add(message)
        # Places are written {so}; a "100 % of" in a sentence is no printf place.
        entry.flags.discard("python-format")
    return collected


def template(collected: Catalog) -> str:
    """The template's text, without the header's dates and versions."""
    written = io.BytesIO()
    write_po(written, collected, no_location=True, sort_output=True)
    lines = written.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(PASSING))


def main() -> None:
    """Replace the template."""
    TEMPLATE.write_text(template(catalogue(REPO)), encoding="utf-8")


if __name__ == "__main__":
    main()
