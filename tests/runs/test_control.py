"""Requests: sent, taken once, oldest first; what is none is removed."""

from __future__ import annotations

from gan_core.runs import control
from gan_core.runs.layout import RunPaths


def test_nothing_waits(paths: RunPaths) -> None:
    assert control.take(paths) == []
    paths.control.rmdir()
    assert control.take(paths) == []


def test_taken_in_order_and_removed(paths: RunPaths) -> None:
    paths.control.rmdir()  # a sender makes the folder where it is missing
    sent = [control.send(paths, "pause"), control.send(paths, "stop"), control.send(paths, "pause")]
    assert all(path.exists() for path in sent)
    assert control.take(paths) == ["pause", "stop", "pause"]
    assert list(paths.control.iterdir()) == []
    assert control.take(paths) == []


def test_what_is_no_request(paths: RunPaths) -> None:
    (paths.control / "1.json").write_bytes(b"{")
    (paths.control / "2.json").write_bytes(b'{"action": "rm -rf"}')
    (paths.control / "3.json").write_bytes(b'["stop"]')
    (paths.control / "4.json").write_bytes(b'{"action": ["stop"]}')
    (paths.control / "5.json").write_bytes(b" " * 20_000)
    (paths.control / ".tmp-6").write_bytes(b"")
    control.send(paths, "stop")
    assert control.take(paths) == ["stop"]
    assert [entry.name for entry in paths.control.iterdir()] == [".tmp-6"]


def test_withdrawn(paths: RunPaths) -> None:
    control.send(paths, "pause").unlink()
    assert control.take(paths) == []
