"""A Keras model's configuration, parsed as JSON, as a chain of layers of ours.

Read are `Sequential` models and `Functional` ones (called `Model` once) that are one chain.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gan_core.portable.foreign.budget import MAX_JSON_BYTES, MAX_LATENT_SIZE, MAX_LAYERS, short
from gan_core.portable.foreign.chain import Part, image_layers, next_shape
from gan_core.portable.foreign.keras_layers import parts_of
from gan_core.portable.foreign.limits import refused
from gan_core.recipes.layers import Layer, Reshape, Shape, ToUniform
from gan_core.text import N_

_ROOT_OF_TWO = 1e-6  # how near the divisor before an error function must be to √2
_GROUPS = {  # what Keras calls the weights of the first layer of a class in `.keras`
    "Dense": "dense",
    "Conv2D": "conv2d",
    "Conv2DTranspose": "conv2d_transpose",
    "BatchNormalization": "batch_normalization",
}


@dataclass(frozen=True, kw_only=True)
class Theirs:
    """One layer of a Keras model.

    Attributes:
        kind: its class name.
        name: its own name, by which `.h5` keeps its weights.
        group: the group of its weights in `.keras`, counted by class.
        config: its configuration.
        constants: numbers that an operation is called with.
    """

    kind: str
    name: str
    group: str
    config: Mapping[str, Any]
    constants: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A layer of ours, and the layer of theirs whose arrays it needs; none where it needs none."""

    part: Part
    source: Theirs | None


def parse_json(text: bytes | str, what: str) -> Mapping[str, Any]:
    """A JSON object from a stranger's file.

    Raises:
        BadInputError: too long, or no JSON object.
    """
    if len(text) > MAX_JSON_BYTES:
        raise refused(N_("its {what} is longer than {limit} bytes."), what=what,
                      limit=MAX_JSON_BYTES)  # fmt: skip
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise refused(N_("its {what} is no JSON."), what=what) from error
    return _object(value)


def chain_of(model: Mapping[str, Any]) -> tuple[int, list[Placed]]:
    """The number of latents and the layers of ours, in order.

    Raises:
        BadInputError: the model is no chain, or has a layer that is not read.
    """
    kind = model.get("class_name")
    if kind == "Sequential":
        shape, theirs = _sequential(model.get("config"))
    elif kind in {"Functional", "Model"}:
        shape, theirs = _functional(_object(model.get("config")))
    else:
        raise refused(
            N_("it is a {given}; models that can be read are Sequential and Functional."),
            given=short(kind),
        )
    found: list[Placed] = []
    if len(shape) > 1:
        found.append(Placed(part=Part(layer=Reshape(shape=shape)), source=None))
    at: Shape = shape
    for part, source in _translated(theirs, shape):
        at = next_shape(part.layer, at)
        found.append(Placed(part=part, source=source if part.stored else None))
    layers: list[Layer] = image_layers(at)
    found += [Placed(part=Part(layer=layer), source=None) for layer in layers]
    return math.prod(shape), found


def _translated(theirs: list[Theirs], shape: Shape) -> list[tuple[Part, Theirs]]:
    """Each layer of theirs as ours; what a layer needs to know is the shape that enters it."""
    found: list[tuple[Part, Theirs]] = []
    at = 0
    while at < len(theirs):
        layer = theirs[at]
        if _is_uniform(theirs[at : at + 2]):
            found.append((Part(layer=ToUniform()), layer))
            at += 2
            continue
        for part in parts_of(layer.kind, layer.config, shape):
            shape = next_shape(part.layer, shape)
            found.append((part, layer))
        at += 1
    return found


def _is_uniform(pair: list[Theirs]) -> bool:
    """Whether these are the operations that our own exports write for uniform latents."""
    if [layer.kind for layer in pair] not in (["TrueDivide", "Erf"], ["Divide", "Erf"]):
        return False
    divisor = pair[0].constants
    return len(divisor) == 1 and abs(divisor[0] - math.sqrt(2)) < _ROOT_OF_TWO


def _sequential(config: Any) -> tuple[Shape, list[Theirs]]:
    entries = config if isinstance(config, list) else _object(config).get("layers")
    theirs = _named(_layer_list(entries))
    given = None if isinstance(config, list) else config.get("build_input_shape")
    if theirs and "batch_input_shape" in theirs[0].config:
        given = theirs[0].config["batch_input_shape"]
    if theirs and theirs[0].kind == "InputLayer":
        given = _input_of(theirs[0])
        theirs = theirs[1:]
    return _latent_shape(given), theirs


