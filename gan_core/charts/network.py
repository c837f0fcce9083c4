"""A network as a table and as a diagram, both from its layer list alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from gan_core.charts.palette import DISCRIMINATOR, GENERATOR
from gan_core.recipes.layers import (
    Activation,
    BatchNorm,
    Conv,
    ConvT,
    Dense,
    Dropout,
    Layer,
    LeakyReLU,
    MaxPool,
    Network,
    Shape,
    ToUniform,
    Upsample,
)
from gan_core.text import N_

Translate = Callable[[str], str]

KIND_WORDS = {
    "dense": N_("Dense"),
    "conv": N_("Convolution"),
    "conv_transpose": N_("Transposed convolution"),
    "batch_norm": N_("Batch normalisation"),
    "leaky_relu": N_("Leaky ReLU"),
    "dropout": N_("Dropout"),
    "reshape": N_("Reshape"),
    "flatten": N_("Flatten"),
    "upsample": N_("Upsampling"),
    "max_pool": N_("Max pooling"),
    "minibatch_std": N_("Spread of the batch"),
    "to_uniform": N_("Normal to uniform"),
}
FUNCTION_WORDS = {"relu": N_("ReLU"), "tanh": N_("Tanh"), "sigmoid": N_("Sigmoid")}
INPUT_WORDS = {
    "generator": N_("Latent"),
    "discriminator": N_("Image"),
    "encoder": N_("Image"),
}
TITLE_WORDS = {
    "generator": N_("Generator"),
    "discriminator": N_("Discriminator"),
    "encoder": N_("Encoder"),
}
PARAMETERS = N_("{count} parameters")


@dataclass(frozen=True, kw_only=True)
class LayerRow:
    """One layer in words: `kind` and `detail` translated, `shape` as it leaves the layer."""

    name: str
    kind: str
    detail: str
    shape: Shape
    num_parameters: int


def layer_table(network: Network, translate: Translate = N_) -> list[LayerRow]:
    """The layers of a network, first to last, as rows of a table.

    Args:
        network: the layer list.
        translate: turns an English template into the viewer's language.
    """
    return [
        LayerRow(
            name=name,
            kind=translate(_kind(layer)),
            detail=_detail(layer, translate),
            shape=shape,
            num_parameters=count,
        )
        for name, layer, shape, count in zip(
            network.layer_names,
            network.layers,
            network.shapes(),
            network.parameter_counts(),
            strict=True,
        )
    ]


def shape_words(shape: Shape) -> str:
    """A shape as one reads it: 28 × 28 × 1."""
    return " × ".join(number_words(size) for size in shape)


def number_words(number: int) -> str:
    """A whole number with a narrow no-break space at the thousands."""
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def _kind(layer: Layer) -> str:
    return (
        FUNCTION_WORDS[layer.function] if isinstance(layer, Activation) else KIND_WORDS[layer.kind]
    )


def _detail(layer: Layer, translate: Translate) -> str:
    """What the kind and the shape do not already say."""
    words: list[str] = []
    match layer:
        case Conv() | ConvT():
            words.append(translate(N_("kernel {size}×{size}")).format(size=layer.kernel))
            if layer.stride > 1:
                words.append(translate(N_("stride {stride}")).format(stride=layer.stride))
        case LeakyReLU():
            words.append(translate(N_("slope {slope}")).format(slope=layer.slope))
        case Dropout():
            words.append(translate(N_("rate {rate}")).format(rate=layer.rate))
        case BatchNorm():
            words.append(translate(N_("momentum {momentum}")).format(momentum=layer.momentum))
        case MaxPool():
            words.append(f"{layer.size}×{layer.size}")
        case Upsample():
            words.append(translate(N_("{factor} times")).format(factor=layer.factor))
    if isinstance(layer, (Conv, ConvT, Dense)) and not layer.bias:
        words.append(translate(N_("no bias")))
    return translate(N_(", ")).join(words)


# The diagram. Lengths in the units of its own 360 wide page, one unit a pixel at that width.
_WIDTH = 360
_MIDDLE = 62
_TEXT = 126
_MARGIN = 10
_ARROW = 18
_BAND_SPACE = 9
_LINE = 16
_LARGEST_FACE = 62
_LONGEST_BAR = 112
_BAND = (88, 9)
_SEPARATOR = " · "


def network_svg(
    network: Network,
    *,
    ink: str = "#1F2430",
    paper: str = "#FFFFFF",
    accent: str | None = None,
    translate: Translate = N_,
) -> str:
    """Draw the chain of layers from top to bottom, as an SVG that fills its place.

    A block is what leaves a layer: its face the height and width, its depth the channels; a bar
    is a vector. Layers that keep the shape (normalisation, activation, dropout) are thin bands.

    Args:
        network: the layer list.
        ink: colour of words and lines, as CSS writes it.
        paper: colour of the page beneath.
        accent: colour of the blocks; the network's own colour where it is None.
        translate: turns an English template into the viewer's language.
    """
    colours = _Colours(
        ink=ink,
        paper=paper,
        accent=accent or (GENERATOR if network.name == "generator" else DISCRIMINATOR),
    )
    largest = max(
        [1, *(max(s[:2]) for s in [network.input_shape, *network.shapes()] if len(s) > 1)]
    )
    first = _Words(
        kind=translate(INPUT_WORDS[network.name]), shape=shape_words(network.input_shape)
    )
    drawing = _Drawing(colours, largest)
    drawing.block(first, network.input_shape)
    for layer, row in zip(network.layers, layer_table(network, translate), strict=True):
        words = _row_words(row, translate)
        if isinstance(layer, (BatchNorm, Activation, LeakyReLU, Dropout, ToUniform)):
            drawing.band(words, layer)
        else:
            drawing.block(words, row.shape)
    total = translate(PARAMETERS).format(count=number_words(network.num_parameters))
    return drawing.page(f"{translate(TITLE_WORDS[network.name])}: {total}")


@dataclass(frozen=True, kw_only=True)
class _Colours:
    ink: str
    paper: str
    accent: str


@dataclass(frozen=True, kw_only=True)
class _Words:
    kind: str
    shape: str
    detail: str = ""
    parameters: str = ""


def _row_words(row: LayerRow, translate: Translate) -> _Words:
    count = number_words(row.num_parameters)
    return _Words(
        kind=row.kind,
        detail=row.detail,
        shape=shape_words(row.shape),
        parameters=translate(PARAMETERS).format(count=count) if row.num_parameters else "",
    )


class _Drawing:
    """What is drawn so far, and how far down the words and the chain of shapes reach."""

    def __init__(self, colours: _Colours, largest: int) -> None:
        self._colours = colours
        self._largest = largest
        self._parts: list[str] = []
        self._words_end = float(_MARGIN)
        self._chain_end: float | None = None

    def block(self, words: _Words, shape: Shape) -> None:
        """Add a block, its words beside its middle, and an arrow to it."""
        if len(shape) == 1:
            body, block_height = _bar(shape, self._colours)
        else:
            body, block_height = _cuboid(shape, self._largest, self._colours)
        numbers = _SEPARATOR.join(filter(None, (words.shape, words.parameters)))
        lines = [line for line in (words.detail, numbers) if line]
        text_height = _LINE * (1 + len(lines))
        height = max(block_height, text_height)
        top = self._words_end
        if self._chain_end is not None:
            top = max(top + _BAND_SPACE, self._chain_end + _ARROW - (height - block_height) / 2)
        block_top = top + (height - block_height) / 2
        self._connect(block_top, head=True)
        self._parts.append(f'<g transform="translate({_MIDDLE} {block_top:g})">{body}</g>')
        baseline = top + (height - text_height) / 2 + 12
        self._parts.append(_text(words.kind, baseline, size=13, weight=600))
        for index, line in enumerate(lines, start=1):
            self._parts.append(_text(line, baseline + _LINE * index, size=11.5, opacity=0.78))
        self._words_end, self._chain_end = top + height, block_top + block_height

    def band(self, words: _Words, layer: Layer) -> None:
        """Add a thin band for a layer that keeps the shape."""
        width, height = _BAND
        ink, accent = quoteattr(self._colours.ink), quoteattr(self._colours.accent)
        match layer:
            case BatchNorm():
                look = f'fill={ink} fill-opacity="0.35"'
            case Dropout():
                look = f'fill="none" stroke={ink} stroke-dasharray="4 3"'
            case _:
                look = f"fill={accent}"
        top = max(self._words_end, self._chain_end or 0.0) + _BAND_SPACE
        self._connect(top, head=False)
        self._parts.append(
            f'<rect x="{_MIDDLE - width / 2:g}" y="{top:g}" width="{width}" height="{height}"'
            f' rx="{height / 2:g}" {look}/>'
        )
        said = _SEPARATOR.join(filter(None, (words.kind, words.parameters)))
        self._parts.append(_text(said, top + height - 0.5, size=11.5, opacity=0.9))
        self._words_end = self._chain_end = top + height

    def page(self, title: str) -> str:
        """The whole SVG; `title` is what a screen reader says."""
        ink, paper = quoteattr(self._colours.ink), quoteattr(self._colours.paper)
        height = max(self._words_end, self._chain_end or 0.0) + _MARGIN
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:g}"'
            f' width="100%" style="max-width:520px" role="img" aria-label={quoteattr(title)}'
            f' font-family="system-ui, sans-serif" fill={ink}><title>{escape(title)}</title>'
            f'<rect width="{_WIDTH}" height="{height:g}" fill={paper}/>'
            f"{''.join(self._parts)}</svg>"
        )

    def _connect(self, y: float, *, head: bool) -> None:
        """A line from the end of the chain to `y`, with an arrow's head where it leads on."""
        if self._chain_end is None:
            return
        begin, end = (self._chain_end + 3, y - 3) if head else (self._chain_end, y)
        if end <= begin:
            return
        path = f"M{_MIDDLE} {begin:g}V{end:g}" + ("m-4 -4l4 4l4 -4" if head else "")
        self._parts.append(
            f'<path d="{path}" fill="none" stroke={quoteattr(self._colours.ink)}'
            ' stroke-opacity="0.6" stroke-width="1.5"/>'
        )


