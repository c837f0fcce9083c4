"""What shows that a diagnosis is right: curves with their steps, a sheet, a figure in words."""

from __future__ import annotations

from collections.abc import Callable

from gan_core.diagnosis.signals import Signals
from gan_core.diagnosis.verdict import CurveEvidence, Evidence, FigureEvidence, SheetEvidence
from gan_core.runs.status import Said

Show = Callable[[Signals], tuple[Evidence, ...]]


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


def newest_sheet(signals: Signals) -> tuple[Evidence, ...]:
    """The newest sheet, if there is one."""
    return () if signals.newest_sheet is None else (SheetEvidence(step=signals.newest_sheet),)


def figure(template: str, value: Callable[[Signals], float | None]) -> Show:
    """A sentence with a figure in two digits; nothing where it was not measured."""

    def show(signals: Signals) -> tuple[Evidence, ...]:
        found = value(signals)
        if found is None:
            return ()
        return (FigureEvidence(words=Said(template=template, values={"value": f"{found:.2g}"})),)

    return show
