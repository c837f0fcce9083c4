"""The command line called in this process, in a runs folder where nothing is started."""

import sys
from dataclasses import dataclass

import pytest

from gan_core.cli.main import main
from gan_core.jobs.launch import SUPERVISOR_LOCK
from gan_core.runs.lock import FileLock
from gan_core.runs.store import RunStore


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def refusal(self):
        """The one line of bad input."""
        assert self.code == 2, self
        assert self.out == ""
        lines = self.err.splitlines()
        assert len(lines) == 1, lines
        return lines[0]


@pytest.fixture
def store(tmp_path):
    folder = RunStore(tmp_path / "runs")
    folder.root.mkdir()
    with FileLock.acquire(folder.root / SUPERVISOR_LOCK):
        yield folder


@pytest.fixture
def call(store, data_dir, capsys, monkeypatch):
    monkeypatch.setenv("GAN_RUNS_DIR", str(store.root))
    monkeypatch.setenv("GAN_DATA_DIR", str(data_dir))
    monkeypatch.delenv("GAN_DATA_MIRROR", raising=False)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)

    def call(*arguments):
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        return Said(code, *capsys.readouterr())

    return call
