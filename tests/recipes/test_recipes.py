"""The two recipes: what was published, and every setting builds a network."""

from __future__ import annotations

import itertools

import pytest

from gan_core.config import Settings, SettingValue
from gan_core.errors import NotFoundError
from gan_core.recipes import registry
from gan_core.recipes.layers import BatchNorm, Conv, ConvT, Dropout, Network, Upsample
from gan_core.recipes.recipe import Recipe
from gan_core.recipes.resolve import resolve_settings
from gan_core.recipes.settings import SPECS, choices

GREY_28 = (28, 28, 1)


def _settings(name: str, **overrides: SettingValue) -> Settings:
    return resolve_settings(registry.get(name), overrides, gpu=False)


def _networks(name: str, **overrides: SettingValue) -> tuple[Network, Network]:
    return registry.get(name).networks(_settings(name, **overrides), GREY_28)


def _table(network: Network) -> list[tuple[str, tuple[int, ...], int]]:
    return [
        (layer.kind, shape, count)
        for layer, shape, count in zip(
            network.layers, network.shapes(), network.parameter_counts(), strict=True
        )
    ]


@pytest.mark.parametrize(
    ("name", "in_g", "in_d"),
    [("mnist-dcgan", 1_164_289, 40_705), ("quick-dcgan", 234_369, 36_705)],
)
def test_parameter_counts(name: str, in_g: int, in_d: int) -> None:
    g, d = _networks(name)
    assert (g.num_parameters, d.num_parameters) == (in_g, in_d)


def test_mnist_dcgan_layer_by_layer() -> None:
    g, d = _networks("mnist-dcgan")
    assert _table(g) == [
        ("dense", (6272,), 633_472),
        ("leaky_relu", (6272,), 0),
        ("reshape", (7, 7, 128), 0),
        ("conv_transpose", (14, 14, 128), 262_272),
        ("leaky_relu", (14, 14, 128), 0),
        ("conv_transpose", (28, 28, 128), 262_272),
        ("leaky_relu", (28, 28, 128), 0),
        ("conv", (28, 28, 1), 6_273),
        ("activation", (28, 28, 1), 0),
    ]
    assert _table(d) == [
        ("conv", (14, 14, 64), 640),
        ("leaky_relu", (14, 14, 64), 0),
        ("dropout", (14, 14, 64), 0),
        ("conv", (7, 7, 64), 36_928),
        ("leaky_relu", (7, 7, 64), 0),
        ("dropout", (7, 7, 64), 0),
        ("flatten", (3136,), 0),
        ("dense", (1,), 3_137),
    ]


def test_mnist_dcgan_numbers_as_published() -> None:
    recipe = registry.get("mnist-dcgan")
    settings = _settings("mnist-dcgan")
    assert (settings.batch_size, settings.latent_size) == (256, 100)
    assert (settings.g_lr, settings.d_lr, settings.beta_1) == (2e-4, 2e-4, 0.5)
    assert (settings.dropout, settings.leaky_slope) == (0.4, 0.2)
    assert (settings.output_activation, settings.pixel_range) == ("sigmoid", "0,1")
    assert recipe.update == "alternating_stacked"
    assert recipe.default_epochs == 100
    assert recipe.dataset == "mnist"
    kernels = [layer.kernel for layer in _networks("mnist-dcgan")[0].layers if _has_kernel(layer)]
    assert kernels == [4, 4, 7]


def _has_kernel(layer: object) -> bool:
    return isinstance(layer, (Conv, ConvT))


def test_quick_dcgan_layer_by_layer() -> None:
    g, d = _networks("quick-dcgan")
    assert _table(g) == [
        ("dense", (3136,), 200_704),
        ("reshape", (7, 7, 64), 0),
        ("batch_norm", (7, 7, 64), 256),
        ("activation", (7, 7, 64), 0),
        ("conv_transpose", (14, 14, 32), 32_768),
        ("batch_norm", (14, 14, 32), 128),
        ("activation", (14, 14, 32), 0),
        ("conv_transpose", (28, 28, 1), 513),
        ("activation", (28, 28, 1), 0),
    ]
    assert _table(d) == [
        ("conv", (14, 14, 32), 544),
        ("leaky_relu", (14, 14, 32), 0),
        ("conv", (7, 7, 64), 32_768),
        ("batch_norm", (7, 7, 64), 256),
        ("leaky_relu", (7, 7, 64), 0),
        ("flatten", (3136,), 0),
        ("dense", (1,), 3_137),
    ]


