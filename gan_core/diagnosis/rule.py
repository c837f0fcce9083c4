"""One rule of the diagnosis, and the few forms that its parts take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gan_core.diagnosis.evidence import no_evidence
from gan_core.diagnosis.history import LastWithout
from gan_core.diagnosis.remedies import Changes, what_changes
from gan_core.diagnosis.signals import Signals
from gan_core.diagnosis.signs import has_ended, watch_holds
from gan_core.diagnosis.verdict import Diagnosis, Evidence, Fork, Other, Tone
from gan_core.recipes.evaluating import steps_that_pay
from gan_core.runs.status import Said
from gan_core.text import N_

Values = dict[str, str | int | float]
Words = str | Callable[[Signals], str]
"""A template, or which one it is."""
Action = Fork | Other | None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule.

    Attributes:
        name: for tests, tables and those who read JSON.
        tone: how serious it is.
        source: where the sign or the cure is from.
        applies: whether the signals show it.
        state, cause, advice: what is said; `values` fills the templates.
        advice_ended: what is advised instead where the run has ended, if that differs.
        evidence: what shows it.
        action: what a button may do.
    """

    name: str
    tone: Tone
    source: str
    applies: Callable[[Signals], bool]
    state: Words
    cause: Words
    advice: Words
    advice_ended: Words = ""
    values: Callable[[Signals], Values] = lambda _: {}
    evidence: Callable[[Signals], tuple[Evidence, ...]] = no_evidence
    action: Callable[[Signals], Action] = lambda _: None

    def diagnosis(self, signals: Signals) -> Diagnosis:
        """What the rule says of these signals."""
        values, action = self.values(signals), self.action(signals)
        advice = (has_ended(signals) and self.advice_ended) or self.advice

        def said(words: Words) -> Said:
            template = words if isinstance(words, str) else words(signals)
            return Said(template=template, values=values)

        return Diagnosis(
            name=self.name,
            tone=self.tone,
            state=said(self.state),
            cause=said(self.cause),
            advice=said(advice),
            evidence=self.evidence(signals),
            note=_note(signals, action),
            action=action,
        )


def _note(signals: Signals, action: Action) -> Said | None:
    """A fork has no snapshots from before it began; those are its parent's.

    And a run that ends before an evaluation pays is never stopped early.
    """
    if isinstance(action, Fork) and action.at_most < signals.begins:
        return Said(
            template=N_(
                "This run is itself a fork: what it began with at step {step} may be spoilt "
                "already. Then fork the run that it came from, further back."
            ),
            values={"step": signals.begins},
        )
    length = signals.config.total_steps
    if signals.settings.early_stopping and length < steps_that_pay(signals.recipe, signals.config):
        return Said(
            template=N_(
                "This run is too short to be evaluated while it trains, so early stopping has "
                "nothing to go by."
            )
        )
    return None


def fork(
    changes: Callable[[Signals], Changes],
    at_most: Callable[[Signals], int],
    steps: Callable[[Signals], int | None] = lambda _: None,
) -> Callable[[Signals], Action]:
    """A fork with these changes; nothing where the recipe has no such settings, or has them so.

    Args:
        changes: what the remedy asks for.
        at_most: the step that it begins at, or before.
        steps: its length in all, where that is another one than the parent's.
    """

    def action(signals: Signals) -> Action:
        found = what_changes(signals, changes(signals))
        if not found:
            return None
        return Fork(at_most=at_most(signals), changes=found, steps=steps(signals))

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
