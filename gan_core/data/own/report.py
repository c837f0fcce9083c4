"""What was found in a source of pictures: `report.json`, for people to read on the Data page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field

from gan_core.config import SCHEMA_VERSION, Frozen
from gan_core.text import N_

MAX_NAMED = 500
"""Skipped files that are listed by name; beyond that they are only counted."""
SIZE_EDGES = (0, 16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 4096, 8192)
"""Lower edges of the bins of the histogram of sizes, in pixels of the shorter side."""
_MAX_NAME = 200

REASONS = {
    "no_picture": N_("not a picture"),
    "damaged": N_("damaged: it cannot be decoded"),
    "heic": N_("HEIC, which cannot be read here; save it as JPEG"),
    "too_many_pixels": N_("more pixels than are allowed"),
    "too_many_bytes": N_("a larger file than is allowed"),
    "too_small": N_("less than 8 pixels high or wide"),
    "memory": N_("decoding it takes more memory than is allowed"),
    "too_slow": N_("decoding it takes longer than is allowed"),
    "unsafe_name": N_("its name points out of the archive"),
    "link": N_("a link or a special file"),
    "encrypted": N_("encrypted"),
    "unpacking": N_("it cannot be unpacked"),
    "outside": N_("outside the folders that give splits or classes"),
    "not_finite": N_("it holds values that are no numbers"),
}
"""Why a file was left out, as it stands in the report and as people read it."""

Reason = Literal[
    "no_picture", "damaged", "heic", "too_many_pixels", "too_many_bytes", "too_small", "memory",
    "too_slow", "unsafe_name", "link", "encrypted", "unpacking", "outside", "not_finite",
]  # fmt: skip


class Skipped(Frozen):
    """A file that was left out."""

    name: str
    reason: Reason
    detail: str = ""


class ClassCount(Frozen):
    """The pictures of one class."""

    name: str
    num_train: int
    num_held_out: int


class Report(Frozen):
    """Everything worth knowing about a preparation.

    Attributes:
        kind: `folder`, `zip`, `npz`, `npy` or `idx`.
        source: the name of the file or folder; source_bytes its size.
        num_ignored: hidden files and the like, which nobody misses.
        num_skipped: files left out, by reason; `skipped` names up to 500 of them.
        num_animated: pictures of which only the first frame was taken; num_transparent: set on
            white; num_rotated: turned as their camera noted; num_deep: more than 8 bits a value.
        sizes: pictures by the shorter side, `[lower edge, count]`, empty bins left out.
        splits: pictures by the split that their folder names.
        held_out: who decided what is held out: folders, a share by name, or nothing is.
        name_encoding: of names in a zip that did not say theirs.
    """

    schema_version: int = SCHEMA_VERSION
    kind: str
    source: str
    source_bytes: int
    num_ignored: int = 0
    num_skipped: dict[str, int] = Field(default_factory=dict)
    skipped: tuple[Skipped, ...] = ()
    num_animated: int = 0
    num_transparent: int = 0
    num_rotated: int = 0
    num_deep: int = 0
    sizes: tuple[tuple[int, int], ...] = ()
    classes: tuple[ClassCount, ...] = ()
    splits: dict[str, int] = Field(default_factory=dict)
    held_out: Literal["folders", "share", "none"] = "none"
    name_encoding: str = ""

    @property
    def num_left_out(self) -> int:
        """All files that were skipped."""
        return sum(self.num_skipped.values())


@dataclass
class Tally:
    """Counts while a source is read; bounded, however much there is."""

    num_ignored: int = 0
    num_animated: int = 0
    num_transparent: int = 0
    num_rotated: int = 0
    num_deep: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    named: list[Skipped] = field(default_factory=list)
    sizes: Counter[int] = field(default_factory=Counter)
    splits: Counter[str] = field(default_factory=Counter)

    def skip(self, name: str, reason: Reason, detail: str = "") -> None:
        """Note a file that is left out."""
        self.reasons[reason] += 1
        if len(self.named) < MAX_NAMED:
            self.named.append(Skipped(name=_shown(name), reason=reason, detail=_shown(detail)))

    def size(self, width: int, height: int) -> None:
        """Note the size of a picture as it came."""
        shorter = min(width, height)
        self.sizes[max(edge for edge in SIZE_EDGES if edge <= shorter)] += 1


def _shown(text: str) -> str:
    """Text from a file, harmless to print."""
    return "".join(c if c.isprintable() else "�" for c in text)[-_MAX_NAME:]
