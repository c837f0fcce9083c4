"""What D's answer says: a probability, or only a score."""

from __future__ import annotations

from typing import Literal

from gan_core.config import GanLoss

Verdict = Literal["sigmoid", "clip", "none"]
"""How a logit becomes the probability of being real; `none` where it cannot."""


def verdict_of(loss: GanLoss | None) -> Verdict:
    """How to read the answer of a D that was trained with `loss`.

    Least squares pulls real images to 1 and generated ones to 0, so the answer itself is the
    estimate; a Wasserstein critic's score has no zero.
    """
    if loss == "least-squares":
        return "clip"
    return "none" if loss == "wasserstein-gp" else "sigmoid"
