"""A grid over the plane that gives each part of a normal distribution its share."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray


def quantiles(num: int) -> NDArray[np.float32]:
    """The normal distribution's quantiles at (i + ½) / num, rising, float32 `[num]`."""
    return np.array([NormalDist().inv_cdf((i + 0.5) / num) for i in range(num)], np.float32)


def quantile_grid(num: int) -> NDArray[np.float32]:
    """Latents of a sheet of `num` × `num` images, float32 `[num², 2]`.

    Rows from the top, so that the sheet lies as the plane is drawn: the first coordinate grows to
    the right, the second upwards.
    """
    steps = quantiles(num)
    x, y = np.meshgrid(steps, steps[::-1])
    return np.stack([x.ravel(), y.ravel()], axis=1)