def _cuboid(shape: Shape, largest: int, colours: _Colours) -> tuple[str, float]:
    """A box seen from the front and above, centred on x = 0, and its height."""
    face_height, face_width = (max(9.0, _LARGEST_FACE * size / largest) for size in shape[:2])
    channels = shape[2] if len(shape) > 2 else 1
    depth = 3 + 3 * math.log2(channels)
    across, up = 0.8 * depth, 0.5 * depth
    left, right = -(face_width + across) / 2, (face_width - across) / 2
    top, bottom = up, up + face_height
    faces = (
        (0.9, f"M{left:g} {top:g}H{right:g}V{bottom:g}H{left:g}z"),
        (0.45, f"M{left:g} {top:g}l{across:g} {-up:g}H{right + across:g}L{right:g} {top:g}z"),
        (0.65, f"M{right:g} {top:g}l{across:g} {-up:g}V{bottom - up:g}L{right:g} {bottom:g}z"),
    )
    drawn = "".join(
        f'<path d="{outline}" fill={quoteattr(colours.accent)} fill-opacity="{opacity}"'
        f' stroke={quoteattr(colours.paper)} stroke-width="1" stroke-linejoin="round"/>'
        for opacity, outline in faces
    )
    return drawn, bottom


def _bar(shape: Shape, colours: _Colours) -> tuple[str, float]:
    """A vector as a bar, longer for more numbers, centred on x = 0, and its height."""
    width, height = min(12 + 8 * math.log2(shape[0]), _LONGEST_BAR), 11
    drawn = (
        f'<rect x="{-width / 2:g}" width="{width:g}" height="{height}" rx="2"'
        f' fill={quoteattr(colours.accent)} fill-opacity="0.9"/>'
    )
    return drawn, height


def _text(words: str, y: float, *, size: float, weight: int = 400, opacity: float = 1.0) -> str:
    return (
        f'<text x="{_TEXT}" y="{y:g}" font-size="{size:g}" font-weight="{weight}"'
        f' fill-opacity="{opacity:g}">{escape(words)}</text>'
    )
