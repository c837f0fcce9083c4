"""The teacher's code: made, kept as a hash that is slow to try, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from gan_core.config import Frozen
from gan_core.errors import BadInputError
from gan_core.text import N_

MIN_LENGTH = 6
MAX_LENGTH = 64
ALPHABET = "234679ACDEFGHJKMNPQRTUVWXYZ"
"""Letters and digits that nobody takes for one another, on a wall or over the telephone."""

_NUM_MADE = 8
_COST = 2**14  # 16 MB and about 50 ms a try


class KeptCode(Frozen):
    """What is kept of a code: nobody can read the code from it.

    Attributes:
        salt, digest: hexadecimal.
    """

    salt: str
    digest: str


def new_code() -> str:
    """A fresh code such as `K7QW-3FMA`: one of 280 thousand million."""
    made = "".join(secrets.choice(ALPHABET) for _ in range(_NUM_MADE))
    return f"{made[:4]}-{made[4:]}"


def keep(code: str) -> KeptCode:
    """The hash of a code, with a salt of its own.

    Raises:
        BadInputError: it is too short or too long.
    """
    plain = _plain(code)
    if not MIN_LENGTH <= len(plain) <= MAX_LENGTH:
        raise BadInputError(
            N_("got a code of {given} letters and digits; allowed are {low} … {high}."),
            field="code",
            given=len(plain),
            low=MIN_LENGTH,
            high=MAX_LENGTH,
        )
    salt = secrets.token_bytes(16)
    return KeptCode(salt=salt.hex(), digest=_digest(plain, salt).hex())


def is_right(code: str, kept: KeptCode) -> bool:
    """Whether this is the code; capital or small letters, spaces and dashes do not matter."""
    given = _digest(_plain(code)[: MAX_LENGTH + 1], bytes.fromhex(kept.salt))
    return hmac.compare_digest(given, bytes.fromhex(kept.digest))


def _plain(code: str) -> str:
    return "".join(letter for letter in code.upper() if letter.isalnum())


def _digest(plain: str, salt: bytes) -> bytes:
    return hashlib.scrypt(plain.encode(errors="replace"), salt=salt, n=_COST, r=8, p=1)
