"""Where things are: the one place that reads the environment."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gan_core.runs.store import RunStore

DEFAULT_RUNS = "runs"


@dataclass(frozen=True)
class Context:
    """What every command is given besides its own arguments.

    Attributes:
        environ: the environment, read once at the start.
        runs_dir: the runs folder.
        json: whether stdout is one JSON value.
    """

    environ: Mapping[str, str]
    runs_dir: Path
    json: bool

    @property
    def store(self) -> RunStore:
        """The runs."""
        return RunStore(self.runs_dir)

    @property
    def data_dir(self) -> Path:
        """`GAN_DATA_DIR`, else the user's cache folder."""
        from gan_core.data import default_data_dir  # NumPy comes along: not for every command

        return default_data_dir(self.environ)

    @property
    def mirror(self) -> str | None:
        """`GAN_DATA_MIRROR`, where downloads come from instead of their home."""
        return self.environ.get("GAN_DATA_MIRROR", "").strip() or None


def context(given: argparse.Namespace, environ: Mapping[str, str]) -> Context:
    """The context of one command: options first, then the environment, then the defaults."""
    chosen = given.runs or environ.get("GAN_RUNS_DIR", "").strip() or DEFAULT_RUNS
    return Context(environ, Path(chosen).expanduser().resolve(), given.json)
