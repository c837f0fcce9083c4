"""What a hostile file is, and the list of all of them.

Each is written by a function of its own, which a decorator adds to the list. Its payload is
harmless: it would make a folder at `trap.marker`, read `trap.secret`, or knock at `trap.url`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOMS = (
    *("keras_models", "hdf5_files", "zips", "pictures", "arrays", "onnx_models"),
    *("run_zips", "greedy_runs"),
)


@dataclass(frozen=True)
class Trap:
    """What payloads would touch.

    Attributes:
        marker: a path that only a payload that ran, or a name that was used as a path, makes.
        secret: a file whose content must not come out anywhere.
        port: of a listener on the loopback interface that nobody has reason to ask.
    """

    marker: Path
    secret: Path
    port: int

    @property
    def url(self) -> str:
        """An address of the listener."""
        return f"http://127.0.0.1:{self.port}/payload"

    @property
    def code(self) -> str:
        """A program that springs the trap."""
        return f"__import__('os').makedirs({str(self.marker)!r}, exist_ok=True)"


Write = Callable[[Path, Trap], None]


@dataclass(frozen=True)
class Hostile:
    """One hostile file.

    Attributes:
        name: of the function that writes it.
        file: what the file is called.
        imitates: in one line.
        cve: the number of the published weakness that it rebuilds, where there is one.
        is_large: whether writing or reading it takes more than a second or so.
        unhurried: doors at which it may take longer than others: nobody else waits there.
        welcome: doors that have to take it in, for it is none of a stranger's tricks.
        write: writes it.
    """

    name: str
    file: str
    imitates: str
    cve: str
    is_large: bool
    unhurried: tuple[str, ...]
    welcome: tuple[str, ...]
    write: Write


_ALL: list[Hostile] = []


def hostile(
    ending: str,
    imitates: str,
    *,
    cve: str = "",
    is_large: bool = False,
    unhurried: tuple[str, ...] = (),
    welcome: tuple[str, ...] = (),
) -> Callable[[Write], Write]:
    """Add a function that writes a hostile file to the list.

    Args:
        ending: of the file's name.
        imitates: what it imitates, in one line.
        cve, is_large, unhurried, welcome: see `Hostile`.
    """

    def add(write: Write) -> Write:
        name = write.__name__  # type: ignore[attr-defined]
        file = f"{name}{ending}"
        _ALL.append(Hostile(name, file, imitates, cve, is_large, unhurried, welcome, write))
        return write

    return add


def corpus() -> list[Hostile]:
    """All hostile files, in the order in which they are written down."""
    for room in ROOMS:
        importlib.import_module(f"benchmarks.trust.hostile.{room}")
    return list(_ALL)
