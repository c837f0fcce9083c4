"""The words of the row of pinned points."""

from __future__ import annotations

from gan_core.text import N_


def pins_words() -> dict[str, str]:
    """Words by key."""
    return {
        "pins": N_("Pinned points"),
        "pins_name": N_("Point {index}"),
        "pins_add": N_("Pin this point"),
        "pins_add_help": N_(
            "Keep the point under the hand, for walks, blends and sums (up to nine)"
        ),
        "pins_random": N_("Pin a random point"),
        "pins_random_help": N_("Draw a point and keep it (up to nine)"),
        "pins_added": N_("{name} was pinned."),
        "pins_removed": N_("{name} was removed."),
        "pins_moved": N_("{name} is now number {index} of {count}."),
        "pins_go": N_("Go to {name}"),
        "pins_go_help": N_(
            "Go to {name}. Drag it, or press Shift and an arrow key, to change the order; Delete "
            "removes it."
        ),
        "pins_remove": N_("Remove {name}"),
        "pins_error": N_("error {error}"),
    }
