"""When a worker in waiting is asked for."""

import asyncio
import math
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from gan_core.jobs.launch import SUPERVISOR_LOCK
from gan_core.jobs.standby import NOTE_NAME
from gan_core.runs.lock import FileLock
from pages._parts import presence
from pages._parts.presence import is_to_say


@pytest.mark.parametrize(
    ("seen_at", "said_at", "expected"),
    [
        (-math.inf, -math.inf, False),  # nobody has come yet
        (99.0, -math.inf, False),  # the page is still on its way
        (97.0, -math.inf, True),
        (97.0, 85.0, False),  # it was said a moment ago
        (97.0, 70.0, True),
        (60.0, 70.0, False),  # nobody has come since
    ],
)
def test_said_once_in_a_while_and_only_when_somebody_came(seen_at, said_at, expected):
    assert is_to_say(seen_at, said_at, now=100.0) is expected


def test_a_page_alone_starts_nothing(repo, tmp_path):
    """As in a test of pages: without a server there is nobody to press Train."""
    code = """
import sys, threading
from streamlit.testing.v1 import AppTest
from pages._parts.presence import presence
assert not AppTest.from_file("app.py", default_timeout=60).run().exception
assert presence().seen_at > 0
"""
    environ = {**os.environ, "GAN_RUNS_DIR": str(tmp_path / "runs")}
    words = [sys.executable, "-c", code]
    subprocess.run(words, cwd=repo, env=environ, check=True, timeout=120)
    assert not (tmp_path / "runs").exists()


def test_the_server_notes_that_somebody_came_and_forgets_it_as_it_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(presence, "_LOOK_SECS", 0.01)
    monkeypatch.setattr(presence, "_DRAWN_SECS", 0.0)
    note = tmp_path / NOTE_NAME

    async def serve():
        task = asyncio.create_task(presence.keep_ready(tmp_path))
        presence.presence().note()
        while not note.exists():
            await asyncio.sleep(0.01)
        task.cancel()

    with (
        FileLock.acquire(tmp_path / SUPERVISOR_LOCK),  # a supervisor seems to be at work
        ThreadPoolExecutor(1) as pool,  # a browser of other tests has a loop of its own here
    ):
        pool.submit(lambda: asyncio.run(asyncio.wait_for(serve(), 60))).result()
    presence.leave(tmp_path)
    assert not note.exists()
