"""One text out of several small source files, for pages that can carry only one.

A page component takes its JavaScript and its CSS as one string each. The sources stay apart, a
file about one thing, joined by plain `import { name } from "./other.js";` and
`@import "./other.css";`. `asset` follows those lines, puts every file once before the files that
need it, and leaves out comments and indentation: the text travels with each update of a page.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_FOLDERS = {".js": Path(__file__).parent / "js", ".css": Path(__file__).parent / "css"}
_IMPORT = re.compile(
    r"""^(?:import\s[^;]*?from\s+|@import\s+)["']\./(?P<name>[\w.-]+)["'];[ \t]*\n""", re.MULTILINE
)
_EXPORT = re.compile(r"^export (?!default\b)", re.MULTILINE)
_BLOCK_COMMENT = re.compile(r"^[ \t]*/\*.*?\*/[ \t]*\n", re.MULTILINE | re.DOTALL)
_LINE_COMMENT = re.compile(r"^[ \t]*//.*\n", re.MULTILINE)


@cache
def asset(name: str) -> str:
    """The text of one entry file with all that it imports.

    Args:
        name: a file name such as `explorer.js` or `explorer.css`.

    Returns:
        JavaScript as one module that keeps only the entry's exports, or CSS as one sheet.

    Raises:
        FileNotFoundError: there is no such file, or a file imports one that is not there.
    """
    parts = [_without_comments(_read(part)) for part in _in_order(name, [])]
    if name.endswith(".js"):
        parts = [_EXPORT.sub("", part) for part in parts[:-1]] + parts[-1:]
    return "".join(parts)


def _in_order(name: str, done: list[str]) -> list[str]:
    """`name` and all it needs, each once, needed ones first; extends `done`."""
    for match in _IMPORT.finditer(_read(name)):
        if match["name"] not in done:
            _in_order(match["name"], done)
    if name not in done:
        done.append(name)
    return done


@cache
def _read(name: str) -> str:
    path = Path(name)
    if path.suffix not in _FOLDERS or path.name != name:
        raise FileNotFoundError(name)
    return (_FOLDERS[path.suffix] / name).read_text(encoding="utf-8")


def _without_comments(source: str) -> str:
    """Drop imports, whole-line comments, indentation and empty lines.

    Only comments that start a line are dropped, and no source uses a template string over
    several lines, so the meaning stays.
    """
    bare = _LINE_COMMENT.sub("", _BLOCK_COMMENT.sub("", _IMPORT.sub("", source)))
    return "".join(f"{line.strip()}\n" for line in bare.splitlines() if line.strip())
