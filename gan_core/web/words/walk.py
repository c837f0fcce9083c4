"""The words of the walk panel."""

from __future__ import annotations

from gan_core.text import N_


def walk_words() -> dict[str, str]:
    """Words by key."""
    return {
        "walk": N_("Walk through the pinned points"),
        "walk_too_few": N_("Pin one more point, and the way between them appears here."),
        "walk_play": N_("Play the walk"),
        "walk_pause": N_("Pause the walk"),
        "walk_scrub": N_("Place on the walk"),
        "walk_place": N_("{now} of {seconds} s"),
        "walk_tick": N_("Go along the walk to {name}"),
        "walk_method": N_("Way"),
        "walk_method_help": N_(
            "Spherical: along the sphere near which latents lie, so every image on the way is one "
            "the generator has practised. Straight: through the inside of it."
        ),
        "walk_slerp": N_("spherical (slerp)"),
        "walk_linear": N_("straight (linear)"),
        "walk_easing": N_("Pace"),
        "walk_easing_help": N_("Where the walk is slow and where it is fast"),
        "walk_even": N_("even"),
        "walk_smooth": N_("slow at both ends"),
        "walk_stops": N_("rest at every point"),
        "walk_closed": N_("Closed loop"),
        "walk_closed_help": N_("Goes back to its first point, round and round"),
        "walk_speed": N_("Speed"),
        "walk_speed_help": N_("At 1× the way from one point to the next takes 2 seconds"),
        "walk_save": N_("Save as"),
        "walk_strip": N_("PNG strip"),
        "walk_saving": N_("Making the file …"),
        "walk_saved": N_("The file is with your downloads."),
        "walk_not_saved": N_("The file could not be made. {reason}"),
        "walk_copy": N_("Copy address"),
        "walk_copied": N_("The address of this walk was copied."),
    }
