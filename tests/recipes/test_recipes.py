"""The recipes: what was published, and every setting builds a network."""

from __future__ import annotations

import itertools

import pytest

from gan_core.config import DatasetInfo, Settings, SettingValue
from gan_core.errors import BadInputError, NotFoundError
from gan_core.recipes import registry
from gan_core.recipes.layers import (
    Activation,
    BatchNorm,
    Conv,
    ConvT,
    Dropout,
    MinibatchStd,
    Network,
    ToUniform,
    Upsample,
)
from gan_core.recipes.recipe import Recipe, Turns, taken_per_step
from gan_core.recipes.resolve import check_shape, resolve_settings
from gan_core.recipes.settings import SPECS, choices
from gan_core.recipes.toolbox import GAN_DEFAULTS

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
    [
        ("quick-dcgan", 271_489, 435_617),
        ("mlp-gan", 1_493_520, 533_505),
        ("mnist-dcgan", 1_164_289, 40_705),
        ("quickdraw-dcgan", 2_330_944, 212_865),
        ("dense-conv-gan", 12_928 + 101_136, 81_281),
        ("cifar-dcgan", 2_370_563, 1_034_881),
        ("autoencoder", 202_256, 201_474),
    ],
)
def test_parameter_counts(name: str, in_g: int, in_d: int) -> None:
    recipe = registry.get(name)
    shape = (32, 32, 3) if recipe.dataset.startswith("cifar10") else GREY_28
    g, d = recipe.networks(_settings(name), shape)
    assert (g.num_parameters, d.num_parameters) == (in_g, in_d)


def test_the_pooling_discriminator() -> None:
    d = _networks("dense-conv-gan", d_variant="pool")[1]
    assert d.num_parameters == 402_305
    assert ("max_pool", (7, 7, 64), 0) in _table(d)


def test_the_variational_autoencoder_has_404_244_parameters() -> None:
    assert sum(network.num_parameters for network in _networks("vae")) == 404_244


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
    assert recipe.turns == Turns(half_batches=True, inference_fakes=True)
    assert settings.d_batches == "joint"
    assert (recipe.epoch_check.every_epochs, recipe.epoch_check.num_images) == (10, 100)
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
        ("conv", (7, 7, 64), 36_864),
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
        ("dense", (128,), 401_408),
        ("batch_norm", (128,), 512),
        ("leaky_relu", (128,), 0),
        ("dense", (1,), 129),
    ]


def test_quick_dcgan_of_older_runs() -> None:
    """Their settings have neither the convolution nor the hidden layer."""
    recipe = registry.get("quick-dcgan")
    older = _settings("quick-dcgan").model_copy(update={"g_convolutions": None, "d_hidden": None})
    g, d = recipe.networks(older, (28, 28, 1))
    assert (g.num_parameters, d.num_parameters) == (234_369, 36_705)


@pytest.mark.parametrize("name", registry.names())
@pytest.mark.parametrize("size", [28, 32, 64, 128])
@pytest.mark.parametrize("channels", [1, 3])
def test_every_image_size(name: str, size: int, channels: int) -> None:
    recipe, shape = registry.get(name), (size, size, channels)
    if size not in recipe.image_sizes:
        with pytest.raises(BadInputError, match="makes images of"):
            check_shape(recipe, _info(size, channels))
        return
    check_shape(recipe, _info(size, channels))
    first, second = recipe.networks(_settings(name), shape)
    assert first.shapes()[-1] == second.input_shape == shape
    assert second.shapes()[-1] == _leaves_the_second(name)


def _info(size: int, channels: int) -> DatasetInfo:
    return DatasetInfo(
        name="x", num_train=9, num_test=0, image_size=size, channels=channels, num_classes=0
    )


def _leaves_the_second(name: str) -> tuple[int]:
    """One logit of a discriminator; the codes of an encoder."""
    return {"vae": (4,), "autoencoder": (2,)}.get(name, (1,))


GANS = [name for name in registry.names() if registry.get(name).family == "gan"]


@pytest.mark.parametrize("name", GANS)
@pytest.mark.parametrize("upsampling", ["transpose", "nearest"])
@pytest.mark.parametrize("output", ["tanh", "sigmoid"])
def test_every_architecture_setting(name: str, upsampling: str, output: str) -> None:
    recipe = registry.get(name)
    enlarges = {"upsampling": upsampling} if "upsampling" in recipe.defaults else {}
    norms = ["none", "batch"]
    for g_norm, d_norm, dropout, latents in itertools.product(norms, norms, [0.0, 0.3], [1, 100]):
        g, d = _networks(
            name,
            **enlarges,
            output_activation=output,
            g_norm=g_norm,
            d_norm=d_norm,
            dropout=dropout,
            latent_size=latents,
        )
        assert g.input_shape == (latents,)
        assert g.shapes()[-1] == d.input_shape == GREY_28
        assert d.shapes()[-1] == (1,)
        assert (_count(g, BatchNorm) > 0) == (g_norm == "batch")
        assert (_count(d, BatchNorm) > 0) == (d_norm == "batch")
        assert (_count(d, Dropout) > 0) == (dropout > 0)
        assert (_count(g, Upsample) > 0) == (enlarges == {"upsampling": "nearest"})
        ends = [layer.function for layer in g.layers if isinstance(layer, Activation)]
        assert ends[-1] == output


@pytest.mark.parametrize("name", GANS)
def test_the_toolbox_reaches_every_gan(name: str) -> None:
    assert GAN_DEFAULTS.keys() <= registry.get(name).defaults.keys()
    g, d = _networks(name, minibatch_std="on", latent_distribution="uniform")
    assert isinstance(g.layers[0], ToUniform)
    assert _count(d, MinibatchStd) == 1


def test_presets_are_settings_of_their_recipe() -> None:
    presets = [(name, preset) for name in GANS for preset in registry.get(name).presets]
    assert len(presets) >= 4
    for name, preset in presets:
        assert _settings(name, **preset.changes) != _settings(name)
        assert preset.title
        assert preset.outcome


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
        f"recipe: there is no recipe {given!r}; there are {', '.join(registry.names())}. "
        f"Did you mean {near}?"
    )


def test_an_unknown_recipe_far_from_all() -> None:
    with pytest.raises(NotFoundError) as caught:
        registry.get("zzz")
    assert caught.value.hint == ""
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("name", "settings", "taken", "seen"),
    [
        ("quick-dcgan", {"batch_size": 64}, 64, 64),
        ("quick-dcgan", {"batch_size": 64, "d_steps": 3}, 192, 192),
        ("mnist-dcgan", {"batch_size": 256}, 256, 128),
        ("mlp-gan", {"batch_size": 33, "d_steps": 2}, 66, 32),
        ("vae", {"batch_size": 100}, 100, 100),
    ],
)
def test_a_step_of_half_batches_sees_half_of_what_it_takes(
    name: str, settings: dict[str, SettingValue], taken: int, seen: int
) -> None:
    resolved = _settings(name, **settings)
    assert taken_per_step(resolved) == taken
    assert registry.get(name).seen_per_step(resolved) == seen
