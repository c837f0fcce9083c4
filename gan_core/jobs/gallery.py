"""Generators that ship with the program, so that a first visitor has something to explore at once.

Each is a lean run in a zip under `gan_core/gallery/`, made by `docs/make_gallery.py` from a run
that was trained with this program; `gallery.json` says from which.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gan_core.access.people import Person
from gan_core.errors import ConflictError, NotFoundError
from gan_core.runs import archive
from gan_core.runs.files import disk_faults, read_json
from gan_core.runs.lock import FileLock
from gan_core.runs.store import RunStore
from gan_core.text import N_

FOLDER = Path(__file__).resolve().parent.parent / "gallery"
FACTS = FOLDER / "gallery.json"
_LOCK = ".gallery.lock"
_PATIENCE_SECS = 30.0

WORDS = {
    "digits": (
        N_("Handwritten digits"),
        N_("A small DCGAN that learnt to write from 60 000 digits in 13 minutes on two cores."),
    ),
    "clothes": (
        N_("Clothes"),
        N_("The same network, trained on pictures of shirts, shoes, bags and trousers."),
    ),
    "plane": (
        N_("A plane of digits"),
        N_("A variational autoencoder with two latents: every digit has its place on a map."),
    ),
}
"""Title and description of each item, by its name."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One generator to explore.

    Attributes:
        name: its file, `<name>.zip`.
        title, about: a heading and a sentence; marked for translation.
        picture: a PNG of what it makes.
        recipe, dataset: what it was trained with and on.
        commit: of this program when it was trained.
        run_id: the id that it has, or will have, in every runs folder.
    """

    name: str
    title: str
    about: str
    picture: Path
    recipe: str
    dataset: str
    commit: str
    run_id: str


@cache
def items() -> tuple[Item, ...]:
    """All that ship, the first to be shown first."""
    facts = read_json(FACTS)
    return tuple(
        Item(name=name, title=title, about=about, picture=FOLDER / f"{name}.png", **facts[name])
        for name, (title, about) in WORDS.items()
        if name in facts
    )


def find(name: str) -> Item:
    """The item of that name.

    Raises:
        NotFoundError: there is none.
    """
    for item in items():
        if item.name == name:
            return item
    raise NotFoundError(
        N_("there is nothing called {given} in the gallery; there are: {known}."),
        field="gallery",
        given=repr(name),
        known=", ".join(item.name for item in items()),
    )


def is_item(run_id: str) -> bool:
    """Whether a run came with the program."""
    return any(item.run_id == run_id for item in items())


def ensure(store: RunStore, name: str, *, by: Person) -> str:
    """Put an item into the runs folder unless it is there already; return its run's id.

    However many ask at the same time, it is unpacked once.

    Raises:
        NotAllowedError: the role of `by` does not explore.
        NotFoundError: there is no such item.
        ConflictError: somebody else has been unpacking for half a minute.
        ReadOnlyError, DiskFullError: the runs folder cannot be written.
    """
    by.require("explore")
    item = find(name)
    if _is_there(store, item):
        return item.run_id
    with disk_faults(store.root):
        store.root.mkdir(parents=True, exist_ok=True)
        lock = FileLock.acquire(store.root / _LOCK, patience_secs=_PATIENCE_SECS)
    if lock is None:
        raise ConflictError(N_("The gallery is busy."), N_("Try again in a moment."))
    with lock:
        if not _is_there(store, item):
            archive.unpack(store, FOLDER / f"{item.name}.zip")
    return item.run_id


def _is_there(store: RunStore, item: Item) -> bool:
    return (store.root / item.run_id).is_dir()
