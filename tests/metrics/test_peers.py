"""Ours beside torch-fidelity, clean-fid, torchmetrics and prdc, given the same features.

Their figures were computed once by `peers/compute.py` and lie in `peers/figures.json`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gan_core.metrics import frechet, kernel, manifold, score
from tests.metrics.peers.cases import KID_SIZE, KID_SUBSETS, Case, cases

PEERS = json.loads((Path(__file__).parent / "peers" / "figures.json").read_text("utf-8"))["cases"]
CASES = cases()

EXACT = 1e-6
"""Relative: the same arithmetic in float64, in another order."""


@pytest.fixture(params=list(CASES))
def pair(request: pytest.FixtureRequest) -> tuple[Case, dict[str, Any]]:
    """A case and what the peers say of it."""
    return CASES[request.param], PEERS[request.param]


def test_both_sides_had_the_same_numbers(pair: tuple[Case, dict[str, Any]]) -> None:
    case, peers = pair
    assert case.sha256 == peers["sha256"]


def test_frechet(pair: tuple[Case, dict[str, Any]]) -> None:
    case, peers = pair
    ours = frechet.distance(frechet.fitted(case.real), frechet.fitted(case.fake))
    assert set(peers["fid"]) == {"clean-fid", "torch-fidelity", "torchmetrics"}
    for theirs in peers["fid"].values():
        assert ours == pytest.approx(theirs, rel=EXACT)


def test_kernel(pair: tuple[Case, dict[str, Any]]) -> None:
    case, peers = pair
    ours = kernel.distance(case.real, case.fake)
    assert set(peers["kid"]) == {"clean-fid", "torch-fidelity", "torchmetrics"}
    for theirs in peers["kid"].values():
        assert ours == pytest.approx(theirs, rel=EXACT)


def test_kernel_of_subsets(pair: tuple[Case, dict[str, Any]]) -> None:
    """Other subsets are drawn, so the means differ by chance: by a few standard errors."""
    case, peers = pair
    found = kernel.subset_distances(
        case.real,
        case.fake,
        np.random.default_rng(0),
        num_subsets=KID_SUBSETS,
        subset_size=KID_SIZE,
    )
    error = float(found.std() / np.sqrt(KID_SUBSETS))
    assert abs(found.mean() - peers["kid_subsets"]["torch-fidelity"]) < 4 * np.sqrt(2) * error


def test_score(pair: tuple[Case, dict[str, Any]]) -> None:
    case, peers = pair
    ours = float(score.split_scores(case.chances).mean())
    assert ours == pytest.approx(peers["is"]["torch-fidelity"], rel=EXACT)


def test_manifold(pair: tuple[Case, dict[str, Any]]) -> None:
    """Shares of images: no image is counted otherwise (torch-fidelity's means are in float32)."""
    case, peers = pair
    near = manifold.neighbourhoods(case.real, case.fake)
    ours = {
        "precision": float(near.precise.mean()),
        "recall": float(near.recalled.mean()),
        "density": float(near.dense.mean()),
        "coverage": float(near.covered.mean()),
    }
    assert peers["prdc"]["prdc"].keys() == ours.keys()
    for theirs in peers["prdc"].values():
        for name, value in theirs.items():
            assert abs(ours[name] - value) < 0.1 / len(case.real)
