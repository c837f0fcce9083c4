"""TensorFlow's own errors as words."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import pytest

from gan_core.errors import DeviceLostError, GanCoreError, OutOfMemoryError


@pytest.fixture(scope="module")
def trouble(nn: SimpleNamespace) -> SimpleNamespace:
    module = importlib.import_module("gan_core.nn.trouble")
    return SimpleNamespace(in_words=module.in_words, tf=nn.tensorflow)


@pytest.mark.parametrize(
    ("name", "text", "kind", "words"),
    [
        ("ResourceExhaustedError", "OOM when allocating", OutOfMemoryError, "memory ran out"),
        (
            "InternalError",
            "a\nCUDA_ERROR_OUT_OF_MEMORY: no\nnode b",
            OutOfMemoryError,
            "(CUDA_ERROR_OUT_OF_MEMORY: no)",
        ),
        ("InternalError", "CUDA_ERROR_ILLEGAL_ADDRESS", DeviceLostError, "At step 7 the GPU"),
        ("UnavailableError", "GPU:0 was lost", DeviceLostError, "stopped answering"),
    ],
)
def test_words(
    trouble: SimpleNamespace, name: str, text: str, kind: type[GanCoreError], words: str
) -> None:
    with pytest.raises(kind) as found, trouble.in_words(lambda: 7):
        raise getattr(trouble.tf.errors, name)(None, None, text)
    assert "resume" in found.value.hint.lower()
    assert words in found.value.message


def test_pythons_own(trouble: SimpleNamespace) -> None:
    with pytest.raises(OutOfMemoryError, match="MemoryError"), trouble.in_words(lambda: 7):
        raise MemoryError


def test_a_real_allocation_that_no_machine_has(trouble: SimpleNamespace) -> None:
    with pytest.raises(OutOfMemoryError), trouble.in_words(lambda: 0):
        trouble.tf.zeros((1 << 24, 1 << 24), trouble.tf.float32)


def test_a_fault_of_ours_stays_one(trouble: SimpleNamespace) -> None:
    internal = trouble.tf.errors.InternalError
    with pytest.raises(internal), trouble.in_words(lambda: 0):
        raise internal(None, None, "shapes do not fit")
    with pytest.raises(ZeroDivisionError), trouble.in_words(lambda: 0):
        _ = 1 / 0
