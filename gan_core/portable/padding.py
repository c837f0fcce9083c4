"""How many zeros the padding `same` means, as TensorFlow and Keras count them."""

from __future__ import annotations

import math


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Zeros before and after an axis of `size` values, so that `ceil(size / stride)` come out.

    Where their number is odd, the one more goes to the end.
    """
    num_windows = math.ceil(size / stride)
    total = max((num_windows - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def same_padding_transposed(kernel: int, stride: int) -> tuple[int, int, int]:
    """What a transposed convolution cuts off: before, after; and how many zeros it adds at the end.

    It is the gradient of the convolution that makes `size` of `size * stride` values.
    """
    total = max(kernel - stride, 0)
    return total // 2, total - total // 2, max(stride - kernel, 0)
