"""Sheets to compare: the very images that a run's own sheet would show of the same latents."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from gan_core.errors import BadInputError
from gan_core.inference.engine import SnapshotEngine
from gan_core.inference.sheets import Common, common_latents, draw
from gan_core.latent.sampling import sample_latents
from gan_core.runs.sheet import tile
from gan_core.runs.store import RunStore
from tests.generator_runs import add_generator_run
from tests.runs_by_hand import config


def seeded(seed, **how):
    return config(**how).model_copy(update={"seed": seed})


def test_runs_with_one_seed_show_their_own_sheets():
    assert common_latents([seeded(5), seeded(5, g_lr=1e-4)]) == Common("stored", "5")


def test_a_fork_keeps_the_latents_of_its_parent():
    fork = seeded(9).model_copy(update={"sheet_seed": 5})
    assert common_latents([seeded(5), fork]) == Common("stored", "5")


def test_other_seeds_are_drawn_anew_from_the_first_ones_latents():
    assert common_latents([seeded(5), seeded(6)]) == Common("drawn", "5")


def test_planes_share_their_grid():
    planes = [config("vae", "mnist"), config("autoencoder", "mnist")]
    assert common_latents(planes) == Common("stored", "grid")


def test_latents_of_different_sizes_are_never_identical():
    assert common_latents([config(), config("vae", "mnist")]).source == "own"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return add_generator_run(RunStore(tmp_path_factory.mktemp("runs")), (10,))


def test_a_drawn_sheet_shows_these_latents(run):
    found = np.asarray(Image.open(io.BytesIO(draw(run.paths, 10, "7"))))
    latents = sample_latents(7, 64, run.sound_config().settings.latent_size)
    images = SnapshotEngine.open(run.paths, 10).images(latents)
    np.testing.assert_array_equal(found, tile(images, 8)[..., 0])
    assert draw(run.paths, 10, "8") != draw(run.paths, 10, "7")


def test_a_grid_is_for_planes(run):
    with pytest.raises(BadInputError):
        draw(run.paths, 10, "grid")
