"""A run zip from somebody else, taken in so that nothing of theirs is run.

The archive has checked names, sizes and checksums. What is left is what would be *loaded* later:
ONNX files and bundles, which say the same as the layer list and the weights beside them. They are
dropped, and made anew from those in memory when somebody looks; and the layer lists are judged
first, as those of any generator from elsewhere.
"""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path
from typing import IO, Any

from gan_core.config import RunConfig
from gan_core.data.own.tree import MAX_CLASSES
from gan_core.errors import BadInputError, DamagedError
from gan_core.portable.foreign.budget import IMAGE_SIZES, MAX_LAYERS, check_size
from gan_core.recipes import registry
from gan_core.recipes.layers import Network, network_from_json
from gan_core.recipes.resolve import MAX_STEPS, check_seed, check_shape, check_value
from gan_core.recipes.settings import SPECS
from gan_core.runs import archive, checkpoints, sealed, snapshots
from gan_core.runs.files import read_json
from gan_core.runs.layout import RunPaths
from gan_core.runs.patience import Patience
from gan_core.runs.store import MAX_NAME_LENGTH, RunStore, RunView
from gan_core.text import N_

_DERIVED = (".onnx", ".bundle")
_BYTES_EACH = 8
"""Of one parameter at most: float64."""
_MAX_PARAMETERS = 100_000_000
"""As many as our own networks have where every setting is at its largest."""
_MAX_GOLDEN = 16
"""As many as ours write; each is asked at the first look."""
_MAX_ANSWER = IMAGE_SIZES[1] ** 2 * 3
"""Values of the largest image."""
_MAX_COUNT = 10**12


def import_run(
    store: RunStore, file: Path | IO[bytes], patience: Patience | None = None
) -> RunView:
    """Make a run of a zip that came from anybody.

    Raises:
        BadInputError: it is no run, or holds what is not safe to load, or takes longer than
            `patience` has; nothing is left behind.
        ReadOnlyError, DiskFullError: the runs folder cannot be written.
    """
    patience = patience or Patience()
    return archive.unpack(store, file, partial(make_lean, patience=patience), patience)


def make_lean(paths: RunPaths, patience: Patience) -> None:
    """Judge the configuration and the networks of every snapshot; drop what is made from these.

    Raises:
        BadInputError: its configuration is none of ours, or a network is too large, or its files
            do not hold what it needs; or it takes too long.
        DamagedError: a snapshot has no layer list that can be read.
    """
    _check_config(_config_of(paths))
    judged, networks = None, dict[str, Network]()
    for step in snapshots.list_steps(paths):
        patience.ask()
        folder = paths.snapshot(step)
        listed = sealed.read_manifest(folder)["sha256"]
        derived = [name for name in listed if name.endswith(_DERIVED)]
        if derived:
            # What was unpacked just now is not on the disk for sure either.
            sealed.drop_files(folder, derived, durable=False)
        # The snapshots of a run share their lists of layers; checksums were found right just now.
        if judged is None or listed.get(snapshots.NETWORKS) != judged:
            networks, judged = _networks(folder), listed.get(snapshots.NETWORKS)
        if "generator" not in networks or snapshots.GENERATOR_WEIGHTS not in listed:
            raise _refused(N_("snapshot {step} has no generator as layers and weights."), step=step)
        for role, network in networks.items():
            if snapshots.weights_file(role) in listed:
                _check_weights(folder, role, network)
        if snapshots.GOLDEN in listed:
            _check_golden(folder, networks["generator"])


def _config_of(paths: RunPaths) -> RunConfig:
    try:
        return RunConfig.from_json(read_json(paths.config))
    except DamagedError as error:
        raise _refused(N_("{damage}"), damage=error.message) from error


