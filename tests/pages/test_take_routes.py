"""A run's zip as it is sent: whole, from the disk, and with nothing left behind."""

from __future__ import annotations

import errno
import io
import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gan_core.runs.files import disk_faults
from gan_core.runs.store import RunStore
from pages._parts import take_routes as taking
from pages._parts.take_routes import take_routes, zip_url
from tests.pages.asking import ask
from tests.runs_by_hand import trained


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunStore:
    made = RunStore(tmp_path / "runs")
    made.root.mkdir()
    monkeypatch.setenv("GAN_RUNS_DIR", str(made.root))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    return made


def left(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "temporary").iterdir())


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


def test_a_place_is_free_again_after_each(store: RunStore) -> None:
    run, routes = trained(store), take_routes()
    for _each in range(taking.MOST_AT_ONCE + 1):
        assert ask(routes, zip_url(run.id)).status == 200
        assert ask(routes, zip_url("20260101-120000-ffffff")).status == 404
