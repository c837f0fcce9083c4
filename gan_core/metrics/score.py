"""An Inception-style score: sure and varied labels (Salimans et al. 2016, arXiv 1606.03498)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NUM_SPLITS = 10
_TINY = 1e-12


def split_scores(
    probabilities: NDArray[np.floating], num_splits: int = NUM_SPLITS
) -> NDArray[np.float64]:
    """`exp(E KL(p(y|x) ‖ p(y)))` of each split `[num_splits]`; the score is their mean.

    From 1, where every image gets the same answer, to the number of classes.

    Args:
        probabilities: a classifier's, `[N, K]`, rows that add up to 1; N ≥ `num_splits`.
        num_splits: consecutive parts, as in the reference.
    """
    values = np.asarray(probabilities, np.float64)
    return np.array([_score(part) for part in np.array_split(values, num_splits)])


def _score(part: NDArray[np.float64]) -> float:
    marginal = part.mean(axis=0, keepdims=True)
    logs = np.log(np.maximum(part, _TINY)) - np.log(np.maximum(marginal, _TINY))
    return float(np.exp((part * logs).sum(axis=1).mean()))
