"""A runs folder in which nothing is started: the test itself holds the supervisor's lock."""

import pytest

from gan_core.jobs.launch import SUPERVISOR_LOCK
from gan_core.runs.lock import FileLock
from gan_core.runs.store import RunStore


@pytest.fixture
def still(tmp_path):
    store = RunStore(tmp_path / "still")
    store.root.mkdir()
    with FileLock.acquire(store.root / SUPERVISOR_LOCK):
        yield store
