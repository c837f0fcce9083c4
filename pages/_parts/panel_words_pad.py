"""The words of the pad, in the viewer's language."""

from __future__ import annotations

from pages._parts.i18n import _


def pad_words() -> dict[str, str]:
    """Words by key."""
    return {
        "pad": _("Pad"),
        "pad_field": _("Point on the pad"),
        "pad_field_help": _(
            "Drag the point, or press the arrow keys (Shift for larger steps); Home or a double "
            "click goes to the middle."
        ),
        "pad_mode": _("What the pad spans"),
        "pad_plane": _("Two directions"),
        "pad_pins": _("Pinned points"),
        "pad_across": _("Left to right"),
        "pad_up": _("Bottom to top"),
        "pad_centre": _("Middle"),
        "pad_at": _("{across} {x}, {up} {y}"),
        "pad_share": _("{percent} % {name}"),
        "pad_too_few": _(
            "Pin three points or more: their images stand at the corners, and the "
            "point among them is a blend."
        ),
    }
