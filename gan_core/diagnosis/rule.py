"""One rule of the diagnosis, and the few forms that its parts take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gan_core.diagnosis.evidence import no_evidence
from gan_core.diagnosis.remedies import Changes
from gan_core.diagnosis.signals import Signals
from gan_core.diagnosis.verdict import Diagnosis, Evidence, Fork, Other, Tone
from gan_core.runs.status import Said

Values = dict[str, str | int | float]
Action = Fork | Other | None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule.

    Attributes:
        name: for tests, tables and those who read JSON.
        tone: how serious it is.
        source: where the sign or the cure is from.
        applies: whether the signals show it.
        state, cause, advice: templates; `values` fills them.
        evidence: what shows it.
        action: what a button may do.
    """

    name: str
    tone: Tone
    source: str
    applies: Callable[[Signals], bool]
    state: str
    cause: str
    advice: str
    values: Callable[[Signals], Values] = lambda _: {}
    evidence: Callable[[Signals], tuple[Evidence, ...]] = no_evidence
    action: Callable[[Signals], Action] = lambda _: None

    def diagnosis(self, signals: Signals) -> Diagnosis:
        """What the rule says of these signals."""
        values = self.values(signals)
        return Diagnosis(
            name=self.name,
            tone=self.tone,
            state=Said(template=self.state, values=values),
            cause=Said(template=self.cause, values=values),
            advice=Said(template=self.advice, values=values),
            evidence=self.evidence(signals),
            action=self.action(signals),
        )


def fork(
    changes: Callable[[Signals], Changes], at_most: Callable[[Signals], int]
) -> Callable[[Signals], Action]:
    """A fork with these changes; nothing where the recipe has no such settings."""

    def action(signals: Signals) -> Action:
        found = changes(signals)
        return Fork(at_most=at_most(signals), changes=found) if found else None

    return action


def from_the_start(signals: Signals) -> int:  # noqa: ARG001 - as the others
    """Step 0: whatever was learnt was learnt wrongly."""
    return 0


def from_the_newest(signals: Signals) -> int:
    """Where the run stands: what it knows is worth keeping."""
    return signals.step


def from_before(signals: Signals) -> int:
    """Before the window that shows it; as early as the collapse watch says, if it does."""
    collapse = signals.watched.collapse
    if collapse is not None:
        return collapse.healthy_step
    window = signals.curve("d_loss").steps or signals.curve("loss").steps
    return max(signals.begins, window[0]) if window else signals.begins


def at_step(step: Callable[[Signals], int]) -> Callable[[Signals], Values]:
    """The value `step` of a rule's sentences."""
    return lambda signals: {"step": step(signals)}
