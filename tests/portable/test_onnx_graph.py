"""ONNX by hand, where it can be judged without Keras."""

from __future__ import annotations

import math

import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core.errors import DamagedError
from gan_core.portable.onnx_graph import INPUT, OUTPUT, to_onnx
from gan_core.portable.padding import same_padding, same_padding_transposed
from gan_core.recipes.layers import BatchNorm, Conv, Dense, Flatten, Network

_sizes = st.integers(1, 40)
_kernels = st.integers(1, 31)
_strides = st.integers(1, 8)


@given(size=_sizes, kernel=_kernels, stride=_strides)
def test_same_means_as_many_windows_as_strides_fit(size: int, kernel: int, stride: int) -> None:
    before, after = same_padding(size, kernel, stride)
    assert 0 <= after - before <= 1
    padded = size + before + after
    if padded >= kernel:
        assert (padded - kernel) // stride + 1 == math.ceil(size / stride)


@given(size=_sizes, kernel=_kernels, stride=_strides)
def test_same_transposed_enlarges_by_the_stride(size: int, kernel: int, stride: int) -> None:
    before, after, beyond = same_padding_transposed(kernel, stride)
    assert (size - 1) * stride + kernel - before - after + beyond == size * stride
    # It is the gradient of the convolution that makes `size` of `size * stride`.
    assert (before, after) == same_padding(size * stride, kernel, stride)


def test_a_dense_layer_by_hand_and_no_image_at_all() -> None:
    network = Network(name="encoder", input_shape=(2, 1, 1), layers=(Flatten(), Dense(units=1)))
    weights = {"01_dense/kernel": np.array([[2.0], [3.0]]), "01_dense/bias": np.array([1.0])}
    halves = {name: value.astype(np.float16) for name, value in weights.items()}
    session = onnxruntime.InferenceSession(to_onnx(network, halves).SerializeToString())
    assert [value.name for value in session.get_inputs()] == [INPUT]
    assert [value.name for value in session.get_outputs()] == [OUTPUT]
    image = np.array([10.0, 100.0], np.float32).reshape(1, 2, 1, 1)
    assert session.run(None, {INPUT: image})[0].tolist() == [[321.0]]
    assert session.run(None, {INPUT: image[:0]})[0].shape == (0, 1)


def test_weights_that_do_not_fit() -> None:
    network = Network(
        name="generator", input_shape=(4, 4, 2), layers=(Conv(filters=3, kernel=3), BatchNorm())
    )
    with pytest.raises(DamagedError, match=r"nothing for 00_conv/kernel; \(3, 3, 2, 3\) is needed"):
        to_onnx(network, {})
    weights = {"00_conv/kernel": np.zeros((3, 3, 2, 3)), "00_conv/bias": np.zeros(4)}
    with pytest.raises(DamagedError, match=r"\(4,\) for 00_conv/bias"):
        to_onnx(network, weights)
