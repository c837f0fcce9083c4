import json
import os
import re
import shutil
import subprocess
import sys

import numpy as np
import onnx
import pytest

from gan_core import data
from gan_core.cli.doctor import traps
from gan_core.cli.main import main, report_bug
from gan_core.recipes import registry
from gan_core.runs import metrics
from gan_core.runs.lock import FileLock
from gan_core.runs.sheet import write_sheet
from tests.generator_runs import add_generator_run
from tests.runs_by_hand import in_state, queued, trained


def test_recipes_and_datasets(call):
    found = json.loads(call("recipes", "--json").out)
    assert [recipe["name"] for recipe in found] == registry.names()
    found = json.loads(call("datasets", "--json").out)
    assert [d["name"] for d in found] == data.names()
    listed = {d["name"]: d for d in found}
    assert [(listed[n]["num_train"], listed[n]["ready"]) for n in ("digits", "mnist")] == [
        (5000, True),
        (60000, True),
    ]
    assert listed["cifar10"]["selectable"] == list(data.describe("cifar10").selectable)
    assert {"camel", "cat", "rainbow"} <= set(listed["quickdraw"]["selectable"])
    assert listed["digits"]["selectable"] == []
    for command in ("recipes", "datasets"):
        said = call(command)
        assert (said.code, said.err) == (0, "")
        assert "digits" in said.out


def test_train_detached_ends_with_the_id_alone(call, store):
    said = call("train", "quick-dcgan", "--steps", 9, "--name", "a b", "--seed", 4, "--detach")
    assert said.code == 0
    view = store.get(said.out.splitlines()[-1])
    assert view.meta.name == "a b"
    assert (view.sound_config().total_steps, view.sound_config().seed) == (9, 4)
    said = call("--json", "train", "quick-dcgan", "--set", "batch_size=128", "--detach")
    answer = json.loads(said.out)
    assert (answer["state"], answer["step"]) == ("queued", 0)
    assert store.get(answer["run"]).sound_config().settings.batch_size == 128


def test_a_sweep_detached_and_its_table(call, store):
    words = "sweep quick-dcgan --dataset digits --grid g_lr=0.001,0.0001 --grid loss=hinge,kl"
    done = call(*words.split(), "--steps", 10, "--set", "batch_size=16", "--detach")
    assert done.code == 0, done.err
    sweep = done.out.strip()
    runs = store.list()
    assert {run.sound_config().sweep.id for run in runs} == {sweep}
    assert len(runs) == 4
    table = call("runs", "--sweep", sweep).out.splitlines()
    assert table[0].split()[:3] == ["RUN", "g_lr", "loss"]
    assert {row.split()[0] for row in table[1:]} == {run.id for run in runs}
    told = json.loads(call("runs", "--sweep", sweep, "--json").out)
    assert told["figure"] is None
    assert {(r["settings"]["g_lr"], r["settings"]["loss"]) for r in told["runs"]} == {
        (rate, loss) for rate in (0.001, 0.0001) for loss in ("hinge", "kl")
    }


