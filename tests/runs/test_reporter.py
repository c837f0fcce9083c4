"""The worker's voice and ear."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest

from gan_core.errors import ReadOnlyError
from gan_core.runs import control
from gan_core.runs.layout import RunPaths
from gan_core.runs.reporter import Reporter, Request, hold_ballast, release_ballast
from gan_core.runs.status import Said, read_written_status


def _wait(condition: Callable[[], bool], secs: float = 3.0) -> float:
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < secs
        time.sleep(0.01)
    return time.monotonic() - started


@pytest.mark.parametrize(
    ("action", "said"),
    [("pause", "pausing after this step"), ("stop", "stopping after this step")],
)
def test_a_request_is_acknowledged(paths: RunPaths, action: control.Action, said: str) -> None:
    with Reporter(paths, 100) as reporter:
        reporter.running(3, Said(template="training"))
        assert reporter.request() is None
        sent = control.send(paths, action)
        assert _wait(lambda: not sent.exists()) < 2.0
        _wait(lambda: reporter.request() == action)
        _wait(lambda: read_written_status(paths).message == said)
        assert read_written_status(paths).state == "running"
        reporter.end("paused", Said(template="done"))
    status = read_written_status(paths)
    assert (status.state, status.step, status.message) == ("paused", 3, "done")


def test_the_first_request_stands_but_being_told_to_end_outranks_it(paths: RunPaths) -> None:
    reporter = Reporter(paths, 100)
    reporter.ask("pause")
    reporter.ask("stop")
    assert reporter.request() == "pause"
    reporter.ask("interrupt")
    assert reporter.request() == "interrupt"
    reporter.ask("pause")
    assert reporter.request() == "interrupt"


@pytest.mark.parametrize("asked", ["pause", "stop"])
def test_what_people_ask_for_stands_before_a_collapse(paths: RunPaths, asked: Request) -> None:
    """Nothing is started for somebody who wants the device; resumed, the run goes back."""
    reporter = Reporter(paths, 100)
    reporter.ask(asked)
    reporter.ask("collapse")
    assert reporter.request() == asked


def test_the_heart_beats(paths: RunPaths) -> None:
    with Reporter(paths, 100) as reporter:
        reporter.running(0, Said(template="training"))
        reporter.at_step(42)
        _wait(lambda: read_written_status(paths).step == 42)
        before = read_written_status(paths).updated
        _wait(lambda: read_written_status(paths).updated != before)
        reporter.end("completed", Said())
    ended = read_written_status(paths)
    time.sleep(1.3)
    assert read_written_status(paths) == ended


def test_a_new_state_survives_a_power_cut_and_a_heartbeat_costs_no_flush(
    paths: RunPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[int] = []
    flush = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (flushed.append(file), flush(file)))
    with Reporter(paths, 100) as reporter:
        reporter.running(0, Said(template="training"))
        assert len(flushed) == 1
        reporter.at_step(42)
        _wait(lambda: read_written_status(paths).step == 42)
        assert len(flushed) == 1
        reporter.end("completed", Said())
        assert len(flushed) == 2


def test_an_unforeseen_error_is_said(paths: RunPaths) -> None:
    def work() -> None:
        with Reporter(paths, 100) as reporter:
            reporter.running(7, Said())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    status = read_written_status(paths)
    assert (status.state, status.step) == ("failed", 7)
    assert "the log has the details" in status.message


def test_what_goes_wrong_in_the_thread_is_raised_in_the_loop(paths: RunPaths) -> None:
    with Reporter(paths, 100) as reporter:
        reporter.running(0, Said())
        waiting = paths.control / "1.json"
        waiting.mkdir()  # cannot be removed as a file

        def is_broken() -> bool:
            try:
                reporter.request()
            except (OSError, ReadOnlyError):
                return True
            return False

        _wait(is_broken)
        waiting.rmdir()
        reporter.end("failed", Said(template="told"))
    assert read_written_status(paths).message == "told"


def test_ballast_is_held_and_given_back(paths: RunPaths) -> None:
    hold_ballast(paths)
    assert paths.ballast.stat().st_blocks * 512 >= 256 * 1024
    release_ballast(paths)
    release_ballast(paths)
    assert not paths.ballast.exists()
