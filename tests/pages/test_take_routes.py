"""A run's zip as it is sent: whole, from the disk, and with nothing left behind."""

from __future__ import annotations

import asyncio
import errno
import io
import os
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from gan_core.runs.files import TEMPORARY_PREFIX, disk_faults
from gan_core.runs.store import RunStore
from pages._parts import take_routes as taking
from pages._parts.take_routes import take_routes, zip_url
from tests.apart import run_apart
from tests.pages.asking import ask
from tests.runs_by_hand import trained

DYING = """
import os, signal, sys
from tests.pages.test_take_routes import get

async def die(_message):
    os.kill(os.getpid(), signal.SIGKILL)

get(sys.argv[1], die)
"""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunStore:
    made = RunStore(tmp_path / "runs")
    made.root.mkdir()
    monkeypatch.setenv("GAN_RUNS_DIR", str(made.root))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return made


def left(tmp_path: Path) -> list[Path]:
    elsewhere = (tmp_path / "temporary").iterdir()
    return [*elsewhere, *(tmp_path / "runs").glob(f"{TEMPORARY_PREFIX}*")]


def get(path: str, send: Callable[[Any], Awaitable[None]]) -> None:
    """Ask for an address; the answer's messages are given to `send`."""

    async def receive() -> Any:
        return await asyncio.Event().wait()

    scope = {"type": "http", "method": "GET", "path": f"/{path}", "headers": []}
    run_apart(Starlette(routes=take_routes())({**scope, "query_string": b""}, receive, send))


def test_a_whole_run(store: RunStore, tmp_path: Path) -> None:
    run = trained(store)
    answer = ask(take_routes(), zip_url(run.id))
    assert answer.status == 200
    assert f"{run.id}.zip" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    names = zipfile.ZipFile(io.BytesIO(answer.body)).namelist()
    assert f"{run.id}/config.json" in names
    assert left(tmp_path) == []


@pytest.mark.parametrize("run_id", ["unknown", "..", "20260101-120000-ffffff"])
def test_unknown_runs(store: RunStore, tmp_path: Path, run_id: str) -> None:
    answer = ask(take_routes(), zip_url(run_id))
    assert answer.status == 404
    assert b"no run" in answer.body or not answer.body or b"Not Found" in answer.body
    assert left(tmp_path) == []


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    with disk_faults(folder):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
    yield


def test_more_than_a_few_at_once_are_asked_to_wait(
    store: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = trained(store)
    monkeypatch.setattr(taking, "MOST_AT_ONCE", 0)
    answer = ask(take_routes(), zip_url(run.id))
    assert answer.status == 503
    assert b"try again" in answer.body
    assert left(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_told(
    store: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = trained(store)
    monkeypatch.setattr(taking, "disk_faults", full_disk)
    answer = ask(take_routes(), zip_url(run.id))
    assert answer.status == 400
    assert b"no space" in answer.body


def test_a_sweep_takes_what_a_killed_server_left_and_nothing_that_is_being_sent(
    store: RunStore, tmp_path: Path, repo: Path
) -> None:
    run, num_left = trained(store), []

    async def send(_message: Any) -> None:
        store.sweep()
        num_left.append(len(left(tmp_path)))

    get(zip_url(run.id), send)
    assert set(num_left) == {1}
    assert left(tmp_path) == []
    dying = [sys.executable, "-c", DYING, zip_url(run.id)]
    assert subprocess.run(dying, cwd=repo, check=False).returncode == -signal.SIGKILL
    assert len(left(tmp_path)) == 1
    store.sweep()
    assert left(tmp_path) == []


def test_what_takes_too_long_leaves_nothing(
    store: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, said = trained(store), []
    export = taking.export

    def slowly(*args: Any, **named: Any) -> Path:
        made = export(*args, **named)
        time.sleep(0.2)
        return made

    async def send(message: Any) -> None:
        said.append(message)

    monkeypatch.setattr(taking, "export", slowly)
    monkeypatch.setattr(taking, "MAX_SECS", 0.1)
    get(zip_url(run.id), send)
    assert said == []
    assert left(tmp_path) == []


def test_a_place_is_free_again_after_each(store: RunStore) -> None:
    run, routes = trained(store), take_routes()
    for _each in range(taking.MOST_AT_ONCE + 1):
        assert ask(routes, zip_url(run.id)).status == 200
        assert ask(routes, zip_url("20260101-120000-ffffff")).status == 404
