"""The newest value of each key of a log: an autoencoder's last line is rarely an epoch's last."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from gan_core.runs.metrics import MetricLog
from gan_core.runs.newest import NUM_MEANT, Newest, newest_values

EPOCH = 60


def _log(path: Path, num_steps: int, **first: float) -> Path:
    """As an autoencoder logs, every ten steps: single losses, and the mean where an epoch ends."""
    with MetricLog(path) as log:
        for step in range(10, num_steps + 1, 10):
            record = {"step": step, "elapsed_s": step / 10, "loss": float(step), **first}
            if step % EPOCH == 0:
                record |= {"loss": 1000.0 + step, "val_loss": 2000.0 + step}
            log.append(record)
    return path


def test_of_an_epoch_where_one_has_ended(tmp_path: Path) -> None:
    found = newest_values(_log(tmp_path / "log", 150), EPOCH)
    assert found["val_loss"] == Newest(2120.0, 120)
    assert found["loss"] == Newest(1120.0, 120), "its mean, not one batch's"
    assert found["elapsed_s"] == Newest(15.0, 150)


def test_of_the_last_records_before_that(tmp_path: Path) -> None:
    found = newest_values(_log(tmp_path / "log", 150), 10_000)
    assert found["val_loss"] == Newest(2120.0, 120), "whatever it was an epoch of"
    assert found["loss"] == Newest(1120.0, 120)
    found = newest_values(_log(tmp_path / "short", 50), EPOCH)
    assert found["loss"] == Newest(30.0, 50)
    found = newest_values(_log(tmp_path / "long", 50), 10_000)
    assert "val_loss" not in found
    with MetricLog(tmp_path / "many") as log:
        for step in range(1, 101):
            log.append({"step": step, "loss": float(step)})
    assert newest_values(tmp_path / "many", 1000)["loss"] == Newest(100 - (NUM_MEANT - 1) / 2, 100)


def test_numbers_that_are_none_do_not_count(tmp_path: Path) -> None:
    path = _log(tmp_path / "log", 150)
    with MetricLog(path) as log:
        log.append({"step": 180, "elapsed_s": 18.0, "loss": math.nan, "val_loss": math.inf})
        log.append({"step": 190, "elapsed_s": 19.0, "loss": math.nan})
    found = newest_values(path, EPOCH)
    assert (found["val_loss"].step, found["loss"].step, found["elapsed_s"].step) == (120, 120, 190)


def test_what_is_rare_is_found_behind_many_lines(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with MetricLog(path) as log:
        log.append({"step": 1000, "d_loss": 1.0, "eval_d_loss": 0.5})
        for step in range(1001, 3000):
            log.append({"step": step, "d_loss": 1.0, "g_loss": 1.0, "elapsed_s": 0.1 * step})
    assert path.stat().st_size > 64 * 1024
    assert newest_values(path, 2000)["eval_d_loss"] == Newest(0.5, 1000)


def test_no_more_is_read_than_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of many runs with long logs are drawn often."""
    path = tmp_path / "log"
    path.write_bytes(b'{"step":1,"early":1.0}\n')
    with MetricLog(path) as log:
        for step in range(2, 5000):
            log.append({"step": step, "d_loss": 1.0, "g_loss": 1.0, "elapsed_s": 0.1 * step})
    decoded: list[bytes] = []
    from gan_core.runs import newest

    def counted(line: bytes) -> dict[str, float] | None:
        decoded.append(line)
        return original(line)

    original = newest.decode
    monkeypatch.setattr(newest, "decode", counted)
    assert set(newest_values(path, 100)) == {"d_loss", "g_loss", "elapsed_s"}
    assert len(decoded) < 110


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", {}),
        (b'{"step":3,"kl":1', {}),
        (b'{"step":3,"d_loss":1}\n', {"d_loss": Newest(1, 3)}),
        (b'{"step":3,"d_loss":1}\nnonsense\n{"step":2,"d_loss":7}\n{"step":9', 
         {"d_loss": Newest(7, 2)}),
        (b"nonsense\n" * 200_000, {}),
        (b"x" * 2_000_000, {}),
    ],
)  # fmt: skip
def test_of_damaged_logs(tmp_path: Path, content: bytes, expected: dict[str, Newest]) -> None:
    path = tmp_path / "log"
    assert newest_values(path, 10) == {}
    path.write_bytes(content)
    assert newest_values(path, 10) == expected


def test_blocks_do_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _log(tmp_path / "log", 500)
    whole = newest_values(path, EPOCH)
    for num_bytes in (1, 7, 100):
        monkeypatch.setattr("gan_core.runs.newest._BLOCK_BYTES", num_bytes)
        assert newest_values(path, EPOCH) == whole
