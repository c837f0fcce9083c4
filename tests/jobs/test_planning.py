import pytest

from gan_core.access.people import OWNER
from gan_core.errors import BadInputError, NotFoundError, OfflineError
from gan_core.jobs import estimate, machine
from gan_core.jobs.plan import plan
from gan_core.recipes import registry
from gan_core.runs.metrics import MetricLog
from gan_core.runs.store import RunStore
from tests.runs_by_hand import config, trained


@pytest.fixture
def ask(tmp_path, data_dir):
    """Plan with everything else in order."""

    def ask(recipe="quick-dcgan", dataset=None, overrides=None, **how):
        where = {"runs_dir": tmp_path, "data_dir": data_dir}
        return plan(recipe, dataset, overrides or {}, **{**where, **how}, by=OWNER)

    return ask


def test_a_plan_is_a_complete_run(ask):
    made = ask(overrides={"batch_size": 32}, steps=7, seed=3)
    assert (made.recipe, made.dataset.name) == ("quick-dcgan", "digits")
    assert (made.total_steps, made.steps_per_epoch, made.seed) == (7, 5000 // 32, 3)
    assert made.kernels.intra_op_threads == machine.num_cores()
    assert {"python", "tensorflow", "keras", "numpy"} <= made.versions.keys()


def test_the_recipes_own_data_set_is_taken_unless_told(ask):
    assert ask("mnist-dcgan", steps=1).dataset.name == "mnist"
    assert ask("mnist-dcgan", "digits", steps=1).dataset.name == "digits"


def test_bad_settings_are_refused_before_any_download(ask, tmp_path):
    touched = []
    with pytest.raises(BadInputError) as caught:
        ask(
            "mnist-dcgan",
            overrides={"batch_size": 0},
            data_dir=tmp_path / "empty",
            mirror="http://127.0.0.1:9",
            progress=lambda *what: touched.append(what),
        )
    assert caught.value.field == "batch_size"
    assert touched == []
    assert not (tmp_path / "empty").exists()


def test_missing_data_offline_offers_digits(ask, tmp_path):
    with pytest.raises(OfflineError) as caught:
        ask("mnist-dcgan", data_dir=tmp_path / "empty", mirror="http://127.0.0.1:9")
    assert "digits" in caught.value.one_line()


def test_unknown_names(ask):
    with pytest.raises(NotFoundError, match="quick-dcgan"):
        ask("quik-dcgan")
    with pytest.raises(NotFoundError):
        ask(dataset="digit")


def test_no_device_node_means_cpu_at_once(tmp_path):
    assert not machine.has_gpu_node((str(tmp_path / "nvidia0"),))
    (tmp_path / "nvidia0").touch()
    assert machine.has_gpu_node((str(tmp_path / "nvidia0"),))


def test_kernels_follow_the_device():
    recipe = registry.get("quick-dcgan")
    assert machine.kernels(recipe, "gpu").jit
    assert machine.kernels(recipe, "cpu").jit == recipe.jit_on_cpu


def _rate(store, **how):
    made = config(**how)
    recipe = registry.get(made.recipe)
    return estimate.rate(store, recipe, made.settings, made.dataset.image_shape)


def test_the_rate_is_the_recipes_until_this_machine_has_shown_one(tmp_path):
    store = RunStore(tmp_path)
    reference = registry.get("quick-dcgan").reference_images_per_s
    assert _rate(store) == estimate.Rate(reference, measured=False)
    view = trained(store)
    assert not _rate(store).measured  # it did not run here: nobody launched it
    (view.paths.root / "launch.json").write_text("{}")
    shown = _rate(store)
    assert shown == estimate.Rate(1035.0, measured=True)  # of 20, 30, 40, 50: the first compiles
    assert shown.secs(6000, 64) == pytest.approx(6000 * 64 / 1035)
    assert not _rate(store, batch_size=32).measured
    assert not _rate(store, recipe="mnist-dcgan").measured


def test_a_log_of_nothing_but_damage_gives_no_rate(tmp_path):
    log = tmp_path / "metrics.jsonl"
    assert estimate.recent_speeds(log) == []
    with MetricLog(log) as metrics:
        metrics.append({"step": 1, "images_per_s": 5.0})
        metrics.append({"step": 2, "images_per_s": float("nan")})
    with log.open("ab") as file:
        file.write(b"{{{\n")
    assert estimate.recent_speeds(log) == []
