"""What an evaluation says of a snapshot: figures with intervals, and the features they are of.

Values only; `metrics` computes them, `runs.evaluations` keeps them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gan_core.config import MOST_STEPS, Count, Frozen

EVALUATION_VERSION = 2
"""1: intervals of KID, score and floor were the spread of single parts, not that of their mean,
and those of recall and coverage were of other real images."""

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Step = Annotated[int, Field(ge=0, le=MOST_STEPS)]

Depth = Literal["light", "full"]
FeatureSource = Literal["classifier", "inception", "random", "pixels"]


class Figure(Frozen):
    """A measured value and its 95 % interval; without an interval both ends are the value."""

    value: float
    low: float
    high: float


class FeatureNet(Frozen):
    """Whose features were compared; figures of different nets are never in one column.

    Attributes:
        name: part of every figure's name: `digit features`, `random features`.
        source: a frozen classifier, InceptionV3, random convolutions, or the pixels themselves.
        sha256: of the network's file, so that two nets of one name are told apart.
        size: how many numbers an image becomes.
        accuracy: of a classifier, the share of held-out images that it names rightly.
    """

    name: Annotated[str, Field(min_length=1, max_length=80)]
    source: FeatureSource
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    size: Annotated[int, Field(ge=1, le=100_000)]
    accuracy: Share | None = None


class SheetFigures(Frozen):
    """What is measured of every sample sheet, beside the real images.

    Attributes:
        within: how much an image says: its contrast, as a share of the real images'.
        between: how much the images differ, likewise; near 0 where all are alike.
        moved: how far the images of the same latents went since the sheet before, as a share of
            how much real images differ; `None` for the first sheet of a worker.
        nearest: how far generated images lie from the nearest training image, over how far
            training images lie from each other; near 0 where they are repeated. `None` where the
            training set is too large to be known by heart.
    """

    within: float
    between: float
    moved: float | None = None
    nearest: float | None = None


class ClassCounts(Frozen):
    """How the generated images spread over the classes of the data set.

    Attributes:
        names: of the classes, in the order of `shares`.
        shares: of each class, adding up to 1.
        num_hit: classes with at least one image.
        kl_to_uniform: in nats; 0 where all classes are equally frequent.
        real_shares: of each class among the real images that were compared with; empty where
            nobody counted.
    """

    names: tuple[str, ...]
    shares: tuple[Share, ...]
    num_hit: Count
    kl_to_uniform: float
    real_shares: tuple[Share, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The classes that no image belongs to."""
        return tuple(n for n, share in zip(self.names, self.shares, strict=True) if share == 0)


class LatentFigures(Frozen):
    """What only an autoencoder has; losses in nats an image, on images held out.

    Attributes:
        evidence_bound: `-(reconstruction + kl)`, a lower bound of log p(x); `None` without KL.
        reconstruction: the mean reconstruction error.
        kl: the mean KL divergence; `None` for a plain autoencoder.
        kl_dims: of each latent dimension, its mean KL.
        num_active: dimensions whose code really moves with the image: the variance of its mean
            is over 0.01 (Burda et al. 2015, arXiv 1509.00519).
    """

    reconstruction: float
    evidence_bound: float | None = None
    kl: float | None = None
    kl_dims: tuple[float, ...] = ()
    num_active: Count | None = None


class Evaluation(Frozen):
    """One evaluation of one snapshot; a figure is `None` where it was not asked for.

    Attributes:
        depth: `light` while training, on few images; `full` on request.
        num_images: how many were generated.
        num_real: how many real ones they were compared with.
        real: whether those were held out of training.
        floor: the Fréchet distance of one half of the real images to the other.
        memorisation: how much nearer generated images are to the training images than held-out
            ones are, or than these are to each other where `real` says so: 1 is as near, below 1
            is nearer.
        secs: how long it took.
    """

    schema_version: int = EVALUATION_VERSION
    depth: Depth
    step: Step
    features: FeatureNet
    num_images: Count
    num_real: Count
    real: Literal["held-out", "training"]
    secs: float
    fid: Figure | None = None
    floor: Figure | None = None
    kid: Figure | None = None
    inception_score: Figure | None = None
    precision: Figure | None = None
    recall: Figure | None = None
    density: Figure | None = None
    coverage: Figure | None = None
    classes: ClassCounts | None = None
    memorisation: Figure | None = None
    latent: LatentFigures | None = None
