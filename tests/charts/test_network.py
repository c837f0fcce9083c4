"""The table says what the layers are; the diagram is sound SVG that fits its page."""

from __future__ import annotations

import itertools
from xml.etree import ElementTree as ET

import pytest

from gan_core.charts.network import layer_table, network_svg, number_words
from gan_core.charts.palette import DISCRIMINATOR, GENERATOR
from gan_core.recipes.layers import (
    Activation,
    BatchNorm,
    Conv,
    ConvT,
    Dense,
    Dropout,
    Flatten,
    LeakyReLU,
    MaxPool,
    MinibatchStd,
    Network,
    Reshape,
    ToUniform,
    Upsample,
)

_SVG = "{http://www.w3.org/2000/svg}"

_GENERATOR = Network(
    name="generator",
    input_shape=(64,),
    layers=(
        Dense(units=3136, bias=False),
        Reshape(shape=(7, 7, 64)),
        BatchNorm(),
        Activation(function="relu"),
        ConvT(filters=32, kernel=4, stride=2, bias=False),
        Upsample(factor=2),
        Conv(filters=1, kernel=3),
        Activation(function="tanh"),
    ),
)
_DISCRIMINATOR = Network(
    name="discriminator",
    input_shape=(28, 28, 1),
    layers=(
        Conv(filters=32, kernel=4, stride=2),
        LeakyReLU(slope=0.2),
        Dropout(rate=0.3),
        Flatten(),
        Dense(units=1),
    ),
)
_POOLING = Network(
    name="encoder",
    input_shape=(7, 7, 4),
    layers=(MaxPool(size=3), MinibatchStd(), Flatten(), ToUniform(), Dense(units=2)),
)


def test_table_of_a_generator() -> None:
    rows = layer_table(_GENERATOR)
    dense, transposed = rows[0], rows[4]
    assert (dense.kind, dense.detail, dense.shape) == ("Dense", "no bias", (3136,))
    assert transposed.name == "04_conv_transpose"
    assert transposed.kind == "Transposed convolution"
    assert transposed.detail == "kernel 4×4, stride 2, no bias"
    assert transposed.shape == (14, 14, 32)
    assert transposed.num_parameters == 4 * 4 * 64 * 32
    assert sum(row.num_parameters for row in rows) == _GENERATOR.num_parameters


def test_table_of_what_keras_calls_otherwise() -> None:
    pool, spread, _, uniform, _ = layer_table(_POOLING)
    assert (pool.kind, pool.detail, pool.shape) == ("Max pooling", "3×3", (2, 2, 4))
    assert (spread.kind, spread.shape) == ("Spread of the batch", (2, 2, 5))
    assert (uniform.kind, uniform.num_parameters) == ("Normal to uniform", 0)


@pytest.mark.parametrize(
    "network", [_GENERATOR, _DISCRIMINATOR, _POOLING], ids=lambda n: str(n.name)
)
def test_words_stand_in_the_page_and_below_each_other(network: Network) -> None:
    root = ET.fromstring(network_svg(network))  # noqa: S314 - our own text
    texts = root.findall(f".//{_SVG}text")
    heights = [float(text.attrib["y"]) for text in texts]
    page_height = float(root.attrib["viewBox"].split()[3])
    assert heights[-1] < page_height - 4
    assert min(b - a for a, b in itertools.pairwise(heights)) >= 13
    said = [text.text for text in texts]
    for row in layer_table(network):
        assert any(row.kind in (line or "") for line in said)


def test_each_network_has_its_colour_and_the_caller_may_choose() -> None:
    assert GENERATOR in network_svg(_GENERATOR)
    assert DISCRIMINATOR in network_svg(_DISCRIMINATOR)
    chosen = network_svg(_GENERATOR, ink="#EEE", paper="#111", accent="teal")
    assert GENERATOR not in chosen
    assert 'fill="#EEE"' in chosen
    assert 'fill="teal"' in chosen


def test_translated_words_are_escaped() -> None:
    drawn = network_svg(
        _DISCRIMINATOR,
        ink='"><script>',
        translate=lambda words: words.replace("Dropout", '<b a="1">&'),
    )
    assert "<script>" not in drawn
    assert "<b" not in drawn
    ET.fromstring(drawn)  # noqa: S314 - our own text


def test_numbers_are_grouped() -> None:
    assert number_words(1234567) == "1\u202f234\u202f567"
    assert number_words(999) == "999"
