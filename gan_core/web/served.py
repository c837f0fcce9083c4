"""What browsers fetch by address and keep: an address names its content, so none is ever stale."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from gan_core.web.assets import asset

_WASM = Path(__file__).parent / "wasm"
_MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".wasm": "application/wasm",
}
SERVED = (
    *("explorer.js", "explorer.css", "live_view.js", "live_view.css"),
    *("access_line.js", "access_line.css"),
    *("plane.js", "plane.css", "concept_sheet.js", "concept_sheet.css"),
    *("compare.js", "compare.css"),
    *("decode_worker.js", "runtime.wasm", "runtime_relaxed.wasm"),
)
"""The names that have an address; nothing else of the folder does."""


def address(name: str) -> str:
    """Where a file of `SERVED` is found, relative to the app's own address."""
    return f"studio/assets/{version(name)}/{name}"


@cache
def version(name: str) -> str:
    """Sixteen hexadecimal digits of the content's SHA-256."""
    return hashlib.sha256(content(name)).hexdigest()[:16]


@cache
def content(name: str) -> bytes:
    """The bytes of a file of `SERVED`.

    Raises:
        FileNotFoundError: another name.
    """
    if name not in SERVED:
        raise FileNotFoundError(name)
    if name.endswith(".wasm"):
        return (_WASM / name).read_bytes()
    return asset(name).encode()


def media_type(name: str) -> str:
    """What the content is, for the browser."""
    return _MEDIA_TYPES[Path(name).suffix]
