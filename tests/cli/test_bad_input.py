"""Bad input ends with 2 and one line that names the field, what was given, and what is allowed."""

import json

import pytest

from gan_core.runs.lock import FileLock
from tests.runs_by_hand import in_state, queued, trained


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (
            "train quik-dcgan",
            ["recipe:", "'quik-dcgan'", "Did you mean quick-dcgan?"],
        ),
        ("train quick-dcgan --dataset digit", ["dataset:", "`digit`", "`digits`"]),
        (
            "train quick-dcgan --set bach_size=3",
            ["bach_size:", "batch_size, latent_size", "Did you mean batch_size?"],
        ),
        ("train quick-dcgan --set batch_size=0", ["batch_size:", "got 0", "2 … 4096"]),
        (
            "train quick-dcgan --set batch_size=4096 --dataset digits --epochs 0",
            ["epochs:", "got 0"],
        ),
        ("train quick-dcgan --set batch_size=5001", ["batch_size:", "5001", "4096"]),
        ("train quick-dcgan --set batch_size=many", ["batch_size:", "got many", "whole number"]),
        ("train quick-dcgan --set g_lr=-0.1", ["g_lr:", "got -0.1", "1e-07 … 1"]),
        ("train quick-dcgan --set g_lr=nan", ["g_lr:", "got nan", "1e-07 … 1"]),
        ("train quick-dcgan --set d_lr=inf", ["d_lr:", "got inf"]),
        ("train quick-dcgan --set latent_size=0", ["latent_size:", "got 0", "1 … 5000"]),
        (
            "train quick-dcgan --set latent_size=1000000",
            ["latent_size:", "got 1000000", "1 … 5000"],
        ),
        ("train quick-dcgan --set g_norm=layer", ["g_norm:", "got layer", "none, batch"]),
        ("train quick-dcgan --set dropout", ["--set:", "'dropout'", "KEY=VALUE"]),
        ("train quick-dcgan --steps 0", ["steps:", "got 0", "above 0"]),
        ("train quick-dcgan --steps 1.5", ["--steps:", "'1.5'", "whole number"]),
        ("train quick-dcgan --epochs nan", ["--epochs:", "'nan'", "a number"]),
        ("train quick-dcgan --steps 5 --epochs 5", ["epochs:", "not both"]),
        ("train quick-dcgan --seed -1", ["seed:", "got -1", "0 …"]),
        ("train quick-dcgan --stpes 5", ["option:", "'--stpes'", "Did you mean --steps?"]),
        ("train", ["RECIPE:", "missing"]),
        ("trian quick-dcgan", ["command:", "'trian'", "Did you mean train?"]),
        ("", ["COMMAND:", "missing"]),
        ("recipes more", ["argument:", "'more'"]),
        ("show nothing", ["run:", "'nothing'"]),
        ("show ../../etc", ["run:", "'../../etc'"]),
        ("export x --format pickle -o y", ["--format:", "'pickle'", "keras, h5, onnx"]),
        ("import missing.zip", ["file:", "no file", "run zip"]),
        ("import model.keras", ["file:", "no file", "model.keras"]),
        ("train imported", ["recipe:", "got imported", "cannot be trained"]),
        ("sweep quick-dcgan", ["sweep:", "got 0 settings", "1 … 4"]),
        ("sweep quick-dcgan --grid g_lr=0.1", ["sweep:", "got 1 runs", "2 … 24"]),
        ("sweep quick-dcgan --grid g_lr", ["--grid:", "'g_lr'", "KEY=VALUE"]),
        ("sweep quick-dcgan --grid g_lr=0.1,7", ["g_lr:", "got 7", "1e-07 … 1"]),
        ("sweep quick-dcgan --grid g_rate=1,2", ["g_rate:", "Did you mean g_lr?"]),
        ("sweep quick-dcgan --range g_lr=0.1..0.2", ["g_lr:", "range", "how many"]),
        ("sweep quick-dcgan --random 4 --range g_lr=0.1", ["g_lr:", "'0.1'", "LOW..HIGH"]),
        ("sweep quick-dcgan --random 99 --range g_lr=0.1..0.2", ["sweep:", "99", "24"]),
        ("runs --sweep nothing", ["sweep:", "'nothing'"]),
    ],
)
def test_messages(call, store, arguments, parts):
    said = call(*arguments.split()).refusal
    assert [part for part in parts if part not in said] == [], said
    assert store.list() == []


def test_a_batch_larger_than_the_data_set(call, monkeypatch):
    from gan_core.recipes import settings

    wide = settings.SPECS["batch_size"].model_copy(update={"high": 10_000})
    monkeypatch.setitem(settings.SPECS, "batch_size", wide)
    said = call("train", "quick-dcgan", "--set", "batch_size=5001").refusal
    assert said.startswith("batch_size: got 5001")
    assert "digits has only 5000 images" in said


