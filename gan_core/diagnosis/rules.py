"""Every rule of the diagnosis: when it applies, what it says, and where that is from.

They are asked in this order and the first that applies is the diagnosis; alarms further down are
mentioned beside it. What stands first makes what follows it doubtful: a loss that is no number,
images scaled wrongly, a run that has only begun.

`benchmarks.diagnosis` provokes each failure with a short run, and trains ten healthy ones.
"""

from __future__ import annotations

from gan_core.diagnosis import history, progress, remedies, signs
from gan_core.diagnosis.evidence import (
    accuracies,
    active_dimensions,
    classes,
    copies,
    curves,
    losses,
    newest_sheet,
    newest_sheets,
    since_best,
)
from gan_core.diagnosis.last_rules import LAST_RULES
from gan_core.diagnosis.rule import (
    Rule,
    Values,
    Words,
    at_step,
    fork,
    from_before,
    from_the_newest,
    from_the_start,
)
from gan_core.diagnosis.signals import Signals
from gan_core.diagnosis.verdict import Diagnosis, Other
from gan_core.metrics.collapse import ALIKE_SHARE
from gan_core.text import N_

SMALLEST_BATCH = 8
SILENT_NATS = 0.5
"""KL of all dimensions: less than it takes to tell two kinds of images apart (ln 2), however many
dimensions there are. A good one of MNIST has 5 nats in two dimensions, some 25 in many."""
MOST_NAMED = 12
"""Of missing classes."""
_SEEN_OFTEN = N_(
    "Each of its {num} training images was seen {times} times by now, often enough to be known by "
    "heart."
)
_LOWEST = N_("It has stopped improving: the loss on held-out images was lowest at step {step}.")


def _by_best(measured: str, held_out: str, without: str) -> Words:
    """A template by what tells the best step: evaluated snapshots, or the loss on held-out images.

    Args:
        measured: where snapshots are evaluated.
        held_out: where there is a snapshot up to the step with the lowest loss.
        without: where there is none.
    """

    def chosen(signals: Signals) -> str:
        if progress.measured(signals):
            return measured
        return without if progress.snapshot_of_best(signals) is None else held_out

    return chosen


def diagnose(signals: Signals) -> tuple[Diagnosis, ...]:
    """The diagnosis of a run, and the alarms beside it. There always is one."""
    found = [rule for rule in RULES if rule.applies(signals)]
    chosen = [found[0], *(rule for rule in found[1:] if rule.tone == "alarm")]
    if found[0].tone == "waiting":
        chosen = found[:1]
    return tuple(rule.diagnosis(signals) for rule in chosen)


