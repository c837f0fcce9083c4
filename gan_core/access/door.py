"""Who comes in: from what a browser shows to the person, and from the code to the teacher."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from gan_core.access import codes, tokens
from gan_core.access.codes import KeptCode
from gan_core.access.limiter import Limiter, whole_secs
from gan_core.access.people import Person
from gan_core.errors import BadInputError
from gan_core.text import N_

VISITOR_SECS = 30 * 24 * 3600
TEACHER_SECS = 12 * 3600
TICKET_SECS = 60
_MAX_REMEMBERED = 1000
NOBODY = Person(id="unknown", role="viewer")
"""Who shows nothing: all of them together count as one."""


class WrongCodeError(BadInputError):
    """The code is not the teacher's."""


class TooOftenError(BadInputError):
    """The code was tried too often; values tell how many seconds to wait."""


@dataclass(frozen=True)
class Keys:
    """What is secret of a runs folder.

    Attributes:
        secret: signs everything.
        code: the teacher's; `None` where nobody may enter by a code.
    """

    secret: bytes = field(repr=False)
    code: KeptCode | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Shown:
    """What a browser, or a proxy for it, shows of itself; nothing of it is believed unchecked.

    Attributes:
        visitor, teacher: the tokens it keeps.
        identity: who a login says it is; checked by whoever fills this in.
    """

    visitor: str = ""
    teacher: str = ""
    identity: str = ""


class Door:
    """Knows people again and lets the teacher in; may be asked from any thread."""

    def __init__(
        self,
        keys: Keys,
        teachers: Callable[[], Collection[str]],
        *,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """Open.

        Args:
            keys: the folder's.
            teachers: the identities that are teachers at this moment.
            clock: seconds since 1970, for what expires.
            steady: seconds of a clock that nobody sets, for tries and tickets.
        """
        self._keys = keys
        self._teachers = teachers
        self._clock = clock
        self._steady = steady
        self._limiter = Limiter()
        self._ended: OrderedDict[str, float] = OrderedDict()
        self._tickets: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def has_code(self) -> bool:
        """Whether there is a code to enter with."""
        return self._keys.code is not None

    def cookie(self, kind: tokens.Kind) -> str:
        """What the cookie of a token is called; two folders served by one machine differ."""
        return f"studio_{kind}_{self._mac('cookie').hex()[:8]}"

    def new_visitor(self) -> str:
        """A token for somebody who has none."""
        subject = f"visitor-{secrets.token_hex(16)}"
        return self._sign("visitor", subject, VISITOR_SECS)

    def is_visitor(self, token: str) -> bool:
        """Whether a visitor's token is good."""
        return self._subject("visitor", token) is not None

    def person(self, shown: Shown) -> Person:
        """Who it is, and their role. A login goes before the code, and the code before a visit."""
        identity = shown.identity.strip()
        if identity and self._is_teacher(identity):
            return Person(id=self._id_of(identity), role="teacher", name=identity)
        subject = self._subject("teacher", shown.teacher)
        if subject is not None:
            return Person(id=subject, role="teacher")
        if identity:
            return Person(id=self._id_of(identity), role="viewer", name=identity)
        visitor = self._subject("visitor", shown.visitor)
        return NOBODY if visitor is None else Person(id=visitor, role="viewer")

    def enter(self, code: str, address: str) -> str:
        """A teacher's token for the right code.

        Args:
            code: as somebody typed it.
            address: where they are.

        Raises:
            TooOftenError: too many tries of late, from there or in all.
            WrongCodeError: it is another code, or there is none to enter with.
        """
        wait = self._limiter.take(address, self._steady())
        if wait:
            raise TooOftenError(
                N_("the code was tried too often. Wait {secs} s, then try again."),
                field="code",
                secs=whole_secs(wait),
            )
        if self._keys.code is None or not codes.is_right(code, self._keys.code):
            raise WrongCodeError(
                N_("that is not the teacher's code."),
                N_("It stands where the program was started."),
                field="code",
            )
        return self._sign("teacher", f"teacher-{secrets.token_hex(16)}", TEACHER_SECS)

    def ticket(self, person: Person) -> str:
        """A word, good once and for a minute, that becomes a token.

        By it a teacher whom a page knows by a login becomes known to the app's other addresses.

        Raises:
            NotAllowedError: they are no teacher.
        """
        person.require("edit")
        made = secrets.token_urlsafe(24)
        with self._lock:
            self._tickets[made] = (person.id, self._steady() + TICKET_SECS)
            while len(self._tickets) > _MAX_REMEMBERED:
                self._tickets.popitem(last=False)
        return made

    def redeem(self, ticket: str) -> str | None:
        """The teacher's token for a ticket; `None` for one that is used, old or made up."""
        with self._lock:
            subject, until = self._tickets.pop(ticket, ("", 0.0))
        if not subject or self._steady() >= until:
            return None
        return self._sign("teacher", subject, TEACHER_SECS)

    def leave(self, person: Person) -> None:
        """Forget that somebody entered or signed in, wherever their tokens were copied to."""
        if person.role != "teacher":
            return
        with self._lock:
            self._ended[person.id] = self._clock()
            self._ended.move_to_end(person.id)
            while len(self._ended) > _MAX_REMEMBERED:
                self._ended.popitem(last=False)

    def _is_teacher(self, identity: str) -> bool:
        return identity.casefold() in {one.strip().casefold() for one in self._teachers()}

    def _subject(self, kind: tokens.Kind, token: str) -> str | None:
        said = tokens.read(self._key(kind), kind, token, self._clock()) if token else None
        if said is None:
            return None
        is_good = kind == "visitor" or self._is_still_teacher(said)
        return said.subject if is_good else None

    def _is_still_teacher(self, said: tokens.Said) -> bool:
        """Who left has left; who came by a login must be listed still."""
        with self._lock:
            ended = self._ended.get(said.subject)
        if ended is not None and said.expires - TEACHER_SECS <= ended:
            return False
        if said.subject.startswith("teacher-"):
            return True
        return said.subject in {self._id_of(one.strip()) for one in self._teachers()}

    def _sign(self, kind: tokens.Kind, subject: str, secs: int) -> str:
        return tokens.sign(self._key(kind), kind, subject, int(self._clock()) + secs)

    def _key(self, kind: tokens.Kind) -> bytes:
        """A teacher's token ends with the code that it was given for."""
        code = self._keys.code.digest if kind == "teacher" and self._keys.code else ""
        return self._mac(f"{kind}:{code}")

    def _id_of(self, identity: str) -> str:
        return f"login-{self._mac(f'identity:{identity.casefold()}').hex()[:32]}"

    def _mac(self, text: str) -> bytes:
        return hmac.new(self._keys.secret, text.encode(), hashlib.sha256).digest()
