"""What reaches the browser: complete, small, and with no words of its own."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

import gan_core.web
from gan_core.web import asset, served

SOURCES = sorted((Path(gan_core.web.__file__).parent / "js").glob("*.js"))
ENTRIES = ["live_view.js", "explorer.js", "plane.js", "concept_sheet.js"]
BYTES_PER_TICK = 8_000


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_is_one_module_with_one_export(name: str) -> None:
    text = asset(name)
    assert not re.search(r"^\s*import\b", text, re.MULTILINE)
    assert len(re.findall(r"^export ", text, re.MULTILINE)) == 1
    assert "export default function" in text
    assert "\n" in text, "one line would be taken for a path"


@pytest.mark.parametrize("name", ENTRIES)
def test_names_do_not_meet_when_files_are_joined(name: str) -> None:
    declared = re.findall(
        r"^(?:async )?(?:function|class|const|let) (\w+)", asset(name), re.MULTILINE
    )
    top_level = re.findall(
        r"^(?:export )?(?:default )?(?:async )?(?:function|class|const|let) (\w+)",
        "".join(source.read_text() for source in SOURCES if source.name not in ENTRIES),
        re.MULTILINE,
    )
    assert len(top_level) == len(set(top_level))
    assert set(top_level) & set(declared)


def test_what_is_sent_with_each_update_stays_small() -> None:
    assert len(asset("loader.js")) < BYTES_PER_TICK


def test_each_address_names_its_content() -> None:
    for name in served.SERVED:
        version = hashlib.sha256(served.content(name)).hexdigest()[:16]
        assert served.address(name) == f"studio/assets/{version}/{name}"
    with pytest.raises(FileNotFoundError):
        served.content("base.js")


def test_a_style_sheet_comes_with_what_it_imports() -> None:
    text = asset("explorer.css")
    assert "@import" not in text
    assert text.index(".studio {") < text.index(".stage {") < text.index(".neighbours {")


@pytest.mark.parametrize("name", ["nothing.js", "../assets.py", "base.py", "js/base.js"])
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(FileNotFoundError):
        asset(name)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_sources_keep_their_rules(source: Path) -> None:
    text = source.read_text()
    assert len(text.splitlines()) <= 400
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text)
    assert not re.search(r"https?://(?!www\.w3\.org/)", text), "no address outside the app"
    for line in text.splitlines():
        assert line.count("`") % 2 == 0, "comments are dropped by line: no template over two lines"


def words_used(entry: str, known: dict[str, str]) -> set[str]:
    """The words that a program names, one by one or by how they begin."""
    text = asset(entry)
    named = set(re.findall(r"\bwords\.(\w+)", text))
    reasons = set(re.findall(r'DecodeError\("(\w+)"\)', text))
    beginnings = tuple(re.findall(r"words\[`(\w+_)\$", text))
    return named | reasons | {key for key in known if key.startswith(beginnings)}


def test_every_word_comes_from_python_and_none_is_left_over() -> None:
    from pages._parts import components

    for entry, words in (
        ("live_view.js", components.live_words()),
        ("explorer.js", components.explorer_words()),
        ("plane.js", components.plane_words()),
    ):
        assert words_used(entry, words) == set(words)
