"""The colours that keep one meaning everywhere.

From the eight colours of M. Okabe and K. Ito, "Color universal design", 2008, which people with
the common kinds of colour blindness can tell apart. Colour is never the only sign: lines differ
in their dashes too.
"""

from __future__ import annotations

DISCRIMINATOR = "#0072B2"
GENERATOR = "#D55E00"
REAL = "#009E73"
FAKE = "#CC79A7"
OTHER = "#56B4E9"

RUN_LETTERS = "ABCDEF"
"""How runs beside each other are called, in pictures and tables alike."""
RUN_COLOURS = ("#0F766E", "#B4236B", "#5B4BD6", "#8A6100", "#334155", "#C2410C")
RUN_COLOURS_DARK = ("#4FD1C5", "#F687B3", "#A5A0FF", "#E6C84F", "#CBD5E1", "#FB923C")
"""Of runs beside each other, in the order of their letters; none is D's or G's."""
RUN_DASHES: tuple[tuple[int, ...], ...] = ((), (7, 3), (2, 2), (10, 3, 2, 3), (1, 3), (12, 2))

METRIC_COLOURS = {
    "d_loss": DISCRIMINATOR,
    "g_loss": GENERATOR,
    "d_acc_real": REAL,
    "d_acc_fake": FAKE,
    "eval_d_loss": DISCRIMINATOR,
    "eval_g_loss": GENERATOR,
    "loss": DISCRIMINATOR,
    "val_loss": GENERATOR,
    "reconstruction": REAL,
    "kl": FAKE,
    "fid": DISCRIMINATOR,
    "kid": GENERATOR,
    "precision": REAL,
    "recall": FAKE,
    "classes_hit": DISCRIMINATOR,
}

METRIC_DASHES = {
    "d_loss": "-",
    "g_loss": "--",
    "d_acc_real": "-",
    "d_acc_fake": "--",
    "eval_d_loss": ":",
    "eval_g_loss": ":",
    "val_loss": "--",
    "kl": "--",
    "recall": "--",
}


def metric_colour(key: str) -> str:
    """The colour of a metric; one and the same for those that have no colour of their own."""
    return METRIC_COLOURS.get(key, OTHER)
