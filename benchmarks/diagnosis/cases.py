"""The runs: each short, and each with what the diagnosis has to say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gan_core.config import SettingValue


@dataclass(frozen=True, kw_only=True)
class Case:
    """One run.

    Attributes:
        name: of the case.
        rule: the rule that has to speak; empty for a healthy run, of which no alarm may.
        recipe, dataset, settings, steps: what is trained.
        num_images, num_held_out: train on so many pictures of `digits`, brought as somebody's
            own, and hold so many out.
        takes_long: needs more than a minute on two cores, or a data set that is not built in.
    """

    name: str
    rule: str = ""
    recipe: str
    dataset: str = "digits"
    settings: Mapping[str, SettingValue] = field(default_factory=dict)
    steps: int
    num_images: int = 0
    num_held_out: int = 0
    takes_long: bool = False


PROVOKED = (
    Case(
        name="sigmoid on [-1, 1]",
        rule="wrong_scaling",
        recipe="dense-conv-gan",
        settings={"pixel_range": "-1,1", "snapshot_every": 20, "batch_size": 32},
        steps=40,
    ),
    Case(
        name="batch of 2",
        rule="small_batch",
        recipe="quick-dcgan",
        settings={"batch_size": 2},
        steps=100,
    ),
    Case(
        name="learning rate 1",
        rule="not_finite",
        recipe="vae",
        settings={"g_lr": 1.0, "log_every": 10},
        steps=200,
    ),
    Case(
        name="D 100 times as fast",
        rule="d_overpowers",
        recipe="mlp-gan",
        settings={"d_lr": 1e-3, "g_lr": 1e-5},
        steps=600,
    ),
    Case(
        name="D hardly learns",
        rule="g_overpowers",
        recipe="mlp-gan",
        settings={"d_lr": 1e-7},
        steps=800,
    ),
    Case(
        name="minimax against a strong D",
        rule="vanishing_gradient",
        recipe="mlp-gan",
        settings={"loss": "minimax", "d_lr": 1e-3, "g_lr": 1e-5},
        steps=600,
    ),
    Case(
        name="a loss for real images alone",
        rule="one_sided_loss",
        recipe="mlp-gan",
        settings={"loss": "kl"},
        steps=600,
    ),
    Case(
        name="G without normalisation, 10 times as fast",
        rule="mode_collapse",
        recipe="mlp-gan",
        settings={"g_lr": 2e-3, "g_norm": "none", "beta_1": 0.9},
        steps=600,
    ),
    Case(
        name="both fast, with momentum",
        rule="oscillation",
        recipe="mlp-gan",
        settings={"g_lr": 5e-3, "d_lr": 5e-3, "beta_1": 0.9},
        steps=1200,
    ),
    Case(
        name="thirty pictures",
        rule="memorising",
        recipe="mlp-gan",
        settings={"batch_size": 16},
        steps=6000,
        num_images=30,
    ),
    Case(
        name="a tenth of the usual time",
        rule="under_trained",
        recipe="quick-dcgan",
        settings={"batch_size": 16},
        steps=450,
    ),
    Case(
        name="long after the best",
        rule="stopped_improving",
        recipe="vae",
        settings={"batch_size": 50, "g_lr": 3e-3, "log_every": 5, "snapshot_every": 200},
        steps=2000,
        num_images=250,
        num_held_out=50,
    ),
    Case(
        name="β of 100",
        rule="posterior_collapse",
        recipe="vae",
        settings={"beta": 100.0},
        steps=600,
    ),
    Case(
        name="β of 4",
        rule="blur",
        recipe="vae",
        settings={"beta": 4.0},
        steps=600,
    ),
    Case(
        name="the same, for longer",
        rule="partial_collapse",
        recipe="mlp-gan",
        settings={"g_lr": 5e-3, "d_lr": 5e-3, "beta_1": 0.9},
        steps=3000,  # the first evaluation that pays is at step 1230
    ),
)

HEALTHY = (
    Case(name="mlp-gan, digits", recipe="mlp-gan", steps=2000),
    Case(name="quick-dcgan, digits", recipe="quick-dcgan", steps=1200),
    Case(name="vae, digits", recipe="vae", steps=1500),
    Case(name="autoencoder, digits", recipe="autoencoder", steps=1500),
    Case(name="quick-dcgan, shapes", recipe="quick-dcgan", dataset="shapes", steps=900),
    Case(
        name="quick-dcgan, hinge loss", recipe="quick-dcgan", settings={"loss": "hinge"},
        steps=1500,
    ),
    Case(name="mlp-gan, MNIST", recipe="mlp-gan", dataset="mnist", steps=2000, takes_long=True),
    Case(name="vae, MNIST", recipe="vae", dataset="mnist", steps=2400, takes_long=True),
    Case(
        name="quick-dcgan, Fashion-MNIST", recipe="quick-dcgan", dataset="fashion-mnist",
        steps=900, takes_long=True,
    ),
    Case(
        name="quickdraw-dcgan, cats", recipe="quickdraw-dcgan", dataset="quickdraw:cat",
        settings={"batch_size": 32}, steps=700, takes_long=True,
    ),
    Case(
        name="vae, Fashion-MNIST", recipe="vae", dataset="fashion-mnist", steps=1800,
        takes_long=True,
    ),
    Case(
        name="autoencoder, MNIST", recipe="autoencoder", dataset="mnist", steps=1800,
        takes_long=True,
    ),
)  # fmt: skip
