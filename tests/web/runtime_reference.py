"""Operations that no recipe uses yet, as bundles made by hand, with NumPy's answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gan_core.portable import bundle

SIZE = 4 * 4 * 3
SHAPE = (4, 4, 3)
Array = np.ndarray


@dataclass(frozen=True)
class Case:
    """Operations after a reshape of the latents to 4×4×3; `answer` is what NumPy makes of it."""

    name: str
    ops: tuple[dict[str, Any], ...]
    shapes: tuple[tuple[int, ...], ...]
    answer: Callable[[Array, dict[str, Array]], Array]
    tensors: Callable[[np.random.Generator], dict[str, Array]] = lambda rng: {}

    def bundle(self, rng: np.random.Generator) -> tuple[bytes, Array, Array]:
        """The bundle, three latents, and the images."""
        latents = rng.random((3, SIZE)).astype(np.float32)
        named = {name: value.astype(np.float32) for name, value in self.tensors(rng).items()}
        images = np.stack([self.answer(z.reshape(SHAPE), named) for z in latents])
        arrays = {**named, "latents": latents, "images": images.astype(np.float32)}
        entries, blob = [], bytearray()
        for value in arrays.values():
            blob += bytes(-len(blob) % 16)
            offset = len(blob)
            blob += value.tobytes()
            entries.append(
                {
                    "dtype": "float32",
                    "shape": list(value.shape),
                    "offset": offset,
                    "bytes": value.nbytes,
                }
            )
        number = {name: i for i, name in enumerate(arrays)}
        ops = [{"kind": "reshape", "inputs": [0], "output": 1}]
        named_here = {"kernel", "scale", "shift"}
        ops += [{k: number[v] if k in named_here else v for k, v in op.items()} for op in self.ops]
        header = {
            "schema_version": 1,
            "latent_size": SIZE,
            "image_shape": list(self.shapes[-1]),
            "pixel_range": "0,1",
            "values": [[SIZE], list(SHAPE), *map(list, self.shapes)],
            "ops": ops,
            "output": 1 + len(self.shapes),
            "tensors": entries,
            "golden": {"latents": number["latents"], "images": number["images"]},
        }
        return bundle.assemble(header, bytes(blob)), latents, images


def one(kind: str, **more: Any) -> tuple[dict[str, Any], ...]:
    """A single operation."""
    return ({"kind": kind, "inputs": [1], "output": 2, **more},)


def bilinear(x: Array, factor: int) -> Array:
    """Half-pixel centres, edges held."""
    for axis in (0, 1):
        size = x.shape[axis]
        at = np.clip((np.arange(size * factor) + 0.5) / factor - 0.5, 0, size - 1)
        low = np.floor(at).astype(int)
        high = np.minimum(low + 1, size - 1)
        share = (at - low).reshape([-1 if i == axis else 1 for i in range(3)])
        x = np.take(x, low, axis) * (1 - share) + np.take(x, high, axis) * share
    return x


def convolved(x: Array, kernel: Array, stride: int) -> Array:
    """Padding `same`, plainly."""
    size, out = kernel.shape[0], -(-x.shape[0] // stride)
    total = max((out - 1) * stride + size - x.shape[0], 0)
    padded = np.pad(x, [(total // 2, total - total // 2)] * 2 + [(0, 0)])
    return np.array(
        [
            [
                np.einsum(
                    "ijc,ijcf->f",
                    padded[r * stride : r * stride + size, c * stride : c * stride + size],
                    kernel,
                )
                for c in range(out)
            ]
            for r in range(out)
        ]
    )


def convolution(size: int, stride: int, filters: int) -> Case:
    """One convolution with scale, shift and sigmoid."""
    out = -(-4 // stride)

    def tensors(rng: np.random.Generator) -> dict[str, Array]:
        return {
            "kernel": rng.normal(size=(size, size, 3, filters)) / size,
            "scale": 1 + rng.random(filters),
            "shift": rng.normal(size=filters),
        }

    return Case(
        f"conv {size} stride {stride} to {filters}",
        one(
            "conv",
            kernel="kernel",
            scale="scale",
            shift="shift",
            size=size,
            stride=stride,
            activation="sigmoid",
        ),
        ((out, out, filters),),
        lambda x, t: (
            1 / (1 + np.exp(-(convolved(x, t["kernel"], stride) * t["scale"] + t["shift"])))
        ),
        tensors,
    )


def _added(x: Array, t: dict[str, Array]) -> Array:
    return x / (np.sqrt((x**2).mean(-1, keepdims=True) + 1e-8)) + x


CASES = [
    *(convolution(size, stride, 3) for size, stride in [(1, 1), (3, 2), (2, 1), (3, 1)]),
    *(convolution(size, stride, 1) for size, stride in [(3, 1), (5, 3), (7, 1)]),
    Case("pixel_norm", one("pixel_norm", epsilon=1e-8), (SHAPE,),
         lambda x, t: x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-8)),
    Case("nearest", one("upsample_nearest", factor=3), ((12, 12, 3),),
         lambda x, t: x.repeat(3, 0).repeat(3, 1)),
    Case("bilinear 2", one("upsample_bilinear", factor=2), ((8, 8, 3),),
         lambda x, t: bilinear(x, 2)),
    Case("bilinear 3", one("upsample_bilinear", factor=3), ((12, 12, 3),),
         lambda x, t: bilinear(x, 3)),
    Case("max_pool", one("max_pool", size=2), ((2, 2, 3),),
         lambda x, t: x.reshape(2, 2, 2, 2, 3).max((1, 3))),
    Case("leaky_relu alone", one("activation", activation="leaky_relu", slope=0.2), (SHAPE,),
         lambda x, t: np.where(x < 0, 0.2 * x, x)),
    Case("tanh alone", one("activation", activation="tanh", slope=0), (SHAPE,),
         lambda x, t: np.tanh(x)),
    Case(
        "affine with relu",
        one("affine", scale="scale", shift="shift", activation="relu"), (SHAPE,),
        lambda x, t: np.maximum(x * t["scale"] + t["shift"], 0),
        lambda rng: {"scale": rng.normal(size=3), "shift": rng.random(3)},
    ),
    Case(
        "add", (
            {"kind": "pixel_norm", "inputs": [1], "output": 2},
            {"kind": "add", "inputs": [2, 1], "output": 3},
        ), (SHAPE, SHAPE), _added,
    ),
    Case(
        "concat and embedding", (
            {"kind": "reshape", "inputs": [0], "output": 2},
            {"kind": "embedding", "inputs": [2], "output": 3, "kernel": "kernel"},
            {"kind": "reshape", "inputs": [3], "output": 4},
            {"kind": "concat", "inputs": [1, 4], "output": 5},
            {"kind": "conv", "inputs": [5], "output": 6, "kernel": "mix", "scale": "scale",
             "shift": "shift", "size": 1, "stride": 1, "activation": "linear"},
        ), ((SIZE,), (32,), (4, 4, 2), (4, 4, 5), (4, 4, 1)),
        lambda x, t: np.concatenate([x, (x.reshape(-1) @ t["kernel"]).reshape(4, 4, 2)], -1)
        @ t["mix"][0, 0] * t["scale"] + t["shift"],
        lambda rng: {"kernel": rng.random((SIZE, 32)) / SIZE, "mix": rng.random((1, 1, 5, 1)) / 5,
                     "scale": np.ones(1), "shift": np.zeros(1)},
    ),
]  # fmt: skip
