"""Kernels of ONNX convolutions, put into square ones that pad as ours do.

A convolution with other padding is ours with a larger kernel that holds zeros at some edges, as
long as as many values come out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_core.portable.foreign.limits import refused
from gan_core.portable.foreign.onnx_file import Node
from gan_core.portable.padding import same_padding, same_padding_transposed
from gan_core.recipes.layers import Shape
from gan_core.text import N_

_MAX_KERNEL = 31


@dataclass(frozen=True, kw_only=True, eq=False)
class Kernel:
    """One convolution of an ONNX file.

    Attributes:
        values: `[K, K', in, out]`, of a transposed one `[K, K', out, in]`.
        transposed: whether it is one.
        stride: along both axes.
        begins, ends: zeros before and after each axis; a transposed one cuts them off.
        beyond: zeros that a transposed one adds at the end of each axis.
    """

    values: NDArray[np.float64]
    transposed: bool
    stride: int
    begins: tuple[int, int]
    ends: tuple[int, int]
    beyond: tuple[int, int]

    @classmethod
    def of(cls, node: Node, shape: Shape) -> Kernel:
        """The kernel of a node that an image `[H, W, C]` enters.

        Raises:
            BadInputError: it is grouped, dilated, not for two axes, or does not fit.
        """
        values = np.asarray(node.constant(1), np.float64)
        given, transposed = node.attributes, node.kind == "ConvTranspose"
        strides = list(given.get("strides", [1, 1]))
        plain = (
            values.ndim == 4
            and list(given.get("kernel_shape", values.shape[2:])) == list(values.shape[2:])
            and list(given.get("dilations", [1, 1])) == [1, 1]
            and given.get("group", 1) == 1
            and "output_shape" not in given
            and len(strides) == 2
            and strides[0] == strides[1]
            and 1 <= strides[0] <= 8
            and max(values.shape[2:]) <= _MAX_KERNEL
            and values.shape[0 if transposed else 1] == shape[2]
        )
        if not plain:
            raise _not_alike(node.kind)
        begins, ends, beyond = _padding(node, values.shape[2:], strides[0], shape[:2])
        return cls(
            values=values.transpose(2, 3, 1, 0),
            transposed=transposed,
            stride=strides[0],
            begins=begins,
            ends=ends,
            beyond=beyond,
        )

    @property
    def filters(self) -> int:
        """Maps that leave it."""
        return int(self.values.shape[2 if self.transposed else 3])

    def side_after(self, size: int, axis: int) -> int:
        """Values that come out along an axis of `size`."""
        length: int = self.values.shape[axis]
        edges = self.begins[axis] + self.ends[axis]
        if self.transposed:
            return self.stride * (size - 1) + length + self.beyond[axis] - edges
        return (size + edges - length) // self.stride + 1

    @property
    def enlarges_by_stride(self) -> bool:
        """Of a transposed one: whether one value becomes as many as the stride says."""
        return all(self.side_after(1, axis) == self.stride for axis in (0, 1))


def from_one_point(kernel: Kernel, inputs: int) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """A transposed convolution of a 1 × 1 image: a dense kernel `[in, H * W * out]` and `(H, W)`.

    Raises:
        BadInputError: it has other padding than none.
    """
    if any((*kernel.begins, *kernel.ends, *kernel.beyond)):
        raise _not_alike("ConvTranspose")
    height, width = kernel.values.shape[:2]
    return kernel.values.transpose(3, 0, 1, 2).reshape(inputs, -1), (height, width)


def placed(kernel: Kernel, shape: Shape) -> NDArray[np.float64]:
    """The kernel within a square one of zeros with which our padding does the same.

    Raises:
        BadInputError: another number of values comes out than of ours, or no kernel does.
    """
    kind = "ConvTranspose" if kernel.transposed else "Conv"
    for axis, size in enumerate(shape[:2]):
        ours = size * kernel.stride if kernel.transposed else math.ceil(size / kernel.stride)
        if kernel.side_after(size, axis) != ours:
            raise _not_alike(kind)
    for side in range(max(kernel.values.shape[:2]), _MAX_KERNEL + 1):
        offsets = [_begin(kernel, side, shape[axis]) - kernel.begins[axis] for axis in (0, 1)]
        lengths = kernel.values.shape[:2]
        if all(o >= 0 and o + n <= side for o, n in zip(offsets, lengths, strict=True)):
            found = np.zeros((side, side, *kernel.values.shape[2:]))
            (top, left), (height, width) = offsets, lengths
            found[top : top + height, left : left + width] = kernel.values
            return found
    raise _not_alike(kind)


def _begin(kernel: Kernel, side: int, size: int) -> int:
    if kernel.transposed:
        return same_padding_transposed(side, kernel.stride)[0]
    return same_padding(size, side, kernel.stride)[0]


def _padding(
    node: Node, lengths: Any, stride: int, sizes: Shape
) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    """Zeros before, after, and beyond, of both axes."""
    given = node.attributes
    way = given.get("auto_pad", "NOTSET")
    pads = [int(x) for x in given.get("pads", [0, 0, 0, 0])]
    beyond = [int(x) for x in given.get("output_padding", [0, 0])]
    if len(pads) != 4 or len(beyond) != 2 or not all(0 <= x <= _MAX_KERNEL for x in pads + beyond):
        raise _not_alike(node.kind)
    if way == "VALID":
        pads = [0, 0, 0, 0]
    elif way == "SAME_UPPER" and node.kind == "Conv":
        both = [same_padding(size, n, stride) for size, n in zip(sizes, lengths, strict=True)]
        pads = [both[0][0], both[1][0], both[0][1], both[1][1]]
    elif way == "SAME_UPPER":
        both3 = [same_padding_transposed(n, stride) for n in lengths]
        pads = [both3[0][0], both3[1][0], both3[0][1], both3[1][1]]
        beyond = [both3[0][2], both3[1][2]]
    elif way != "NOTSET":
        raise _not_alike(node.kind)
    return (pads[0], pads[1]), (pads[2], pads[3]), (beyond[0], beyond[1])


def _not_alike(kind: str) -> Exception:
    return refused(
        N_("its node {kind} has padding, strides or groups that cannot be read here; allowed are "
           "kernels up to {limit}, one stride for both axes, and as many values as padding "
           "`same` gives."),
        kind=kind,
        limit=_MAX_KERNEL,
    )  # fmt: skip
