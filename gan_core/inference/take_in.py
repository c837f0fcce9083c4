"""`python -m gan_core.inference.take_in REQUEST.json`: somebody's generator, read inside limits.

The request names the file and an empty folder. What is put there is a lean snapshot, ready to be
sealed, and a sheet of images. What is printed is one JSON object: `{"made": {…}}` with what a run
records of a generator, or `{"refused": {template, hint, field, values}}`.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from gan_core.data.own.__main__ import confine
from gan_core.errors import GanCoreError
from gan_core.latent.pixels import to_bytes
from gan_core.latent.sampling import sample_latents
from gan_core.portable.foreign.chain import Generator
from gan_core.portable.foreign.limits import LIMITS, refused
from gan_core.portable.foreign.read import read
from gan_core.portable.onnx_graph import to_onnx
from gan_core.portable.sessions import in_parts, open_session
from gan_core.priority import step_back
from gan_core.recipes.layers import ToUniform
from gan_core.runs import snapshots
from gan_core.runs.checkpoints import write_arrays
from gan_core.runs.files import disk_faults, write_json
from gan_core.runs.sheet import write_sheet
from gan_core.text import N_

SHEET = "sheet.png"
_SHEET_COLUMNS = 5
_NUM_GOLDEN = 8
_GOLDEN_SEED = 2014


def main(request_file: str) -> int:
    """Take in what the request names; return the process's exit code."""
    request = json.loads(Path(request_file).read_text())
    step_back()
    confine(LIMITS)
    try:
        target = Path(request["target"])
        with disk_faults(target):
            with tempfile.TemporaryDirectory(dir=target) as scratch:
                found = read(Path(request["source"]), Path(scratch))
            answer = {"made": _write(found, target)}
    except GanCoreError as error:
        answer = {"refused": _described(error)}
    except MemoryError:
        limit = LIMITS.memory_bytes // 10**6
        too_large = refused(N_("reading it takes more than {limit} MB of memory."), limit=limit)
        answer = {"refused": _described(too_large)}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


def _write(found: Generator, target: Path) -> dict[str, Any]:
    """The files of a lean snapshot, and a sheet; what they are made of.

    Raises:
        BadInputError: it makes no images.
    """
    session = open_session(to_onnx(found.network, found.weights).SerializeToString(), "generator")
    (latent_size,) = found.network.input_shape
    count = _SHEET_COLUMNS**2
    latents = np.concatenate(
        [
            sample_latents(_GOLDEN_SEED, _NUM_GOLDEN, latent_size),
            sample_latents(0, count, latent_size),
        ]
    )
    # One at a time: an image may be large, and memory is not.
    images = np.concatenate([in_parts(session, row[None]) for row in latents])
    if not np.isfinite(images).all():
        raise refused(N_("what it makes of latents is no image: not all values are numbers."))
    write_json(target / snapshots.NETWORKS, {"generator": found.network.model_dump(mode="json")})
    write_arrays(target / snapshots.weights_file("generator"), found.weights)
    golden = {"latents": latents[:_NUM_GOLDEN], "images": images[:_NUM_GOLDEN]}
    write_arrays(target / snapshots.GOLDEN, golden)
    sheet = to_bytes(images[_NUM_GOLDEN:], found.pixel_range)
    write_sheet(target / SHEET, sheet, _SHEET_COLUMNS, None)
    return {
        "latent_size": latent_size,
        "image_size": images.shape[1],
        "channels": images.shape[3],
        "pixel_range": found.pixel_range,
        "latent_distribution": "uniform" if ToUniform() in found.network.layers else "normal",
    }


def _described(error: GanCoreError) -> dict[str, Any]:
    """An error as JSON, to be raised again by whoever started this process."""
    plain = (str, int, float, bool)
    values = {k: v if isinstance(v, plain) else str(v) for k, v in error.values.items()}
    return {
        "kind": type(error).__name__,
        "template": error.template,
        "hint": error.hint_template,
        "field": error.field,
        "values": values,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
