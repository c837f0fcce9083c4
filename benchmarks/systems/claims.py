"""What the texts say of their systems, and how to read the same from a run of ours."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from gan_core.config import RunConfig
from gan_core.recipes import registry

Columns = Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class Evidence:
    """A run: what it is, and its metric log by column; NaN where a line has no such value."""

    config: RunConfig
    columns: Columns

    def values(self, key: str, *, from_epoch: float = 0.0) -> list[float]:
        """The known values of a column, from an epoch on."""
        pairs = zip(self.columns.get("epoch", []), self.columns.get(key, []), strict=False)
        return [v for epoch, v in pairs if epoch >= from_epoch and not math.isnan(v)]


@dataclass(frozen=True)
class Claim:
    """One sentence of a text.

    Attributes:
        what: it is about.
        text: its figure.
        ours: the same, read from a run; "–" where the run is too short for it.
    """

    what: str
    text: str
    ours: Callable[[Evidence], str]


def _parameters(index: int) -> Callable[[Evidence], str]:
    def count(found: Evidence) -> str:
        recipe = registry.get(found.config.recipe)
        nets = recipe.networks(found.config.settings, found.config.dataset.image_shape)
        return _grouped(nets[index].num_parameters)

    return count


def _all_parameters(found: Evidence) -> str:
    recipe = registry.get(found.config.recipe)
    nets = recipe.networks(found.config.settings, found.config.dataset.image_shape)
    return _grouped(sum(net.num_parameters for net in nets))


def _grouped(count: int) -> str:
    return f"{count:,}".replace(",", " ")


def _last(key: str) -> Callable[[Evidence], str]:
    return lambda found: _figure(found.values(key)[-1:])


def _epoch_loss(found: Evidence) -> str:
    """The mean loss of the last whole epoch, which the line with `val_loss` carries."""
    pairs = zip(found.columns["loss"], found.columns["val_loss"], strict=False)
    return _figure([loss for loss, held_out in pairs if not math.isnan(held_out)][-1:])


def _figure(values: Sequence[float]) -> str:
    return f"{values[0]:.2f}" if values else "–"


def _band(key: str, low: float, high: float, from_epoch: float) -> Callable[[Evidence], str]:
    """The median, the range, and the share of values inside a band."""

    def read(found: Evidence) -> str:
        values = found.values(key, from_epoch=from_epoch)
        if not values:
            return "–"
        inside = sum(low <= v <= high for v in values) / len(values)
        return (
            f"median {median(values):.2f}, {min(values):.2f} to {max(values):.2f}, "
            f"{inside:.0%} inside, from epoch {from_epoch:g}"
        )

    return read


def _swing(key: str) -> Callable[[Evidence], str]:
    def read(found: Evidence) -> str:
        values = found.values(key)
        return f"{min(values):.0%} to {max(values):.0%}" if values else "–"

    return read


def _networks(g: str, d: str) -> list[Claim]:
    return [
        Claim("parameters of G", g, _parameters(0)),
        Claim("parameters of D", d, _parameters(1)),
    ]


CLAIMS: dict[str, list[Claim]] = {
    "mlp-gan": [
        *_networks("1 493 520", "533 505"),
        Claim("D's loss (mean; a fair game is 0.69)", "reported", _band("d_loss", 0.3, 0.8, 0.5)),
        Claim("D's accuracy on real", "reported in %", _swing("d_acc_real")),
        Claim("D's accuracy on generated", "reported in %", _swing("d_acc_fake")),
    ],
    "mnist-dcgan": [
        *_networks("1 164 289", "40 705"),
        Claim("D's loss hovers", "0.5 to 0.8", _band("d_loss", 0.5, 0.8, 1.0)),
        Claim("G's loss", "0.5 to 2", _band("g_loss", 0.5, 2.0, 1.0)),
        Claim("D's accuracy on real swings", "4 % to 98 %", _swing("d_acc_real")),
        Claim("on 100 real, every 10 epochs", "accuracy", _last("eval_acc_real")),
        Claim("on 100 generated, every 10 epochs", "accuracy", _last("eval_acc_fake")),
    ],
    "quickdraw-dcgan": [
        *_networks("2 330 944", "212 865"),
        Claim("D's loss (sum; D guesses at 1.39)", "shown", _band("d_loss", 0.5, 1.6, 1.0)),
    ],
    "dense-conv-gan": [
        *_networks("114 064", "81 281"),
        Claim("D's loss (sum; D guesses at 1.39)", "shown", _band("d_loss", 0.2, 1.6, 1.0)),
    ],
    "cifar-dcgan": [
        *_networks("2 370 563", "1 034 881"),
        Claim("D's loss on 16 + 16 held out", "each epoch", _last("eval_d_loss")),
        Claim("G's loss then", "each epoch", _last("eval_g_loss")),
    ],
    "vae": [
        Claim("parameters in all", "404 244", _all_parameters),
        Claim("training loss after 50 epochs", "149.39", _epoch_loss),
        Claim("test loss after 50 epochs", "151.71", _last("val_loss")),
    ],
    "autoencoder": [
        Claim("parameters in all (no variances)", "403 730", _all_parameters),
        Claim("training loss (below the vae's)", "< 149.39", _epoch_loss),
        Claim("test loss", "", _last("val_loss")),
    ],
    "quick-dcgan": _networks("234 369", "36 705"),
}
