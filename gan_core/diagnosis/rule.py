"""One rule of the diagnosis, and the few forms that its parts take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gan_core.diagnosis.evidence import no_evidence
from gan_core.diagnosis.history import LastWithout
from gan_core.diagnosis.remedies import Changes
from gan_core.diagnosis.signals import Signals
from gan_core.diagnosis.signs import has_ended, watch_holds
from gan_core.diagnosis.verdict import Diagnosis, Evidence, Fork, Other, Tone
from gan_core.runs.status import Said
from gan_core.text import N_

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
        advice_ended: what is advised instead where the run has ended, if that differs.
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
    advice_ended: str = ""
    values: Callable[[Signals], Values] = lambda _: {}
    evidence: Callable[[Signals], tuple[Evidence, ...]] = no_evidence
    action: Callable[[Signals], Action] = lambda _: None

    def diagnosis(self, signals: Signals) -> Diagnosis:
        """What the rule says of these signals."""
        values, action = self.values(signals), self.action(signals)
        advice = (has_ended(signals) and self.advice_ended) or self.advice
        return Diagnosis(
            name=self.name,
            tone=self.tone,
            state=Said(template=self.state, values=values),
            cause=Said(template=self.cause, values=values),
            advice=Said(template=advice, values=values),
            evidence=self.evidence(signals),
            note=_note(signals, action),
            action=action,
        )


def _note(signals: Signals, action: Action) -> Said | None:
    """A fork has no snapshots from before it began; those are its parent's."""
    if not isinstance(action, Fork) or action.at_most >= signals.begins:
        return None
    return Said(
        template=N_(
            "This run is itself a fork: what it began with at step {step} may be spoilt already. "
            "Then fork the run that it came from, further back."
        ),
        values={"step": signals.begins},
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


def from_before(last_without: LastWithout) -> Callable[[Signals], int]:
    """The last step without the sign.

    Where the run shows what the collapse watch found ever since, not after the step that the watch
    called healthy, and just there where the past tells nothing. By itself that step is up to a
    window late: the watch waits until a sign has lasted.
    """

    def step(signals: Signals) -> int:
        known, collapse = last_without(signals), signals.watched.collapse
        if collapse is None or known > collapse.step or not watch_holds(signals):
            return known
        return min(known or collapse.healthy_step, collapse.healthy_step)

    return step


def at_step(step: Callable[[Signals], int]) -> Callable[[Signals], Values]:
    """The value `step` of a rule's sentences."""
    return lambda signals: {"step": step(signals)}
