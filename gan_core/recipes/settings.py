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
        "g_lr", 1e-7, 1.0, N_("Learning rate"),
        N_("How far the generator (of an autoencoder: both halves) moves at each step. Raise it "
           "when D is too strong."),
    ),
    _real(
        "d_lr", 1e-7, 1.0, N_("Learning rate of D"),
        N_("How far the discriminator moves at each step. Lower it when D's loss falls to zero."),
    ),
    _choice(
        "optimizer", ("adam", "rmsprop", "sgd"), N_("Optimiser"),
        N_("Adam and RMSprop adapt the step of each weight; SGD takes the gradient as it is, "
           "with β1 as its momentum, and needs a larger learning rate."),
    ),
    _real(
        "beta_1", 0.0, 0.999, N_("Adam β1"),
        N_("Momentum of the Adam optimiser. GANs like it low: 0.5 is usual."),
    ),
    _real(
        "beta_2", 0.0, 0.99999, N_("Adam β2"),
        N_("How long Adam remembers the size of the gradients."),
    ),
    _choice(
        "lr_schedule", ("constant", "exponential", "cosine", "cyclical"),
        N_("Learning-rate schedule"),
        N_("Exponential falls to a tenth by the end, cosine to zero, cyclical goes up and down "
           "between a tenth and the whole, ten times a run."),
    ),
    _real(
        "weight_decay", 0.0, 1.0, N_("Weight decay"),
        N_("Pulls all weights towards zero by this share of the learning rate; 0 is off."),
    ),
    _real(
        "grad_clip", 0.0, 1000.0, N_("Gradient clipping"),
        N_("The longest gradient allowed, over all weights of a network; 0 is off."),
    ),
    _choice(
        "loss", ("non-saturating", "minimax", "least-squares", "hinge", "wasserstein-gp", "kl"),
        N_("Loss"),
        N_("What the two networks play for. Non-saturating is the usual one; minimax is the "
           "original, whose G starves against a good D; kl is an experiment from the text's "
           "readers."),
    ),
    _real(
        "label_smoothing", 0.0, 0.5, N_("Label smoothing"),
        N_("Subtracted from D's target for real images (one-sided): 0.1 makes the target 0.9 "
           "and keeps D from being too sure."),
    ),
    _choice(
        "d_batches", ("separate", "joint", "two_updates"), N_("D's batches"),
        N_("Real and generated images through D separately, stacked in one batch (batch "
           "normalisation then sees both), or in an update each."),
    ),
    _whole(
        "d_steps", 1, 20, N_("D steps per G step"),
        N_("Updates of D before each update of G, every one on new images. Wasserstein wants 5."),
    ),
    _real(
        "gp_weight", 0.0, 1000.0, N_("Gradient penalty"),
        N_("Weight of the penalty that keeps the slopes of a Wasserstein critic near 1; other "
           "losses do not use it."),
    ),
    _real(
        "instance_noise", 0.0, 2.0, N_("Noise on D's inputs"),
        N_("Standard deviation of noise on all images that D sees; falls to zero over the run. "
           "Pixels span 1 or 2."),
    ),
    _real(
        "orthogonal", 0.0, 1.0, N_("Orthogonal regularisation"),
        N_("Weight of a term that keeps the filters of a layer different from each other."),
    ),
    _real(
        "mode_seeking", 0.0, 100.0, N_("Diversity term"),
        N_("Weight of a term that rewards G for different images from different latents."),
    ),
    _choice(
        "minibatch_std", ("off", "on"), N_("Minibatch discrimination"),
        N_("Shows D how varied a batch is, so that a G that repeats itself is found out."),
    ),
    _choice(
        "latent_distribution", ("normal", "uniform"), N_("Latents"),
        N_("What G draws from: normal, or uniform between -1 and 1."),
    ),
    _real(
        "ema", 0.0, 0.99999, N_("Averaged G (EMA)"),
        N_("Sheets and snapshots show a running average of G's weights; 0.99 looks back over "
           "about a hundred steps, 0 is off."),
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
        "init_std", 0.0, 1.0, N_("Initial deviation"),
        N_("Standard deviation of the normal distribution that the weights start from; 0 leaves "
           "it to the framework (Glorot)."),
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
        "d_variant", ("bn", "pool"), N_("Variant of D"),
        N_("Two strided convolutions with batch normalisation, or one with pooling and a dense "
           "layer."),
    ),
    _choice(
        "upsampling", ("transpose", "nearest"), N_("Upsampling"),
        N_("How G enlarges: transposed convolution, or nearest neighbour and a convolution "
           "(fewer checkerboard patterns, slower)."),
    ),
    _whole(
        "last_kernel", 1, 15, N_("Last kernel"),
        N_("Width of G's last convolution in pixels."),
    ),
    _whole(
        "g_convolutions", 0, 8, N_("Convolutions in G"),
        N_("3×3 convolutions before G first enlarges: there it decides how parts fit together. "
           "Each takes time."),
    ),
    _whole(
        "d_hidden", 0, 4096, N_("Hidden layer of D"),
        N_("Units of a dense layer between D's convolutions and its answer; 0 is none. D sees "
           "whole shapes with it, not only the sum of their parts."),
    ),
    _choice(
        "output_activation", ("tanh", "sigmoid"), N_("Output of G"),
        N_("tanh gives pixels from -1 to 1, sigmoid from 0 to 1."),
    ),
    _choice(
        "pixel_range", ("-1,1", "0,1"), N_("Pixel range"),
        N_("What the real images are scaled to; follows the output of G unless set."),
    ),
    _choice(
        "lesson", ("both", "d_only", "g_only"), N_("Who learns"),
        N_("Both networks; D alone against random noise; or G alone against a D that stands "
           "still."),
    ),
    _choice(
        "on_collapse", ("ask", "restart", "ignore"), N_("When training collapses"),
        N_("Ask what to do, go back to the last healthy snapshot with gentler settings and a "
           "new seed (three times at most), or take no notice."),
    ),
    _whole(
        "early_stopping", 0, 1000, N_("Stop early after"),
        N_("Evaluations in a row that bring no better Fréchet distance (FID) before the run ends "
           "by itself; 0 is off. The best snapshot is kept in any case."),
    ),
    _real(
        "beta", 0.0, 100.0, N_("Weight of KL (β)"),
        N_("How much the divergence from the normal distribution counts beside the "
           "reconstruction: 1 as published, less gives sharper images and a plane with gaps, "
           "more a smooth plane and blurred images, and in the end codes that say nothing."),
    ),
    SettingSpec(
        name="precision", kind="choice", choices=("float32",), gpu_choices=("mixed_bfloat16",),
        label=N_("Precision"),
        help=N_("bfloat16 halves memory and time on a GPU; on a CPU it is eight times slower, "
                "so it is offered only where a GPU is."),
    ),
    _choice(
        "event_files", ("off", "on"), N_("Event files"),
        N_("Writes curves, sheets and settings also as `events/` in the run's folder, which "
           "TensorBoard opens. Training and its numbers stay as they are."),
    ),
    _whole(
        "log_every", 1, 10_000, N_("Log every"),
        N_("Steps between two points of the curves."),
    ),
    _whole(
        "snapshot_every", 0, 1_000_000, N_("Snapshot every"),
        N_("Steps between two snapshots (0: one epoch): generators to explore, states to fork "
           "from."),
    ),
    _real(
        "checkpoint_secs", 1.0, 3600.0, N_("Checkpoint every (s)"),
        N_("Seconds between two checkpoints: the most work that a crash can cost."),
    ),
)  # fmt: skip

SPECS: dict[str, SettingSpec] = {spec.name: spec for spec in _ALL}

BEFORE_IT_WAS: dict[str, SettingValue] = {
    "g_convolutions": 0,
    "d_hidden": 0,
    "early_stopping": 0,
    "event_files": "off",
    "beta": 1.0,
}
"""What runs did that were made before a setting was there: their records do not have it."""


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
