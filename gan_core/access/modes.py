"""The three ways to run the pages."""

from __future__ import annotations

from typing import Literal, get_args

from gan_core.errors import BadInputError
from gan_core.text import N_

Mode = Literal["alone", "class", "proxy"]
"""`alone`: whoever reaches this machine's own address may do all. `class`: the local network may
watch and explore, the teacher enters a code. `proxy`: a web server on this machine lets people in
and says who they are."""

MODES: tuple[Mode, ...] = get_args(Mode)
VARIABLE = "GAN_SERVE_MODE"
"""The environment's word for it, from the command to the pages."""


def mode_of(text: str) -> Mode:
    """A mode by its word; none is `alone`.

    Raises:
        BadInputError: no mode is called so. To guess could let everybody in.
    """
    word = text.strip() or "alone"
    for mode in MODES:
        if mode == word:
            return mode
    raise BadInputError(
        N_("got {given}; allowed is one of: {allowed}."),
        field=VARIABLE,
        given=repr(text[:40]),
        allowed=", ".join(MODES),
    )
