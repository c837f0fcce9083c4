"""What one does with a run: through the command line, with its real files."""

import json

import numpy as np
import pytest
from PIL import Image

from gan_core import data
from gan_core.inference.engine import SnapshotEngine
from gan_core.jobs import standby, supervisor
from gan_core.jobs.launch import write_launch
from gan_core.runs.files import TEMPORARY_PREFIX
from gan_core.runs.metrics import MetricReader
from gan_core.runs.store import RunStore
from tests.processes.worker_runs import differences, until


def test_train_follows_and_ends_with_the_id_alone(trained):
    assert trained.said == f"{trained.first}\n"
    assert "step 60" in trained.told or "completed: finished" in trained.told
    shown = trained.show(trained.first)
    assert (shown["state"], shown["step"], shown["name"]) == ("completed", 60, "first")
    assert {"d_loss", "g_loss", "images_per_s"} <= shown["newest_metrics"].keys()


@pytest.fixture
def keeper(tmp_path):
    """Keeps a worker in waiting for a runs folder of its own."""
    made = standby.Keeper(tmp_path)
    (tmp_path / standby.NOTE_NAME).touch()
    made.tend(idle=True)
    yield made
    made.end()


def test_a_worker_in_waiting_trains_the_same_run_to_the_bit(trained, keeper, tmp_path, data_dir):
    waiting, log = keeper.standby.process, tmp_path / standby.LOG_NAME
    assert until(waiting, lambda: "ready" in log.read_text())
    assert list(tmp_path.glob(f"{TEMPORARY_PREFIX}*")) == []
    cold = trained.store.get(trained.first)
    warm = RunStore(tmp_path).create(cold.config, fill=lambda paths: write_launch(paths, data_dir))
    assert supervisor.start_worker(warm.paths, keeper) is waiting
    assert keeper.standby is None
    assert waiting.wait() == 0
    assert differences(cold.paths, warm.paths) == []
    said = warm.paths.log.read_text()
    assert "waiting took this run" in said
    assert "Traceback" not in said


def test_samples_are_what_the_seed_says(trained, tmp_path):
    target = tmp_path / "s.npy"
    answer = trained.call(
        "sample", trained.first, "--count", 5, "--seed", 7, "-o", target, "--json"
    )
    assert json.loads(answer)["step"] == 60
    images = np.load(target)
    assert (images.dtype, images.shape) == (np.uint8, (5, 28, 28, 1))
    latents = np.random.default_rng(7).standard_normal((5, 64)).astype(np.float32)
    engine = SnapshotEngine.open(trained.store.get(trained.first).paths, 60)
    assert np.array_equal(images, engine.images(latents))

    trained.call("sample", trained.first, "--zero", "--step", 0, "-o", target)
    assert np.load(target).shape == (1, 28, 28, 1)
    trained.call("sample", trained.first, "-o", tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (4 * (5 * 29 - 1), 4 * (5 * 29 - 1))


@pytest.mark.parametrize(("suffix", "how"), [("gif", []), ("webp", ["--open"])])
def test_a_walk_has_its_frames(trained, tmp_path, suffix, how):
    target = tmp_path / f"walk.{suffix}"
    asked = ["--seeds", "1,2,3", "--frames", 9, "--method", "linear", *how]
    trained.call("interpolate", trained.first, *asked, "-o", target)
    with Image.open(target) as walk:
        assert walk.n_frames == 9


def test_a_fork_goes_on_where_its_parent_was(trained):
    run = trained.call(
        "fork", trained.first, "--step", 50, "--steps", 70, "--set", "g_lr=1e-4"
    ).strip()
    trained.until(lambda: trained.status(run).state == "completed", 90, "the fork trains")
    logs = []
    for each in (trained.first, run):
        log = MetricReader(trained.store.get(each).paths.metrics)
        log.poll()
        logs.append(log.columns)
    assert logs[1]["step"] == [10, 20, 30, 40, 50, 60, 70]
    assert logs[1]["d_loss"][:5] == logs[0]["d_loss"][:5]
    assert logs[1]["g_loss"][5] != logs[0]["g_loss"][5]  # the other learning rate shows


def test_the_generator_as_published(trained, tmp_path):
    written = trained.call("export", trained.first, "--format", "h5", "-o", tmp_path).strip()
    assert written == str(tmp_path / "generator_model_000.h5")
    assert (tmp_path / "generator_model_000.h5").read_bytes()[:4] == b"\x89HDF"
    assert [path.name for path in tmp_path.iterdir()] == ["generator_model_000.h5"]


def test_doctor(trained):
    report = json.loads(trained.call("doctor", "--json"))
    assert report["device"]["tensorflow"]["tensorflow"] == report["versions"]["tensorflow"]
    assert report["device"]["trains_on"] in {"cpu", "gpu"}
    ready = {d["name"]: d["ready"] for d in report["datasets"]}
    assert ready.keys() == set(data.names())
    assert ready["digits"]
    assert ready["mnist"]
    assert report["disk"]["runs"]["free_bytes"] > 0
