"""`watch.json` is read whatever it holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from gan_core.runs.layout import RunPaths
from gan_core.runs.watch import Collapse, Watched, read_watched, write_watched


def test_round_trip(tmp_path: Path) -> None:
    paths = RunPaths(tmp_path)
    assert read_watched(paths) == Watched()
    seen = Collapse(step=7, healthy_step=3, signals=("alike",), evidence={"variety": 0.1})
    watched = Watched(collapse=seen, successor="x", num_rollbacks=2)
    write_watched(paths, watched)
    assert read_watched(paths) == watched


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"collapse": 3}', b'{"new": 1}', b"\xff"])
def test_damage_is_as_nothing(tmp_path: Path, content: bytes) -> None:
    paths = RunPaths(tmp_path)
    paths.watch.write_bytes(content)
    assert read_watched(paths) == Watched()
