"""What the live view asks for: the news of a run, by address, once the server answers."""

from __future__ import annotations

import time

import pytest

from gan_core.access.people import OWNER
from gan_core.jobs.control import stop
from gan_core.jobs.note import write_launch
from gan_core.runs.lock import FileLock
from gan_core.runs.metrics import MetricLog
from gan_core.runs.status import write_status
from gan_core.runs.store import RunStore
from gan_core.runs.watch import STOPPED, Collapse, Watched, read_watched, write_watched
from pages._parts.late_routes import LateRoutes
from tests.pages.asking import ask
from tests.runs_by_hand import in_state, trained

ROUTES = [LateRoutes()]


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_RUNS_DIR", str(tmp_path / "runs"))
    return trained(RunStore(tmp_path / "runs"))


def test_the_whole_and_then_nothing_new(run):
    place = f"studio/runs/{run.id}/live.json"
    answer = ask(ROUTES, place)
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json["lists"]["d_loss"]["add"][0] == [10, 20, 30, 40, 50]
    again = ask(ROUTES, f"{place}?since={answer.json['version']}")
    assert (again.status, again.body) == (204, b"")


@pytest.mark.parametrize("since", ["x", "-1", "a-b", "%00", "9" * 40])
def test_a_version_that_never_was_means_the_whole(run, since):
    with MetricLog(run.paths.metrics) as log:
        log.append({"step": 60, "d_loss": 1.0})
    answer = ask(ROUTES, f"studio/runs/{run.id}/live.json?since={since}")
    assert answer.json["whole"]


@pytest.mark.parametrize("name", ["nobody", "..%2f..", "A"])
def test_no_such_run(run, name):
    assert ask(ROUTES, f"studio/runs/{name}/live.json").status == 404


def test_a_run_whose_status_is_lost(run):
    run.paths.status.unlink()
    assert ask(ROUTES, f"studio/runs/{run.id}/live.json").status == 404


def test_who_looks_at_a_run_that_collapsed_while_no_supervisor_lived_starts_one(run, data_dir):
    store = RunStore(run.paths.root.parent)
    ended, busy = trained(store, on_collapse="restart"), in_state(store, "running")
    write_launch(ended.paths, data_dir)
    write_watched(ended.paths, Watched(collapse=Collapse(step=50, healthy_step=50, signals=())))
    write_status(ended.paths, "stopped", 50, 50, STOPPED)
    with FileLock.acquire(busy.paths.lock):  # it has the device, so nothing is started
        assert ask(ROUTES, f"studio/runs/{ended.id}/live.json").status == 200
        give_up_at = time.monotonic() + 30
        while not read_watched(ended.paths).successor:
            assert time.monotonic() < give_up_at
            time.sleep(0.05)
        stop(store, read_watched(ended.paths).successor, by=OWNER)


def test_other_addresses_are_not_ours(run):
    assert ask(ROUTES, "studio/nothing").status == 404
    assert ask(ROUTES, "explore").status == 404
