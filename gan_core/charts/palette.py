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
