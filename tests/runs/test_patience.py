"""Taking in a file ends when it has taken too long, in words, and leaves nothing behind."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest

from gan_core.errors import BadInputError
from gan_core.runs import archive
from gan_core.runs.patience import Patience
from gan_core.runs.store import RunStore
from tests.runs_by_hand import trained


def _work(secs: float) -> None:
    until = time.thread_time() + secs
    while time.thread_time() < until:
        pass


def test_processor_time_is_over() -> None:
    patience = Patience(processor_secs=0.01, hint="Do it elsewhere.")
    _work(0.02)
    with pytest.raises(BadInputError) as caught:
        patience.ask()
    assert caught.value.one_line() == "file: taking it in takes more than 0 s. Do it elsewhere."


def test_waiting_for_a_disk_costs_none() -> None:
    patience = Patience(processor_secs=0.02)
    time.sleep(0.05)
    patience.ask()


def test_large_files_get_more() -> None:
    patience = Patience(processor_secs=0.0)
    patience.ask(10_000_000)
    _work(0.02)
    patience.ask()
    _work(0.1)
    with pytest.raises(BadInputError):
        patience.ask()


def test_in_the_end_a_disk_is_too_slow_as_well() -> None:
    with pytest.raises(BadInputError, match="takes more than 0 s"):
        Patience(wall_secs=0.0).ask()
    Patience().ask()


class _ShortPatience(Patience):
    """Over when it was asked so many times."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.num_asked, self._most = 0, most

    def ask(self, num_bytes: int = 0) -> None:
        self.num_asked += 1
        if self.num_asked > self._most:
            super().__init__(wall_secs=0.0)
        super().ask(num_bytes)


def test_it_may_be_over_at_any_moment(tmp_path: Path) -> None:
    file = io.BytesIO()
    archive.pack(trained(RunStore(tmp_path / "home")), file)
    away = RunStore(tmp_path / "away")
    endless = _ShortPatience(10**6)
    archive.unpack(away, file, patience=endless)
    num_files = sum(path.is_file() for path in away.root.rglob("*"))
    assert endless.num_asked > 2 * num_files, "at each entry, and at each piece of it"
    elsewhere = RunStore(tmp_path / "elsewhere")
    for most in range(endless.num_asked):
        with pytest.raises(BadInputError, match="taking it in takes more than"):
            archive.unpack(elsewhere, file, patience=_ShortPatience(most))
        assert list(elsewhere.root.iterdir()) == []
