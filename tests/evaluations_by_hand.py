"""Evaluations as a worker or a job leaves them, with figures that nobody measured."""

from __future__ import annotations

from gan_core.evaluation import Depth, Evaluation, FeatureNet, Figure
from gan_core.runs import evaluations
from gan_core.runs.layout import RunPaths

NET = FeatureNet(name="digit features", source="classifier", sha256="a" * 64, size=128)


def one(step: int, fid: float | None, net: FeatureNet = NET, depth: Depth = "light") -> Evaluation:
    """Nothing but a Fréchet distance."""
    return Evaluation(
        depth=depth,
        step=step,
        features=net,
        num_images=1000,
        num_real=1000,
        real="training",
        secs=0.3,
        fid=None if fid is None else Figure(value=fid, low=fid, high=fid),
    )


def write(paths: RunPaths, fids: dict[int, float], depth: Depth = "light") -> None:
    """Distances by step."""
    for step, fid in fids.items():
        evaluations.write(paths, one(step, fid, depth=depth))
