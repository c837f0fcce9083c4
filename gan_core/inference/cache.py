"""A few loaded snapshots, shared by all viewers."""

from __future__ import annotations

import threading
from collections import OrderedDict

from gan_core.inference.engine import SnapshotEngine
from gan_core.runs import sealed
from gan_core.runs.layout import RunPaths


class _Slot:
    """An engine that is loaded by whoever comes first; the others wait for it."""

    def __init__(self) -> None:
        self._engine: SnapshotEngine | None = None
        self._lock = threading.Lock()

    def get(self, paths: RunPaths, step: int) -> SnapshotEngine:
        with self._lock:
            if self._engine is None:
                self._engine = SnapshotEngine.open(paths, step)
            return self._engine


class EngineCache:
    """The engines used last. The key names run, step and content, so none is ever stale.

    A class that leafs through snapshots loads many: nobody waits for an engine of others.
    """

    def __init__(self, max_entries: int = 6) -> None:
        self._max_entries = max_entries
        self._slots: OrderedDict[tuple[str, int, str], _Slot] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, paths: RunPaths, step: int) -> SnapshotEngine:
        """The engine of a snapshot; loaded once however many ask at the same time.

        Raises:
            DamagedError: it cannot be loaded.
        """
        manifest = sealed.read_manifest(paths.snapshot(step))
        key = (str(paths.root), step, str(sorted(manifest["sha256"].items())))
        with self._lock:
            slot = self._slots.setdefault(key, _Slot())
            self._slots.move_to_end(key)
            while len(self._slots) > self._max_entries:
                self._slots.popitem(last=False)
        return slot.get(paths, step)