def _functional(config: Mapping[str, Any]) -> tuple[Shape, list[Theirs]]:
    entries = _layer_list(config.get("layers"))
    theirs = {layer.name: layer for layer in _named(entries)}
    before = {_name_of(entry): _before(entry) for entry in entries}
    if len(theirs) != len(entries):
        raise refused(N_("two of its layers have one name."))
    name: str | None = _end(config, "output_layers")
    chain: list[Theirs] = []
    while name is not None and len(chain) <= len(entries):
        if name not in theirs:
            raise refused(N_("it speaks of a layer {given} that it does not have."),
                          given=short(name))  # fmt: skip
        chain.append(theirs[name])
        name = before[name]
    chain.reverse()
    if len(chain) != len(entries) or chain[0].name != _end(config, "input_layers"):
        raise refused(N_("its layers are no single chain from input to output."))
    if chain[0].kind != "InputLayer":
        raise refused(N_("it has no input layer."))
    return _latent_shape(_input_of(chain[0])), chain[1:]


def _end(config: Mapping[str, Any], key: str) -> str:
    """The one layer at an end of a functional model: `[name, 0, 0]`, in Keras 2 in a list."""
    value = config.get(key)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not (isinstance(value, list) and len(value) == 3 and isinstance(value[0], str)):
        raise refused(N_("it has several inputs or outputs."))
    return value[0]


def _layer_list(entries: Any) -> list[Mapping[str, Any]]:
    if not isinstance(entries, list) or not 1 <= len(entries) <= MAX_LAYERS:
        raise refused(
            N_("it has {given} layers; allowed are 1 … {limit}."),
            given=len(entries) if isinstance(entries, list) else "no",
            limit=MAX_LAYERS,
        )
    return [_object(entry) for entry in entries]


def _named(entries: list[Mapping[str, Any]]) -> list[Theirs]:
    counts: dict[str, int] = {}
    found: list[Theirs] = []
    for entry in entries:
        kind, config = entry.get("class_name"), _object(entry.get("config"))
        if not isinstance(kind, str):
            raise refused(N_("one of its layers has no class."))
        number = counts[kind] = counts.get(kind, -1) + 1
        group = _GROUPS.get(kind, "") + (f"_{number}" if number else "")
        found.append(
            Theirs(
                kind=kind,
                name=_name_of(entry),
                group=group,
                config=config,
                constants=_constants(entry),
            )
        )
    return found


def _name_of(entry: Mapping[str, Any]) -> str:
    name = _object(entry.get("config")).get("name", entry.get("name"))
    if not isinstance(name, str) or not name:
        raise refused(N_("one of its layers has no name."))
    return name


def _before(entry: Mapping[str, Any]) -> str | None:
    """The layer whose output enters this one; none for an input."""
    nodes = entry.get("inbound_nodes")
    if nodes == []:
        return None
    names = _histories(nodes)
    if not isinstance(nodes, list) or len(nodes) != 1 or len(names) != 1:
        raise refused(
            N_("its layer {name} is used several times or joins several values."),
            name=short(_name_of(entry)),
        )
    return names[0]


def _histories(nodes: Any, depth: int = 0) -> list[str]:
    """The layers that a call's arguments come from, in the ways of Keras 2 and 3."""
    if depth > 8:
        raise refused(N_("its layers are no single chain from input to output."))
    if isinstance(nodes, dict):
        history = _object(nodes.get("config", {})).get("keras_history")
        if nodes.get("class_name") == "__keras_tensor__" and isinstance(history, list):
            return [str(history[0])] if history else []
        return [name for value in nodes.values() for name in _histories(value, depth + 1)]
    if not isinstance(nodes, list):
        return []
    if len(nodes) in {3, 4} and isinstance(nodes[0], str) and nodes[1:3] == [0, 0]:
        return [nodes[0]]
    return [name for value in nodes for name in _histories(value, depth + 1)]


def _constants(entry: Mapping[str, Any]) -> tuple[float, ...]:
    nodes = entry.get("inbound_nodes")
    node = nodes[0] if isinstance(nodes, list) and len(nodes) == 1 else None
    arguments = node.get("args") if isinstance(node, dict) else None
    if not isinstance(arguments, list):
        return ()
    return tuple(float(x) for x in arguments if isinstance(x, (int, float)) and abs(x) < 1e9)


def _input_of(layer: Theirs) -> Any:
    return layer.config.get("batch_shape", layer.config.get("batch_input_shape"))


def _latent_shape(given: Any) -> Shape:
    """The shape of one latent, from a shape with the batch axis."""
    good = isinstance(given, list) and 2 <= len(given) <= 4
    sizes = given[1:] if good else []
    if not good or not all(
        isinstance(size, int) and not isinstance(size, bool) and 1 <= size <= MAX_LATENT_SIZE
        for size in sizes
    ):
        raise refused(
            N_("its input has the shape {given}; allowed are (any, latents), up to {limit}."),
            given=short(given),
            limit=MAX_LATENT_SIZE,
        )
    return tuple(sizes)


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise refused(N_("its configuration is damaged."))
    return value
