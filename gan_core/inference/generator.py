"""A trained generator in two lines of Python, without TensorFlow.

>>> from gan_core.inference.generator import load_generator
>>> load_generator("runs/20260101-120000-abcdef", step=900).save([0.1, -0.4], "image.png")
"""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gan_core.errors import BadInputError, NotFoundError
from gan_core.inference.engine import SnapshotEngine
from gan_core.runs.fallback import first_good
from gan_core.runs.files import disk_faults
from gan_core.runs.layout import RunPaths
from gan_core.runs.sheet import tile, to_picture
from gan_core.text import N_

logger = logging.getLogger("gan_core.inference.generator")


class Generator:
    """The generator of one snapshot.

    Attributes:
        step: the snapshot's step.
        latent_size: numbers in one latent.
    """

    def __init__(self, engine: SnapshotEngine) -> None:
        self._engine = engine
        self.step = engine.step
        self.latent_size = engine.latent_size

    def images(self, latents: ArrayLike) -> NDArray[np.uint8]:
        """The images of latents: uint8 `[N, H, W, C]`, pixels as trained.

        Args:
            latents: `[N, Z]`, or `[Z]` for one image; standard normal numbers while training.

        Raises:
            BadInputError: latents of another size, or numbers that are not finite.
        """
        return self._engine.images(np.atleast_2d(np.asarray(latents, np.float32)))

    def save(self, latents: ArrayLike, path: str | Path) -> Path:
        """Write the image of a latent as PNG, those of several side by side; return the path.

        Raises:
            BadInputError: as for `images`, no latent at all, or a path that does not end in `.png`.
            ReadOnlyError, DiskFullError: it cannot be written.
        """
        target = Path(path)
        if target.suffix.lower() != ".png":
            raise BadInputError(
                N_("got {given}; images are saved as `.png`."), field="path", given=str(path)
            )
        images = self.images(latents)
        if not len(images):
            raise BadInputError(N_("at least one latent is needed."), field="latents")
        whole = images[0] if len(images) == 1 else tile(images, len(images), gap=1, frame=0)
        with disk_faults(target):
            to_picture(whole).save(target, "PNG")
        return target


def load_generator(run: str | Path, step: int | str = "newest") -> Generator:
    """Load the generator of a run, and check that it answers as it did when it was saved.

    Where no number is given and that snapshot is damaged, the newest before it is loaded, and the
    log says so; `step` of what comes back tells which it is.

    Args:
        run: the run's folder, such as `runs/20260101-120000-abcdef`.
        step: a snapshot's step, `newest` or `best`.

    Raises:
        NotFoundError: no such folder, or no snapshot at that step.
        DamagedError: the snapshot is damaged, and so is any before it.
    """
    paths = RunPaths(Path(run))
    if not paths.root.is_dir():
        raise NotFoundError(N_("there is no folder {folder}."), field="run", folder=paths.root)
    found = first_good(paths, step, lambda at_step: SnapshotEngine.open(paths, at_step))
    for skipped in found.skipped:
        logger.warning("%s", skipped)
    return Generator(found.value)
