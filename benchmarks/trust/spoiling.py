"""Ways to spoil a file, chosen at random: cut, flipped, overwritten, or JSON that says nonsense."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

_ODD_VALUES: tuple[Any, ...] = (
    *(None, True, -1, 0, 1e308, -0.0, 10**30, 2**63, [], {}, "", "x" * 20_000),
    *("{0}", "{missing}", "{step:>999999999}", "{step.__class__}", "{", "%s %d", "\0", "../../x"),
    *("<script>alert(1)</script>", "**bold** :material/home:", "\u202egnp", "\ud800", "🦆" * 50),
    *([[1]], {"a": {"b": 1}}, "NaN", "2026-13-45T99:99:99"),
)
_ODD_BYTES = (b"", b"\0" * 5000, b"[" * 100_000, b"{}", b"null", b"\xff\xfe\xfd", b"\n\n\n", b'"')


def truncate(content: bytes, rng: random.Random) -> bytes:
    """Cut short."""
    return content[: rng.randrange(len(content))]


def flip(content: bytes, rng: random.Random) -> bytes:
    """A few bits are others."""
    spoilt = bytearray(content)
    for _ in range(rng.randint(1, 8)):
        spoilt[rng.randrange(len(spoilt))] ^= 1 << rng.randrange(8)
    return bytes(spoilt)


def _insert(content: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(content))
    return content[:at] + rng.randbytes(rng.randint(1, 200)) + content[at:]


def _repeat(content: bytes, rng: random.Random) -> bytes:
    a, b = sorted(rng.choices(range(len(content)), k=2))
    return content[:b] + content[a:b] + content[b:]


def _drop(content: bytes, rng: random.Random) -> bytes:
    a, b = sorted(rng.choices(range(len(content)), k=2))
    return content[:a] + content[b:]


def _replace(content: bytes, rng: random.Random) -> bytes:  # noqa: ARG001 - one of several
    return rng.choice(_ODD_BYTES)


def _nonsense(content: bytes, rng: random.Random) -> bytes:
    """JSON as before, but for a value or two; in a log, in one of its lines."""
    lines = content.splitlines(keepends=True) if content.count(b"\n{") > 1 else [content]
    at = rng.randrange(len(lines))
    try:
        value = json.loads(lines[at])
    except ValueError:
        return _replace(content, rng)
    for _ in range(rng.randint(1, 2)):
        _spoil_value(value, rng)
    said = json.dumps(value).encode()
    lines[at] = said + (b"\n" if lines[at].endswith(b"\n") else b"")
    return b"".join(lines)


def _spoil_value(value: Any, rng: random.Random) -> None:
    """Replace, add or remove something somewhere inside."""
    while isinstance(value, dict) and value:
        key = rng.choice(list(value))
        if isinstance(value[key], dict) and value[key] and rng.random() < 0.8:
            value = value[key]
            continue
        match rng.randrange(6):
            case 0:
                del value[key]
            case 1:
                value[f"odd {rng.random()}"] = rng.choice(_ODD_VALUES)
            case _:
                value[key] = rng.choice(_ODD_VALUES)
        return


_WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    truncate, flip, _insert, _repeat, _drop, _replace, _nonsense, _nonsense, _nonsense, _nonsense,
)  # fmt: skip


def spoil(path: Path, rng: random.Random) -> str:
    """Spoil a file in one way; say which. A hard link's other names keep the old content."""
    content = path.read_bytes()
    way = rng.choice(_WAYS)
    path.unlink()
    path.write_bytes(way(content, rng))
    return way.__name__.strip("_")
