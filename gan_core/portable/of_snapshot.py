"""The networks of a snapshot, ready to be asked, also of a lean one, which carries no ONNX.

A lean snapshot holds layer lists and weights alone, these often in float16: a quarter of the
size. Its ONNX is made in memory when it is asked for.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gan_core.errors import DamagedError
from gan_core.portable.room import rows_at_once
from gan_core.portable.sessions import Model, open_session
from gan_core.recipes.layers import Network, network_from_json
from gan_core.runs import checkpoints, sealed, snapshots
from gan_core.runs.files import read_json
from gan_core.text import N_


def open_model(folder: Path, manifest: dict[str, Any], role: str) -> Model:
    """One network of a snapshot; a call of it takes as many rows as its largest layer allows.

    Args:
        folder: the snapshot.
        manifest: what is sealed in it.
        role: `generator`, `discriminator` or `encoder`.

    Raises:
        DamagedError: it is not there, or altered, or its weights do not fit.
    """
    session = open_session(onnx_model(folder, manifest, role), role)
    if snapshots.NETWORKS not in manifest["sha256"]:
        return Model(session)  # of an older version of ours; a stranger's lists layers
    return Model(session, rows_at_once(_network(folder, role)))


def onnx_model(folder: Path, manifest: dict[str, Any], role: str) -> Path | bytes:
    """The ONNX of one network of a snapshot: a file with the right checksum, or its bytes.

    Args:
        folder: the snapshot.
        manifest: what is sealed in it.
        role: `generator`, `discriminator` or `encoder`.

    Raises:
        DamagedError: it is in neither form there, or altered, or its weights do not fit.
    """
    if snapshots.onnx_file(role) in manifest["sha256"]:
        return sealed.verified(folder, snapshots.onnx_file(role))
    network = _network(folder, role)
    # Loaded here: a page that meets whole snapshots alone has no use for the onnx package.
    from gan_core.portable.onnx_graph import to_onnx

    weights = checkpoints.read_arrays(sealed.verified(folder, snapshots.weights_file(role)))
    return bytes(to_onnx(network, weights).SerializeToString())


def _network(folder: Path, role: str) -> Network:
    layers = read_json(sealed.verified(folder, snapshots.NETWORKS))
    if not isinstance(layers, dict) or role not in layers:
        raise DamagedError(N_("{folder} has no {network}."), folder=folder.name, network=role)
    return network_from_json(layers[role])
