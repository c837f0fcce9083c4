"""What is said of a run: three sentences, what they rest on, and what can be done.

Sentences are templates with values, so that a page shows them in the viewer's language.
"""

from __future__ import annotations

from typing import Literal

from gan_core.config import Frozen, SettingValue
from gan_core.runs.status import Said

Tone = Literal["waiting", "fine", "advice", "alarm"]
"""`alarm`: something is wrong. `advice`: nothing is, and yet there is something to do."""


class CurveEvidence(Frozen):
    """Curves of the metric log, and the steps on them that count."""

    keys: tuple[str, ...]
    first_step: int
    last_step: int

    def in_words(self) -> str:
        """Where it can be seen, as the command line says it."""
        return f"{', '.join(self.keys)} from step {self.first_step} to {self.last_step}"


class SheetEvidence(Frozen):
    """The sample sheet of a step."""

    step: int

    def in_words(self) -> str:
        """Where it can be seen, as the command line says it."""
        return f"the sheet of step {self.step}"


class FigureEvidence(Frozen):
    """A measured figure, in words."""

    words: Said

    def in_words(self) -> str:
        """It, as the command line says it."""
        return str(self.words)


Evidence = CurveEvidence | SheetEvidence | FigureEvidence


class Fork(Frozen):
    """A new run from this one's newest snapshot that is not after `at_most`, changed.

    Attributes:
        at_most: the step; 0 is the untrained networks, before anything went wrong.
        changes: settings, all of which the recipe has; none has this value already.
        steps: how far it trains, counted from the parent's start; the parent's length if unset.
    """

    kind: Literal["fork"] = "fork"
    at_most: int
    changes: dict[str, SettingValue]
    steps: int | None = None


class Other(Frozen):
    """Something else to do than a fork."""

    kind: Literal["stop", "explore best", "evaluate", "resume"]
    step: int = 0


class Diagnosis(Frozen):
    """What is happening in a run.

    Attributes:
        name: of the rule that spoke.
        tone: how serious it is.
        state, cause, advice: what is, why, and what to do; a sentence each.
        evidence: what shows it, the most telling first.
        note: what has to be known before one does it, if anything.
        action: what a button may do.
    """

    name: str
    tone: Tone
    state: Said
    cause: Said
    advice: Said
    evidence: tuple[Evidence, ...] = ()
    note: Said | None = None
    action: Fork | Other | None = None