def test_epochs_count_whole_batches(call, store):
    run = call("train", "quick-dcgan", "--epochs", 2, "--detach").out.strip()
    assert store.get(run).sound_config().total_steps == 2 * (5000 // 64)


def test_runs_show_damage_among_good_ones(call, store):
    good, bad, killed = trained(store), trained(store), in_state(store, "running")
    bad.paths.config.write_text("{")
    bad.paths.status.write_bytes(b"\xff")
    (store.root / "20260101-000000-ffffff").mkdir()
    listed = {run["run"]: run for run in json.loads(call("runs", "--json").out)}
    assert listed[good.id]["state"] == "completed"
    assert listed[good.id]["damage"] == ""
    assert "config.json cannot be read" in listed[bad.id]["damage"]
    assert listed[killed.id]["state"] == "interrupted"
    assert len(listed) == 4
    table = call("runs").out.splitlines()
    assert [line.split()[1] for line in table if line.startswith(bad.id)] == ["damaged"]
    assert json.loads(call("show", bad.id, "--json").out)["config"] is None
    assert call("show", bad.id).code == 0


def test_show(call, store):
    view = trained(store, name="mine")
    shown = json.loads(call("show", view.id, "--json").out)
    assert (shown["run"], shown["state"], shown["step"]) == (view.id, "completed", 50)
    assert shown["config"]["settings"]["batch_size"] == 64
    assert shown["forkable"] == [0, 50]
    assert shown["newest_metrics"]["step"] == 50
    assert re.search(r"\bname  mine$", call("show", view.id).out, re.MULTILINE)


def test_show_says_what_the_diagnosis_rests_on(call, store):
    view = in_state(store, "running", step=600, steps=9000, batch_size=4)
    values = {"d_loss": 0.001, "g_loss": 9.0, "d_acc_real": 1.0, "d_acc_fake": 1.0}
    with metrics.MetricLog(view.paths.metrics) as log:
        for step in range(10, 601, 10):
            log.append({"step": step, **values})
    sheet = np.zeros((1, 8, 8, 1), np.uint8)
    write_sheet(view.paths.sample(600), sheet, 1, None)
    with FileLock.acquire(view.paths.lock):
        shown = json.loads(call("show", view.id, "--json").out)["diagnosis"]
        said = call("show", view.id).out.splitlines()
    assert shown["name"] == "small_batch"
    assert shown["evidence"] == ["the sheet of step 600"]
    assert shown["besides"] == ["D overpowers G: it is right about nearly every image."]
    assert "Shown by: the sheet of step 600" in said
    assert "Besides: D overpowers G: it is right about nearly every image." in said


def test_pause_stop_and_resume_of_a_waiting_run(call, store):
    run = queued(store).id
    answer = json.loads(call("pause", run, "--json").out)
    assert answer == {"run": run, "state": "paused", "step": 0, "acknowledged": True}
    assert "queued" in call("resume", run).err
    assert call("stop", run).code == 0
    assert json.loads(call("resume", run, "--json").out)["state"] == "queued"


def test_fork_rename_delete(call, store):
    view = trained(store)
    forked = call("fork", view.id, "--step", 50, "--set", "g_lr=1e-4", "--name", "other")
    made = store.get(forked.out.strip())
    assert made.sound_config().parent.step == 50
    assert made.meta.name == "other"
    assert call("rename", made.id, "better").code == 0
    assert store.get(made.id).meta.name == "better"
    assert call("delete", made.id, "--yes").code == 0
    assert [run.id for run in store.list()] == [view.id]


def test_export_and_import(call, store, tmp_path):
    view = add_generator_run(store)
    written = call("export", view.id, "--format", "zip", "-o", tmp_path / "run.zip").out.strip()
    call("delete", view.id, "--yes")
    assert call("import", written).out == f"{view.id}\n"
    answer = json.loads(call("import", written, "--json").out)
    assert answer["state"] == "completed"
    assert answer["run"] != view.id
    assert call("export", view.id, "--format", "onnx", "-o", tmp_path / "g.onnx").code == 0
    onnx.checker.check_model(onnx.load_model_from_string((tmp_path / "g.onnx").read_bytes()))
    assert call("export", view.id, "--format", "script", "-o", tmp_path).code == 0
    assert (tmp_path / "train_quick_dcgan.py").exists()


def test_runs_option_goes_before_or_after_the_command(call, tmp_path):
    other = tmp_path / "other"
    for arguments in (["--runs", other, "runs"], ["runs", "--runs", other]):
        said = call(*arguments)
        assert said.code == 0
        assert "no runs in" in said.err


def test_traps_are_told():
    found = traps(
        {"gpus": []},
        {"runs": {"folder": "/r", "free_bytes": 10}},
        {"KERAS_BACKEND": "torch", "TF_USE_LEGACY_KERAS": "1"},
    )
    assert [
        words for words in ("KERAS_BACKEND", "LEGACY", "/r") if words not in " ".join(found)
    ] == []
    assert "does not start" in traps({"error": "no"}, {}, {})[0]


def test_a_bug_is_one_line_and_its_traceback(capsys):
    try:
        {}["x"]
    except KeyError as error:
        report_bug(KeyError, error, error.__traceback__)
    first, *rest = capsys.readouterr().err.splitlines()
    assert first == "internal error: KeyError: 'x' (please report)"
    assert rest[0].startswith("Traceback")


def test_help_is_no_error(capsys):
    for arguments in (["--help"], ["train", "--help"]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0
        assert "usage:" in capsys.readouterr().out


# As processes


def run(repo, *arguments, **how):
    return subprocess.run(
        [sys.executable, "-m", "gan_core", *arguments],
        cwd=repo, capture_output=True, text=True, timeout=120, **how,
    )  # fmt: skip


def test_nothing_heavy_is_loaded_to_list_recipes(repo):
    code = (
        "import sys; from gan_core.cli.main import main; main(['recipes']);"
        "heavy = {'numpy', 'tensorflow', 'keras', 'streamlit', 'PIL', 'onnxruntime', 'requests'};"
        "sys.exit(sorted(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=repo, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def without(repo, module):
    """`python -m gan_core recipes` where a module is not installed."""
    code = (
        "import runpy, sys; sys.modules[sys.argv[1]] = None; sys.argv[1:] = ['recipes'];"
        "runpy.run_module('gan_core', run_name='__main__')"
    )
    return subprocess.run(
        [sys.executable, "-c", code, module], cwd=repo, capture_output=True, text=True, check=False
    )


def test_a_python_without_the_packages_is_said_in_words(repo):
    done = without(repo, "pydantic")
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    for words in (sys.executable, "`pydantic`", ".venv/bin/python", "start.sh install"):
        assert words in done.stderr


@pytest.mark.parametrize("module", ["gan_core.cli.listing", "logging"])
def test_what_no_installation_would_bring_stays_a_fault(repo, module):
    done = without(repo, module)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert ".venv/bin/python`" not in done.stderr


def test_a_terminal_without_our_characters(repo, tmp_path):
    done = run(
        repo, "train", "quick-dcgan", "--set", "batch_size=0", "--runs", str(tmp_path),
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("batch_size: got 0")


def test_a_reader_that_has_seen_enough(repo):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone:
        done = subprocess.run(
            [sys.executable, "-m", "gan_core", "recipes", "--json"],
            cwd=repo, stdout=gone, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def powerless():
    """The words that take root's power over file modes from a command; none for anybody else."""
    if os.geteuid() != 0:
        return []
    assert shutil.which("setpriv"), "as root, setpriv (util-linux) is needed"
    dropped = "-dac_override,-dac_read_search,-fowner"
    return ["setpriv", f"--bounding-set={dropped}", f"--inh-caps={dropped}"]


def test_a_read_only_folder_is_said_in_words(repo, powerless, store, data_dir):
    view = in_state(store, "stopped")
    environ = {**os.environ, "GAN_RUNS_DIR": str(store.root), "GAN_DATA_DIR": str(data_dir)}
    folders = [store.root, view.paths.root, view.paths.control]
    for folder in folders:
        folder.chmod(0o555)
    try:
        bites = subprocess.run(
            [*powerless, "touch", str(store.root / "x")], capture_output=True, check=False
        )
        assert bites.returncode != 0
        for arguments in (
            ["train", "quick-dcgan", "--detach"],
            ["resume", view.id],
            ["rename", view.id, "other"],
            ["delete", view.id, "--yes"],
        ):
            done = subprocess.run(
                [*powerless, sys.executable, "-m", "gan_core", *arguments],
                cwd=repo, capture_output=True, text=True, env=environ, check=False,
            )  # fmt: skip
            assert done.returncode == 2, (arguments, done.stderr)
            assert "cannot be written to" in done.stderr
            assert len(done.stderr.splitlines()) == 1
        listed = subprocess.run(
            [*powerless, sys.executable, "-m", "gan_core", "runs", "--json"],
            cwd=repo, capture_output=True, text=True, env=environ, check=False,
        )  # fmt: skip
        assert json.loads(listed.stdout)[0]["state"] == "stopped"
    finally:
        for folder in folders:
            folder.chmod(0o755)


def test_a_lock_that_is_held_is_not_taken_by_looking(call, store):
    view = in_state(store, "running")
    with FileLock.acquire(view.paths.lock):
        assert json.loads(call("show", view.id, "--json").out)["state"] == "running"
