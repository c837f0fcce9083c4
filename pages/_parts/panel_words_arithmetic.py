"""The words of the sums of points, in the viewer's language."""

from __future__ import annotations

from pages._parts.i18n import _


def arithmetic_words() -> dict[str, str]:
    """Words by key."""
    return {
        "sum": _("Sums of points"),
        "sum_analogy": _("A − B + C"),
        "sum_average": _("Average"),
        "sum_operand": _("Operand {letter}"),
        "sum_hand": _("current"),
        "sum_next": _("{letter} is {name}: press for the next point"),
        "sum_take": _("Take {name} into the average, or leave it out"),
        "sum_result": _("Image of the result"),
        "sum_go": _("Go there"),
        "sum_pin": _("Pin the result"),
        "sum_length": _("Keep the usual length"),
        "sum_length_help": _(
            "A sum of latents is longer, and an average shorter, than any latent the generator "
            "was trained on: about the square root of the number of dimensions. The result is "
            "brought back to that length."
        ),
        "sum_about": _("What A has and B has not, added to C. Press a picture for the next point."),
        "sum_average_about": _("What the chosen points have in common. Press one to leave it out."),
    }
