"""Who acts: a person as far as this program knows one, and what their role allows."""

from __future__ import annotations

from typing import Literal

from gan_core.config import Frozen
from gan_core.errors import BadInputError
from gan_core.text import N_

Role = Literal["viewer", "teacher"]
Act = Literal["explore", "take", "train", "control", "upload", "edit", "delete"]
"""What can be done besides looking.

`explore`: searches and indexes that an explorer starts in the background. `take`: exports and
animations. `train`: new runs, forks, classifiers. `control`: pause, resume, stop. `upload`:
pictures, runs and generators from outside. `edit`: names, notes, pins, directions that stay with
a run. `delete`: runs and data sets.
"""

_ALLOWED: dict[Role, frozenset[Act]] = {
    "viewer": frozenset({"explore", "take"}),
    "teacher": frozenset({"explore", "take", "train", "control", "upload", "edit", "delete"}),
}
_WORDS: dict[Act, str] = {
    "explore": N_("start a search"),
    "take": N_("take something along"),
    "train": N_("train"),
    "control": N_("pause, resume or stop a run"),
    "upload": N_("bring files"),
    "edit": N_("change what is kept with a run"),
    "delete": N_("delete"),
}


class NotAllowedError(BadInputError):
    """The person's role does not include what was asked for; nothing was changed."""


class Person(Frozen):
    """Somebody who acts.

    Attributes:
        id: tells people apart, for quotas; never shown to others. `owner` is whoever has this
            machine's command line, or its page in the mode `alone`.
        role: what they may do.
        name: how they are known, where they are: an identity from a login.
    """

    id: str
    role: Role
    name: str = ""

    def may(self, act: Act) -> bool:
        """Whether the role includes an act."""
        return act in _ALLOWED[self.role]

    def require(self, act: Act) -> None:
        """Go on only if the role includes an act.

        Raises:
            NotAllowedError: it does not.
        """
        if not self.may(act):
            raise NotAllowedError(
                N_("viewers may look and explore, but not {what}."),
                N_("Enter the teacher's code first, at the top of the page."),
                field="role",
                what=_WORDS[act],
            )


OWNER = Person(id="owner", role="teacher")
"""Whoever has the command line of this machine."""
