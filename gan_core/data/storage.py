"""What a data folder refuses, in words."""

from __future__ import annotations

import errno
from pathlib import Path

from gan_core.errors import DiskFullError, GanCoreError, ReadOnlyError
from gan_core.text import N_


def is_full(error: OSError) -> bool:
    """Whether no space is left, on the disk or in somebody's share of it."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def storage_error(error: OSError, folder: Path) -> GanCoreError:
    """The error of a data folder that does not take what is written to it."""
    if is_full(error):
        return DiskFullError(
            N_("No space is left in the data folder {folder}."),
            N_("Free some space, or choose another folder with GAN_DATA_DIR."),
            folder=folder,
        )
    return ReadOnlyError(
        N_("The data folder {folder} cannot be written to: {reason}."),
        N_("Choose another folder with GAN_DATA_DIR, or train on `digits`."),
        folder=folder,
        reason=error.strerror or type(error).__name__,
    )
