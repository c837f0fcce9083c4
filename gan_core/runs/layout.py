"""Where everything lies in a run directory."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from gan_core.errors import DamagedError
from gan_core.text import N_

_STEP_FOLDER = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True)
class RunPaths:
    """The paths of one run; making one touches nothing on disk."""

    root: Path

    @cached_property
    def config(self) -> Path:
        """What the run is; written once, before the worker starts."""
        return self.root / "config.json"

    @cached_property
    def meta(self) -> Path:
        """Display name, notes, pins."""
        return self.root / "meta.json"

    @cached_property
    def control(self) -> Path:
        """Requests to the worker."""
        return self.root / "control"

    @cached_property
    def status(self) -> Path:
        """State, step, message."""
        return self.root / "status.json"

    @cached_property
    def metrics(self) -> Path:
        """One JSON object a logged step."""
        return self.root / "metrics.jsonl"

    @cached_property
    def watch(self) -> Path:
        """What the collapse watch saw."""
        return self.root / "watch.json"

    @cached_property
    def samples(self) -> Path:
        """Sample sheets, `<step>.png`."""
        return self.root / "samples"

    @cached_property
    def snapshots(self) -> Path:
        """Snapshots, a folder a step."""
        return self.root / "snapshots"

    @cached_property
    def checkpoints(self) -> Path:
        """For resuming only."""
        return self.root / "checkpoints"

    @cached_property
    def dataset(self) -> Path:
        """The run's own copy of a person's prepared pictures, where it trains on such."""
        return self.root / "dataset"

    @cached_property
    def directions(self) -> Path:
        """Directions of the latent space that people kept."""
        return self.root / "directions"

    @cached_property
    def evaluations(self) -> Path:
        """Results of `evaluate`."""
        return self.root / "evaluations"

    @cached_property
    def events(self) -> Path:
        """What the run logs as event files, where it was asked for."""
        return self.root / "events"

    @cached_property
    def log(self) -> Path:
        """What the worker printed."""
        return self.root / "worker.log"

    @cached_property
    def lock(self) -> Path:
        """Held by the living worker."""
        return self.root / "worker.lock"

    @cached_property
    def ballast(self) -> Path:
        """A little space held back, given up so that a full disk can still be reported."""
        return self.root / ".ballast"

    def sample(self, step: int) -> Path:
        """The sample sheet of `step`."""
        return self.samples / f"{step}.png"

    def snapshot(self, step: int) -> Path:
        """The snapshot folder of `step`."""
        return self.snapshots / str(step)

    def make_folders(self) -> None:
        """Create the folders that writers expect."""
        for folder in (self.control, self.samples, self.snapshots, self.checkpoints):
            folder.mkdir(parents=True, exist_ok=True)


@lru_cache(maxsize=4096)
def paths_of(runs_dir: Path, run_id: str) -> RunPaths:
    """The paths of a run by its id; a list of many runs asks for the same ones again and again."""
    return RunPaths(runs_dir / run_id)


def step_folders(folder: Path) -> list[int]:
    """The steps that have a folder of their own in `folder`, ascending.

    Raises:
        DamagedError: it is there and cannot be read.
    """
    return sorted(
        int(entry.name)
        for entry in _entries(folder)
        if _STEP_FOLDER.fullmatch(entry.name) and entry.is_dir()
    )


def sheet_steps(paths: RunPaths) -> list[int]:
    """The steps that have a sample sheet, ascending.

    Raises:
        DamagedError: their folder is there and cannot be read.
    """
    names = (os.path.splitext(entry.name) for entry in _entries(paths.samples))
    return sorted(int(stem) for stem, end in names if end == ".png" and _STEP_FOLDER.fullmatch(stem))


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """What lies in a folder, without a path object for each; nothing where there is none."""
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        # As if nothing lay there, a run with checkpoints would begin again at step 0.
        raise DamagedError(
            N_("{name} cannot be read: {reason}."), name=folder.name, reason=str(error)
        ) from error
