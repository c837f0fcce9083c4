"""An ONNX file as a chain of nodes and a table of constants; nothing is run.

Refused are arrays in other files, functions, graphs within nodes, operators from elsewhere, and
everything that is not one chain from one input to one output.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from gan_core.portable.foreign.budget import MAX_LATENT_SIZE, MAX_PARAMETERS, short
from gan_core.portable.foreign.limits import LIMITS, refused
from gan_core.recipes.layers import Shape
from gan_core.text import N_

_MAX_NODES = 1000
_DOMAINS = {"", "ai.onnx"}
_ITEM_BYTES = {
    TensorProto.FLOAT: 4,
    TensorProto.FLOAT16: 2,
    TensorProto.DOUBLE: 8,
    TensorProto.INT64: 8,
    TensorProto.INT32: 4,
}


@dataclass(frozen=True, kw_only=True)
class Node:
    """One node of the chain.

    Attributes:
        kind: its operator.
        operands: its inputs by position; `None` for the value that runs through the chain and for
            one that is left out.
        attributes: numbers, texts and lists of them.
        place: which of its inputs is the running value.
    """

    kind: str
    operands: tuple[NDArray[np.generic] | None, ...]
    attributes: Mapping[str, Any]
    place: int

    def constant(self, position: int) -> NDArray[np.generic]:
        """The constant at a position.

        Raises:
            BadInputError: there is none.
        """
        if position < len(self.operands) and (found := self.operands[position]) is not None:
            return found
        raise refused(N_("its node {kind} lacks a constant."), kind=self.kind)


def parse(path: Path) -> onnx.GraphProto:
    """The graph of a file.

    Raises:
        BadInputError: it is no ONNX file, or has parts that are not read.
    """
    content = path.read_bytes() if path.stat().st_size <= LIMITS.source_bytes else b""
    try:
        model = onnx.ModelProto.FromString(content)
    except DecodeError as error:
        raise refused(N_("it is no good ONNX file.")) from error
    if not model.graph.node:
        raise refused(N_("it is no good ONNX file."))
    graph: onnx.GraphProto = model.graph
    if model.functions or graph.sparse_initializer or model.training_info:
        raise refused(N_("it has functions, sparse arrays or training parts."))
    if len(graph.node) > _MAX_NODES:
        raise refused(
            N_("it has {given} layers; allowed are 1 … {limit}."),
            given=len(graph.node),
            limit=_MAX_NODES,
        )
    return graph


def latent_shape(graph: onnx.GraphProto) -> Shape:
    """The shape of one latent: that of the only input, without the batch axis.

    Raises:
        BadInputError: several inputs, or one that is no row of numbers.
    """
    held = {tensor.name for tensor in graph.initializer}
    inputs = [value for value in graph.input if value.name not in held]
    if len(inputs) != 1 or len(graph.output) != 1:
        raise refused(N_("it has several inputs or outputs."))
    kind = inputs[0].type.tensor_type
    sizes = [axis.dim_value for axis in kind.shape.dim][1:]
    good = kind.elem_type == TensorProto.FLOAT and 1 <= len(sizes) <= 3
    if not good or not all(1 <= size <= MAX_LATENT_SIZE for size in sizes):
        raise refused(
            N_("its input has the shape {given}; allowed are (any, latents), up to {limit}."),
            given=short(sizes),
            limit=MAX_LATENT_SIZE,
        )
    return tuple(sizes)


def chain_of(graph: onnx.GraphProto) -> Iterator[Node]:
    """The nodes from the input to the output, one after the other.

    Raises:
        BadInputError: they are no single chain, or one cannot be read.
    """
    constants = _Constants(graph)
    value = next(v.name for v in graph.input if v.name not in constants.names)
    readers: dict[str, list[onnx.NodeProto]] = {}
    for node in graph.node:
        for name in dict.fromkeys(node.input):
            readers.setdefault(name, []).append(node)
    for _ in range(len(graph.node)):
        if value == graph.output[0].name:
            return
        following = readers.get(value, [])
        if len(following) != 1 or list(following[0].input).count(value) != 1:
            raise refused(N_("its layers are no single chain from input to output."))
        yield _node(following[0], value, constants)
        value = following[0].output[0]
    if value != graph.output[0].name:
        raise refused(N_("its layers are no single chain from input to output."))


def _node(node: onnx.NodeProto, value: str, constants: _Constants) -> Node:
    if node.domain not in _DOMAINS or not node.output:
        raise refused(N_("its node {kind} is not one of ONNX's own."), kind=short(node.op_type))
    names = list(node.input)
    return Node(
        kind=short(node.op_type),
        operands=tuple(None if n in {value, ""} else constants.array(n) for n in names),
        attributes={a.name: _attribute(node.op_type, a) for a in node.attribute},
        place=names.index(value),
    )


def _attribute(kind: str, attribute: onnx.AttributeProto) -> Any:
    plain = {
        onnx.AttributeProto.FLOAT, onnx.AttributeProto.INT, onnx.AttributeProto.STRING,
        onnx.AttributeProto.FLOATS, onnx.AttributeProto.INTS,
    }  # fmt: skip
    if attribute.type not in plain or attribute.ref_attr_name:
        raise refused(N_("its node {kind} is not one of ONNX's own."), kind=short(kind))
    value = helper.get_attribute_value(attribute)
    return value.decode(errors="replace") if isinstance(value, bytes) else value


class _Constants:
    """Arrays by name, checked before they are read."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self._tensors = {tensor.name: tensor for tensor in graph.initializer}
        for node in graph.node:
            if node.op_type == "Constant" and len(node.attribute) == 1 and node.output:
                self._tensors[node.output[0]] = node.attribute[0].t
        self.names = frozenset(self._tensors)

    def array(self, name: str) -> NDArray[np.generic]:
        tensor = self._tensors.get(name)
        if tensor is None:
            raise refused(N_("its layers are no single chain from input to output."))
        item_bytes = _ITEM_BYTES.get(tensor.data_type)
        if (
            item_bytes is None
            or tensor.data_location != TensorProto.DEFAULT
            or tensor.external_data
        ):
            raise refused(
                N_("its array {name} lies in another file or is not of plain numbers."),
                name=short(name),
            )
        size = math.prod(tensor.dims)
        if (
            min(tensor.dims, default=1) < 0
            or not 0 < size <= MAX_PARAMETERS
            or len(tensor.dims) > 5
        ):
            raise refused(
                N_("its array {name} has the shape {given}."),
                name=short(name),
                given=short(list(tensor.dims)),
            )
        if tensor.HasField("raw_data") and len(tensor.raw_data) != size * item_bytes:
            raise refused(N_("its array {name} is cut short."), name=short(name))
        try:
            return np.asarray(numpy_helper.to_array(tensor))
        except (ValueError, TypeError) as error:
            raise refused(N_("its array {name} is cut short."), name=short(name)) from error