RULES: tuple[Rule, ...] = (
    Rule(
        name="waiting",
        tone="waiting",
        source="the run's status",
        applies=lambda s: s.status.state == "queued",
        state=N_("Waiting for its turn."),
        cause=N_("Another run has the device; runs are trained one after the other."),
        advice=N_("Nothing to do: it starts by itself."),
    ),
    Rule(
        name="not_finite",
        tone="alarm",
        source="Goodfellow, Bengio and Courville 2016, Deep Learning, section 8.2.4; Pascanu et "
        "al. 2013, arXiv 1211.5063",
        applies=signs.is_not_finite,
        state=N_("A loss or a weight is no longer a number (step {step})."),
        cause=N_(
            "The steps were too large: with learning rate {rate} the weights flew apart, and "
            "what is infinite once stays so."
        ),
        advice=N_("Fork from before it with lower rates and short gradients."),
        values=lambda s: {
            "step": signs.not_finite_step(s) or s.step,
            "rate": f"{max(s.settings.g_lr, s.settings.d_lr or 0.0):g}",
        },
        evidence=lambda s: (*losses(s), *newest_sheet(s)),
        action=fork(remedies.tamed, from_before(history.while_finite)),
    ),
    Rule(
        name="failed",
        tone="alarm",
        source="the run's status",
        applies=lambda s: s.status.state == "failed" and not signs.is_not_finite(s),
        state=N_("The run ended with an error at step {step}."),
        cause=N_("What the worker said stands above; the networks had no part in it."),
        advice=N_("Mend what it names and resume: it continues from the newest checkpoint."),
        values=at_step(lambda s: s.step),
        action=lambda s: Other(kind="resume", step=s.step),
    ),
    Rule(
        name="wrong_scaling",
        tone="alarm",
        source="the published guide to training GANs with Keras scales images to [-1, 1] and "
        "ends G with a sigmoid",
        applies=signs.scales_differ,
        state=N_("G cannot reach the range of the real images."),
        cause=N_(
            "Real images are scaled to {range}, and G ends with {output}: D only has to look at "
            "what G can never draw."
        ),
        advice=N_("Fork from the start with the pixel range {right}."),
        values=lambda s: {
            "range": f"[{s.settings.pixel_range}]",
            "output": s.settings.output_activation or "",
            "right": remedies.right_range(s),
        },
        evidence=newest_sheet,
        action=fork(lambda s: {"pixel_range": remedies.right_range(s)}, from_the_start),
    ),
    Rule(
        name="lesson",
        tone="fine",
        source="the lesson in three stages",
        applies=lambda s: s.settings.lesson not in {None, "both"},
        state=N_("Only one of the two networks learns: this is a stage of the lesson."),
        cause=N_("The other one stands still, so there is no game that could go wrong."),
        advice=N_("Watch what the stage says, then go on to the next one."),
    ),
    Rule(
        name="small_batch",
        tone="alarm",
        source="Wu and He 2018, arXiv 1803.08494, figure 1: errors of batch normalisation grow "
        "quickly below 8 images",
        applies=lambda s: (signs.images_per_norm(s) or SMALLEST_BATCH) < SMALLEST_BATCH,
        state=N_("Batch normalisation sees only {num} images at a time."),
        cause=N_(
            "Its mean and spread of so few images are mostly chance, and other ones are used "
            "when sheets are drawn."
        ),
        advice=lambda s: (
            N_("Fork with a batch size of {usual}.")
            if remedies.usual_batch(s) > s.settings.batch_size
            else N_("A larger batch needs more images than this data set has.")
        ),
        values=lambda s: {
            "num": signs.images_per_norm(s) or 0,
            "usual": remedies.usual_batch(s),
        },
        evidence=newest_sheet,
        action=fork(lambda s: {"batch_size": remedies.usual_batch(s)}, from_the_newest),
    ),
    Rule(
        name="warming_up",
        tone="waiting",
        source="every run measured here begins with a D that sees through G",
        applies=lambda s: s.is_alive and not signs.is_warm(s) and not signs.watch_holds(s),
        state=N_("Still warming up: the first {num} steps say little."),
        cause=N_("G draws noise at first, and D sees through it at once; that is how it begins."),
        advice=N_("Wait a moment and watch the sheet."),
        values=lambda s: {"num": signs.warm_up_steps(s)},
    ),
    Rule(
        name="posterior_collapse",
        tone="alarm",
        source="Bowman et al. 2016, arXiv 1511.06349, section 3; Lucas et al. 2019, arXiv "
        "1911.02469",
        applies=lambda s: (
            s.recipe.family == "vae" and signs.is_warm(s) and s.curve("kl").usual < SILENT_NATS
        ),
        state=N_(
            "The codes say nothing: KL is {kl} nats in all, and every image is rebuilt alike."
        ),
        cause=N_(
            "With a weight β of {beta}, keeping KL small pays more than rebuilding well, so the "
            "decoder has learnt to do without the codes (posterior collapse)."
        ),
        advice=N_("Fork from the start with β at {gentle}."),
        values=lambda s: {
            "kl": f"{s.curve('kl').usual:.2g}",
            "beta": f"{signs.beta(s):g}",
            "gentle": f"{remedies.gentle_beta(s):g}",
        },
        evidence=lambda s: (
            *curves("kl", "reconstruction")(s),
            *active_dimensions(s),
            *newest_sheet(s),
        ),
        action=fork(lambda s: remedies.other_beta(s, remedies.gentle_beta(s)), from_the_start),
    ),
    Rule(
        name="vanishing_gradient",
        tone="alarm",
        source="Goodfellow et al. 2014, arXiv 1406.2661, section 3; Arjovsky and Bottou 2017, "
        "arXiv 1701.04862, section 2",
        applies=lambda s: (
            s.settings.loss == "minimax"
            and signs.is_gan(s)
            and signs.is_warm(s)
            and s.curve("g_loss").lasts
            and s.curve("g_loss").share(-0.1, 0.0) >= 0.9
        ),
        state=N_("G learns nothing any more: its gradient has vanished."),
        cause=N_(
            "D is sure of every generated image, and there the minimax loss is flat: whatever G "
            "changes, its loss stays at 0."
        ),
        advice=N_(
            "Fork from the start with the non-saturating loss, which is steep just there, and a "
            "slower D."
        ),
        evidence=lambda s: (*curves("g_loss")(s), *accuracies(s)),
        action=fork(lambda s: {**remedies.slower_d(s), "loss": "non-saturating"}, from_the_start),
    ),
    Rule(
        name="one_sided_loss",
        tone="alarm",
        source="Keras' KLDivergence: target · log(target / p), and the target of generated images "
        "is 0",
        applies=lambda s: (
            signs.is_gan(s) and signs.is_warm(s) and signs.d_is_told_of_real_images_alone(s)
        ),
        state=N_("D takes nearly every generated image for real."),
        cause=N_(
            "The loss kl has no term for generated images, so D does best by calling everything "
            "real, and G learns nothing from that."
        ),
        advice=N_("Fork from the start with the non-saturating loss, which has both terms."),
        evidence=lambda s: (*accuracies(s), *losses(s)),
        action=fork(remedies.usual_loss, from_the_start),
    ),
    Rule(
        name="mode_collapse",
        tone="alarm",
        source="Goodfellow 2016, arXiv 1701.00160, section 5.1.1; Salimans et al. 2016, arXiv "
        "1606.03498, section 3.2",
        applies=lambda s: (
            signs.is_gan(s)
            and (
                signs.saw(s, "alike", "blank")
                or (
                    signs.is_warm(s)
                    and signs.d_is_not_winning(s)
                    and signs.sheets_are_alike(s, ALIKE_SHARE)
                )
            )
        ),
        state=N_("Mode collapse: all images on the sheet are alike, or blank."),
        cause=N_(
            "G has found one image that does well against this D and draws it for every latent; "
            "D sees images one by one and does not notice."
        ),
        advice=N_("Fork from before it with lower rates and a reward for different images."),
        evidence=lambda s: (*newest_sheet(s), *losses(s)),
        action=fork(remedies.more_variety, from_before(history.while_varied)),
    ),
    Rule(
        name="oscillation",
        tone="alarm",
        source="Mescheder, Geiger and Nowozin 2018, arXiv 1801.04406, section 2: the two circle "
        "around their balance",
        applies=lambda s: signs.is_gan(s) and signs.is_warm(s) and signs.oscillates(s),
        state=N_("G and D chase each other in circles."),
        cause=N_(
            "Each step goes past the goal: D turns against what G draws now, G leaves it for "
            "something else, and what was learnt is lost again."
        ),
        advice=N_("Fork from before it with lower rates and less momentum."),
        evidence=newest_sheets,
        action=fork(remedies.steadier, from_before(history.while_settling)),
    ),
    Rule(
        name="partial_collapse",
        tone="alarm",
        source="Srivastava et al. 2017 (VEEGAN), arXiv 1705.07761, section 4.1: count the modes",
        applies=lambda s: signs.is_gan(s) and bool(signs.missing_classes(s)),
        state=lambda s: (
            N_("Part of the data is missing: no image shows {classes}.")
            if len(signs.missing_classes(s)) <= MOST_NAMED
            else N_("Part of the data is missing: no image shows {classes} and {num} more.")
        ),
        cause=N_(
            "G left these classes out because others fool D as well; D sees images one by one "
            "and does not miss them (partial mode collapse)."
        ),
        advice=N_("Fork with a reward for different images."),
        values=lambda s: {
            "classes": ", ".join(signs.missing_classes(s)[:MOST_NAMED]),
            "num": len(signs.missing_classes(s)[MOST_NAMED:]),
        },
        evidence=lambda s: (*newest_sheet(s), *classes(s)),
        action=fork(remedies.more_variety, from_the_newest),
    ),
    Rule(
        name="d_overpowers",
        tone="alarm",
        source="Arjovsky and Bottou 2017, arXiv 1701.04862, theorem 2.4; the step-by-step text: "
        "D's loss at 0.000, G's past 9, accuracy 100 % on both",
        applies=lambda s: (
            signs.is_gan(s)
            and (
                signs.saw(s, "d_loss_zero", "d_always_right", "g_runs_away")
                or (
                    signs.is_warm(s)
                    and signs.d_is_always_right(s)
                    and signs.d_position(s) < signs.SURE
                )
            )
        ),
        state=N_("D overpowers G: it is right about nearly every image."),
        cause=N_(
            "D learns faster than G can follow (learning rates {d_lr} and {g_lr}), and an "
            "opinion that is always the same tells G nothing about how to draw better."
        ),
        advice=N_("Fork from before it with a slower D and smoothed labels."),
        values=lambda s: {"d_lr": f"{s.settings.d_lr:g}", "g_lr": f"{s.settings.g_lr:g}"},
        evidence=lambda s: (*losses(s), *accuracies(s)),
        action=fork(remedies.slower_d, from_before(history.while_d_erred)),
    ),
    Rule(
        name="g_overpowers",
        tone="alarm",
        source="Goodfellow et al. 2014, arXiv 1406.2661, section 3: D has to be kept near its "
        "optimum while G changes",
        applies=lambda s: (
            signs.is_gan(s)
            and signs.is_warm(s)
            and signs.d_is_fooled(s)
            and signs.d_position(s) >= signs.GUESSES  # never so where the loss has no such scale
        ),
        state=N_("G overpowers D: D takes nearly every generated image for real."),
        cause=N_(
            "D learns too slowly (learning rate {d_lr}, G's {g_lr}): G lives off its blind "
            "spots, and fooling it no longer takes good images."
        ),
        advice=N_("Fork from before it with a faster D."),
        values=lambda s: {"d_lr": f"{s.settings.d_lr:g}", "g_lr": f"{s.settings.g_lr:g}"},
        evidence=lambda s: (*accuracies(s), *losses(s)),
        action=fork(remedies.faster_d, from_before(history.while_d_saw_through)),
    ),
    Rule(
        name="memorising",
        tone="alarm",
        source="Meehan et al. 2020, arXiv 2004.05675; Karras et al. 2020, arXiv 2006.06676: few "
        "images, and D knows them by heart",
        applies=lambda s: s.recipe.family == "gan" and signs.memorises(s),
        state=N_("G repeats its training images instead of making new ones."),
        cause=_SEEN_OFTEN,
        advice=N_(
            "More images are the cure. Until then, fork from an early snapshot with noise on "
            "what D sees, and train for less time."
        ),
        values=lambda s: _how_often_seen(s),
        evidence=copies,
        action=fork(remedies.less_by_heart, lambda s: s.step // 4, remedies.less_time),
    ),
    Rule(
        name="memorising_decoder",
        tone="alarm",
        source="Meehan et al. 2020, arXiv 2004.05675; Krogh and Hertz 1991, A simple weight decay "
        "can improve generalization",
        applies=lambda s: s.recipe.family != "gan" and signs.memorises(s),
        state=N_("The decoder repeats training images instead of making new ones."),
        cause=_SEEN_OFTEN,
        advice=N_(
            "More images are the cure. Until then, fork from an early snapshot with more weight "
            "decay, and train for less time."
        ),
        values=lambda s: _how_often_seen(s),
        evidence=copies,
        action=fork(remedies.less_by_heart, lambda s: s.step // 4, remedies.less_time),
    ),
    Rule(
        name="stopped_early",
        tone="advice",
        source="the setting `early_stopping`; Prechelt 1998, Early stopping — but when?",
        applies=signs.stopped_early,
        state=N_(
            "Ended early, at step {step} of {total}: {num} evaluations brought nothing better."
        ),
        cause=N_("The setting for early stopping asks for that; the best was step {best}."),
        advice=N_("Explore the best snapshot. To give it more time, let it go on."),
        values=lambda s: {
            "step": s.step,
            "total": s.config.total_steps,
            "num": s.settings.early_stopping or 0,
            "best": s.best_step or s.step,
        },
        evidence=since_best,
        action=lambda s: Other(kind="explore best", step=s.best_step or s.step),
    ),
    Rule(
        name="stopped_improving",
        tone="advice",
        source="Prechelt 1998, Early stopping — but when?",
        applies=progress.has_stopped_improving,
        state=_by_best(
            N_("It has stopped improving: the best snapshot was at step {step}."),
            _LOWEST,
            _LOWEST,
        ),
        cause=N_(
            "{num} measurements since then were no better, so what is learnt now is no longer "
            "what matters."
        ),
        advice=_by_best(
            N_("Stop here and explore the best snapshot."),
            N_("Stop here and explore step {snapshot}, the newest snapshot up to there."),
            N_("Stop here."),
        ),
        advice_ended=_by_best(
            N_("Explore the best snapshot; more of the same would bring nothing."),
            N_(
                "Explore step {snapshot}, the newest snapshot up to there; more of the same would "
                "bring nothing."
            ),
            N_("More of the same would bring nothing."),
        ),
        values=lambda s: {
            "step": (progress.best_of(s) or (0, 0))[0],
            "num": _two_digits(_since_best(s)),
            "snapshot": progress.snapshot_of_best(s) or 0,
        },
        evidence=since_best,
        action=lambda s: Other(kind="explore best", step=progress.snapshot_of_best(s) or 0),
    ),
    Rule(
        name="blur",
        tone="advice",
        source="Higgins et al. 2017, β-VAE, section 5; Burgess et al. 2018, arXiv 1804.03599",
        applies=lambda s: s.recipe.family == "vae" and signs.beta(s) > 1.5 and signs.is_warm(s),
        state=N_("The images stay soft: KL counts {beta} times."),
        cause=N_(
            "A larger weight β makes the clouds of codes overlap more, and where they overlap "
            "the decoder draws the mean of several images."
        ),
        advice=N_("For sharper images fork with β at 1, as published."),
        values=lambda s: {"beta": f"{signs.beta(s):g}"},
        evidence=lambda s: (*curves("kl", "reconstruction")(s), *newest_sheet(s)),
        action=fork(lambda s: remedies.other_beta(s, 1.0), from_the_newest),
    ),
    *LAST_RULES,
)


def _how_often_seen(signals: Signals) -> Values:
    num = signals.config.dataset.num_train
    seen = signals.step * signals.recipe.seen_per_step(signals.settings)
    return {"num": num, "times": _two_digits(seen / num)}


def _since_best(signals: Signals) -> int:
    best = progress.best_of(signals)
    return 0 if best is None else best[1]


def _two_digits(value: float) -> int:
    """Rounded so that it does not change at every tick."""
    return int(float(f"{value:.2g}"))
