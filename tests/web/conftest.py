"""The components' own small app, running."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.real_app import running_app


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_app(tmp_path_factory.mktemp("app")) as address:
        yield address
