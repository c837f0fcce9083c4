"""A run zip from somebody else: what is taken in, and what of it is made anew."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.trust.hostile.greedy_runs import small, write_honest, write_snapshots
from gan_core.access.people import OWNER
from gan_core.errors import BadInputError, DamagedError
from gan_core.inference import bundles
from gan_core.inference.engine import SnapshotEngine
from gan_core.jobs import import_run as room
from gan_core.jobs import import_upload as doors
from gan_core.jobs.import_run import import_run, make_lean
from gan_core.portable.foreign.budget import check_size
from gan_core.recipes import registry
from gan_core.recipes.layers import Network
from gan_core.runs import archive, checkpoints, sealed, snapshots
from gan_core.runs.files import read_json, write_json
from gan_core.runs.layout import RunPaths
from gan_core.runs.patience import Patience
from gan_core.runs.store import RunStore, RunView
from tests.generator_runs import add_generator_run

NETWORKS = "snapshots/10/networks.json"


@pytest.fixture
def away(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "away")


@pytest.fixture
def run(tmp_path: Path) -> RunView:
    return add_generator_run(RunStore(tmp_path / "home"), (10,))


def packed(view: RunView) -> io.BytesIO:
    file = io.BytesIO()
    archive.pack(view, file)
    return file


@pytest.mark.parametrize("recipe", registry.names())
def test_it_answers_as_before_without_what_would_be_loaded(
    tmp_path: Path, away: RunStore, recipe: str
) -> None:
    home = add_generator_run(RunStore(tmp_path / "home"), (10,), recipe=recipe)
    taken = import_run(away, packed(home))
    assert (taken.id, taken.damage) == (home.id, "")
    kept = {path.suffix for path in taken.paths.snapshot(10).iterdir()}
    assert kept == {".json", ".safetensors"}
    before, after = (SnapshotEngine.open(view.paths, 10) for view in (home, taken))
    latents = np.random.default_rng(1).standard_normal((3, before.latent_size)).astype(np.float32)
    np.testing.assert_array_equal(before.images(latents), after.images(latents))
    assert after.has_encoder == before.has_encoder
    assert bundles.read(taken.paths, 10) == bundles.read(home.paths, 10)


def test_onnx_of_theirs_is_never_opened(run: RunView, away: RunStore) -> None:
    folder = run.paths.snapshot(10)
    (folder / snapshots.GENERATOR_ONNX).write_bytes(b"asks for forty gigabytes")
    _seal_again(folder)
    taken = import_run(away, packed(run))
    assert SnapshotEngine.open(taken.paths, 10).latent_size == 64


def _seal_again(folder: Path) -> None:
    about = sealed.read_manifest(folder)
    about.pop("sha256")
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    kept.pop(sealed.MANIFEST)

    def write(target: Path) -> None:
        for name, content in kept.items():
            (target / name).write_bytes(content)

    sealed.seal(folder, write, about)


def _more_layers(paths: RunPaths) -> None:
    layers = read_json(paths.root / NETWORKS)
    layers["generator"]["layers"] += [{"kind": "upsample", "factor": 8}] * 4
    write_json(paths.root / NETWORKS, layers)


def _deeper(paths: RunPaths) -> None:
    layers = read_json(paths.root / NETWORKS)
    layers["generator"]["layers"] += [{"kind": "dropout", "rate": 0.0}] * 200
    write_json(paths.root / NETWORKS, layers)


def _larger_answer(paths: RunPaths) -> None:
    layers = read_json(paths.root / NETWORKS)
    layers["generator"]["layers"] += [{"kind": "upsample", "factor": by} for by in (8, 4)]
    write_json(paths.root / NETWORKS, layers)


def _another_role(paths: RunPaths) -> None:
    layers = read_json(paths.root / NETWORKS)
    write_json(paths.root / NETWORKS, {**layers, "encoder": layers["discriminator"]})


def _more_weights(paths: RunPaths) -> None:
    file = paths.snapshot(10) / snapshots.GENERATOR_WEIGHTS
    arrays = checkpoints.read_arrays(file)
    checkpoints.write_arrays(file, {**arrays, "more": np.zeros(10**6, np.float32)})


def _more_golden(paths: RunPaths) -> None:
    file = paths.snapshot(10) / snapshots.GOLDEN
    arrays = checkpoints.read_arrays(file)
    checkpoints.write_arrays(file, {key: np.repeat(a, 99, axis=0) for key, a in arrays.items()})


def _eighths(paths: RunPaths) -> None:
    """Weights in eight bits, of which numpy knows nothing."""
    file = paths.snapshot(10) / snapshots.GENERATOR_WEIGHTS
    header = json.dumps({"w": {"dtype": "F8_E4M3", "shape": [4], "data_offsets": [0, 4]}})
    file.write_bytes(len(header).to_bytes(8, "little") + header.encode() + bytes(4))


def _no_weights(paths: RunPaths) -> None:
    (paths.snapshot(10) / snapshots.GENERATOR_WEIGHTS).unlink()


def _config(**values: Any) -> Callable[[RunPaths], None]:
    def change(paths: RunPaths) -> None:
        config = read_json(paths.config)
        for key, value in values.items():
            place, _, name = key.partition("__")
            (config[place] if name else config)[name or key] = value
        write_json(paths.config, config)

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_more_layers, "values in one layer; allowed are up to"),
        (_deeper, "layers; allowed are up to 200"),
        (_larger_answer, "its generator answers with 802816 values"),
        (_another_role, "'encoder' is another's"),
        (_more_weights, "generator.safetensors holds more than its network has"),
        (_more_golden, "golden.safetensors/latents has the shape"),
        (_no_weights, "snapshot 10 has no generator"),
        (_config(dataset__image_size=8), "makes images of 28, 32, 64, 128 pixels"),
        (_config(dataset__image_size=256), "makes images of 28, 32, 64, 128 pixels"),
        (_config(recipe="os:system"), "there is no recipe 'os:system'"),
        (_config(settings__batch_size=10**9), "batch_size: got 1000000000"),
        (_config(settings__latent_size=10**9), "settings.latent_size: Input should be"),
        (_config(seed=-1), "seed: got -1"),
        (_config(total_steps=10**18), "total_steps: Input should be"),
        (_config(dataset__image_size=10**6), "dataset.image_size: Input should be"),
        (_config(dataset__num_train=-1), "dataset.num_train: Input should be"),
        (_config(dataset__title="a\u202eb"), "config.json has a title"),
        (_config(dataset__class_names=["x" * 200]), "config.json has a title"),
    ],
)
def test_what_is_not_taken_in(run: RunView, change: Callable[[RunPaths], None], said: str) -> None:
    change(run.paths)
    _seal_again(run.paths.snapshot(10))
    with pytest.raises(BadInputError) as refusal:
        make_lean(run.paths, Patience())
    assert said in refusal.value.one_line()


def test_a_list_that_all_snapshots_share_is_judged_once(
    tmp_path: Path, away: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[str] = []

    def noting(network: Network, **how: Any) -> None:
        judged.append(network.name)
        check_size(network, **how)

    monkeypatch.setattr(room, "check_size", noting)
    write_honest(tmp_path / "many.zip", 200)
    view = import_run(away, tmp_path / "many.zip")
    assert len(snapshots.list_steps(view.paths)) == 200
    assert judged == ["generator", "discriminator", "generator"], "of the settings, and of all 200"
    SnapshotEngine.open(view.paths, 199)


def test_a_page_has_less_patience_than_the_command_line(
    tmp_path: Path, away: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_snapshots(tmp_path / "many.zip", 100, lambda number: small(number, 200))
    monkeypatch.setattr(doors, "_PROCESSOR_SECS", 0.1)
    with (
        (tmp_path / "many.zip").open("rb") as file,
        pytest.raises(BadInputError, match="taking it in takes more than 0 s") as refusal,
    ):
        doors.import_upload(away, "many.zip", file, by=OWNER)
    assert "python -m gan_core import" in refusal.value.hint
    assert away.ids() == []
    view = doors.import_file(away, tmp_path / "many.zip", by=OWNER)
    assert len(snapshots.list_steps(view.paths)) == 100


def test_numbers_of_a_kind_that_nobody_here_writes(run: RunView) -> None:
    _eighths(run.paths)
    _seal_again(run.paths.snapshot(10))
    with pytest.raises(DamagedError, match="numbers of the kind F8_E4M3"):
        make_lean(run.paths, Patience())


def test_what_is_dropped_is_dropped_at_once(run: RunView, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = run.paths.snapshot(10)
    for name in "abcdefgh":
        (folder / f"{name}.onnx").touch()
    _seal_again(folder)
    written: list[Path] = []
    monkeypatch.setattr(sealed, "write_json", _noting(written))
    make_lean(run.paths, Patience())
    assert written == [folder / sealed.MANIFEST]
    assert not list(folder.glob("*.onnx"))
    assert set(sealed.read_manifest(folder)["sha256"]) == {
        path.name for path in folder.iterdir() if path.name != sealed.MANIFEST
    }


def _noting(written: list[Path]) -> Callable[..., None]:
    def note(path: Path, value: Any, **how: Any) -> None:
        written.append(path)
        write_json(path, value, **how)

    return note


def test_nothing_is_left_of_what_is_refused(run: RunView, away: RunStore) -> None:
    _more_layers(run.paths)
    _seal_again(run.paths.snapshot(10))
    with pytest.raises(BadInputError):
        import_run(away, packed(run))
    assert list(away.root.iterdir()) == []


def test_a_long_header_of_weights_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "x.safetensors"
    header = json.dumps({"x": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}})
    header += " " * checkpoints.MAX_HEADER_BYTES
    file.write_bytes(len(header).to_bytes(8, "little") + header.encode() + bytes(4))
    for read in (checkpoints.read_arrays, checkpoints.read_shapes):
        with pytest.raises(DamagedError, match="a header of 10"):
            read(file)
