"""Whatever is killed: the run is there, the page says so, and one button continues it."""

import signal

import pytest
from playwright.sync_api import expect

from gan_core.access.people import OWNER
from gan_core.jobs.launch import submit
from gan_core.jobs.plan import plan
from pages._parts.words import state_word
from tests.browser.conftest import PATIENCE_SECS, Studio, badge, button, until


@pytest.fixture(scope="module")
def own(tmp_path_factory, repo, data_dir):
    """A server of its own, to be killed."""
    made = Studio(tmp_path_factory.mktemp("own"), repo, data_dir)
    made.start()
    yield made
    made.end()


@pytest.fixture(scope="module")
def run(own, data_dir):
    """A long run that is training, with checkpoints every second."""
    settings = {"batch_size": 16, "checkpoint_secs": 1.0, "snapshot_every": 50}
    config = plan(
        "quick-dcgan", "digits", settings,
        runs_dir=own.store.root, data_dir=data_dir, steps=1_000_000,
    by=OWNER,
    )  # fmt: skip
    view = submit(own.store, config, "unkillable", data_dir=data_dir, by=OWNER)
    until(lambda: own.logged_step(view.id) >= 50, PATIENCE_SECS, "training")
    own.worker(view.id).nice(19)  # servers start sooner beside it
    return view.id


def test_a_killed_server_leaves_the_worker_alone(own, viewers, run):
    worker = own.worker(run)
    address = f"{own.address}/?run={run}"
    with viewers.open(address, wait_for=".sheet-image", forgive=True) as page:
        for _ in range(5):
            own.kill_server()
            killed_at = own.logged_step(run)
            until(lambda: own.logged_step(run) > killed_at, 30, "the worker goes on")  # noqa: B023
            own.start()
        with viewers.open(address, wait_for=".sheet-image") as other:
            expect(badge(other, state_word("running"))).to_be_visible()
        # The first window finds the new server by itself.
        shown = int(page.locator(".sheet-box").get_attribute("data-step"))
        until(
            lambda: int(page.locator(".sheet-box").get_attribute("data-step")) > shown,
            60, "the old window follows the run again",
        )  # fmt: skip
    assert own.worker(run) == worker


def test_a_killed_worker_is_seen_and_its_run_resumed(own, viewers, run):
    with viewers.open(f"{own.address}/?run={run}", wait_for=".st-key-pause button") as page:
        expect(badge(page, state_word("running"))).to_be_visible()
        own.worker(run).send_signal(signal.SIGKILL)
        expect(badge(page, state_word("interrupted"))).to_be_visible(timeout=5_000)
        expect(page.get_by_role("alert").first).to_be_visible()  # why, and what was kept
        killed_at = own.logged_step(run)
        button(page, "resume").click()
        expect(badge(page, state_word("running"))).to_be_visible(timeout=PATIENCE_SECS * 1000)
        until(lambda: own.logged_step(run) > killed_at, PATIENCE_SECS, "it goes on")
        steps = own.metric_steps(run)
        assert steps == sorted(set(steps))
        button(page, "stop").click()
        expect(badge(page, state_word("stopped"))).to_be_visible(timeout=15_000)
