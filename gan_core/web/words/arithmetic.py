"""The words of the sums of points."""

from __future__ import annotations

from gan_core.text import N_


def arithmetic_words() -> dict[str, str]:
    """Words by key."""
    return {
        "sum": N_("Sums of points"),
        "sum_analogy": N_("A − B + C"),
        "sum_average": N_("Average"),
        "sum_operand": N_("Operand {letter}"),
        "sum_hand": N_("current"),
        "sum_next": N_("{letter} is {name}: press for the next point"),
        "sum_take": N_("Take {name} into the average, or leave it out"),
        "sum_result": N_("Image of the result"),
        "sum_go": N_("Go there"),
        "sum_pin": N_("Pin the result"),
        "sum_length": N_("Keep the usual length"),
        "sum_length_help": N_(
            "A sum of latents is longer, and an average shorter, than any latent the generator "
            "was trained on: about the square root of the number of dimensions. The result is "
            "brought back to that length."
        ),
        "sum_about": N_(
            "What A has and B has not, added to C. Press a picture for the next point."
        ),
        "sum_average_about": N_(
            "What the chosen points have in common. Press one to leave it out."
        ),
    }
