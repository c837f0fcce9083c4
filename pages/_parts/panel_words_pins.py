"""The words of the row of pinned points, in the viewer's language."""

from __future__ import annotations

from pages._parts.i18n import _


def pins_words() -> dict[str, str]:
    """Words by key."""
    return {
        "pins": _("Pinned points"),
        "pins_name": _("Point {index}"),
        "pins_add": _("Pin this point"),
        "pins_add_help": _(
            "Keep the point under the hand, for walks, blends and sums (up to nine)"
        ),
        "pins_random": _("Pin a random point"),
        "pins_random_help": _("Draw a point and keep it (up to nine)"),
        "pins_added": _("{name} was pinned."),
        "pins_removed": _("{name} was removed."),
        "pins_moved": _("{name} is now number {index} of {count}."),
        "pins_go": _("Go to {name}"),
        "pins_go_help": _(
            "Go to {name}. Drag it, or press Shift and an arrow key, to change the order; Delete "
            "removes it."
        ),
        "pins_remove": _("Remove {name}"),
        "pins_error": _("error {error}"),
    }
