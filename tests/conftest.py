"""What every room's tests share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from gan_core import data

# A busy machine must not turn a slow example into a failure.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


@pytest.fixture(scope="session")
def repo() -> Path:
    """The repository's root."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def data_dir(repo: Path) -> Path:
    """A data folder with the real MNIST files.

    `GAN_DATA_DIR`, else `../shared/data` beside the checkout, else the user's own data folder,
    into which they are downloaded once.
    """
    beside = repo.parent / "shared" / "data"
    if "GAN_DATA_DIR" not in os.environ and beside.is_dir():
        return beside
    folder = data.default_data_dir(os.environ)
    data.prepare("mnist", folder)
    return folder
