import shutil

import pytest

from gan_core.access.people import OWNER
from gan_core.errors import BadInputError, DamagedError, NotFoundError
from gan_core.jobs.fork import changeable, fork, fork_config
from gan_core.recipes.settings import BEFORE_IT_WAS
from gan_core.runs import evaluations, sealed, snapshots
from gan_core.runs.checkpoints import STATE_FILE, load_newest
from gan_core.runs.files import TEMPORARY_PREFIX, read_json, write_json
from gan_core.runs.layout import sheet_steps
from gan_core.runs.metrics import MetricReader
from tests import evaluations_by_hand
from tests.runs_by_hand import trained


@pytest.fixture
def parent(still):
    return trained(still, (0, 50, 100), name="first")


@pytest.fixture
def make(still, parent, data_dir):
    def make(step="newest", overrides=None, **how):
        return fork(still, parent.id, step, overrides or {}, data_dir=data_dir, **how, by=OWNER)

    return make


def test_a_fork_is_whole_in_itself(still, parent, make):
    made = make(50, {"g_lr": 1e-4})
    shutil.rmtree(parent.paths.root)
    config = made.sound_config()
    assert (config.parent.run, config.parent.step) == (parent.id, 50)
    assert config.settings.g_lr == 1e-4
    assert config.total_steps == 100
    assert (made.status.state, made.status.step) == ("queued", 50)
    assert load_newest(made.paths).step == 50
    assert snapshots.list_steps(made.paths) == [50]
    assert sheet_steps(made.paths) == [0, 50]
    log = MetricReader(made.paths.metrics)
    log.poll()
    assert log.columns["step"] == [10, 20, 30, 40, 50]
    assert made.meta.name == "first @ 50"


def test_a_fork_of_a_run_from_before_a_setting_keeps_its_networks(parent, make):
    kept = read_json(parent.paths.config)
    older = {n: v for n, v in BEFORE_IT_WAS.items() if n in kept["settings"]}
    assert older
    for name in older:
        del kept["settings"][name]
    write_json(parent.paths.config, kept)
    settings = make(50, {"g_lr": 1e-4}).sound_config().settings
    assert {name: getattr(settings, name) for name in older} == older
    with pytest.raises(BadInputError, match="changes the networks"):
        make(50, {"d_hidden": 128})


def test_a_fork_begins_at_the_best_and_keeps_how_good_it_was(parent, make):
    evaluations_by_hand.write(parent.paths, {0: 9.0, 50: 3.0, 100: 4.0})
    evaluations_by_hand.write(parent.paths, {50: 2.5}, "full")
    evaluations.go_on_from(parent.paths, 100)
    made = make("best")
    assert made.sound_config().parent.step == 50
    assert [one.step for one in evaluations.light(made.paths)] == [0, 50]
    assert evaluations.full(made.paths) == []
    assert sorted(entry.name for entry in made.paths.evaluations.iterdir()) == ["0", "50"]
    assert evaluations.best_step(made.paths) == 50


def test_a_fork_of_a_fork_keeps_the_latents_of_its_sheets(still, make, data_dir):
    """Whatever its seed: the sheets that were copied are of the first run's latents."""
    other = make(50, seed=1).sound_config()
    assert (other.seed, other.sheet_seed) == (1, 0)
    rollback = trained(still)
    write_json(rollback.paths.config, other.to_json())
    for seed, expected in ((None, (1, 0)), (2, (2, 0)), (0, (0, None))):
        made = fork(still, rollback.id, 50, {}, seed=seed, data_dir=data_dir, by=OWNER)
        config = made.sound_config()
        assert (config.seed, config.sheet_seed) == expected


def test_the_length_of_a_fork(make):
    assert make("newest").sound_config().total_steps == 200  # as long again
    assert make(50, steps=70).sound_config().total_steps == 70
    with pytest.raises(BadInputError) as caught:
        make(50, steps=50)
    assert caught.value.field == "steps"


def test_steps_that_cannot_be_forked_name_those_that_can(parent, make):
    sealed.drop_file(parent.paths.snapshot(0), STATE_FILE)
    for step in (0, 7, "0"):
        with pytest.raises(NotFoundError, match=r"those|that can are: 50, 100") as caught:
            make(step)
        assert caught.value.field == "step"
    with pytest.raises(BadInputError, match="`newest` or `best`"):
        make("last")


def test_a_best_that_cannot_be_forked_is_not_replaced_by_another(still, parent, make):
    evaluations_by_hand.write(parent.paths, {0: 9.0, 50: 3.0, 100: 4.0})
    sealed.drop_file(parent.paths.snapshot(50), STATE_FILE)
    with pytest.raises(NotFoundError, match=r"best = 50, .*that can are: 0, 100") as caught:
        make("best")
    assert caught.value.field == "step"
    assert len(still.list()) == 1


@pytest.mark.parametrize(
    "change", [{"latent_size": 32}, {"g_norm": "none"}, {"upsampling": "nearest"}]
)
def test_networks_are_kept(make, change):
    with pytest.raises(BadInputError, match="changes the networks") as caught:
        make(50, change)
    assert caught.value.field == next(iter(change))


@pytest.mark.parametrize(("before", "after"), [(0.0, 0.5), (0.5, 0.0)])
def test_sgd_has_state_for_momentum_only_where_there_was_some(still, before, after):
    parent = trained(still, (0, 50), optimizer="sgd", beta_1=before)
    with pytest.raises(BadInputError, match="the snapshot has no state") as caught:
        fork_config(still.root, parent, 50, {"beta_1": after}, 100)
    assert caught.value.field == "beta_1"
    offered = "beta_1" in changeable(parent.sound_config(), gpu=False)
    assert offered == bool(before), "from some to some other is possible"
    assert fork_config(still.root, parent, 50, {"beta_1": before and 0.9}, 100)


def test_adam_has_the_same_state_whatever_its_momentum(still):
    parent = trained(still, (0, 50), optimizer="adam", beta_1=0.5)
    assert fork_config(still.root, parent, 50, {"beta_1": 0.0}, 100)
    assert "beta_1" in changeable(parent.sound_config(), gpu=False)


def test_settings_are_judged_like_those_of_a_new_run(make):
    with pytest.raises(BadInputError) as caught:
        make(50, {"bach_size": 3})
    assert "Did you mean batch_size?" in caught.value.one_line()
    with pytest.raises(BadInputError, match="got -1") as caught:
        make(50, {"g_lr": -1.0})
    assert caught.value.field == "g_lr"


def test_a_damaged_snapshot_is_not_forked(still, parent, make):
    (parent.paths.snapshot(50) / STATE_FILE).write_bytes(b"other")
    with pytest.raises(DamagedError, match="checksum"):
        make(50)
    assert not [p for p in still.root.iterdir() if p.name.startswith(f"{TEMPORARY_PREFIX}2")]
    assert len(still.list()) == 1


@pytest.mark.parametrize(
    ("recipe", "dataset"), [("quick-dcgan", "digits"), ("mlp-gan", "digits"), ("vae", "mnist")]
)
def test_what_is_offered_to_change_is_not_refused(still, data_dir, recipe, dataset):
    parent = trained(still, (0, 50), recipe=recipe, dataset=dataset)
    config = parent.sound_config()
    names = changeable(config, gpu=False)
    assert {"g_lr", "batch_size"} <= set(names)
    assert not {"latent_size", "optimizer", "g_norm", "dropout"} & set(names)
    for name in names:
        value = getattr(config.settings, name)
        assert fork_config(still.root, parent, 50, {name: value}, 100)
