"""What ships with the program is whole, small, and lands in a runs folder once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan_core.access.people import OWNER
from gan_core.errors import BadInputError, ConflictError, NotFoundError
from gan_core.inference.engine import SnapshotEngine
from gan_core.jobs import gallery
from gan_core.jobs.control import resume
from gan_core.jobs.fork import fork
from gan_core.latent.sampling import sample_latents
from gan_core.runs import snapshots
from gan_core.runs.layout import sheet_steps
from gan_core.runs.store import RunStore

_MAX_BYTES = 5_000_000


def test_what_ships() -> None:
    items = gallery.items()
    assert len(items) >= 3
    assert {item.name for item in items} == set(gallery.WORDS)
    assert sum(path.stat().st_size for path in gallery.FOLDER.iterdir()) < _MAX_BYTES
    for item in items:
        assert item.commit
        with Image.open(item.picture) as picture:
            assert picture.width >= 400
        assert gallery.is_item(item.run_id)
    assert not gallery.is_item("20200101-000000-000000")


@pytest.mark.parametrize("name", list(gallery.WORDS))
def test_it_is_explorable(name: str, tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    view = store.get(gallery.ensure(store, name, by=OWNER))
    config = view.sound_config()
    assert (view.status.state, view.status.step) == ("completed", config.total_steps)
    assert view.title == gallery.find(name).title
    assert gallery.find(name).commit in view.meta.notes
    (step,) = snapshots.list_steps(view.paths)
    assert sheet_steps(view.paths)[-1] == step == config.total_steps
    engine = SnapshotEngine.open(view.paths, step)
    images = engine.images(sample_latents(1, 8, engine.latent_size))
    assert images.shape == (8, *config.dataset.image_shape)
    assert np.std(images, axis=0).mean() > 10
    assert engine.has_encoder == (config.recipe == "vae")


def test_many_ask_and_it_comes_once(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: gallery.ensure(store, "digits", by=OWNER), range(8)))
    assert found == set(store.ids()) == {gallery.find("digits").run_id}
    store.rename(found.pop(), "mine")
    gallery.ensure(store, "digits", by=OWNER)
    assert [view.title for view in store.list()] == ["mine"]


def test_it_has_no_training_state(tmp_path: Path, data_dir: Path) -> None:
    store = RunStore(tmp_path / "runs")
    run_id = gallery.ensure(store, "digits", by=OWNER)
    with pytest.raises(ConflictError, match="without its training state"):
        resume(store, run_id, epochs=100, data_dir=data_dir, by=OWNER)
    with pytest.raises(BadInputError, match="cannot be forked"):
        fork(store, run_id, "newest", {}, data_dir=data_dir, by=OWNER)


def test_an_unknown_name(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"'cats' in the gallery; there are: digits, clothes"):
        gallery.ensure(RunStore(tmp_path / "runs"), "cats", by=OWNER)
