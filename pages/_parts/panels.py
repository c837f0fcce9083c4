"""Which curves a run has, in which panel, colour and words; for the live view and for figures."""

from __future__ import annotations

from dataclasses import dataclass

from gan_core.recipes.recipe import Family
from pages._parts.i18n import _


@dataclass(frozen=True)
class Line:
    """One curve: its key in the metric log, its words, its colour and dashes in the live view."""

    key: str
    label: str
    color: str
    dash: tuple[int, ...] = ()


@dataclass(frozen=True)
class Panel:
    """Curves that share an axis.

    Attributes:
        key: names the panel's files.
        title: what stands above it.
        lines: its curves.
        bounds: where its axis begins and ends; from its values where it is `None`.
        group: `training`, or `quality` for what is evaluated now and then.
        y_label: what the axis of a figure for a report counts; the title where it is empty.
    """

    key: str
    title: str
    lines: tuple[Line, ...]
    bounds: tuple[float, float] | None = None
    group: str = "training"
    y_label: str = ""

    def axis(self) -> dict[str, float]:
        """What an element is told of the axis: `y_min` and `y_max`, where they are fixed."""
        return {} if self.bounds is None else {"y_min": self.bounds[0], "y_max": self.bounds[1]}


def panels(family: Family) -> tuple[Panel, ...]:
    """The panels of a kind of system, in the viewer's language."""
    if family == "gan":
        return (_gan_losses(), _accuracies())
    losses = (
        Line("loss", _("training"), "blue"),
        Line("val_loss", _("held-out images"), "orange", (6, 3)),
    )
    if family == "autoencoder":
        return (Panel("loss", _("Loss"), losses),)
    rebuilt = Line("reconstruction", _("reconstruction"), "green", (2, 3))
    return (
        Panel("loss", _("Loss"), (*losses, rebuilt)),
        Panel("kl", _("Divergence (KL)"), (Line("kl", _("KL"), "violet", (6, 3)),)),
    )


def _gan_losses() -> Panel:
    return Panel(
        "loss",
        _("Loss"),
        (
            Line("d_loss", _("D"), "blue"),
            Line("g_loss", _("G"), "orange", (6, 3)),
            Line("eval_d_loss", _("D, held out"), "blue", (2, 3)),
            Line("eval_g_loss", _("G, held out"), "orange", (2, 3)),
        ),
    )


def _accuracies() -> Panel:
    return Panel(
        "accuracy",
        _("D is right about"),
        (
            Line("d_acc_real", _("real images"), "green"),
            Line("d_acc_fake", _("generated images"), "violet", (6, 3)),
        ),
        bounds=(0.0, 1.0),
        y_label=_("Share of images"),
    )
