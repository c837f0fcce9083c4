"""What the reference implementations say of the features in `cases.py`, written to `figures.json`.

Run where they are installed, which this project needs nowhere else:

    python3 -m venv /tmp/peers
    /tmp/peers/bin/pip install torch torchmetrics torch-fidelity clean-fid prdc
    /tmp/peers/bin/python tests/metrics/peers/compute.py

The features are handed to each peer's own arithmetic; none of them sees an image or fetches a
network. KID is asked for with one subset that holds everything, so that nothing is left to
chance, and once with a hundred subsets, as it is published.
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from cases import KID_SIZE, KID_SUBSETS, Case, cases
from cleanfid import fid as cleanfid
from prdc import compute_prdc
from torch_fidelity import metric_fid, metric_isc, metric_kid, metric_prc
from torchmetrics.image.fid import _compute_fid
from torchmetrics.image.kid import poly_mmd

FIGURES = Path(__file__).parent / "figures.json"
PEERS = ("clean-fid", "numpy", "prdc", "scipy", "torch", "torch-fidelity", "torchmetrics")


def main() -> int:
    """Compute and write."""
    found = {
        "versions": {name: importlib.metadata.version(name) for name in PEERS},
        "cases": {name: figures(case) for name, case in cases().items()},
    }
    FIGURES.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return 0


def figures(case: Case) -> dict[str, Any]:
    """Measure by measure and peer by peer."""
    return {
        "sha256": case.sha256,
        "fid": frechet(case),
        "kid": kernel(case),
        "kid_subsets": kernel_of_subsets(case),
        "is": score(case),
        "prdc": manifold(case),
    }


def frechet(case: Case) -> dict[str, float]:
    """FID."""
    pairs = [(x.mean(axis=0), np.cov(x, rowvar=False)) for x in (case.real, case.fake)]
    (mu1, sigma1), (mu2, sigma2) = pairs
    statistics = [
        metric_fid.fid_features_to_statistics(torch.from_numpy(x)) for x in (case.real, case.fake)
    ]
    as_tensors = [torch.from_numpy(value) for pair in pairs for value in pair]
    return {
        "clean-fid": float(cleanfid.frechet_distance(mu1, sigma1, mu2, sigma2)),
        "torch-fidelity": float(
            metric_fid.fid_statistics_to_metric(*statistics, verbose=False)[
                metric_fid.KEY_METRIC_FID
            ]
        ),
        "torchmetrics": float(_compute_fid(*as_tensors)),
    }


def kernel(case: Case) -> dict[str, float]:
    """KID of everything at once."""
    real, fake = torch.from_numpy(case.real), torch.from_numpy(case.fake)
    size = len(case.real)
    return {
        "clean-fid": float(
            cleanfid.kernel_distance(case.fake, case.real, num_subsets=1, max_subset_size=size)
        ),
        "torch-fidelity": _torch_fidelity_kid(fake, real, subsets=1, size=size),
        "torchmetrics": float(poly_mmd(fake, real, degree=3, gamma=None, coef=1.0)),
    }


def kernel_of_subsets(case: Case) -> dict[str, float]:
    """KID as the mean of many small subsets."""
    real, fake = torch.from_numpy(case.real), torch.from_numpy(case.fake)
    return {"torch-fidelity": _torch_fidelity_kid(fake, real, subsets=KID_SUBSETS, size=KID_SIZE)}


def _torch_fidelity_kid(fake: Any, real: Any, *, subsets: int, size: int) -> float:
    found = metric_kid.kid_features_to_metric(
        fake,
        real,
        kid_subsets=subsets,
        kid_subset_size=size,
        kid_degree=3,
        kid_gamma=None,
        kid_coef0=1.0,
        rng_seed=2020,
        verbose=False,
    )
    return float(found[metric_kid.KEY_METRIC_KID_MEAN])


def score(case: Case) -> dict[str, float]:
    """The Inception-style score in ten splits, in order."""
    logits = torch.from_numpy(np.log(case.chances))
    found = metric_isc.isc_features_to_metric(logits, splits=10, shuffle=False, rng_seed=2020)
    return {"torch-fidelity": float(found[metric_isc.KEY_METRIC_ISC_MEAN])}


def manifold(case: Case) -> dict[str, dict[str, float]]:
    """Precision and recall with k = 3, density and coverage with k = 5."""
    three = compute_prdc(case.real, case.fake, nearest_k=3)
    five = compute_prdc(case.real, case.fake, nearest_k=5)
    real, fake = torch.from_numpy(case.real), torch.from_numpy(case.fake)
    theirs = metric_prc.prc_features_to_metric(
        fake, real, prc_neighborhood=3, prc_batch_size=len(case.real), verbose=False
    )
    return {
        "prdc": {
            "precision": float(three["precision"]),
            "recall": float(three["recall"]),
            "density": float(five["density"]),
            "coverage": float(five["coverage"]),
        },
        "torch-fidelity": {
            "precision": float(theirs[metric_prc.KEY_METRIC_PRECISION]),
            "recall": float(theirs[metric_prc.KEY_METRIC_RECALL]),
        },
    }


if __name__ == "__main__":
    sys.exit(main())
