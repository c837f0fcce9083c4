"""What shows that a diagnosis is right: curves with their steps, a sheet, a figure in words."""

from __future__ import annotations

from collections.abc import Callable

from gan_core.diagnosis.progress import best_of, measured
from gan_core.diagnosis.signals import Signals
from gan_core.diagnosis.signs import judged, measured_as_copies, nearest
from gan_core.diagnosis.verdict import CurveEvidence, Evidence, FigureEvidence, SheetEvidence
from gan_core.evaluation import Evaluation
from gan_core.runs.status import Said
from gan_core.text import N_

Show = Callable[[Signals], tuple[Evidence, ...]]

_REMEMBERED = {
    "held-out": N_(
        "Memorisation · {features}: {value} at step {step}; "
        "1 is as far from training images as held-out ones are"
    ),
    "training": N_(
        "Memorisation · {features}: {value} at step {step}; "
        "1 is as far from training images as these are from each other"
    ),
}
"""By whether the real images that were compared with were held out of training."""


def no_evidence(signals: Signals) -> tuple[Evidence, ...]:  # noqa: ARG001 - as the others
    """Nothing to show."""
    return ()


def curves(*keys: str) -> Show:
    """Those of the curves that the run has, over their newest window."""

    def show(signals: Signals) -> tuple[Evidence, ...]:
        there = tuple(key for key in keys if signals.curve(key).steps)
        if not there:
            return ()
        steps = signals.curve(there[0]).steps
        return (CurveEvidence(keys=there, first_step=steps[0], last_step=steps[-1]),)

    return show


losses = curves("d_loss", "g_loss", "loss")
accuracies = curves("d_acc_real", "d_acc_fake")


def since_best(signals: Signals) -> tuple[Evidence, ...]:
    """The curve that was best at some step, from there on."""
    best = best_of(signals)
    if best is None:
        return ()
    key = "fid" if measured(signals) else "val_loss"
    return (CurveEvidence(keys=(key,), first_step=best[0], last_step=signals.step),)


def classes(signals: Signals) -> tuple[Evidence, ...]:
    """How many classes the newest evaluation found."""
    found = [e for e in judged(signals) if e.classes is not None]
    if not found or found[-1].classes is None:
        return ()
    counted = found[-1].classes
    words = Said(
        template=N_("{hit} of {num} classes among {images} images at step {step}"),
        values={
            "hit": counted.num_hit,
            "num": len(counted.names),
            "images": found[-1].num_images,
            "step": found[-1].step,
        },
    )
    return (FigureEvidence(words=words),)


def active_dimensions(signals: Signals) -> tuple[Evidence, ...]:
    """In how many dimensions the newest evaluation saw codes move, where one looked."""
    looked = [e for e in (*signals.light, *signals.full) if e.latent is not None]
    newest = max(looked, key=lambda e: e.step, default=None)
    if newest is None or newest.latent is None or newest.latent.num_active is None:
        return ()
    words = Said(
        template=N_("{num} of {all} dimensions of the code are active at step {step}"),
        values={
            "num": newest.latent.num_active,
            "all": signals.settings.latent_size,
            "step": newest.step,
        },
    )
    return (FigureEvidence(words=words),)


def copies(signals: Signals) -> tuple[Evidence, ...]:
    """The newest sheet, how near it is to training images, and what was measured if it tells."""
    found = measured_as_copies(signals)
    return (*newest_sheet(signals), *_memorisation(found), *_near_training_images(signals))


def _memorisation(found: Evaluation | None) -> tuple[Evidence, ...]:
    if found is None or found.memorisation is None:
        return ()
    words = Said(
        template=_REMEMBERED[found.real],
        values={
            "features": found.features.name,
            "value": f"{found.memorisation.value:.2g}",
            "step": found.step,
        },
    )
    return (FigureEvidence(words=words),)


def newest_sheet(signals: Signals) -> tuple[Evidence, ...]:
    """The newest sheet, if there is one."""
    return () if signals.newest_sheet is None else (SheetEvidence(step=signals.newest_sheet),)


def newest_sheets(signals: Signals) -> tuple[Evidence, ...]:
    """The newest two sheets that were measured, the earlier one first."""
    return tuple(SheetEvidence(step=sheet.step) for sheet in signals.sheets[-2:])


def improving(signals: Signals) -> tuple[Evidence, ...]:
    """The curve of the figure that gets better."""
    key = "fid" if judged(signals) else "val_loss" if signals.curve("val_loss").num else "loss"
    steps = [e.step for e in judged(signals)] or list(signals.curve(key).past_steps)
    if not steps:
        return ()
    return (CurveEvidence(keys=(key,), first_step=steps[-len(steps) // 2], last_step=steps[-1]),)


def _near_training_images(signals: Signals) -> tuple[Evidence, ...]:
    near = nearest(signals)
    if near is None:
        return ()
    words = Said(
        template=N_(
            "Distance of the sheet's images to the "
            "nearest training image: {value} of what training images are apart"
        ),
        values={"value": f"{near:.2g}"},
    )
    return (FigureEvidence(words=words),)
