"""What a step has to compute, and how fast this machine multiplies matrices."""

from __future__ import annotations

import math
import time

import tensorflow as tf

_SIZE = 2048


def ceiling(*, num_times: int = 8) -> float:
    """Floating-point operations a second of the fastest of some large matrix products, float32."""
    values = tf.random.stateless_normal((_SIZE, _SIZE), seed=(0, 0))
    product = tf.function(lambda: tf.matmul(values, values)[0, 0], autograph=False)
    product().numpy()
    fastest = math.inf
    for _ in range(num_times):
        started = time.perf_counter()
        product().numpy()
        fastest = min(fastest, time.perf_counter() - started)
    return 2.0 * _SIZE**3 / fastest


def counted(graph: tf.Graph) -> float:
    """Multiplications and additions of a graph's matrix products and convolutions.

    Everything else (activations, normalisation, the optimiser) is left out: it is bounded by
    memory, not by arithmetic.
    """
    return float(sum(_counted(operation) for operation in graph.get_operations()))


def _counted(operation: tf.Operation) -> int:
    given, made = operation.inputs, operation.outputs
    match operation.type:
        case "MatMul":
            axis = 0 if operation.get_attr("transpose_a") else 1
            return 2 * int(given[0].shape[axis]) * math.prod(made[0].shape)
        case "Conv2D":
            return 2 * math.prod(made[0].shape) * math.prod(given[1].shape[:3])
        case "Conv2DBackpropInput":
            return 2 * math.prod(given[2].shape) * math.prod(given[1].shape[:3])
        case "Conv2DBackpropFilter":
            return 2 * math.prod(given[2].shape) * math.prod(made[0].shape[:3])
    return 0
