"""How much reading a stranger's file may take, and how it is refused."""

from __future__ import annotations

from gan_core.data.own.limits import Limits
from gan_core.errors import BadInputError
from gan_core.text import N_

SUFFIXES = (".keras", ".h5", ".hdf5", ".onnx")
"""Of files that may hold a generator."""

_MIB = 1024**2

LIMITS = Limits(
    source_bytes=512 * _MIB,
    total_bytes=512 * _MIB,
    entries=1000,
    memory_bytes=640 * _MIB,
    cpu_secs=9,
    wall_secs=60,
    output_bytes=512 * _MIB,
)
"""Of the process that reads one file."""


def refused(template: str, **values: object) -> BadInputError:
    """The error for a file that cannot become a run."""
    return BadInputError(
        template,
        N_("Allowed are generators made of dense, convolution, normalisation, activation and "
           "reshaping layers in one chain, from latents to square images."),
        field="file", **values,
    )  # fmt: skip
