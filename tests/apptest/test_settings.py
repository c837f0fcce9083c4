"""Wrong values are refused beside their field, and nothing is started with them."""

import os
import shutil
import subprocess
import sys

import pytest

from gan_core.recipes import registry
from gan_core.recipes.settings import SPECS
from tests.apptest.conftest import MODEL_ID, RUNS, TRAIN, assert_sound
from tests.apptest.reading import beside, without_markdown

RECIPE = "quick-dcgan"


def number_field(viewer, name):
    """A setting's field; the steps' key also names how many make an epoch."""
    return next(
        field for field in viewer.number_input
        if field.key == name or (field.key.startswith(RECIPE) and field.key.endswith(f"-{name}"))
    )  # fmt: skip


def refusals(viewer):
    return [without_markdown(c.value) for c in viewer.caption if c.value.startswith(":red[")]


WRONG = [
    ("batch_size", 0, ["Got 0", "2 … 4096"]),
    ("batch_size", 5001, ["Got 5001", "4096"]),  # the data set has 5 000 images
    ("batch_size", -64, ["Got -64"]),
    ("g_lr", -0.001, ["Got -0.001", "1e-07 … 1"]),
    ("d_lr", -1.0, ["Got -1.0", "1e-07 … 1"]),
    ("g_lr", 0.0, ["Got 0.0"]),
    ("latent_size", 0, ["Got 0", "1 … 5000"]),
    ("latent_size", 10**6, ["Got 1000000", "1 … 5000"]),
    ("seed", -1, ["Got -1", "0 … 2147483647"]),
    ("seed", 2**31, ["Got 2147483648"]),
    ("steps", 0, ["Got 0", "above 0"]),
    ("steps", -100, ["Got -100"]),
    ("steps", 10**9, ["1000000000 steps", "100000000"]),
    ("dropout", 1.0, ["Got 1.0", "0 … 0.9"]),
    ("log_every", 0, ["Got 0", "1 … 10000"]),
    ("checkpoint_secs", 0.5, ["Got 0.5", "1 … 3600"]),
]


def test_a_wrong_value_is_told_beside_its_field(studio):
    viewer = studio.open(TRAIN)
    for name, value, told in WRONG:
        good = number_field(viewer, name).value
        number_field(viewer, name).set_value(value).run()
        assert_sound(viewer)
        assert len(refusals(viewer)) == 1, (name, value)
        text = without_markdown(beside(viewer, number_field(viewer, name)))
        assert [part for part in told if part not in text] == [], text
        assert viewer.button(key="train").disabled
        assert not viewer.tabs  # no networks of a run that cannot be
        number_field(viewer, name).set_value(good)
    viewer.run()
    assert refusals(viewer) == []
    assert not viewer.button(key="train").disabled


def test_two_wrong_values_are_both_told(studio):
    viewer = studio.open(TRAIN)
    number_field(viewer, "latent_size").set_value(0)
    number_field(viewer, "steps").set_value(0)
    number_field(viewer, "log_every").set_value(0).run()
    assert len(refusals(viewer)) == 3
    assert viewer.button(key="train").disabled


def test_train_starts_what_was_chosen(studio):
    viewer = studio.open(TRAIN)
    viewer.text_input(key="name").set_value("Mine")
    number_field(viewer, "batch_size").set_value(32)
    number_field(viewer, "seed").set_value(7).run()
    number_field(viewer, "steps").set_value(500).run()
    viewer.button(key="train").click().run()
    assert_sound(viewer)
    (run,) = studio.store.list()
    assert run.title == "Mine"
    assert run.status.state == "queued"
    assert run.config.settings.batch_size == 32
    assert run.config.seed == 7
    assert run.config.total_steps == 500
    assert viewer.query_params["run"] == run.id
    assert viewer.button(key="pause")  # already on the run's own page


def test_more_settings_come_when_somebody_asks_and_then_they_stay(studio):
    viewer = studio.open(TRAIN, more=False)
    essential = len(viewer.number_input)
    assert not viewer.button(key="train").disabled
    viewer.session_state["more-settings"] = True
    viewer.run()
    assert_sound(viewer)
    assert len(viewer.number_input) > essential
    number_field(viewer, "seed").set_value(7).run()
    viewer.session_state["more-settings"] = False
    viewer.run()
    assert number_field(viewer, "seed").value == 7


