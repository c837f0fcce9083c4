"""Settings that cannot go together are refused in words; those that can are let through."""

from __future__ import annotations

import itertools

import pytest

from gan_core.config import Settings, SettingValue
from gan_core.errors import BadInputError
from gan_core.recipes import registry
from gan_core.recipes.layers import BatchNorm, MinibatchStd
from gan_core.recipes.resolve import check_combination, resolve_settings


def _settings(**overrides: SettingValue) -> Settings:
    return resolve_settings(registry.get("quick-dcgan"), overrides, gpu=False)


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (
            {"loss": "hinge", "label_smoothing": 0.1},
            (
                "label_smoothing: got 0.1 with the loss hinge, which has no labels to smooth; "
                "allowed is 0."
            ),
        ),
        (
            {"loss": "wasserstein-gp"},
            (
                "d_norm: got batch with the loss wasserstein-gp, whose gradient penalty looks at "
                "each image by itself, while this mixes the images of a batch; allowed is none."
            ),
        ),
        (
            {"loss": "wasserstein-gp", "d_norm": "none", "minibatch_std": "on"},
            (
                "minibatch_std: got on with the loss wasserstein-gp, whose gradient penalty looks "
                "at each image by itself, while this mixes the images of a batch; allowed is off."
            ),
        ),
        (
            {"loss": "wasserstein-gp", "d_norm": "none", "d_batches": "two_updates"},
            (
                "d_batches: got two_updates with the loss wasserstein-gp, whose gradient penalty "
                "lies between real and generated images; allowed is separate or joint."
            ),
        ),
    ],
)
def test_refused(overrides: dict[str, SettingValue], said: str) -> None:
    with pytest.raises(BadInputError) as caught:
        check_combination(_settings(**overrides))
    assert caught.value.one_line() == said


def test_everything_else_goes_together() -> None:
    losses = ["non-saturating", "minimax", "least-squares", "hinge", "kl"]
    for loss, batches, norm in itertools.product(
        losses, ["separate", "joint", "two_updates"], ["none", "batch"]
    ):
        check_combination(_settings(loss=loss, d_batches=batches, d_norm=norm, ema=0.99))
    check_combination(_settings(loss="wasserstein-gp", d_norm="none", d_steps=5))


def test_a_d_that_has_no_normalisation_may_be_a_critic() -> None:
    recipe = registry.get("dense-conv-gan")
    pool = {"loss": "wasserstein-gp", "d_variant": "pool"}
    made = resolve_settings(recipe, pool, gpu=False)
    check_combination(made)
    assert not any(isinstance(x, BatchNorm) for x in recipe.networks(made, (28, 28, 1))[1].layers)
    with pytest.raises(BadInputError, match="got batch"):
        check_combination(resolve_settings(recipe, {**pool, "d_variant": "bn"}, gpu=False))


@pytest.mark.parametrize("name", [n for n in registry.names() if registry.get(n).family == "gan"])
def test_every_recipe_can_be_a_critic(name: str) -> None:
    """Once what stands against it is set aside, and then D mixes no images of a batch."""
    recipe = registry.get(name)
    aside: dict[str, SettingValue] = {
        "d_norm": "none", "label_smoothing": 0.0, "d_batches": "separate",
    }  # fmt: skip
    made = resolve_settings(recipe, {"loss": "wasserstein-gp", **aside}, gpu=False)
    check_combination(made)
    size = recipe.image_sizes[0]
    layers = recipe.networks(made, (size, size, 1))[1].layers
    assert not any(isinstance(layer, BatchNorm | MinibatchStd) for layer in layers)


@pytest.mark.parametrize("name", registry.names())
def test_every_recipe_as_it_is(name: str) -> None:
    recipe = registry.get(name)
    check_combination(resolve_settings(recipe, {}, gpu=False))
    for preset in recipe.presets:
        check_combination(resolve_settings(recipe, preset.changes, gpu=False))
