"""Signed words that a browser keeps: who it is, until when, and that we said so.

A token is `kind.subject.expires.mac`, all of it letters, digits and dashes, so that there is one
way to write each: whatever is altered, be it one character's case, is refused.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Literal, NamedTuple

Kind = Literal["visitor", "teacher"]

_SUBJECT = re.compile(r"[a-z0-9-]{1,80}")
_NUMBER = re.compile(r"[1-9][0-9]{0,14}", re.ASCII)
_MAX_LENGTH = 250


class Said(NamedTuple):
    """What a good token says: who, and until when, in seconds since 1970."""

    subject: str
    expires: int


def sign(key: bytes, kind: Kind, subject: str, expires: int) -> str:
    """A token for `subject`, good before `expires`, in seconds since 1970.

    Raises:
        ValueError: the subject is not made of small letters, digits and dashes.
    """
    if not _SUBJECT.fullmatch(subject):
        raise ValueError(f"not letters, digits and dashes: {subject[:40]!r}")
    said = f"{kind}.{subject}.{expires}"
    return f"{said}.{_mac(key, said)}"


def read(key: bytes, kind: Kind, token: str, now: float) -> Said | None:
    """What a token of that kind says; `None` for any other, altered or expired text."""
    if len(token) > _MAX_LENGTH or not token.isascii():
        return None
    said, _dot, mac = token.rpartition(".")
    if not hmac.compare_digest(mac, _mac(key, said)):
        return None
    parts = said.split(".")
    if len(parts) != 3 or parts[0] != kind or not _NUMBER.fullmatch(parts[2]):
        return None
    found = Said(parts[1], int(parts[2]))
    return found if now < found.expires else None


def _mac(key: bytes, said: str) -> str:
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()
