import hashlib

import pytest

from gan_core.access.people import OWNER, NotAllowedError, Person
from gan_core.access.quotas import QuotaError
from gan_core.errors import BadInputError, NotFoundError
from gan_core.evaluation import Evaluation, FeatureNet, Figure
from gan_core.jobs.sweep import Base, plan_sweep, submit_sweep
from gan_core.recipes.search import grid
from gan_core.runs import evaluations
from gan_core.runs.files import read_json, write_json
from gan_core.runs.metrics import MetricLog
from gan_core.runs.store import RunStore
from gan_core.runs.sweeps import members, result
from tests.runs_by_hand import seal_snapshot

TEACHER = Person(id="t1", role="teacher")


def planned(still, data_dir, wishes, *, recipe="quick-dcgan", by=OWNER, **overrides):
    base = Base(recipe=recipe, dataset="digits", overrides=overrides, steps=40, seed=3)
    return plan_sweep(base, grid(wishes), runs_dir=still.root, data_dir=data_dir, by=by)


@pytest.fixture
def sweep(still, data_dir):
    def sweep(wishes, name="", by=OWNER, **how):
        configs = planned(still, data_dir, wishes, by=by, **how)
        return submit_sweep(still, configs, name, data_dir=data_dir, by=by)

    return sweep


def test_a_sweep_is_ordinary_runs_with_a_mark(still, sweep):
    runs = sweep({"g_lr": [1e-3, 1e-4], "d_lr": [1e-3, 1e-4]}, "rates", batch_size=32)
    assert [run.meta.name for run in runs] == [
        "rates · g_lr=0.001, d_lr=0.001",
        "rates · g_lr=0.001, d_lr=0.0001",
        "rates · g_lr=0.0001, d_lr=0.001",
        "rates · g_lr=0.0001, d_lr=0.0001",
    ]
    configs = [run.sound_config() for run in runs]
    assert {(c.seed, c.total_steps, c.settings.batch_size) for c in configs} == {(3, 40, 32)}
    assert [run.status.state for run in runs] == ["queued"] * 4
    (mark,) = {config.sweep for config in configs}
    assert mark.names == ("g_lr", "d_lr")
    assert [run.id for run in members(still, mark.id)] == sorted(run.id for run in runs)


def test_a_configuration_from_before_there_were_sweeps_is_read(still, sweep):
    run = sweep({"g_lr": [1e-3, 1e-4]})[0]
    told = read_json(run.paths.config)
    del told["sweep"]
    write_json(run.paths.config, told)
    assert still.get(run.id).sound_config().sweep is None


def test_one_wrong_value_queues_nothing(still, data_dir):
    with pytest.raises(BadInputError) as caught:
        planned(still, data_dir, {"g_lr": [1e-3, 50.0]})
    assert caught.value.field == "g_lr"
    with pytest.raises(BadInputError) as caught:
        planned(still, data_dir, {"g_rate": [1, 2]})
    assert caught.value.field == "g_rate"
    assert still.ids() == []


def test_roles_and_quotas_hold(still, data_dir, sweep):
    wishes = {"g_lr": [i / 100 for i in range(1, 22)]}
    with pytest.raises(NotAllowedError):
        planned(still, data_dir, wishes, by=Person(id="v", role="viewer"))
    configs = planned(still, data_dir, wishes)
    with pytest.raises(NotAllowedError):
        submit_sweep(still, configs, data_dir=data_dir, by=Person(id="v", role="viewer"))
    with pytest.raises(QuotaError):  # twenty a person may wait
        submit_sweep(still, configs, data_dir=data_dir, by=TEACHER)
    assert still.ids() == []


def test_who_asks_for_a_sweep_that_is_not_there(still):
    with pytest.raises(NotFoundError):
        members(still, "")


