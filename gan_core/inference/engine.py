"""One snapshot, loaded, checked against its golden images, and ready to answer.

A session takes one thread: the processor belongs to training, and thirty viewers share it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Self

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as faults

from gan_core.errors import BadInputError, DamagedError
from gan_core.latent.pixels import to_bytes
from gan_core.runs import checkpoints, sealed, snapshots
from gan_core.runs.layout import RunPaths
from gan_core.text import N_

MAX_BATCH = 256
"""Images a call; more are made in several."""

_TOLERANCE = 2e-3  # of pixels and logits, relative above 1: other arithmetic, same network
_ONNX_FAULTS = (
    faults.Fail,
    faults.InvalidArgument,
    faults.InvalidGraph,
    faults.InvalidProtobuf,
    faults.NotImplemented,
    faults.RuntimeException,
)


class SnapshotEngine:
    """The generator and the discriminator of one snapshot.

    Safe to share between threads: a session's `run` is, and nothing else changes.
    """

    def __init__(
        self,
        step: int,
        generator: onnxruntime.InferenceSession,
        discriminator: onnxruntime.InferenceSession,
        pixel_range: str,
    ) -> None:
        self.step = step
        self._generator = generator
        self._discriminator = discriminator
        self._pixel_range = pixel_range
        self.latent_size = int(generator.get_inputs()[0].shape[1])

    @classmethod
    def open(cls, paths: RunPaths, step: int) -> Self:
        """Load a snapshot.

        Raises:
            DamagedError: a file is missing, altered, or answers differently from Keras.
        """
        folder = paths.snapshot(step)
        generator = _session(sealed.verified(folder, snapshots.GENERATOR_ONNX))
        discriminator = _session(sealed.verified(folder, snapshots.DISCRIMINATOR_ONNX))
        engine = cls(step, generator, discriminator, _pixel_range(folder))
        engine._check(checkpoints.read_arrays(sealed.verified(folder, snapshots.GOLDEN)))
        return engine

    def images(self, latents: NDArray[np.float32]) -> NDArray[np.uint8]:
        """What G makes of latents `[N, Z]`: uint8 `[N, H, W, C]`, pixels as trained.

        Raises:
            BadInputError: latents of another size, or not finite.
        """
        return self._to_bytes(self._values(latents))

    def images_and_verdicts(
        self, latents: NDArray[np.float32]
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """The images, and for each the probability `[N]` that D gives it of being real."""
        values = self._values(latents)
        clipped = np.clip(self._logits(values), -60.0, 60.0)
        return self._to_bytes(values), (1.0 / (1.0 + np.exp(-clipped))).astype(np.float32)

    def _values(self, latents: NDArray[np.float32]) -> NDArray[np.float32]:
        if latents.ndim != 2 or latents.shape[1] != self.latent_size:
            raise BadInputError(
                N_("latents have shape {given}; this generator takes (N, {size})."),
                field="latents",
                given=latents.shape,
                size=self.latent_size,
            )
        if not np.isfinite(latents).all():
            raise BadInputError(N_("latents must be finite numbers."), field="latents")
        return _in_parts(self._generator, latents)

    def _logits(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        return _in_parts(self._discriminator, values)[:, 0]

    def _to_bytes(self, values: NDArray[np.float32]) -> NDArray[np.uint8]:
        return to_bytes(values, self._pixel_range)

    def _check(self, golden: checkpoints.Arrays) -> None:
        """Answer as Keras answered when the snapshot was written."""
        values = self._values(golden["latents"].astype(np.float32))
        logits = self._logits(values)
        for network, found, expected in (
            ("generator", values, golden["images"].astype(np.float32)),
            ("discriminator", logits, golden["logits"].astype(np.float32)),
        ):
            error = np.abs(found - expected) / np.maximum(1.0, np.abs(expected))
            worst = float(error.max())
            if not worst <= _TOLERANCE:
                raise DamagedError(
                    N_("The {network} of step {step} differs from its golden answers by {worst}."),
                    N_("Choose another snapshot."),
                    network=network,
                    step=self.step,
                    worst=f"{worst:.2g}",
                )


def _in_parts(
    session: onnxruntime.InferenceSession, inputs: NDArray[np.float32]
) -> NDArray[np.float32]:
    name = str(session.get_inputs()[0].name)
    parts = [
        session.run(None, {name: inputs[start : start + MAX_BATCH]})[0]
        for start in range(0, max(len(inputs), 1), MAX_BATCH)
    ]
    return np.concatenate(parts)


def _pixel_range(folder: Path) -> str:
    found = sealed.read_manifest(folder).get("pixel_range")
    if found not in ("-1,1", "0,1"):
        raise DamagedError(N_("The manifest of {folder} is damaged."), folder=folder.name)
    return str(found)


def _session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # batch sizes vary
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except _ONNX_FAULTS as error:
        raise DamagedError(
            N_("{name} cannot be loaded: {reason}."), name=path.name, reason=str(error)[:200]
        ) from error
