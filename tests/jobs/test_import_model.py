"""Somebody's generator becomes a run, read by a process with limits; or it is refused in words."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest

from gan_core.access.people import OWNER
from gan_core.errors import BadInputError, ConflictError
from gan_core.inference.engine import SnapshotEngine
from gan_core.jobs.control import resume
from gan_core.jobs.export import export
from gan_core.jobs.fork import fork
from gan_core.jobs.import_model import import_model, is_model
from gan_core.jobs.import_upload import import_upload
from gan_core.latent.pixels import to_bytes
from gan_core.portable.onnx_graph import to_onnx
from gan_core.runs import archive, snapshots
from gan_core.runs.layout import sheet_steps
from gan_core.runs.store import RunStore
from tests.portable.foreign import by_hand

_LATENTS = np.random.default_rng(5).normal(size=(4, by_hand.LATENT_SIZE)).astype(np.float32)


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


def _onnx(path: Path) -> Path:
    path.write_bytes(to_onnx(by_hand.NETWORK, by_hand.weights()).SerializeToString())
    return path


def test_a_run_to_explore(store: RunStore, tmp_path: Path, data_dir: Path) -> None:
    file = by_hand.write_keras(tmp_path / "my  cats.v2.keras", by_hand.sequential())
    view = import_model(store, file, by=OWNER)
    assert (view.title, view.damage) == ("my cats.v2", "")
    assert (view.status.state, view.status.step) == ("completed", 0)
    config = view.sound_config()
    assert (config.recipe, config.settings.latent_size) == ("imported", by_hand.LATENT_SIZE)
    assert config.dataset.image_shape == (16, 16, 1)
    assert snapshots.list_steps(view.paths) == sheet_steps(view.paths) == [0]
    expected = to_bytes(by_hand.images(_LATENTS), "-1,1")
    images, verdicts = SnapshotEngine.open(view.paths, 0).images_and_verdicts(_LATENTS)
    assert np.abs(images.astype(int) - expected).max() <= 1
    assert verdicts is None
    with pytest.raises(ConflictError, match="without its training state"):
        resume(store, view.id, epochs=3, data_dir=data_dir, by=OWNER)
    with pytest.raises(BadInputError, match="cannot be forked"):
        fork(store, view.id, "newest", {}, data_dir=data_dir, by=OWNER)
    with pytest.raises(BadInputError, match="cannot be trained"):
        export(store, view.id, "newest", "script", tmp_path, by=OWNER)
    found = [entry.name for entry in store.root.iterdir() if not entry.name.startswith(".")]
    assert found == [view.id]
    assert not list(store.root.glob(".tmp-*"))


def test_out_and_in_again(store: RunStore, tmp_path: Path) -> None:
    first = import_model(store, _onnx(tmp_path / "g.onnx"), name="mine", by=OWNER)
    packed = io.BytesIO()
    archive.pack(first, packed)
    store.delete(first.id)
    again = archive.unpack(store, packed)
    assert (again.id, again.title) == (first.id, "mine")
    written = export(store, again.id, "newest", "onnx", tmp_path, by=OWNER)
    assert is_model(written.name)
    with written.open("rb") as file:
        third = import_upload(store, "C:\\folder\\other.ONNX", file, by=OWNER)
    assert third.title == "other"
    found = [SnapshotEngine.open(run.paths, 0).images(_LATENTS) for run in (again, third)]
    assert np.abs(found[0].astype(int) - found[1]).max() <= 1


def test_uploads_of_other_kinds(store: RunStore) -> None:
    with pytest.raises(BadInputError, match=r"'x\.pkl' of 0 MB; allowed are \.zip, \.keras"):
        import_upload(store, "x.pkl", io.BytesIO(b"cos\nsystem\n"), by=OWNER)
    with pytest.raises(BadInputError, match="not a good zip"):
        import_upload(store, "x.keras", io.BytesIO(b"cos\nsystem\n"), by=OWNER)
    assert not store.ids()


def test_a_file_that_asks_for_too_much_memory(store: RunStore, tmp_path: Path) -> None:
    """Protobuf makes an object of each two bytes: 60 MB would become some gigabytes."""
    graph = b"\x0a\x00" * 30_000_000
    size, length = len(graph), bytearray()
    while size:
        length.append(size & 0x7F | (0x80 if size > 0x7F else 0))
        size >>= 7
    file = tmp_path / "bomb.onnx"
    file.write_bytes(b"\x08\x08\x3a" + bytes(length) + graph)
    with pytest.raises(BadInputError) as refusal:
        import_model(store, file, by=OWNER)
    assert refusal.value.field == "file"
    assert list(store.root.iterdir()) == []


def test_numbers_that_are_none(store: RunStore, tmp_path: Path) -> None:
    weights = by_hand.weights()
    weights["05_conv_transpose/bias"] = np.array([np.nan], np.float32)
    file = tmp_path / "g.onnx"
    file.write_bytes(to_onnx(by_hand.NETWORK, weights).SerializeToString())
    with pytest.raises(BadInputError, match="holds what is no number"):
        import_model(store, file, by=OWNER)
    model = by_hand.sequential(layers=[("Lambda", {"name": "x", "function": "y"})])
    with pytest.raises(BadInputError, match="it has a layer Lambda") as refusal:
        import_model(
            store, by_hand.write_h5(tmp_path / "g.h5", json.loads(json.dumps(model))), by=OWNER
        )
    assert "\n" not in refusal.value.one_line()
    with pytest.raises(BadInputError, match="there is no file"):
        import_model(store, tmp_path / "none.h5", by=OWNER)
