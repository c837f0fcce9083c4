"""The last rules: how far a run has come, and what is said where nothing looks wrong.

They claim no more than was looked at: what only the absence of other signs tells is said so.
"""

from __future__ import annotations

from gan_core.diagnosis import progress, signs
from gan_core.diagnosis.evidence import accuracies, curves, improving, losses, newest_sheet
from gan_core.diagnosis.rule import Rule, at_step
from gan_core.diagnosis.signals import Signals
from gan_core.diagnosis.verdict import Other
from gan_core.text import N_

SHORT = 0.25
"""Of the recipe's usual length; a run that ended before is likely to be unfinished."""

_TRAINING = N_("It is training, and no sign of trouble has lasted.")
_FINITE = N_("Its losses are finite, and that is all that can be said of them.")
_GAME: dict[signs.DStands, tuple[str, str]] = {
    "right": (
        N_("Healthy: G and D keep each other in balance."),
        N_("D is mostly right and not always: its opinion still teaches G something at each step."),
    ),
    "ahead": (
        N_("No sign of trouble, and D is ahead of G."),
        N_(
            "D is right about nearly every image, but its loss is not near zero: it is not sure "
            "of them, and that still teaches G something."
        ),
    ),
    "critic ahead": (
        N_("No sign of trouble, and D is ahead of G, as a Wasserstein critic is meant to be."),
        N_(
            "It tells nearly every image apart: how far apart its scores are, not who is right, "
            "is what teaches G."
        ),
    ),
    "guessing": (
        N_("No sign of trouble, and D can hardly tell generated images from real ones."),
        N_(
            "At the balance of the game D only guesses; a D that learns too little does so, too. "
            "The sheet tells which it is."
        ),
    ),
    "unknown": (_TRAINING, _FINITE),
}
"""State and cause by how D stands."""

LAST_RULES: tuple[Rule, ...] = (
    Rule(
        name="under_trained",
        tone="advice",
        source="the recipe's own length",
        applies=lambda s: signs.has_ended(s) and s.step < SHORT * progress.usual_length(s),
        state=N_("Ended early: {step} steps, where this recipe usually takes {usual}."),
        cause=N_("Nothing went wrong; the networks had too little time."),
        advice=N_("Let it go on to {goal} steps."),
        values=lambda s: {
            "step": s.step,
            "usual": progress.usual_length(s),
            "goal": _goal(s),
        },
        evidence=newest_sheet,
        action=lambda s: Other(kind="resume", step=_goal(s)),
    ),
    Rule(
        name="still_improving",
        tone="advice",
        source="Prechelt 1998, Early stopping — but when?",
        applies=lambda s: signs.has_ended(s) and progress.is_still_improving(s),
        state=N_("Ended while it was still improving, at step {step}."),
        cause=N_("The newest measurements are clearly better than those before: time ran out."),
        advice=N_("Let it go on to {goal} steps."),
        values=lambda s: {"step": s.step, "goal": _goal(s)},
        evidence=improving,
        action=lambda s: Other(kind="resume", step=_goal(s)),
    ),
    Rule(
        name="paused",
        tone="waiting",
        source="the run's status",
        applies=lambda s: s.status.state in {"paused", "interrupted"},
        state=N_("Nobody trains it now; {left} steps remain."),
        cause=N_("It was paused, or its worker ended. What it had learnt is kept."),
        advice=N_("Resume when you like: it continues from the newest checkpoint."),
        values=lambda s: {"left": max(s.config.total_steps - s.step, 0)},
        action=lambda s: Other(kind="resume", step=s.step),
    ),
    Rule(
        name="finished",
        tone="fine",
        source="the run's status",
        applies=signs.has_ended,
        state=N_("Finished, and nothing looks wrong."),
        cause=N_("No sign of trouble was left at step {step}."),
        advice=N_("Explore what it has learnt."),
        values=at_step(lambda s: s.step),
        evidence=newest_sheet,
        action=lambda s: Other(kind="explore best", step=s.best_step or s.step),
    ),
    Rule(
        name="healthy",
        tone="fine",
        source="Goodfellow et al. 2014, arXiv 1406.2661, section 4: at the balance D only guesses; "
        "Arjovsky et al. 2017, arXiv 1701.07875: a critic is meant to be ahead",
        applies=lambda s: s.recipe.family == "gan" and signs.d_stands(s) != "unknown",
        state=lambda s: _GAME[signs.d_stands(s)][0],
        cause=lambda s: _GAME[signs.d_stands(s)][1],
        advice=N_("Nothing to do. Watch the sheet: it tells more than the losses."),
        evidence=lambda s: (*accuracies(s), *newest_sheet(s)),
    ),
    Rule(
        name="learning",
        tone="fine",
        source="Kingma and Welling 2013, arXiv 1312.6114",
        applies=progress.is_rebuilding_no_worse,
        state=N_("Healthy: it is learning to rebuild the images."),
        cause=N_("The loss is finite, and held-out images are rebuilt no worse than before."),
        advice=N_("Nothing to do."),
        evidence=curves("loss", "val_loss"),
    ),
    Rule(
        name="training",
        tone="fine",
        source="the rules before this one",
        applies=lambda s: True,  # noqa: ARG005 - the last word
        state=_TRAINING,
        cause=_FINITE,
        advice=N_("Nothing to do. Watch the sheet: it tells more than the losses."),
        evidence=lambda s: (*losses(s), *newest_sheet(s)),
    ),
)


def _goal(signals: Signals) -> int:
    return max(progress.usual_length(signals) // 2, 2 * signals.step)
