"""Where everything lies in a run directory."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_STEP_FOLDER = re.compile(r"\d{1,12}")


@dataclass(frozen=True)
class RunPaths:
    """The paths of one run; making one touches nothing on disk."""

    root: Path

    @property
    def config(self) -> Path:
        """What the run is; written once, before the worker starts."""
        return self.root / "config.json"

    @property
    def meta(self) -> Path:
        """Display name, notes, pins."""
        return self.root / "meta.json"

    @property
    def control(self) -> Path:
        """Requests to the worker."""
        return self.root / "control"

    @property
    def status(self) -> Path:
        """State, step, message."""
        return self.root / "status.json"

    @property
    def metrics(self) -> Path:
        """One JSON object a logged step."""
        return self.root / "metrics.jsonl"

    @property
    def watch(self) -> Path:
        """What the collapse watch saw."""
        return self.root / "watch.json"

    @property
    def samples(self) -> Path:
        """Sample sheets, `<step>.png`."""
        return self.root / "samples"

    @property
    def snapshots(self) -> Path:
        """Snapshots, a folder a step."""
        return self.root / "snapshots"

    @property
    def checkpoints(self) -> Path:
        """For resuming only."""
        return self.root / "checkpoints"

    @property
    def dataset(self) -> Path:
        """The run's own copy of a person's prepared pictures, where it trains on such."""
        return self.root / "dataset"

    @property
    def directions(self) -> Path:
        """Directions of the latent space that people kept."""
        return self.root / "directions"

    @property
    def evaluations(self) -> Path:
        """Results of `evaluate`."""
        return self.root / "evaluations"

    @property
    def events(self) -> Path:
        """What the run logs as event files, where it was asked for."""
        return self.root / "events"

    @property
    def log(self) -> Path:
        """What the worker printed."""
        return self.root / "worker.log"

    @property
    def lock(self) -> Path:
        """Held by the living worker."""
        return self.root / "worker.lock"

    @property
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


def step_folders(folder: Path) -> list[int]:
    """The steps that have a folder of their own in `folder`, ascending."""
    if not folder.is_dir():
        return []
    return sorted(
        int(entry.name)
        for entry in folder.iterdir()
        if _STEP_FOLDER.fullmatch(entry.name) and entry.is_dir()
    )


def sheet_steps(paths: RunPaths) -> list[int]:
    """The steps that have a sample sheet, ascending."""
    if not paths.samples.is_dir():
        return []
    return sorted(
        int(entry.stem)
        for entry in paths.samples.iterdir()
        if entry.suffix == ".png" and _STEP_FOLDER.fullmatch(entry.stem)
    )
