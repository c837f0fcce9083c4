"""A snapshot's bundle: what a browser needs to run the generator itself."""

from __future__ import annotations

import hashlib
from pathlib import Path

from gan_core.errors import DamagedError
from gan_core.portable import bundle
from gan_core.recipes.layers import network_from_json
from gan_core.runs import checkpoints, sealed, snapshots
from gan_core.runs.files import read_json
from gan_core.runs.layout import RunPaths
from gan_core.text import N_

_SOURCES = (snapshots.NETWORKS, snapshots.GENERATOR_WEIGHTS, snapshots.GOLDEN)


def digest_of(paths: RunPaths, step: int) -> str:
    """What names the content of a snapshot's bundle: a SHA-256 in hexadecimal.

    Costs a look at the manifest. A snapshot of an older version carries no bundle; what it would
    be made from is then named instead.

    Raises:
        DamagedError: the snapshot is.
    """
    sums = sealed.read_manifest(paths.snapshot(step))["sha256"]
    own = sums.get(snapshots.GENERATOR_BUNDLE)
    if isinstance(own, str):
        return own
    named = "\n".join(str(sums.get(name)) for name in _SOURCES)
    return hashlib.sha256(named.encode()).hexdigest()


def read(paths: RunPaths, step: int) -> bytes:
    """The bundle of a snapshot.

    Raises:
        DamagedError: the snapshot is.
    """
    folder = paths.snapshot(step)
    if snapshots.GENERATOR_BUNDLE in sealed.read_manifest(folder)["sha256"]:
        return sealed.verified(folder, snapshots.GENERATOR_BUNDLE).read_bytes()
    return _packed(folder)


def _packed(folder: Path) -> bytes:
    """The bundle made from what the snapshot holds for everybody."""
    layers = read_json(sealed.verified(folder, snapshots.NETWORKS))
    if not isinstance(layers, dict) or "generator" not in layers:
        raise DamagedError(N_("The manifest of {folder} is damaged."), folder=folder.name)
    golden = checkpoints.read_arrays(sealed.verified(folder, snapshots.GOLDEN))
    return bundle.pack(
        network_from_json(layers["generator"]),
        checkpoints.read_arrays(sealed.verified(folder, snapshots.GENERATOR_WEIGHTS)),
        pixel_range=str(sealed.read_manifest(folder).get("pixel_range")),
        golden_latents=golden["latents"],
        golden_images=golden["images"],
    )
