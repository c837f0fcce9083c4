"""The words of the pad."""

from __future__ import annotations

from gan_core.text import N_


def pad_words() -> dict[str, str]:
    """Words by key."""
    return {
        "pad": N_("Pad"),
        "pad_field": N_("Point on the pad"),
        "pad_field_help": N_(
            "Drag the point, or press the arrow keys (Shift for larger steps); Home or a double "
            "click goes to the middle."
        ),
        "pad_mode": N_("What the pad spans"),
        "pad_plane": N_("Two directions"),
        "pad_pins": N_("Pinned points"),
        "pad_across": N_("Left to right"),
        "pad_up": N_("Bottom to top"),
        "pad_centre": N_("Middle"),
        "pad_at": N_("{across} {x}, {up} {y}"),
        "pad_share": N_("{percent} % {name}"),
        "pad_too_few": N_(
            "Pin three points or more: their images stand at the corners, and the "
            "point among them is a blend."
        ),
    }