def _check_config(config: RunConfig) -> None:
    """Whether a run says of itself what a run of this program could be.

    Raises:
        BadInputError: names what could not.
    """
    recipe = registry.get(config.recipe)
    for name, value in config.settings.as_dict().items():
        if name in SPECS:
            check_value(SPECS[name], value, gpu=True)
    check_seed(config.seed)
    info, low, high = config.dataset, *IMAGE_SIZES
    counts = (info.num_train, info.num_test, config.steps_per_epoch)
    told = {
        "total_steps": 1 <= config.total_steps <= MAX_STEPS,
        "image_size": low <= info.image_size <= high and info.channels in {1, 3},
        "dataset": all(0 <= count <= _MAX_COUNT for count in counts),
        "class_names": len(info.class_names) <= MAX_CLASSES and info.num_classes <= MAX_CLASSES,
        "title": all(
            len(text) <= MAX_NAME_LENGTH and text.isprintable()
            for text in (info.name, info.title, *info.class_names)
        ),
    }
    for field, is_good in told.items():
        if not is_good:
            raise _refused(N_("config.json has a {setting} that no run has."), setting=field)
    if recipe.image_sizes:  # a generator from elsewhere is of no recipe's networks
        check_shape(recipe, info)
        for network in recipe.networks(config.settings, info.image_shape):
            check_size(network, most_parameters=_MAX_PARAMETERS)


def _networks(folder: Path) -> dict[str, Network]:
    """The layer lists of a snapshot by role, found small enough to be asked."""
    try:
        given = read_json(folder / snapshots.NETWORKS)
    except FileNotFoundError:
        given = None
    if not isinstance(given, dict):
        raise DamagedError(N_("{folder} has no list of layers."), folder=folder.name)
    networks = {str(role): _network(str(role), value) for role, value in given.items()}
    for role, network in networks.items():
        if network.name != role:
            raise _refused(N_("its network {role} is another's."), role=repr(role[:40]))
        check_size(network, most_parameters=_MAX_PARAMETERS)
        given = math.prod(network.shapes()[-1])
        if given > _MAX_ANSWER:
            raise _refused(
                N_("its {network} answers with {given} values; allowed are up to {limit}."),
                network=role,
                given=given,
                limit=_MAX_ANSWER,
            )
    return networks


def _network(role: str, value: Any) -> Network:
    layers = value.get("layers") if isinstance(value, dict) else None
    if isinstance(layers, list) and len(layers) > MAX_LAYERS:
        raise _refused(
            N_("its network {role} has {given} layers; allowed are up to {limit}."),
            role=repr(role[:40]),
            given=len(layers),
            limit=MAX_LAYERS,
        )
    return network_from_json(value)


def _check_weights(folder: Path, role: str, network: Network) -> None:
    """Whether a file of weights is as large as its network needs; its arrays are compared later."""
    path = folder / snapshots.weights_file(role)
    shapes = checkpoints.read_shapes(path)
    most = network.num_parameters * _BYTES_EACH + checkpoints.MAX_HEADER_BYTES
    if sum(map(math.prod, shapes.values())) > network.num_parameters or path.stat().st_size > most:
        raise _refused(N_("{name} holds more than its network has."), name=path.name)


def _check_golden(folder: Path, generator: Network) -> None:
    """Whether the golden answers are a few, of this generator's sizes."""
    shapes = checkpoints.read_shapes(folder / snapshots.GOLDEN)
    expected = {"latents": generator.input_shape, "images": generator.shapes()[-1]}
    for name, shape in expected.items():
        found = shapes.get(name, ())
        if found[1:] != shape or not 1 <= found[0] <= _MAX_GOLDEN:
            raise _refused(
                N_("{name} has the shape {given}; expected are up to {most} rows of {shape}."),
                name=f"{snapshots.GOLDEN}/{name}",
                given=list(found[:8]),
                most=_MAX_GOLDEN,
                shape=list(shape),
            )


def _refused(template: str, **values: object) -> BadInputError:
    return BadInputError(
        template, N_("Allowed is a run zip as `export --format zip` writes it."),
        field="file", **values,
    )  # fmt: skip
