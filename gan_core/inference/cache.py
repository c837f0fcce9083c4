"""A few loaded snapshots, shared by all viewers."""

from __future__ import annotations

import threading
from collections import OrderedDict

from gan_core.inference.engine import SnapshotEngine
from gan_core.runs import sealed
from gan_core.runs.layout import RunPaths


class EngineCache:
    """The engines used last. The key names run, step and content, so none is ever stale."""

    def __init__(self, max_entries: int = 6) -> None:
        self._max_entries = max_entries
        self._engines: OrderedDict[tuple[str, int, str], SnapshotEngine] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, paths: RunPaths, step: int) -> SnapshotEngine:
        """The engine of a snapshot; loaded once however many ask at the same time.

        Raises:
            DamagedError: it cannot be loaded.
        """
        manifest = sealed.read_manifest(paths.snapshot(step))
        key = (str(paths.root), step, str(sorted(manifest["sha256"].items())))
        with self._lock:
            if key in self._engines:
                self._engines.move_to_end(key)
                return self._engines[key]
            engine = SnapshotEngine.open(paths, step)
            self._engines[key] = engine
            while len(self._engines) > self._max_entries:
                self._engines.popitem(last=False)
            return engine
