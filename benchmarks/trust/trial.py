"""A trial of the table: what is tried, how it came out, and what was wanted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """Where a line is tried, and how long.

    Attributes:
        folder: an empty folder of its own.
        data_dir: where data sets lie.
        short: the version for the test suite.
        seed: of what is chosen at random.
    """

    folder: Path
    data_dir: Path
    short: bool
    seed: int = 0

    def num(self, short: int, long: int) -> int:
        """How many, by the version."""
        return short if self.short else long


@dataclass(frozen=True)
class Outcome:
    """How a line came out."""

    figure: str
    goal: str
    passed: bool


@dataclass(frozen=True)
class Trial:
    """What is tried under a code."""

    code: str
    title: str
    attempt: Callable[[Place], Outcome]
