"""A network as one small file that a browser runs: operations, 16-bit kernels, golden images.

Layout: `LSBUNDL1`, the header's length (uint32, little end first), the header (UTF-8 JSON), zeros
up to a multiple of 16, then the tensors, each at a multiple of 16 of that part. The header:

    schema_version  1
    latent_size, image_shape [H, W, C], pixel_range
    values          the shape of every value, without the batch axis; value 0 is the latents
    ops             {kind, inputs: [value], output: value, …} in order; tensors are named by number
    output          the value that is the image
    tensors         {dtype: int16 or float32, shape, offset, bytes}
    golden          {latents, images}: tensors; images are 0 to 1

A product's kernel is int16: fixed point, at most 32767 in each output channel. That takes the room
of float16 and errs a quarter as much, since float16 spends its bits on sizes that a scaled kernel
does not have. A float32 scale and shift for each channel follow, which hold the bias and a batch
normalisation that comes next, folded in float64.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_core.errors import DamagedError
from gan_core.recipes.layers import (
    Activation,
    BatchNorm,
    Conv,
    ConvT,
    Dense,
    Dropout,
    Flatten,
    Layer,
    LeakyReLU,
    MaxPool,
    Network,
    Reshape,
    Shape,
    ToUniform,
    Upsample,
)
from gan_core.text import N_

MAGIC = b"LSBUNDL1"
SCHEMA_VERSION = 1
MAX_GOLDEN_BYTES = 100_000
_MOST_GOLDEN, _FEWEST_GOLDEN = 4, 2
_LARGEST = 32767  # of an int16
_ALIGNMENT = 16
_MAX_HEADER_BYTES = 1_000_000

Arrays = Mapping[str, NDArray[np.generic]]
Doubles = NDArray[np.float64]


def pack(
    network: Network,
    weights: Arrays,
    *,
    pixel_range: str,
    golden_latents: NDArray[np.generic],
    golden_images: NDArray[np.generic],
) -> bytes:
    """The bundle of a generator.

    Args:
        network: its layers, latents `[Z]` to images `[H, W, C]`.
        weights: by `layer/variable`, as snapshots hold them.
        pixel_range: `-1,1` or `0,1`, of the images.
        golden_latents: `[N, Z]`; two to four are taken.
        golden_images: what the generator makes of them, `[N, H, W, C]`, in its pixel range.

    Raises:
        DamagedError: a weight is missing, has another shape, or a layer has no place in a bundle.
    """
    draft = _Draft(network, weights)
    shape = network.shapes()[-1]
    count = _num_golden(int(np.prod(shape)), len(golden_latents))
    images = np.asarray(golden_images[:count], np.float64)
    unit = images / 2 + 0.5 if pixel_range == "-1,1" else images
    golden = {
        "latents": draft.tensor(np.asarray(golden_latents[:count], np.float32)),
        "images": draft.tensor(unit.astype(np.float32)),
    }
    header = {
        "schema_version": SCHEMA_VERSION,
        "latent_size": network.input_shape[0],
        "image_shape": list(shape),
        "pixel_range": pixel_range,
        "values": draft.values,
        "ops": draft.ops,
        "output": len(draft.values) - 1,
        "tensors": draft.tensors,
        "golden": golden,
    }
    return assemble(header, bytes(draft.blob))


def assemble(header: Mapping[str, Any], blob: bytes) -> bytes:
    """The file of a header and the bytes that its tensors lie in."""
    text = json.dumps(header, separators=(",", ":")).encode()
    start = MAGIC + struct.pack("<I", len(text)) + text
    return start + bytes(-len(start) % _ALIGNMENT) + blob


def unpack(data: bytes) -> tuple[dict[str, Any], list[NDArray[np.generic]]]:
    """The header and the tensors of a bundle.

    Raises:
        DamagedError: not a bundle, cut short, or a tensor lies outside of it.
    """
    if len(data) < 12 or not data.startswith(MAGIC):
        raise _damaged("it does not begin as one")
    (length,) = struct.unpack_from("<I", data, len(MAGIC))
    begin = len(MAGIC) + 4
    if length > _MAX_HEADER_BYTES or begin + length > len(data):
        raise _damaged("it is cut short")
    try:
        header = json.loads(data[begin : begin + length])
        blob = data[-(-(begin + length) // _ALIGNMENT) * _ALIGNMENT :]
        tensors = [_tensor(blob, entry) for entry in header["tensors"]]
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(str(error)) from error
    return header, tensors


def _tensor(blob: bytes, entry: Mapping[str, Any]) -> NDArray[np.generic]:
    dtype: np.dtype[Any] = np.dtype({"int16": "<i2", "float32": "<f4"}[entry["dtype"]])
    count = int(np.prod(entry["shape"], dtype=np.int64))
    offset, size = int(entry["offset"]), int(entry["bytes"])
    if offset < 0 or size != count * dtype.itemsize or offset + size > len(blob):
        raise ValueError("a tensor lies outside")
    flat: NDArray[Any] = np.frombuffer(blob, dtype, count, offset)
    return flat.reshape(entry["shape"])


def _damaged(reason: str) -> DamagedError:
    return DamagedError(N_("The bundle is damaged: {reason}."), reason=reason)


def _num_golden(num_pixels: int, there: int) -> int:
    fitting = MAX_GOLDEN_BYTES // (4 * num_pixels)
    return min(there, max(_FEWEST_GOLDEN, min(_MOST_GOLDEN, fitting)))


class _Draft:
    """A bundle in the making: every layer adds an operation, or changes the one before."""

    def __init__(self, network: Network, weights: Arrays) -> None:
        self.values: list[list[int]] = [list(network.input_shape)]
        self.ops: list[dict[str, Any]] = []
        self.tensors: list[dict[str, Any]] = []
        self.blob = bytearray()
        self._weights = weights
        rows = list(zip(network.layer_names, network.layers, network.shapes(), strict=True))
        at = 0
        while at < len(rows):
            name, layer, shape = rows[at]
            following = rows[at + 1] if at + 1 < len(rows) else None
            if isinstance(layer, (Dense, Conv, ConvT)):
                norm = following if following and isinstance(following[1], BatchNorm) else None
                self._product(name, layer, shape, norm)
                at += 1 if norm is None else 2
            else:
                self._other(name, layer, shape)
                at += 1

    def tensor(self, values: NDArray[np.generic]) -> int:
        """Keep a tensor; its number."""
        self.blob += bytes(-len(self.blob) % _ALIGNMENT)
        data = np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<"))
        entry = {
            "dtype": values.dtype.name,
            "shape": list(values.shape),
            "offset": len(self.blob),
            "bytes": data.nbytes,
        }
        self.tensors.append(entry)
        self.blob += data.tobytes()
        return len(self.tensors) - 1

    def _add(self, kind: str, shape: Shape, **more: Any) -> None:
        self.values.append(list(shape))
        last = len(self.values) - 1
        self.ops.append({"kind": kind, "inputs": [last - 1], "output": last, **more})

    def _product(
        self, name: str, layer: Dense | Conv | ConvT, shape: Shape, norm: Any | None
    ) -> None:
        num_outputs = shape[-1]
        kernel = self._weight(f"{name}/kernel")
        # Transposed convolutions hold their output channels before their input channels.
        matrix = np.moveaxis(kernel, -2, -1) if isinstance(layer, ConvT) else kernel
        shift = self._weight(f"{name}/bias") if layer.bias else np.zeros(num_outputs)
        if matrix.shape[-1] != num_outputs or shift.shape != (num_outputs,):
            raise DamagedError(N_("A weight of {layer} has another shape."), layer=name)
        scale = np.ones(num_outputs)
        if norm is not None:
            by, plus = self._norm(norm[0], norm[1])
            scale, shift = by, shift * by + plus
        unit = np.abs(matrix).reshape(-1, num_outputs).max(axis=0) / _LARGEST
        unit[unit == 0] = 1.0
        more: dict[str, Any] = {
            "kernel": self.tensor(np.rint(matrix / unit).astype(np.int16)),
            "scale": self.tensor((scale * unit).astype(np.float32)),
            "shift": self.tensor(shift.astype(np.float32)),
        }
        if isinstance(layer, (Conv, ConvT)):
            more |= {"size": layer.kernel, "stride": layer.stride}
        self._add(layer.kind, shape, **more)

    def _norm(self, name: str, layer: BatchNorm) -> tuple[Doubles, Doubles]:
        """A batch normalisation as a factor and a summand for each channel."""
        spread = np.sqrt(self._weight(f"{name}/moving_variance") + layer.epsilon)
        by = self._weight(f"{name}/gamma") / spread
        return by, self._weight(f"{name}/beta") - by * self._weight(f"{name}/moving_mean")

    def _other(self, name: str, layer: Layer, shape: Shape) -> None:
        match layer:
            case BatchNorm():
                by, plus = self._norm(name, layer)
                scale, shift = by.astype(np.float32), plus.astype(np.float32)
                self._add("affine", shape, scale=self.tensor(scale), shift=self.tensor(shift))
            case Activation():
                self._activate(shape, layer.function, 0.0)
            case LeakyReLU():
                self._activate(shape, "leaky_relu", layer.slope)
            case Reshape() | Flatten():
                self._add("reshape", shape)
            case Upsample():
                self._add("upsample_nearest", shape, factor=layer.factor)
            case MaxPool():
                self._add("max_pool", shape, size=layer.size)
            case ToUniform():
                self._add("to_uniform", shape)
            case Dropout():
                pass
            case _:
                raise DamagedError(
                    N_("A {kind} layer has no place in a bundle for browsers."), kind=layer.kind
                )

    def _activate(self, shape: Shape, function: str, slope: float) -> None:
        last = self.ops[-1] if self.ops else {}
        fused = {"dense", "conv", "conv_transpose", "affine"}
        if last.get("kind") in fused and "activation" not in last:
            last |= {"activation": function, "slope": slope}
        else:
            self._add("activation", shape, activation=function, slope=slope)

    def _weight(self, name: str) -> Doubles:
        try:
            return np.asarray(self._weights[name], np.float64)
        except KeyError as error:
            raise DamagedError(N_("The weight {name} is missing."), name=name) from error
