"""One snapshot, loaded, checked against its golden images, and ready to answer."""

from __future__ import annotations

from pathlib import Path
from typing import Self, get_args

import numpy as np
from numpy.typing import NDArray

from gan_core.errors import BadInputError, DamagedError
from gan_core.inference.batching import Batched
from gan_core.latent.pixels import from_bytes, to_bytes
from gan_core.portable.of_snapshot import open_model
from gan_core.portable.sessions import Model, furthest
from gan_core.recipes.verdicts import Verdict
from gan_core.runs import checkpoints, sealed, snapshots
from gan_core.runs.layout import RunPaths
from gan_core.text import N_

_SECOND = ("discriminator", "encoder")  # a snapshot has one of them; a stranger's generator none
_TOLERANCE = 2e-3  # of pixels and logits, relative above 1: other arithmetic, same network


class SnapshotEngine:
    """The networks of one snapshot: its generator, and its discriminator or its encoder if any.

    Safe to share between threads: its models are, and nothing else changes. Latents of several
    threads are answered together.
    """

    def __init__(
        self,
        step: int,
        generator: Model,
        *,
        discriminator: Model | None = None,
        encoder: Model | None = None,
        pixel_range: str,
        verdict: Verdict = "sigmoid",
    ) -> None:
        self.step = step
        self._made = Batched(generator, generator.at_once)
        self._discriminator = discriminator
        self._encoder = encoder
        self._pixel_range = pixel_range
        self._verdict = verdict
        self.latent_size = generator.input_shape[0]
        self.has_encoder = encoder is not None

    @classmethod
    def open(cls, paths: RunPaths, step: int) -> Self:
        """Load a snapshot.

        Raises:
            DamagedError: a file is missing, altered, or answers differently from Keras.
        """
        folder = paths.snapshot(step)
        about = sealed.read_manifest(folder)

        def model(role: str) -> Model:
            return open_model(folder, about, role)

        engine = cls(
            step,
            model("generator"),
            pixel_range=_one_of(about.get("pixel_range"), ("-1,1", "0,1"), folder),
            verdict=_one_of(about.get("verdict", "sigmoid"), get_args(Verdict), folder),  # type: ignore[arg-type]
            **{role: model(role) for role in _SECOND if snapshots.has_network(about, role)},
        )
        engine._check(checkpoints.read_arrays(sealed.verified(folder, snapshots.GOLDEN)))
        return engine

    def images(self, latents: NDArray[np.float32]) -> NDArray[np.uint8]:
        """What G makes of latents `[N, Z]`: uint8 `[N, H, W, C]`, pixels as trained.

        Raises:
            BadInputError: latents of another size, not finite, or too large to compute with.
        """
        return self._to_bytes(self._values(latents))

    def images_and_verdicts(
        self, latents: NDArray[np.float32]
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32] | None]:
        """The images, and for each the probability `[N]` that D gives it of being real.

        `None` in its place where there is no D, or where its answer is no probability; no number
        (NaN) for an image that it cannot judge.

        Raises:
            BadInputError: as for `images`.
        """
        values = self._values(latents)
        return self._to_bytes(values), self._judged(values)

    def verdicts(self, images: NDArray[np.uint8]) -> NDArray[np.float32] | None:
        """The probability `[N]` that D gives images of being real; `None` as above.

        Args:
            images: uint8 `[N, H, W, C]`, pixels as trained.

        Raises:
            BadInputError: images of another shape.
        """
        if self._discriminator is not None:
            self._check_shape(self._discriminator, images)
        return self._judged(from_bytes(images, self._pixel_range))

    def _judged(self, values: NDArray[np.float32]) -> NDArray[np.float32] | None:
        if self._discriminator is None or self._verdict == "none":
            return None
        logits = self._discriminator(values)[:, 0]
        if self._verdict == "clip":
            return np.clip(logits, 0.0, 1.0)
        return (1.0 / (1.0 + np.exp(-np.clip(logits, -60.0, 60.0)))).astype(np.float32)

    def encode(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The codes of images, float32 `[N, Z]`; a variational encoder's are the means.

        Args:
            images: uint8 `[N, H, W, C]`, pixels as trained.

        Raises:
            BadInputError: this snapshot has no encoder, or takes images of another shape.
        """
        if self._encoder is None:
            raise BadInputError(
                N_("this generator has no encoder: images cannot be turned into latents."),
                N_("`vae` and `autoencoder` train one."),
                field="run",
            )
        self._check_shape(self._encoder, images)
        return self._codes(from_bytes(images, self._pixel_range))

    @staticmethod
    def _check_shape(network: Model, images: NDArray[np.uint8]) -> None:
        shape = network.input_shape
        if images.ndim != 4 or images.shape[1:] != shape:
            raise BadInputError(
                N_("images have shape {given}; this network takes (N, {shape})."),
                field="images",
                given=images.shape,
                shape=", ".join(map(str, shape)),
            )

    def _codes(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        assert self._encoder is not None  # noqa: S101 - asked only where there is one
        return self._encoder(values)[:, : self.latent_size]

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
        return self._made(latents)

    def _to_bytes(self, values: NDArray[np.float32]) -> NDArray[np.uint8]:
        if np.isnan(values).any():
            raise BadInputError(
                N_("this generator makes no image of latents that large."), field="latents"
            )
        return to_bytes(values, self._pixel_range)

    def _check(self, golden: checkpoints.Arrays) -> None:
        """Answer as Keras answered when the snapshot was written."""
        values = self._values(_answers(golden, "latents"))
        # Keras' own images go in: what differs in a pixel must not count twice.
        images = _answers(golden, "images")
        self._compare("generator", values, images)
        if self._encoder is not None:
            self._compare("encoder", self._codes(images), _answers(golden, "codes"))
        if self._discriminator is not None:
            logits = self._discriminator(images)[:, 0]
            self._compare("discriminator", logits, _answers(golden, "logits"))

    def _compare(
        self, network: str, found: NDArray[np.float32], expected: NDArray[np.float32]
    ) -> None:
        worst = furthest(found, expected) if found.shape == expected.shape else float("inf")
        if not worst <= _TOLERANCE:
            raise DamagedError(
                N_("The {network} of step {step} differs from its golden answers by {worst}."),
                N_("Choose another snapshot."),
                network=network,
                step=self.step,
                worst=f"{worst:.2g}",
            )


def _answers(golden: checkpoints.Arrays, name: str) -> NDArray[np.float32]:
    if name not in golden:
        raise DamagedError(N_("{file} is damaged."), file=snapshots.GOLDEN)
    return golden[name].astype(np.float32)


def _one_of(found: object, allowed: tuple[str, ...], folder: Path) -> str:
    if found not in allowed:
        raise DamagedError(N_("The manifest of {folder} is damaged."), folder=folder.name)
    return str(found)
