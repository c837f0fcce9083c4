"""A local server with the real files, and CIFAR-10 unpacked once."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gan_core import data
from tests.data.local_server import Server


@pytest.fixture
def server(data_dir: Path) -> Iterator[Server]:
    """A server of the real files."""
    with Server(data_dir) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.05,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the machine that runs the tests has no part in them."""
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture(scope="session")
def cifar_dir(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with CIFAR-10 unpacked.

    From the packed copy beside the checkout where there is one, else as for everybody.
    """
    unpack = data_dir / "cifar10" / "expand.py"
    if not unpack.is_file():
        data.prepare("cifar10", data_dir)
        yield data_dir
        return
    folder = tmp_path_factory.mktemp("cifar")
    subprocess.run([sys.executable, str(unpack), str(folder / "cifar10")], check=True)
    yield folder
    shutil.rmtree(folder)  # 180 MB
