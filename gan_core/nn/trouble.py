"""What TensorFlow raises when memory runs out or a GPU is lost, as words for people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import tensorflow as tf

from gan_core.errors import DeviceLostError, OutOfMemoryError
from gan_core.text import N_

_MEMORY = re.compile(r"out of memory|OOM|OUT_OF_MEMORY|failed to allocate|MemoryAllocation", re.I)
_GPU = re.compile(r"CUDA|CUDNN|CUBLAS|GPU|ROCM|device.*(lost|unavailable)|XID", re.I)
_FROM_A_DEVICE = (
    tf.errors.InternalError,
    tf.errors.UnavailableError,
    tf.errors.UnknownError,
    tf.errors.AbortedError,
    tf.errors.FailedPreconditionError,
    tf.errors.DataLossError,
)
_NODES = re.compile(r"\{\{.*?\}\}")
_MAX_REASON = 200


@contextmanager
def in_words(step: Callable[[], int]) -> Iterator[None]:
    """Turn what a device refuses into words; anything else passes.

    Args:
        step: the number of finished steps.

    Raises:
        OutOfMemoryError: of the machine or of the GPU.
        DeviceLostError: the GPU answers no more.
    """
    try:
        yield
    except (MemoryError, tf.errors.ResourceExhaustedError) as error:
        raise _out_of_memory(step(), error) from error
    except _FROM_A_DEVICE as error:
        if _MEMORY.search(str(error)):
            raise _out_of_memory(step(), error) from error
        if not _GPU.search(str(error)):
            raise
        raise DeviceLostError(
            N_("At step {step} the GPU stopped answering ({reason})."),
            N_(
                "Resume continues from the newest good checkpoint. If it happens again, restart "
                "the machine; without the GPU the run continues on the processor."
            ),
            step=step(),
            reason=_reason(error),
        ) from error


def _out_of_memory(step: int, error: Exception) -> OutOfMemoryError:
    return OutOfMemoryError(
        N_("At step {step} memory ran out ({reason})."),
        N_(
            "Close other programs, then resume: it continues from the newest good checkpoint. Or "
            "train a new run with a smaller batch_size."
        ),
        step=step,
        reason=_reason(error),
    )


def _reason(error: Exception) -> str:
    """The first line of what TensorFlow said, without the list of nodes that follows it."""
    said = _NODES.sub("", str(error))
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if _MEMORY.search(line) or _GPU.search(line)]
    return (telling or lines or [type(error).__name__])[0][:_MAX_REASON]
