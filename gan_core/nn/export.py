"""`python -m gan_core.nn.export SNAPSHOT FORMAT TARGET`: a generator for plain Keras.

A job process: it needs TensorFlow, which neither the page nor the command line loads.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import warnings
from pathlib import Path

import keras

from gan_core.errors import GanCoreError
from gan_core.nn import build
from gan_core.nn.layers import special
from gan_core.recipes.layers import network_from_json
from gan_core.runs import checkpoints, sealed, snapshots
from gan_core.runs.files import TEMPORARY_PREFIX, disk_faults, read_json

logger = logging.getLogger("gan_core.nn.export")


def main(arguments: list[str] | None = None) -> int:
    """Write one file; return the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m gan_core.nn.export", description=__doc__)
    parser.add_argument("snapshot", type=Path)
    parser.add_argument("format", choices=("keras", "h5"))
    parser.add_argument("target", type=Path)
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        export(given.snapshot, given.format, given.target)
    except GanCoreError as error:
        logger.warning("%s", error.one_line())
        return error.exit_code
    return 0


def export(snapshot: Path, file_format: str, target: Path) -> None:
    """Write the generator of a snapshot folder as `.keras` or `.h5`, whole or not at all.

    Raises:
        DamagedError: the snapshot is.
        DiskFullError, ReadOnlyError: `target` cannot be written.
    """
    layers = read_json(sealed.verified(snapshot, snapshots.NETWORKS))
    model = build.build(network_from_json(layers["generator"]), seed=0)
    values = checkpoints.read_arrays(sealed.verified(snapshot, snapshots.GENERATOR_WEIGHTS))
    build.set_weights(model, values)
    draft = target.with_name(f"{TEMPORARY_PREFIX}{os.getpid()}.{file_format}")
    with disk_faults(target), warnings.catch_warnings():
        # Keras 3.15's own saving does not know the copy keyword of NumPy 2.4 yet.
        warnings.filterwarnings("ignore", message=r"__array__ implementation doesn't accept a copy")
        try:
            _of_keras_alone(model).save(draft)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)


def _of_keras_alone(model: keras.Sequential) -> keras.Model:
    """The same model without layers of ours, so that it loads where this program is not."""
    ours = special.ToUniform
    if not any(isinstance(layer, ours) for layer in model.layers):
        return model
    inputs = values = keras.Input(model.input_shape[1:])
    for layer in model.layers:
        # Called on a symbol, `call` leaves Keras' own operations in the graph.
        values = layer.call(values) if isinstance(layer, ours) else layer(values)
    return keras.Model(inputs, values, name=model.name)


if __name__ == "__main__":
    sys.exit(main())
