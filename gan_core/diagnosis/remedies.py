"""Changed settings that a fork may take: only what the recipe has, and no other networks."""

from __future__ import annotations

from gan_core.config import Settings, SettingValue
from gan_core.diagnosis import signs
from gan_core.diagnosis.signals import Signals
from gan_core.recipes.settings import BEFORE_IT_WAS, SPECS

Changes = dict[str, SettingValue]

_SMOOTHING = 0.1
_NOISE = 0.1
_DECAY = 1e-3
_CLIP = 1.0
_HAVE_NO_LABELS = {"hinge", "wasserstein-gp"}
USUAL_BATCH = 32
_LR_CEILING = 1e-3
"""Of Adam and RMSprop: their own default, and the largest rate that our recipes use."""


def slower_d(signals: Signals) -> Changes:
    """D learns at most as fast as G, and at a fifth of its rate; its labels are smoothed.

    Smoothing: Salimans et al. 2016, section 3.4.
    """
    s = signals.settings
    if s.d_lr is None:
        return {}
    changes: Changes = {"d_lr": _rate(min(s.d_lr / 5, max(s.g_lr, 1e-4)))}
    usual = _default(signals, "g_lr")
    if s.g_lr < usual / 5:
        changes |= {"g_lr": usual}
    if s.label_smoothing == 0 and s.loss not in _HAVE_NO_LABELS:
        changes |= {"label_smoothing": _SMOOTHING}
    return changes


def faster_d(signals: Signals) -> Changes:
    """D learns at the recipe's rate, or five times as fast where it does already."""
    s = signals.settings
    if s.d_lr is None:
        return {}
    usual = _default(signals, "d_lr")
    return {"d_lr": usual if s.d_lr < usual / 2 else _rate(s.d_lr * 5)}


def slower_both(signals: Signals) -> Changes:
    """Both learn at a fifth of their rates, and no faster than is usual."""
    s = signals.settings
    most = 1.0 if s.optimizer == "sgd" else _LR_CEILING
    changes: Changes = {"g_lr": _rate(min(s.g_lr / 5, most))}
    if s.d_lr is not None:
        changes |= {"d_lr": _rate(min(s.d_lr / 5, most))}
    return changes


def tamed(signals: Signals) -> Changes:
    """Slower, and gradients no longer than 1 (Pascanu et al. 2013, arXiv 1211.5063)."""
    shortest = min(signals.settings.grad_clip or _CLIP, _CLIP)  # 0 is off
    return slower_both(signals) | _if_it_has(signals.settings, grad_clip=shortest)


def steadier(signals: Signals) -> Changes:
    """Slower, with little momentum (Radford et al. 2016, section 4: β1 of 0.5)."""
    changes = slower_both(signals)
    if signals.settings.beta_1 is not None and signals.settings.beta_1 > 0.5:
        changes |= {"beta_1": 0.5}
    return changes


def more_variety(signals: Signals) -> Changes:
    """A term that rewards G for different images (Mao et al. 2019, arXiv 1903.05628), slower."""
    weight = max(signals.settings.mode_seeking or 0.0, 1.0)
    return slower_both(signals) | _if_it_has(signals.settings, mode_seeking=weight)


def usual_batch(signals: Signals) -> int:
    """A batch of the usual size, as far as there are images for all of D's turns in a step."""
    most = signals.config.dataset.num_train // (signals.settings.d_steps or 1)
    return max(2, min(USUAL_BATCH, most))


def usual_loss(signals: Signals) -> Changes:
    """The game whose loss tells G something wherever D stands, and D of both kinds of images."""
    return _if_it_has(signals.settings, loss="non-saturating")


def right_range(signals: Signals) -> str:
    """What G's last function can reach."""
    return "0,1" if signals.settings.output_activation == "sigmoid" else "-1,1"


def gentle_beta(signals: Signals) -> float:
    """1 where β is larger, as published; else a fourth."""
    beta = signs.beta(signals)
    return 1.0 if beta > 1 else beta / 4


def other_beta(signals: Signals, value: float) -> Changes:
    """Another weight of KL, where the recipe has one."""
    return {"beta": value} if "beta" in signals.recipe.defaults else {}


def less_by_heart(signals: Signals) -> Changes:
    """Noise on what D sees, so that it cannot know images by heart (arXiv 1701.04862).

    Of those without D the weights are held small.
    """
    s = signals.settings
    noise = _within("instance_noise", max(2 * (s.instance_noise or 0.0), _NOISE))
    decay = _within("weight_decay", max(2 * (s.weight_decay or 0.0), _DECAY))
    return _if_it_has(s, instance_noise=noise, weight_decay=decay)


def less_time(signals: Signals) -> int:
    """The steps in all of a fork that trains for half the time that this run took so far."""
    return signals.begins + max(1, (signals.step - signals.begins) // 2)


def what_changes(signals: Signals, changes: Changes) -> Changes:
    """Those of the changes that the run does not have already."""
    had = BEFORE_IT_WAS | signals.settings.as_dict()
    return {name: value for name, value in changes.items() if had.get(name) != value}


def _default(signals: Signals, name: str) -> float:
    value = signals.recipe.defaults[name]
    assert isinstance(value, float)  # noqa: S101 - rates are
    return value


def _rate(value: float) -> float:
    """A learning rate in two digits, within its bounds."""
    return _within("g_lr", float(f"{value:.2g}"))


def _within(name: str, value: float) -> float:
    """A number, or the bound of its setting that is nearest to it."""
    spec = SPECS[name]
    assert spec.low is not None  # noqa: S101 - every number has bounds
    assert spec.high is not None  # noqa: S101
    return min(max(spec.low, value), spec.high)


def _if_it_has(settings: Settings, **changes: SettingValue) -> Changes:
    had = settings.as_dict()
    return {name: value for name, value in changes.items() if name in had}
