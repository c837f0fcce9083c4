"""Where pictures come from: what every kind of source offers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from gan_core.data.own.limits import MAX_SLOW, Limits
from gan_core.data.own.pictures import Picture
from gan_core.data.own.report import Tally
from gan_core.data.own.tree import Place
from gan_core.errors import BadInputError
from gan_core.text import N_


class Source(Protocol):
    """Pictures that are known by number; they are read in rising order, if possible.

    Attributes:
        kind: of the source, for the report.
        name_encoding: of names that did not say theirs.
    """

    kind: str
    name_encoding: str

    @property
    def names(self) -> Sequence[str]:
        """What each picture is called."""

    @property
    def places(self) -> Sequence[Place]:
        """Where each belongs."""

    @property
    def files(self) -> Sequence[Path]:
        """The files that the pictures come from: what the set's id follows from."""

    @property
    def close(self) -> Callable[[], None]:
        """Lets go of open files."""

    def read(self, index: int, side: int) -> Picture:
        """Decode one picture, at least `2 * side` large where it was.

        Raises:
            UnreadableError: it is left out.
            BadInputError: the source asks for more than is allowed in all.
        """


class Budget:
    """What may still be read in all; counted as it comes out, whatever headers say."""

    def __init__(self, limits: Limits, packed_bytes: int | None = None) -> None:
        self._left = limits.total_bytes
        if packed_bytes is not None:
            allowed = max(limits.free_bytes, limits.ratio * packed_bytes)
            self._left = min(self._left, allowed)
        self._whole = self._left
        self._limits = limits
        self._num_read = 0
        self._pixels = 0
        self._num_slow = 0

    def restart(self) -> None:
        """Begin to count anew, for another reading of the same source."""
        self._left = self._whole

    def take(self, num_bytes: int) -> None:
        """Count bytes that were read.

        Raises:
            BadInputError: more than is allowed.
        """
        self._left -= num_bytes
        self._num_read += num_bytes
        if self._left < 0:
            raise BadInputError(
                N_("the pictures unpack to more than {limit} MB, which is not allowed here."),
                N_("Give fewer at a time, or a zip that is not packed so tightly."),
                field="dataset",
                limit=math.ceil(self._whole / 1e6),
            )

    def take_pixels(self, num_pixels: int) -> None:
        """Count pixels that are about to be decoded: time, as bytes are memory.

        Raises:
            BadInputError: more than so small files have any use for.
        """
        self._pixels += num_pixels
        allowed = max(self._limits.free_pixels, self._limits.pixel_ratio * self._num_read)
        if self._pixels > allowed:
            raise BadInputError(
                N_("the pictures decode to more than {limit} million pixels, which is not allowed "
                   "for files so small."),
                N_("Make the pictures smaller, or give fewer at a time."),
                field="dataset",
                limit=allowed // 10**6,
            )  # fmt: skip

    def take_slow(self) -> None:
        """Count a picture that took too long.

        Raises:
            BadInputError: it is not the first.
        """
        self._num_slow += 1
        if self._num_slow > MAX_SLOW:
            raise BadInputError(
                N_("several pictures take more than {limit} s each to decode, which is not "
                   "allowed here."),
                N_("Save them as PNG or JPEG, smaller, and give them again."),
                field="dataset",
                limit=self._limits.picture_secs,
            )  # fmt: skip


def too_many(limit: int) -> BadInputError:
    """The refusal of a source with too many entries."""
    return BadInputError(
        N_("it holds more than {limit} files, which is not allowed here."),
        N_("Give fewer at a time."),
        field="dataset",
        limit=limit,
    )


def no_pictures(tally: Tally) -> BadInputError:
    """The refusal of a source without a single good picture."""
    first = tally.named[0] if tally.named else None
    return BadInputError(
        N_("no picture was found to train on; {num} files were left out, such as {example}.")
        if first
        else N_("no picture was found to train on."),
        N_("PNG, JPEG, WebP, GIF, BMP, TIFF and AVIF are read, also in folders and zips."),
        field="dataset",
        num=sum(tally.reasons.values()),
        example=f"{first.name} ({first.reason})" if first else "",
    )
