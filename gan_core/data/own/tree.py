"""From the names of files to splits and classes. Names only; nothing is opened.

Top folders called train, test, val or validation are splits; the level below (or the top) gives
classes. One folder around everything is looked through. `val` and `validation` are held out
together with `test`: nothing here is tuned on them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

SPLITS = {"train": "train", "test": "test", "val": "val", "validation": "val"}
MAX_CLASSES = 1000
_IGNORED = {"thumbs.db", "desktop.ini", "__macosx", "ehthumbs.db"}
_MAX_CLASS_NAME = 100

Parts = tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """Where a picture belongs.

    Attributes:
        split: `train`, `test` or `val`; empty where the source has no splits.
        class_name: empty where nothing is labelled.
        outside: it lies beside the folders that give splits or classes, so it is left out.
    """

    split: str = ""
    class_name: str = ""
    outside: bool = False


def parts_of(name: str) -> Parts | None:
    """The folders and the file of a name; `None` for a name that points out of its archive.

    Such a name is never used as a path here; it is left out because nobody means it.
    """
    plain = name.replace("\\", "/")
    parts = tuple(part for part in plain.split("/") if part not in ("", "."))
    if plain.startswith("/") or ".." in parts or not parts or plain[1:2] == ":" or "\0" in plain:
        return None
    return parts


def is_ignored(parts: Parts) -> bool:
    """Whether a file is one that systems leave about: hidden, thumbnails, resource forks."""
    return any(part.startswith(".") or part.lower() in _IGNORED for part in parts)


def places(names: Sequence[Parts]) -> list[Place]:
    """Where each picture belongs, seen from all of them together."""
    if not names:
        return []
    depth = _wrapping(names)
    inner = [parts[depth:] for parts in names]
    if not _has_splits(inner):
        return _classed([("", parts) for parts in inner])
    split_of = [SPLITS.get(p[0].lower(), "") if len(p) > 1 else "" for p in inner]
    return _classed([(s, p[1:] if s else p) for s, p in zip(split_of, inner, strict=True)], True)


def _wrapping(names: Sequence[Parts]) -> int:
    """How many folders lie around everything, down to splits or classes."""
    depth = 0
    while True:
        tops = {parts[depth] if len(parts) > depth + 1 else "" for parts in names}
        top = tops.pop()
        if tops or not top or top.lower() in SPLITS:
            return depth
        depth += 1


def _has_splits(inner: Sequence[Parts]) -> bool:
    """Whether the top folders are splits.

    There must be one to train on. A lone `train` among other folders is a class: pictures of
    trains beside pictures of cars.
    """
    tops = {parts[0].lower() for parts in inner if len(parts) > 1}
    found = {SPLITS[top] for top in tops if top in SPLITS}
    return "train" in found and (len(found) > 1 or tops <= set(SPLITS))


def _classed(found: Sequence[tuple[str, Parts]], needs_split: bool = False) -> list[Place]:
    """Classes from the folder below the split, where most pictures lie in one of several."""
    usable = [bool(split) or not needs_split for split, _ in found]
    names = [parts[0] if len(parts) > 1 else "" for _, parts in found]
    labelled = Counter(name for name, ok in zip(names, usable, strict=True) if ok and name)
    has_classes = 2 <= len(labelled) <= MAX_CLASSES and 2 * labelled.total() > sum(
        usable
    )  # some loose pictures are left out, a few stray folders are not classes
    return [
        Place(split, class_title(name) if has_classes else "", not ok or (has_classes and not name))
        for (split, _), name, ok in zip(found, names, usable, strict=True)
    ]


def class_title(name: str) -> str:
    """A class's name as it can be shown."""
    clean = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    return clean[:_MAX_CLASS_NAME] or "?"