def test_a_name_that_is_too_long(call):
    assert "name: the name has 121" in call("train", "quick-dcgan", "--name", "x" * 121).refusal


def test_missing_data_offline(call, tmp_path, monkeypatch):
    monkeypatch.setenv("GAN_DATA_DIR", str(tmp_path / "empty"))
    monkeypatch.setenv("GAN_DATA_MIRROR", "http://127.0.0.1:9")
    ended = call("train", "mnist-dcgan")
    lines = ended.err.splitlines()
    assert ended.code == 2
    assert "could not be reached" in lines[-1]
    assert "`digits`, which needs no download" in lines[-1]
    assert all(line.startswith("downloading") for line in lines[:-1])


@pytest.fixture
def run(store):
    return trained(store, name="mine")


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        ("pause RUN", ["run:", "is completed", "running"]),
        ("stop RUN", ["run:", "is completed", "running"]),
        ("resume RUN", ["run:", "is completed", "--steps"]),
        ("resume RUN --steps 50", ["steps:", "50 are done"]),
        ("fork RUN --step 7", ["step:", "7", "0, 50"]),
        ("fork RUN --set latent_size=7", ["latent_size:", "changes the networks"]),
        ("sample RUN --step 7 -o x.png", ["step:", "7", "0, 50"]),
        ("sample RUN --step first -o x.png", ["step:", "'first'", "`newest` or `best`"]),
        ("sample RUN", ["-o/--output:", "missing"]),
        ("sample RUN -o x.jpg", ["-o/--output:", "'x.jpg'", ".png, .npy"]),
        ("sample RUN -o missing/x.png", ["-o/--output:", "folder that exists"]),
        ("sample RUN --label 12 -o x.png", ["--label:", "'12'", "0, 1, 2"]),
        ("sample RUN --label 3 --zero -o x.png", ["--label:", "'3'", "--zero"]),
        ("sample RUN --zero --count 3 -o x.png", ["--count:", "got 3", "allowed is 1"]),
        ("interpolate RUN --seeds 1,x -o x.gif", ["--seeds:", "'1,x'", "1,2,3"]),
        ("interpolate RUN --seeds 1 -o x.gif", ["--seeds:", "got 1 seeds", "2 … 60"]),
        ("interpolate RUN --seeds 1,2 --frames 1 -o x.gif", ["--frames:", "got 1", "2 … 600"]),
        ("interpolate RUN --seeds 1,2 --method cubic -o x.gif", ["--method:", "slerp, linear"]),
        ("interpolate RUN --seeds 1,2 -o x.avi", ["-o/--output:", ".gif, .webp, .mp4, .png"]),
        ("delete RUN", ["--yes:", "missing"]),
        ("export RUN --format zip -o missing/x.zip", ["output:", "no folder"]),
        ("rename RUN " + "x" * 121, ["name:", "121", "120"]),
        ("evaluate RUN --step 7", ["step:", "7", "0, 50"]),
        ("evaluate RUN --metrics fid,beauty", ["--metrics:", "'beauty'", "fid, kid, is, prdc"]),
        ("evaluate RUN --images 5", ["--images:", "got 5", "100 … 10000"]),
    ],
)
def test_messages_about_a_run(call, run, tmp_path, monkeypatch, arguments, parts):
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    said = call(*arguments.replace("RUN", run.id).split()).refusal
    assert [part for part in parts if part not in said] == [], said
    assert sorted(tmp_path.rglob("*")) == before


def test_a_running_run_is_not_deleted(call, store):
    view = in_state(store, "running")
    with FileLock.acquire(view.paths.lock):
        for arguments in (["delete", view.id, "--yes"], ["delete", view.id]):
            said = call(*arguments).refusal
            assert "is running and cannot be deleted" in said
    assert view.paths.config.exists()


def test_a_run_without_snapshots_has_nothing_to_sample(call, store, tmp_path):
    said = call("sample", queued(store).id, "-o", tmp_path / "x.png").refusal
    assert "no snapshot yet" in said


def test_a_full_runs_folder_takes_no_new_run(call, store):
    queued(store)
    quotas = {"schema_version": 1, "quotas": {"disk_gb": 1e-6}}
    (store.root / "studio.json").write_text(json.dumps(quotas))
    refusal = call("train", "quick-dcgan", "--dataset", "digits", "--detach").refusal
    assert refusal.startswith("disk_gb: the runs folder would hold")
    assert "Delete runs" in refusal
    assert len(store.ids()) == 1
