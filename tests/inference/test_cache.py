"""The engines used last: shared, bounded, never stale."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from gan_core.errors import DamagedError
from gan_core.inference.cache import EngineCache
from gan_core.inference.engine import SnapshotEngine
from gan_core.runs import sealed
from gan_core.runs.layout import RunPaths
from tests.inference.conftest import Tiny

Write = Callable[..., None]


def test_loaded_once(paths: RunPaths, write_tiny: Write) -> None:
    write_tiny(paths, 3, Tiny.random(1))
    cache = EngineCache()
    found: list[SnapshotEngine] = []
    viewers = [threading.Thread(target=lambda: found.append(cache.get(paths, 3))) for _ in range(8)]
    for viewer in viewers:
        viewer.start()
    for viewer in viewers:
        viewer.join()
    assert len(found) == 8
    assert len(set(map(id, found))) == 1


def test_the_least_used_goes_first(paths: RunPaths, write_tiny: Write) -> None:
    for step in range(3):
        write_tiny(paths, step, Tiny.random(step))
    cache = EngineCache(max_entries=2)
    first, second = cache.get(paths, 0), cache.get(paths, 1)
    assert cache.get(paths, 0) is first
    cache.get(paths, 2)
    assert cache.get(paths, 0) is first
    assert cache.get(paths, 1) is not second


def test_a_rewritten_snapshot_is_loaded_anew(paths: RunPaths, write_tiny: Write) -> None:
    write_tiny(paths, 3, Tiny.random(1))
    cache = EngineCache()
    old = cache.get(paths, 3)
    write_tiny(paths, 3, Tiny.random(2))
    assert cache.get(paths, 3) is not old


def test_thinning_changes_no_answer(paths: RunPaths, write_tiny: Write) -> None:
    write_tiny(paths, 3, Tiny.random(1))
    cache = EngineCache()
    cache.get(paths, 3)
    sealed.drop_file(paths.snapshot(3), "state.safetensors")
    assert cache.get(paths, 3).step == 3


def test_runs_do_not_mix(paths: RunPaths, write_tiny: Write) -> None:
    other = RunPaths(paths.root.parent / "other")
    other.make_folders()
    for place in (paths, other):
        write_tiny(place, 3, Tiny.random(1))
    cache = EngineCache()
    assert cache.get(paths, 3) is not cache.get(other, 3)


def test_a_damaged_snapshot_is_not_kept(paths: RunPaths, write_tiny: Write) -> None:
    cache = EngineCache()
    with pytest.raises(DamagedError):
        cache.get(paths, 3)
    write_tiny(paths, 3, Tiny.random(1))
    assert cache.get(paths, 3).step == 3


def test_nobody_waits_for_an_engine_of_others(
    paths: RunPaths, write_tiny: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in (1, 2):
        write_tiny(paths, step, Tiny.random(step))
    cache, load = EngineCache(), SnapshotEngine.open
    begun, may_end = threading.Event(), threading.Event()

    def slow(paths: RunPaths, step: int) -> SnapshotEngine:
        if step == 1:
            begun.set()
            assert may_end.wait(60)
        return load(paths, step)

    monkeypatch.setattr(SnapshotEngine, "open", slow)
    waiting = threading.Thread(target=cache.get, args=(paths, 1))
    waiting.start()
    assert begun.wait(60)
    assert cache.get(paths, 2).step == 2
    may_end.set()
    waiting.join()
