"""What makes a file the right one: exact bytes where they are published, else its structure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from gan_core.errors import DamagedError
from gan_core.text import N_


class Content(Protocol):
    """How a file is judged, whoever sent it."""

    @property
    def max_bytes(self) -> int:
        """More than this is never read or received."""

    @property
    def expected_bytes(self) -> int:
        """The size to announce before anything is known of the file; exact or an estimate."""

    def may_be(self, num_bytes: int) -> bool:
        """Whether a file of this size can be the one; nothing is read."""

    def check(self, path: Path, shown: str) -> None:
        """Look at the whole file.

        Args:
            path: where it lies.
            shown: what to call it in an error.

        Raises:
            FileNotFoundError: it is not there.
            DamagedError: it is not the right one, or cannot be read.
        """


@dataclass(frozen=True, kw_only=True)
class Exact:
    """A file that is known by size and checksum.

    Attributes:
        num_bytes: its size.
        checksum: in hex.
        algorithm: SHA-256, or MD5 where the publisher gives nothing better: good against
            accidents, not against somebody who forges a file on purpose.
    """

    num_bytes: int
    checksum: str
    algorithm: Literal["SHA-256", "MD5"] = "SHA-256"

    @property
    def max_bytes(self) -> int:
        """More than this is never read or received."""
        return self.num_bytes

    @property
    def expected_bytes(self) -> int:
        """The file's size."""
        return self.num_bytes

    def may_be(self, num_bytes: int) -> bool:
        """Whether the size is right."""
        return num_bytes == self.num_bytes

    def check(self, path: Path, shown: str) -> None:
        """Compare size and checksum; see `Content.check`."""
        try:
            self._check_size(path.stat().st_size, shown)
            with path.open("rb") as stream:
                found = hashlib.file_digest(stream, self._new_digest).hexdigest()
        except FileNotFoundError:
            raise
        except OSError as error:
            raise unreadable(shown, error) from error
        self._check_digest(found, shown)

    def _new_digest(self) -> hashlib._Hash:
        if self.algorithm == "MD5":
            return hashlib.md5(usedforsecurity=False)
        return hashlib.sha256()

    def _check_size(self, found: int, shown: str) -> None:
        if found != self.num_bytes:
            raise DamagedError(
                N_("{file} is not what it should be: it has {found} bytes instead of {expected}."),
                file=shown,
                found=found,
                expected=self.num_bytes,
            )

    def _check_digest(self, found: str, shown: str) -> None:
        if found != self.checksum:
            raise DamagedError(
                N_("{file} is not what it should be: its {algorithm} is {found}, not {expected}."),
                file=shown,
                algorithm=self.algorithm,
                found=found,
                expected=self.checksum,
            )


@dataclass(frozen=True, kw_only=True)
class Structured:
    """A file whose bytes nobody published a checksum of; it is judged by how it is built.

    Attributes:
        expected_bytes: a usual size.
        max_bytes: more than this is never read or received.
        judge: as `Content.check`.
    """

    expected_bytes: int
    max_bytes: int
    judge: Callable[[Path, str], object]

    def may_be(self, num_bytes: int) -> bool:
        """Whether the size is within bounds."""
        return 0 < num_bytes <= self.max_bytes

    def check(self, path: Path, shown: str) -> None:
        """Look at the structure; see `Content.check`."""
        try:
            num_bytes = path.stat().st_size
        except FileNotFoundError:
            raise
        except OSError as error:
            raise unreadable(shown, error) from error
        if not self.may_be(num_bytes):
            raise DamagedError(
                N_("{file} has {found} bytes, where 1 to {limit} are allowed."),
                file=shown,
                found=num_bytes,
                limit=self.max_bytes,
            )
        self.judge(path, shown)


def unreadable(shown: str, error: OSError) -> DamagedError:
    """The error of a file that is there and cannot be read."""
    return DamagedError(
        N_("{file} cannot be read: {reason}."),
        file=shown,
        reason=error.strerror or type(error).__name__,
    )
