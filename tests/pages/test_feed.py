"""The news that all viewers of a run share: what differs from the version that each has."""

from __future__ import annotations

import json
from threading import Barrier, Thread

import pytest

from gan_core.runs.metrics import MetricLog
from gan_core.runs.status import Said, write_status
from gan_core.runs.store import RunStore
from pages._parts.feed import MAX_POINTS, Feed
from tests.runs_by_hand import trained


class Browser:
    """Puts together what a feed answers, as the live view does."""

    def __init__(self, feed):
        self.feed = feed
        self.version = ""
        self.facts, self.lists = {}, {}

    def look(self):
        """Ask once; the number of bytes of the answer."""
        answer = self.feed.answer(self.version)
        if answer is None:
            return 0
        news = json.loads(answer)
        self.version, self.facts = news["version"], news["facts"]
        before = {} if news["whole"] else self.lists
        self.lists = dict(before)
        for name, list_ in news["lists"].items():
            old = before.get(name, [[] for _ in list_["add"]])
            self.lists[name] = [
                one[: list_["keep"]] + more for one, more in zip(old, list_["add"], strict=True)
            ]
        return len(answer)


@pytest.fixture
def paths(tmp_path):
    run = trained(RunStore(tmp_path / "runs"))
    run.paths.metrics.unlink()
    return run.paths


def record(step, **more):
    return {
        "step": step, "epoch": step / 100, "elapsed_s": step / 10, "images_per_s": 100.0 + step % 7,
        "d_loss": 1.0 / step, "g_loss": 2.0, "d_acc_real": 0.5, "d_acc_fake": 0.5, **more,
    }  # fmt: skip


def log(paths, steps, **more):
    with MetricLog(paths.metrics) as metrics:
        for step in steps:
            metrics.append(record(step, **more))


def test_before_anything_was_logged(paths):
    browser = Browser(Feed(paths, look_secs=0))
    browser.look()
    assert browser.facts["step"] == 50  # the status knows
    assert (browser.facts["images_per_s"], browser.facts["num_bad_lines"]) == (0, 0)
    assert browser.lists == {"sheets": [[0, 50]], "snapshots": [[0, 50]]}


def test_only_what_is_new_is_told(paths):
    feed = Feed(paths, look_secs=0)
    log(paths, range(10, 6010, 10))
    browser = Browser(feed)
    whole = browser.look()
    assert browser.facts["step"] == 6000
    assert browser.facts["elapsed_secs"] == 600
    assert 100 <= browser.facts["images_per_s"] <= 106
    assert browser.look() == 0
    log(paths, [6010])
    assert browser.look() < whole / 10
    assert browser.lists["d_loss"][0][-1] == 6010


@pytest.mark.parametrize("stride", [1, 40])
def test_news_add_up_to_the_whole_for_whoever_looks_when(paths, stride):
    feed = Feed(paths, look_secs=0)
    patient, eager = Browser(feed), Browser(feed)
    patient.look()
    for begin in range(1, 2000, stride * 10):
        log(paths, range(begin, begin + stride * 10))
        eager.look()
        if begin % 3 == 0:
            patient.look()
    for browser in (eager, patient):
        browser.look()
        newcomer = Browser(feed)
        newcomer.look()
        assert browser.lists == newcomer.lists
        assert browser.facts == newcomer.facts


def test_a_long_run_is_read_in_several_looks_and_sent_small(paths):
    log(paths, range(1, 30_001))
    assert paths.metrics.stat().st_size > 4_000_000
    browser = Browser(Feed(paths, look_secs=0))
    assert browser.look() < 30_000
    assert browser.facts["more"]
    while browser.facts["more"]:
        browser.look()
    for xs, ys in (browser.lists[key] for key in ("d_loss", "g_loss", "d_acc_real")):
        assert len(xs) == len(ys) <= MAX_POINTS
        assert (xs[0], xs[-1]) == (1, 30_000)


def test_bad_lines_are_counted_and_a_torn_one_is_waited_for(paths):
    line = json.dumps(record(120))
    paths.metrics.write_text(f"{json.dumps(record(110))}\nnonsense\n{line[:30]}")
    browser = Browser(Feed(paths, look_secs=0))
    browser.look()
    assert (browser.facts["step"], browser.facts["num_bad_lines"]) == (110, 1)
    with paths.metrics.open("a") as file:
        file.write(f"{line[30:]}\n")
    browser.look()
    assert (browser.facts["step"], browser.facts["num_bad_lines"]) == (120, 1)


def test_a_recipe_that_nobody_knows_has_curves_all_the_same(paths):
    log(paths, range(10, 60, 10))
    config = json.loads(paths.config.read_text())
    paths.config.write_text(json.dumps(config | {"recipe": "<script>"}))
    feed = Feed(paths)
    assert json.loads(feed.answer(""))["facts"]["step"] == 50
    assert feed.diagnoses("completed") == ()


def test_a_log_cut_by_a_resume_is_read_anew(paths):
    browser = Browser(Feed(paths, look_secs=0))
    log(paths, range(10, 210, 10), val_loss=1.0)
    browser.look()
    assert browser.facts["step"] == 200
    paths.metrics.unlink()
    log(paths, range(10, 110, 10))
    browser.look()
    assert browser.facts["step"] == 100
    assert browser.lists["d_loss"][0] == list(range(10, 110, 10))
    assert "val_loss" not in browser.lists


def test_the_page_is_named_anew_when_the_state_is_another(paths):
    browser = Browser(Feed(paths, look_secs=0))
    browser.look()
    before = browser.facts
    write_status(
        paths, "completed", 51, 100, Said(template="step {step} it was", values={"step": 50})
    )
    browser.look()
    assert browser.facts["page"] == before["page"], "a step further, the same words"
    write_status(paths, "stopped", 51, 100, Said(template="stopped"))
    browser.look()
    assert browser.facts["page"] != before["page"]


def test_the_version_of_another_process_means_everything(paths):
    log(paths, range(10, 110, 10))
    browser = Browser(Feed(paths, look_secs=0))
    browser.look()
    lists, browser.feed = browser.lists, Feed(paths, look_secs=0)
    assert browser.look() > 0
    assert browser.lists == lists


def test_a_look_holds_for_a_while_for_all(paths):
    now = [0.0]
    feed = Feed(paths, look_secs=0.5, clock=lambda: now[0])
    one, other = Browser(feed), Browser(feed)
    one.look()
    log(paths, [60])
    now[0] = 0.4
    other.look()
    assert one.look() == 0
    assert other.version == one.version
    now[0] = 0.5
    assert one.look() > 0


def test_viewers_at_the_same_moment_see_the_same(paths):
    log(paths, range(1, 2001))
    feed, seen, together = Feed(paths, look_secs=0), [], Barrier(8)

    def look():
        together.wait()
        seen.append(feed.answer(""))

    viewers = [Thread(target=look) for _ in range(8)]
    for viewer in viewers:
        viewer.start()
    for viewer in viewers:
        viewer.join()
    assert {id(answer) for answer in seen} == {id(seen[0])}