def evaluate(run, step, fid, net="digit features"):
    seal_snapshot(run, step)
    features = FeatureNet(
        name=net, source="random", sha256=hashlib.sha256(net.encode()).hexdigest(), size=64
    )
    made = Evaluation(
        depth="light", step=step, features=features, num_images=1000, num_real=500,
        real="held-out", secs=1.0, fid=Figure(value=fid, low=fid - 1, high=fid + 1),
    )  # fmt: skip
    evaluations.write(run.paths, made)


def test_the_best_distance_decides_and_others_features_do_not_count(sweep):
    runs = sweep({"g_lr": [1e-3, 1e-4, 1e-5, 1e-6]})
    for step, fid in ((10, 50.0), (20, 30.0), (30, 70.0)):
        evaluate(runs[0], step, fid)
    evaluate(runs[1], 20, 20.0)
    evaluate(runs[2], 20, 1.0, net="other features")
    found = result(runs)
    assert (found.measure.name, found.measure.features) == ("fid", "digit features")
    assert found.best.run.id == runs[1].id
    values = [(one.run.id, one.figure and one.figure.value, one.step) for one in found.outcomes]
    assert values[:2] == [(runs[1].id, 20.0, 20), (runs[0].id, 30.0, 20)]
    assert [one.figure for one in found.outcomes[2:]] == [None, None]


def log(run, **values):
    with MetricLog(run.paths.metrics) as metrics:
        metrics.append({"step": 40, **values})


def test_without_evaluations_a_gans_losses_call_no_run_the_best(sweep):
    runs = sweep({"g_lr": [1e-3, 1e-4]})
    assert result(runs).measure is None
    log(runs[0], d_loss=1.0, g_loss=2.0)
    log(runs[1], d_loss=1.0, g_loss=float("nan"))
    found = result(runs)
    assert (found.measure.name, found.measure.is_telling, found.best) == ("g_loss", False, None)
    assert [one.values for one in found.outcomes] == [(1e-4,), (1e-3,)]
    assert [one.figure is None for one in found.outcomes] == [True, False]


def test_an_autoencoders_held_out_loss_does(sweep):
    runs = sweep({"g_lr": [1e-3, 1e-4]}, recipe="autoencoder")
    log(runs[0], loss=0.2, val_loss=0.3)
    log(runs[1], loss=0.3, val_loss=0.1)
    assert result(runs).best.run.id == runs[1].id


def test_an_autoencoders_loss_is_that_of_its_newest_epoch(sweep):
    """Its last line is one batch's; what stood on an epoch's last line decides."""
    runs = sweep({"g_lr": [1e-3, 1e-4, 1e-5]}, recipe="autoencoder")
    for run, held_out in zip(runs, (0.3, 0.2, None), strict=True):
        per_epoch = run.sound_config().steps_per_epoch
        with MetricLog(run.paths.metrics) as metrics:
            if held_out is not None:
                metrics.append({"step": per_epoch, "loss": 0.5, "val_loss": held_out})
            metrics.append({"step": per_epoch + 7, "loss": held_out or 0.01})
    found = result(runs)
    assert (found.measure.name, found.best.run.id) == ("val_loss", runs[1].id)
    assert [one.figure and one.figure.value for one in found.outcomes] == [0.2, 0.3, None]
    assert found.outcomes[0].step == per_epoch


def test_losses_that_are_weighted_otherwise_call_no_run_the_best(sweep):
    runs = sweep({"beta": [0.1, 4.0]}, recipe="vae")
    for run, loss in zip(runs, (90.0, 130.0), strict=True):
        log(run, loss=loss, val_loss=loss)
    found = result(runs)
    assert (found.measure.name, found.measure.is_telling, found.best) == ("val_loss", False, None)
    assert [one.values for one in found.outcomes] == [(0.1,), (4.0,)]
    evaluate(runs[1], 20, 30.0)
    evaluate(runs[0], 20, 40.0)
    assert result(runs).best.run.id == runs[1].id


def test_the_store_of_another_folder_has_none(tmp_path, sweep):
    mark = sweep({"g_lr": [1e-3, 1e-4]})[0].sound_config().sweep
    with pytest.raises(NotFoundError):
        members(RunStore(tmp_path / "other"), mark.id)
