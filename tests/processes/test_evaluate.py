"""`evaluate` on a real run: from the command line to the figures in the run's folder."""

import json

from gan_core.jobs import evaluate
from gan_core.runs import evaluations


def test_figures_with_intervals(trained):
    said = trained.call("evaluate", trained.first, "--images", 300, "--json")
    found = json.loads(said)
    assert found["run"] == trained.first
    assert found["step"] == 60
    assert found["features"] == "digit features"
    assert (found["num_images"], found["num_real"], found["real"]) == (300, 300, "training")
    for name in ("fid", "kid", "inception_score", "precision", "recall", "density", "coverage"):
        assert found[name]["low"] <= found[name]["value"] <= found[name]["high"]
    assert found["fid"]["value"] > found["floor"]["high"], "sixty steps make no digits"
    assert len(found["classes"]["names"]) == 10
    paths = trained.store.paths(trained.first)
    (kept,) = evaluations.full(paths)
    assert kept.fid.value == found["fid"]["value"]
    assert evaluate.progress(paths) is None
