"""How much one person, and all together, may have at a time."""

from __future__ import annotations

from pydantic import Field

from gan_core.access.people import OWNER
from gan_core.config import Frozen
from gan_core.errors import BadInputError


class QuotaError(BadInputError):
    """More than a person, or all together, may have here; nothing was changed."""


class Quotas(Frozen):
    """Bounds that hold for a runs folder; a part of `studio.json`.

    The owner of the machine is held by `disk_gb` alone; what they have counts in all.

    Attributes:
        queued_per_person, queued_in_all: runs that wait.
        running_per_person: runs of one person that train at the same time.
        upload_mb_per_person, upload_mb_in_all: prepared pictures and imported files that lie here.
        disk_gb: what the whole runs folder may hold before new runs and uploads are refused.
        jobs_per_person, jobs_in_all: exports, searches and other background jobs at a time.
    """

    queued_per_person: int = Field(default=20, ge=0)
    queued_in_all: int = Field(default=200, ge=0)
    running_per_person: int = Field(default=4, ge=1)
    upload_mb_per_person: int = Field(default=2_000, ge=0)
    upload_mb_in_all: int = Field(default=10_000, ge=0)
    disk_gb: float = Field(default=50.0, gt=0.0)
    jobs_per_person: int = Field(default=2, ge=1)
    jobs_in_all: int = Field(default=6, ge=1)


def is_bound(person: str) -> bool:
    """Whether a person, by id, is held by more than the disk."""
    return person != OWNER.id