@pytest.fixture
def offline(studio, tmp_path, monkeypatch):
    """No data set but the embedded one, and nobody to download from."""
    monkeypatch.setenv("GAN_DATA_DIR", str(tmp_path / "no-data"))
    monkeypatch.setenv("GAN_DATA_MIRROR", "http://127.0.0.1:9")
    return studio


def test_missing_data_offline(offline):
    viewer = offline.open(TRAIN)
    viewer.selectbox(key=f"dataset-{RECIPE}").set_value("mnist").run()
    assert_sound(viewer)
    assert any("MB" in info.value for info in viewer.info)
    viewer.button(key="train").click().run()
    assert_sound(viewer)
    (error,) = viewer.error
    assert "could not be reached" in error.value
    assert "digits" in error.value
    assert offline.store.list() == []
    viewer.selectbox(key=f"dataset-{RECIPE}").set_value("digits").run()
    viewer.button(key="train").click().run()
    assert_sound(viewer)
    assert len(offline.store.list()) == 1


@pytest.mark.parametrize("recipe", registry.names())
def test_each_recipe_can_be_started_as_it_is(studio, recipe):
    viewer = studio.open(TRAIN)
    viewer.selectbox(key="recipe").set_value(recipe).run()
    assert_sound(viewer)
    assert refusals(viewer) == []
    assert not viewer.button(key="train").disabled
    assert {f.key.removeprefix(f"{recipe}-") for f in viewer.number_input} >= {
        name for name in registry.get(recipe).defaults if SPECS[name].kind != "choice"
    }


@pytest.mark.parametrize("name", ["g_norm", "d_norm", "upsampling", "output_activation"])
def test_each_choice_can_be_started(studio, name):
    viewer = studio.open(TRAIN)
    key = f"{RECIPE}-{name}"
    for option in viewer.selectbox(key=key).options:
        viewer.selectbox(key=key).set_value(option).run()
        assert_sound(viewer)
        assert not viewer.button(key="train").disabled


AS_IT_IS = """
import sys
from streamlit.testing.v1 import AppTest
viewer = AppTest.from_file(sys.argv[1], default_timeout=60)
viewer.run()
viewer.button(key="train").click().run()
runs = AppTest.from_file(sys.argv[1], default_timeout=60)
runs.switch_page("pages/runs.py")
runs.run()
runs.text_input(key=f"name-{sys.argv[2]}").set_value("other").run()
runs.button(key=f"rename-{sys.argv[2]}").click().run()
live = AppTest.from_file(sys.argv[1], default_timeout=60)
live.query_params["run"] = sys.argv[2]
live.run()
live.button(key="resume").click().run()
for page in (viewer, runs, live):
    assert not page.exception, [e.message for e in page.exception]
    print(len(page.error), " ".join(e.value for e in page.error).replace("\\n", " "))
"""


def test_a_read_only_folder(studio, repo, powerless):
    paths = studio.add()
    studio.set_state(paths, "stopped")
    folders = [studio.store.root, paths.root]
    for folder in folders:
        folder.chmod(0o555)
    try:
        done = subprocess.run(
            [*powerless, sys.executable, "-c", AS_IT_IS, str(repo / "app.py"), MODEL_ID],
            cwd=repo, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
    finally:
        for folder in folders:
            folder.chmod(0o755)
    assert done.returncode == 0, done.stderr
    for line in done.stdout.splitlines():
        assert line.startswith("1 "), done.stdout
        assert "cannot be written to" in line
        assert "Give this user the right" in line
    assert len(done.stdout.splitlines()) == 3
    assert studio.store.ids() == [MODEL_ID]
    assert studio.open(RUNS).text_input(key=f"name-{MODEL_ID}").value == ""


@pytest.fixture
def powerless(tmp_path):
    """The words that take root's power over file modes from a command; none for anybody else."""
    words = []
    if os.geteuid() == 0:
        assert shutil.which("setpriv"), "as root, setpriv (util-linux) is needed"
        dropped = "-dac_override,-dac_read_search,-fowner"
        words = ["setpriv", f"--bounding-set={dropped}", f"--inh-caps={dropped}"]
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o555)
    touched = subprocess.run([*words, "touch", str(folder / "x")], capture_output=True, check=False)
    assert touched.returncode != 0
    return words
