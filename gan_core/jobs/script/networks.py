"""The program's networks, spelled out layer by layer, and the short names of their layers."""

from __future__ import annotations

import re

from gan_core.jobs.script.subject import Subject
from gan_core.recipes.layers import (
    Activation,
    BatchNorm,
    Conv,
    ConvT,
    Dense,
    Dropout,
    Flatten,
    Layer,
    LeakyReLU,
    MaxPool,
    MinibatchStd,
    Network,
    Reshape,
    Shape,
    ToUniform,
    Upsample,
)

_SHORT_NAMES = {
    "dense": '''\
def dense(units, **options):
    """Every input to every unit."""
    return layers.Dense(units, kernel_initializer=start(), **options)''',
    "conv": '''\
def conv(filters, kernel, stride, **options):
    """A convolution; the edges are padded, so that only the stride shrinks the image."""
    return layers.Conv2D(filters, kernel, strides=stride, padding="same", **options)''',
    "conv_transpose": '''\
def conv_transpose(filters, kernel, stride, **options):
    """A transposed convolution; the stride enlarges the image."""
    return layers.Conv2DTranspose(filters, kernel, strides=stride, padding="same", **options)''',
    "minibatch_std": '''\
@keras.saving.register_keras_serializable()
class MinibatchStd(layers.Layer):
    """One more feature: how much the images of the batch differ (Karras et al. 2018)."""

    def call(self, inputs):
        """`[N, ..., C]` to `[N, ..., C + 1]`."""
        variance = keras.ops.var(keras.ops.cast(inputs, "float32"), axis=0)
        level = keras.ops.cast(keras.ops.mean(keras.ops.sqrt(variance + 1e-8)), inputs.dtype)
        return keras.ops.concatenate(
            [inputs, keras.ops.zeros_like(inputs[..., :1]) + level], axis=-1
        )

    def compute_output_shape(self, input_shape):
        """One feature more."""
        return (*input_shape[:-1], input_shape[-1] + 1)''',
    "to_uniform": '''\
@keras.saving.register_keras_serializable()
class ToUniform(layers.Layer):
    """Normal random numbers become uniform ones between -1 and 1."""

    def call(self, inputs):
        """The error function, value by value."""
        return keras.ops.erf(inputs / math.sqrt(2.0))

    def compute_output_shape(self, input_shape):
        """The same."""
        return input_shape''',
}
"""What the program defines beside Keras' own layers, by the layer's kind."""

ROLES = {
    "generator": "Latents [N, LATENT_SIZE] to images [N, H, W, C].",
    "discriminator": "Images [N, H, W, C] to one logit each: the higher, the more real.",
    "decoder": "Latents [N, LATENT_SIZE] to images [N, H, W, C].",
    "encoder": "Images [N, H, W, C] to codes.",
}


def networks(subject: Subject) -> list[str]:
    """What the networks need, and a function for each that builds it."""
    used = {layer.kind for layer in subject.layers}
    if not _chooses_dense(subject):
        used -= {"dense"}  # Keras' own will do
    words = [_with_start(text, subject) for kind, text in _SHORT_NAMES.items() if kind in used]
    built = [
        _network(network, name, subject)
        for network, name in zip(subject.networks, names(subject), strict=True)
    ]
    return [*_starts(subject), *words, *built]


def names(subject: Subject) -> tuple[str, str]:
    """What the program calls the two networks."""
    return ("generator", "discriminator") if subject.is_gan else ("decoder", "encoder")


def _starts(subject: Subject) -> list[str]:
    """What weights start from, where it is not the framework's own choice for all."""
    std = subject.settings.init_std
    if not std:
        return []
    which = "a convolution's" if subject.recipe.init_std_on == "convolutions" else "a layer's"
    return [
        f'''\
def start():
    """What {which} weights start from."""
    return keras.initializers.RandomNormal(0.0, {std})'''
    ]


def _chooses_dense(subject: Subject) -> bool:
    """Whether dense layers start from something else than Keras' own choice."""
    return bool(subject.settings.init_std) and subject.recipe.init_std_on == "all"


def _with_start(text: str, subject: Subject) -> str:
    """A convolution's short name with the run's own initial weights, if there are any."""
    call = re.search(r"layers\.(Conv2D\w*)\((.*), \*\*options\)", text)
    if not subject.settings.init_std or call is None:
        return text
    begin = f"{text[: call.start()]}layers.{call[1]}(\n        {call[2]}, "
    return f"{begin}kernel_initializer=start(), **options\n    )"


def _network(network: Network, name: str, subject: Subject) -> str:
    """A function that builds the network, one line a layer, its shape beside it."""
    shapes = network.shapes()
    lines = [f"            keras.Input({network.input_shape}),"]
    for i, (layer, shape) in enumerate(zip(network.layers, shapes, strict=True)):
        exact = subject.settings.precision != "float32" and i == len(shapes) - 1
        lines.append(f"            {_call(layer, subject, exact=exact)},  # {_shown(shape)}")
    body = "\n".join(lines)
    return f'''\
def build_{name}():
    """{ROLES[name]} {network.num_parameters:,} parameters."""
    return keras.Sequential(
        [
{body}
        ],
        name="{name}",
    )'''


def _shown(shape: Shape) -> str:
    return "×".join(map(str, shape))


def _call(layer: Layer, subject: Subject, *, exact: bool) -> str:
    """One layer as a line of Python; `exact` for the last one, which answers in float32."""
    match layer:
        case Dense():
            name = "dense" if _chooses_dense(subject) else "layers.Dense"
            given = [str(layer.units)]
        case Conv() | ConvT():
            name = "conv" if isinstance(layer, Conv) else "conv_transpose"
            given = [str(layer.filters), f"kernel={layer.kernel}", f"stride={layer.stride}"]
        case _:
            name, given = _weightless(layer)
    if isinstance(layer, Dense | Conv | ConvT) and not layer.bias:
        given.append("use_bias=False")
    if exact:
        given.append('dtype="float32"')
    return f"{name}({', '.join(given)})"


_BARE = {
    "flatten": "layers.Flatten",
    "minibatch_std": "MinibatchStd",
    "to_uniform": "ToUniform",
}
"""Layers without any numbers, by their kind."""


def _weightless(
    layer: BatchNorm
    | Activation
    | LeakyReLU
    | Dropout
    | Reshape
    | Flatten
    | Upsample
    | MaxPool
    | MinibatchStd
    | ToUniform,
) -> tuple[str, list[str]]:
    match layer:
        case BatchNorm():
            epsilon = f"epsilon={layer.epsilon}"
            return "layers.BatchNormalization", [f"momentum={layer.momentum}", epsilon]
        case Activation():
            return "layers.Activation", [f'"{layer.function}"']
        case LeakyReLU():
            return "layers.LeakyReLU", [f"negative_slope={layer.slope}"]
        case Dropout():
            return "layers.Dropout", [str(layer.rate)]
        case Reshape():
            return "layers.Reshape", [str(layer.shape)]
        case Upsample():
            return "layers.UpSampling2D", [str(layer.factor)]
        case MaxPool():
            return "layers.MaxPooling2D", [str(layer.size)]
        case _:
            return _BARE[layer.kind], []
