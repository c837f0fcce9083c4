"""The words of the walk panel, in the viewer's language."""

from __future__ import annotations

from pages._parts.i18n import _


def walk_words() -> dict[str, str]:
    """Words by key."""
    return {
        "walk": _("Walk through the pinned points"),
        "walk_too_few": _("Pin one more point, and the way between them appears here."),
        "walk_play": _("Play the walk"),
        "walk_pause": _("Pause the walk"),
        "walk_scrub": _("Place on the walk"),
        "walk_place": _("{now} of {seconds} s"),
        "walk_tick": _("Go along the walk to {name}"),
        "walk_method": _("Way"),
        "walk_method_help": _(
            "Spherical: along the sphere near which latents lie, so every image on the way is one "
            "the generator has practised. Straight: through the inside of it."
        ),
        "walk_slerp": _("spherical (slerp)"),
        "walk_linear": _("straight (linear)"),
        "walk_easing": _("Pace"),
        "walk_easing_help": _("Where the walk is slow and where it is fast"),
        "walk_even": _("even"),
        "walk_smooth": _("slow at both ends"),
        "walk_stops": _("rest at every point"),
        "walk_closed": _("Closed loop"),
        "walk_closed_help": _("Goes back to its first point, round and round"),
        "walk_speed": _("Speed"),
        "walk_speed_help": _("At 1× the way from one point to the next takes 2 seconds"),
        "walk_save": _("Save as"),
        "walk_strip": _("PNG strip"),
        "walk_saving": _("Making the file …"),
        "walk_saved": _("The file is with your downloads."),
        "walk_not_saved": _("The file could not be made. {reason}"),
        "walk_copy": _("Copy address"),
        "walk_copied": _("The address of this walk was copied."),
    }
