"""`evaluate` on a real run: from the command line to the figures in the run's folder."""

import json
import time

import psutil

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


def test_the_job_is_gone_when_its_work_is_done(trained):
    paths = trained.store.paths(trained.first)
    trained.call("evaluate", trained.first, "--images", 300, "--metrics", "kid")
    deadline = time.monotonic() + 60
    while jobs := [p for p in psutil.process_iter() if is_job_of(p, paths.root)]:
        assert time.monotonic() < deadline, jobs
        time.sleep(0.1)


def is_job_of(process, folder):
    try:
        words = process.cmdline()
    except psutil.Error:
        return False
    return "gan_core.nn.evaluate" in words and str(folder) in words