@pytest.mark.parametrize("name", registry.names())
@pytest.mark.parametrize("size", [28, 32, 64])
@pytest.mark.parametrize("channels", [1, 3])
def test_every_image_size(name: str, size: int, channels: int) -> None:
    shape = (size, size, channels)
    g, d = registry.get(name).networks(_settings(name), shape)
    assert g.shapes()[-1] == d.input_shape == shape
    assert d.shapes()[-1] == (1,)
    assert size in registry.get(name).image_sizes


@pytest.mark.parametrize("name", registry.names())
@pytest.mark.parametrize("upsampling", ["transpose", "nearest"])
@pytest.mark.parametrize("output", ["tanh", "sigmoid"])
def test_every_architecture_setting(name: str, upsampling: str, output: str) -> None:
    norms = ["none", "batch"]
    for g_norm, d_norm, dropout, latents in itertools.product(norms, norms, [0.0, 0.3], [1, 100]):
        g, d = _networks(
            name,
            upsampling=upsampling,
            output_activation=output,
            g_norm=g_norm,
            d_norm=d_norm,
            dropout=dropout,
            latent_size=latents,
        )
        assert g.input_shape == (latents,)
        assert g.shapes()[-1] == d.input_shape == GREY_28
        assert d.shapes()[-1] == (1,)
        assert _count(g, BatchNorm) > 0 if g_norm == "batch" else _count(g, BatchNorm) == 0
        assert _count(d, BatchNorm) > 0 if d_norm == "batch" else _count(d, BatchNorm) == 0
        assert _count(d, Dropout) == (2 if dropout else 0)
        assert _count(g, Upsample) == (2 if upsampling == "nearest" else 0)
        assert g.layers[-1].model_dump()["function"] == output


def _count(network: Network, kind: type) -> int:
    return sum(isinstance(layer, kind) for layer in network.layers)


def test_no_bias_before_batch_norm_in_quick_dcgan() -> None:
    for network in _networks("quick-dcgan"):
        weighted: object = None
        for layer in network.layers:
            if isinstance(layer, BatchNorm):
                assert getattr(weighted, "bias", None) is False
            if hasattr(layer, "bias"):
                weighted = layer


@pytest.mark.parametrize("name", registry.names())
def test_a_recipe_is_complete(name: str) -> None:
    recipe = registry.get(name)
    assert recipe.name == name
    for text in (recipe.title, recipe.summary, recipe.story, recipe.watch, recipe.source):
        assert text.strip()
    assert (recipe.default_steps is None) != (recipe.default_epochs is None)
    assert set(recipe.essential) <= recipe.defaults.keys() <= SPECS.keys()
    assert recipe.reference_images_per_s > 0


@pytest.mark.parametrize("name", registry.names())
def test_defaults_are_allowed(name: str) -> None:
    recipe: Recipe = registry.get(name)
    given = resolve_settings(recipe, dict(recipe.defaults), gpu=False)
    assert given == resolve_settings(recipe, {}, gpu=False)
    assert given.as_dict().keys() == recipe.defaults.keys()


def test_specs_have_words_and_bounds() -> None:
    for name, spec in SPECS.items():
        assert spec.name == name
        assert spec.label
        assert spec.help.endswith(".")
        if spec.kind == "choice":
            assert choices(spec, gpu=False)
        else:
            assert spec.low is not None
            assert spec.high is not None
            assert spec.low < spec.high


def test_the_default_recipe_suits_a_laptop() -> None:
    assert registry.names()[0] == registry.DEFAULT
    assert registry.get(registry.DEFAULT).suits_cpu


@pytest.mark.parametrize(
    ("given", "near"), [("quick-dcgna", "quick-dcgan"), ("mnist_dcgan", "mnist-dcgan")]
)
def test_an_unknown_recipe(given: str, near: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        registry.get(given)
    assert caught.value.one_line() == (
        f"recipe: there is no recipe {given!r}; there are quick-dcgan, mnist-dcgan. "
        f"Did you mean {near}?"
    )


def test_an_unknown_recipe_far_from_all() -> None:
    with pytest.raises(NotFoundError) as caught:
        registry.get("zzz")
    assert caught.value.hint == ""
    assert caught.value.exit_code == 2
