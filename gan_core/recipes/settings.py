"""Every setting: its kind, its bounds and the words a page shows beside it.

A recipe chooses which of them it has and their defaults; the bounds are the same everywhere.
"""

from __future__ import annotations

from typing import Literal

from gan_core.config import Frozen, SettingValue
from gan_core.text import N_


class SettingSpec(Frozen):
    """What a setting may be."""

    name: str
    kind: Literal["int", "float", "choice"]
    label: str
    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    gpu_choices: tuple[str, ...] = ()
    """Choices that are offered only where a GPU is."""


def _whole(name: str, low: int, high: int, label: str, text: str) -> SettingSpec:
    return SettingSpec(name=name, kind="int", low=low, high=high, label=label, help=text)


def _real(name: str, low: float, high: float, label: str, text: str) -> SettingSpec:
    return SettingSpec(name=name, kind="float", low=low, high=high, label=label, help=text)


def _choice(name: str, choices: tuple[str, ...], label: str, text: str) -> SettingSpec:
    return SettingSpec(name=name, kind="choice", choices=choices, label=label, help=text)


_ALL = (
    _whole(
        "batch_size", 2, 4096, N_("Batch size"),
        N_("Images per step. Larger batches are smoother and slower; 32 to 256 is usual."),
    ),
    _whole(
        "latent_size", 1, 5000, N_("Latent size"),
        N_("Length of the random vector that becomes an image. More room for variety, "
           "more dimensions to explore."),
    ),
    _real(
        "g_lr", 1e-7, 1.0, N_("Learning rate of G"),
        N_("How far the generator moves at each step. Raise it when D is too strong."),
    ),
    _real(
        "d_lr", 1e-7, 1.0, N_("Learning rate of D"),
        N_("How far the discriminator moves at each step. Lower it when D's loss falls to zero."),
    ),
    _real(
        "beta_1", 0.0, 0.999, N_("Adam β1"),
        N_("Momentum of the Adam optimiser. GANs like it low: 0.5 is usual."),
    ),
    _real(
        "label_smoothing", 0.0, 0.5, N_("Label smoothing"),
        N_("Subtracted from D's target for real images (one-sided): 0.1 makes the target 0.9 "
           "and keeps D from being too sure."),
    ),
    _real(
        "dropout", 0.0, 0.9, N_("Dropout in D"),
        N_("Share of D's values that are zeroed while training; slows D down."),
    ),
    _real(
        "leaky_slope", 0.0, 1.0, N_("Leaky slope"),
        N_("Slope of leaky ReLU for negative values; 0 is plain ReLU."),
    ),
    _real(
        "init_std", 1e-4, 1.0, N_("Initial deviation"),
        N_("Standard deviation of the normal distribution that the weights start from."),
    ),
    _choice(
        "g_norm", ("none", "batch"), N_("Normalisation in G"),
        N_("Batch normalisation steadies the generator and couples the images of a batch."),
    ),
    _choice(
        "d_norm", ("none", "batch"), N_("Normalisation in D"),
        N_("Batch normalisation in the discriminator."),
    ),
    _choice(
        "upsampling", ("transpose", "nearest"), N_("Upsampling"),
        N_("How G enlarges: transposed convolution, or nearest neighbour and a convolution "
           "(fewer checkerboard patterns, slower)."),
    ),
    _choice(
        "output_activation", ("tanh", "sigmoid"), N_("Output of G"),
        N_("tanh gives pixels from -1 to 1, sigmoid from 0 to 1."),
    ),
    _choice(
        "pixel_range", ("-1,1", "0,1"), N_("Pixel range"),
        N_("What the real images are scaled to; follows the output of G unless set."),
    ),
    SettingSpec(
        name="precision", kind="choice", choices=("float32",), gpu_choices=("mixed_bfloat16",),
        label=N_("Precision"),
        help=N_("bfloat16 halves memory and time on a GPU; on a CPU it is eight times slower, "
                "so it is offered only where a GPU is."),
    ),
    _whole(
        "log_every", 1, 10_000, N_("Log every"),
        N_("Steps between two points of the curves."),
    ),
    _whole(
        "snapshot_every", 1, 1_000_000, N_("Snapshot every"),
        N_("Steps between two snapshots: generators to explore, states to fork from."),
    ),
    _real(
        "checkpoint_secs", 1.0, 3600.0, N_("Checkpoint every (s)"),
        N_("Seconds between two checkpoints: the most work that a crash can cost."),
    ),
)  # fmt: skip

SPECS: dict[str, SettingSpec] = {spec.name: spec for spec in _ALL}


def allowed(spec: SettingSpec, *, gpu: bool) -> str:
    """What a setting may be, in a few words."""
    if spec.kind == "choice":
        return ", ".join(choices(spec, gpu=gpu))
    return f"{spec.low:g} … {spec.high:g}"


def choices(spec: SettingSpec, *, gpu: bool) -> tuple[str, ...]:
    """The choices that the device at hand offers."""
    return spec.choices + (spec.gpu_choices if gpu else ())


def parse(spec: SettingSpec, text: str) -> SettingValue:
    """A value from the command line; left as text where it is not of the kind."""
    if spec.kind == "choice":
        return text
    try:
        return int(text) if spec.kind == "int" else float(text)
    except ValueError:
        return text
