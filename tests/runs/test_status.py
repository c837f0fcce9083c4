"""The state of a run: as written, and as it truly is."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gan_core.errors import DamagedError
from gan_core.runs.files import read_json
from gan_core.runs.layout import RunPaths
from gan_core.runs.lock import FileLock
from gan_core.runs.status import (
    ALIVE,
    RESUMABLE,
    Said,
    State,
    read_status,
    read_written_status,
    write_status,
)

_STATES = get_args(State)


@pytest.mark.parametrize("state", _STATES)
def test_round_trip(paths: RunPaths, state: State) -> None:
    said = Said(template="at {step} of {name}", values={"step": 3, "name": "x"})
    written = write_status(paths, state, 3, 10, said)
    found = read_written_status(paths)
    assert found == written
    assert (found.state, found.step, found.total_steps) == (state, 3, 10)
    assert found.message == "at 3 of x"
    assert datetime.fromisoformat(found.updated).tzinfo is not None
    promised = {"state", "step", "total_steps", "message", "updated", "schema_version"}
    assert promised <= read_json(paths.status).keys()


@pytest.mark.parametrize("state", _STATES)
def test_without_a_worker(paths: RunPaths, state: State) -> None:
    write_status(paths, state, 3, 10, Said(template="hello"))
    status = read_status(paths)
    if state in ALIVE:
        assert status.state == "interrupted"
        assert "ended without a word" in status.message
        assert status.message == str(status.said)
        assert (status.step, status.total_steps) == (3, 10)
    else:
        assert (status.state, status.message) == (state, "hello")


@pytest.mark.parametrize("state", sorted(ALIVE))
def test_with_a_worker(paths: RunPaths, state: State) -> None:
    write_status(paths, state, 3, 10, Said())
    lock = FileLock.acquire(paths.lock)
    assert lock is not None
    with lock:
        assert read_status(paths).state == state
    assert read_status(paths).state == "interrupted"


def test_a_killed_worker_is_seen_at_once(paths: RunPaths) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from gan_core.runs.layout import RunPaths\n"
        "from gan_core.runs.lock import FileLock\n"
        "from gan_core.runs.status import Said, write_status\n"
        "paths = RunPaths(Path(sys.argv[1]))\n"
        "lock = FileLock.acquire(paths.lock)\n"
        "write_status(paths, 'running', 1, 9, Said())\n"
        "print('ready', flush=True)\n"
        "sys.stdin.read()\n"
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", script, str(paths.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert worker.stdout is not None
    worker.stdout.readline()
    assert read_status(paths).state == "running"
    worker.kill()
    worker.communicate()
    assert read_status(paths).state == "interrupted"


def test_resumable_states_have_no_worker() -> None:
    assert not ALIVE & RESUMABLE
    assert set(_STATES) >= ALIVE | RESUMABLE


def test_a_missing_status(paths: RunPaths) -> None:
    paths.status.unlink()
    with pytest.raises(DamagedError, match="missing"):
        read_status(paths)


@given(
    st.binary(max_size=40)
    | st.sampled_from(
        [
            b"null",
            b'{"state": "flying", "total_steps": 1, "updated": ""}',
            b'{"state": "paused", "total_steps": 1, "updated": "", "said": {"template": 3}}',
            b'{"state": "paused", "total_steps": 1e400, "updated": ""}',
        ]
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_damage(paths: RunPaths, content: bytes) -> None:
    paths.status.write_bytes(content)
    with pytest.raises(DamagedError):
        read_status(paths)
