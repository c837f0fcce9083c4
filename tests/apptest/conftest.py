"""Every page rendered by Streamlit's own test runner, over runs of the real worker."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from gan_core.access.people import OWNER
from gan_core.jobs.launch import SUPERVISOR_LOCK, write_launch
from gan_core.jobs.plan import plan
from gan_core.runs.lock import FileLock
from gan_core.runs.status import Said, write_status
from gan_core.runs.store import RunStore

TRAIN, EXPLORE, RUNS = PAGES = ("pages/train.py", "pages/explore.py", "pages/runs.py")
COMPARE = "pages/compare.py"
MODEL_ID = "20260101-120000-aaaaaa"


class Studio:
    """A runs folder in which nothing is ever started, and pages over it."""

    def __init__(self, repo: Path, store: RunStore, data_dir: Path, model: Path) -> None:
        self.store = store
        self.data_dir = data_dir
        self.app = repo / "app.py"
        self._model = model

    def add(self, name="", run_id=MODEL_ID):
        """A copy of the completed run; returns its paths."""
        shutil.copytree(self._model, self.store.root / run_id, copy_function=_copy)
        if name:
            self.store.rename(run_id, name)
        return self.store.paths(run_id)

    def add_queued(self, name="waiting"):
        """A run that no worker has touched; returns its paths."""
        config = plan(
            "quick-dcgan", "digits", {}, runs_dir=self.store.root, data_dir=self.data_dir, by=OWNER
        )
        made = self.store.create(
            config, name, fill=lambda paths: write_launch(paths, self.data_dir)
        )
        return made.paths

    def set_state(self, paths, state, step=30, said="as it was"):
        total = self.store.get(paths.root.name).sound_config().total_steps
        write_status(paths, state, step, total, Said(template=said))

    def state(self, paths):
        return self.store.get(paths.root.name).status.state

    def open(self, page=TRAIN, *, tab="", more=True, **query):
        """A new viewer who opens `page` at the address with `query`.

        `tab` is the label of the one to look at, `more` whether all settings are unfolded.
        """
        viewer = AppTest.from_file(str(self.app), default_timeout=60)
        viewer.session_state["more-settings"] = more
        if tab:
            viewer.session_state["run-tabs"] = viewer.session_state["story-tabs"] = tab
        viewer.query_params.update(query)
        viewer.switch_page(page)
        return viewer.run()


def _copy(source, target):
    """Weights, which nobody alters in place, are shared among the copies."""
    if source.endswith(".safetensors"):
        os.link(source, target)
    else:
        shutil.copy2(source, target)


def assert_sound(viewer):
    """No exception reached the page."""
    assert [f"{e.message}\n{e.stack_trace}" for e in viewer.exception] == []


@pytest.fixture(scope="session")
def model_run(tmp_path_factory, repo, data_dir):
    """The folder of a short completed run, made by the real worker."""
    store = RunStore(tmp_path_factory.mktemp("model") / "runs")
    settings = {"batch_size": 16, "snapshot_every": 30}
    config = plan(
        "quick-dcgan",
        "digits",
        settings,
        runs_dir=store.root,
        data_dir=data_dir,
        steps=60,
        seed=1,
        by=OWNER,
    )
    paths = store.create(config, fill=lambda paths: write_launch(paths, data_dir)).paths
    words = [sys.executable, "-m", "gan_core.worker", str(paths.root), "--data-dir", str(data_dir)]
    done = subprocess.run(words, cwd=repo, capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == 0, done.stderr
    paths.log.write_text(done.stderr)
    return paths.root


@pytest.fixture(autouse=True)
def as_in_a_page_process(monkeypatch):
    """No Keras is loaded: where tests of networks came before, Streamlit would find it.

    After each rerun it clears a Keras that is there, which took up to half a minute of a click.
    """
    monkeypatch.delitem(sys.modules, "keras", raising=False)


@pytest.fixture
def studio(tmp_path, repo, data_dir, model_run, monkeypatch):
    store = RunStore(tmp_path / "runs")
    store.root.mkdir()
    monkeypatch.setenv("GAN_RUNS_DIR", str(store.root))
    monkeypatch.setenv("GAN_DATA_DIR", str(data_dir))
    monkeypatch.delenv("GAN_DATA_MIRROR", raising=False)
    with FileLock.acquire(store.root / SUPERVISOR_LOCK):  # a supervisor seems to be at work
        yield Studio(repo, store, data_dir, model_run)
