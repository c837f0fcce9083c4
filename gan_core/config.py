"""What a run is: immutable, JSON both ways, holding values and judging none.

`recipes.resolve` judges; this file only says which values there are, within bounds that no page
and no worker can be harmed by: `config.json` may be damaged.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gan_core.errors import DamagedError
from gan_core.text import N_

SCHEMA_VERSION = 1

MOST_STEPS = 10**12
"""More than anybody trains; what is larger comes from a damaged file."""
_MOST_LATENTS = 100_000
_MOST_IMAGES = 10**10
_LARGEST_SIDE = 4096
_MOST_THREADS = 4096
_MOST_LAYERS = 1000

Count = Annotated[int, Field(ge=0, le=_MOST_IMAGES)]
Positive = Annotated[int, Field(ge=1, le=MOST_STEPS)]

SettingValue = bool | int | float | str | None

GanLoss = Literal["non-saturating", "minimax", "least-squares", "hinge", "wasserstein-gp", "kl"]


def first_fault(error: ValidationError) -> tuple[str, str]:
    """Where the first fault is, `a.b.0`, empty at the top, and what is wrong there."""
    first = error.errors()[0]
    return ".".join(str(part) for part in first["loc"]), first["msg"]


class Frozen(BaseModel):
    """Base of every value object: unknown keys refused, assignment refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Settings(Frozen):
    """Every resolved setting of a run; `None` where the recipe has no such setting."""

    batch_size: Positive
    latent_size: Annotated[int, Field(ge=1, le=_MOST_LATENTS)]
    g_lr: float
    log_every: Positive
    snapshot_every: Count
    checkpoint_secs: float
    precision: Literal["float32", "mixed_bfloat16"] = "float32"
    pixel_range: Literal["-1,1", "0,1"] = "-1,1"
    # The optimisers
    d_lr: float | None = None
    optimizer: Literal["adam", "rmsprop", "sgd"] | None = None
    beta_1: float | None = None
    beta_2: float | None = None
    lr_schedule: Literal["constant", "exponential", "cosine", "cyclical"] | None = None
    weight_decay: float | None = None
    grad_clip: float | None = None
    # The networks
    dropout: float | None = None
    leaky_slope: float | None = None
    init_std: float | None = None
    g_norm: Literal["none", "batch"] | None = None
    d_norm: Literal["none", "batch"] | None = None
    d_variant: Literal["bn", "pool"] | None = None
    upsampling: Literal["transpose", "nearest"] | None = None
    last_kernel: Annotated[int, Field(ge=1, le=_LARGEST_SIDE)] | None = None
    g_convolutions: Annotated[int, Field(ge=0, le=_MOST_LAYERS)] | None = None
    d_hidden: Annotated[int, Field(ge=0, le=_MOST_LATENTS)] | None = None
    output_activation: Literal["tanh", "sigmoid"] | None = None
    latent_distribution: Literal["normal", "uniform"] | None = None
    minibatch_std: Literal["off", "on"] | None = None
    # The game
    loss: GanLoss | None = None
    label_smoothing: float | None = None
    d_batches: Literal["separate", "joint", "two_updates"] | None = None
    d_steps: Annotated[int, Field(ge=1, le=_MOST_THREADS)] | None = None
    gp_weight: float | None = None
    instance_noise: float | None = None
    orthogonal: float | None = None
    mode_seeking: float | None = None
    ema: float | None = None
    lesson: Literal["both", "d_only", "g_only"] | None = None
    on_collapse: Literal["ask", "restart", "ignore"] | None = None
    event_files: Literal["off", "on"] | None = None
    early_stopping: Annotated[int, Field(ge=0, le=_MOST_IMAGES)] | None = None
    # The balance of a variational autoencoder
    beta: float | None = None

    def as_dict(self) -> dict[str, SettingValue]:
        """The settings that this run has, by name."""
        return self.model_dump(exclude_none=True)


class DatasetInfo(Frozen):
    """What is known of a data set without loading its images.

    Attributes:
        name: its whole identity: `mnist`, `cifar10:automobile`, or `own:<id>` for somebody's own.
        num_train, num_test: images to learn from, and held out.
        image_size, channels: of an image as the networks see it; another size than the data
            set's native one is made when it is loaded.
        num_classes: 0 where nothing is labelled.
        class_names: a name for each class, where they have names.
        title: what people call it, where the name is not theirs.
    """

    name: str
    num_train: Count
    num_test: Count
    image_size: Annotated[int, Field(ge=1, le=_LARGEST_SIDE)]
    channels: Annotated[int, Field(ge=1, le=4)]
    num_classes: Count
    class_names: tuple[str, ...] = ()
    title: str = ""

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """`(H, W, C)` of one image."""
        return (self.image_size, self.image_size, self.channels)


class Kernels(Frozen):
    """How the step is computed: the same choice is used again on every resume.

    Equal arithmetic in another order differs in the seventh digit, so a resumed run is
    identical only with the same device, thread count, compiler and layers.

    `rewritten` names the layers, as `network/layer`, that are computed in their faster way. A new
    run says `measure`: its worker settles it before the first step.
    """

    device: Literal["cpu", "gpu"]
    jit: bool
    intra_op_threads: Annotated[int, Field(ge=0, le=_MOST_THREADS)]
    inter_op_threads: Annotated[int, Field(ge=0, le=_MOST_THREADS)]
    rewritten: tuple[str, ...] | Literal["measure"] = ()


class Parent(Frozen):
    """The snapshot that a fork began from."""

    run: str
    step: int


class Sweep(Frozen):
    """What a run has in common with others that differ in a few settings only.

    Attributes:
        id: of them all.
        names: the settings that differ.
    """

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
    names: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")], ...],
        Field(min_length=1, max_length=8),
    ]


class RunConfig(Frozen):
    """A complete, resolved run, as `config.json` holds it.

    `sheet_seed` is set where a fork's sheets began with another seed, its parent's or that of whom
    the parent was forked from: they go on with those latents. `sweep` is set where the run is one
    of a sweep.
    """

    schema_version: int = SCHEMA_VERSION
    recipe: str
    dataset: DatasetInfo
    settings: Settings
    seed: int
    sheet_seed: int | None = None
    total_steps: Annotated[int, Field(ge=0, le=MOST_STEPS)]
    steps_per_epoch: Positive
    kernels: Kernels
    versions: dict[str, str]
    created: str
    parent: Parent | None = None
    sweep: Sweep | None = None

    def to_json(self) -> dict[str, Any]:
        """The JSON object of `config.json`."""
        return self.model_dump(mode="json", exclude_none=True)

    @classmethod
    def from_json(cls, value: Any) -> RunConfig:
        """Read what `to_json` wrote.

        Raises:
            DamagedError: not such an object, or written by a newer version of the program.
        """
        version = value.get("schema_version") if isinstance(value, dict) else None
        if isinstance(version, int) and version > SCHEMA_VERSION:
            raise DamagedError(
                N_("config.json has schema version {version}; this program reads up to {newest}."),
                N_("Open it with a newer version of the program."),
                version=version,
                newest=SCHEMA_VERSION,
            )
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            where, reason = first_fault(error)
            raise DamagedError(
                N_("config.json is damaged: {where}: {reason}."),
                where=where or "config.json",
                reason=reason,
            ) from error
