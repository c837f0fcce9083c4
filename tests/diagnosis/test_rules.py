"""The rules on signals recorded from real runs, and what every rule must keep to.

The files in `signals/` were written by `python -m benchmarks.diagnosis --signals`: what was known
of a run when the diagnosis was right about it, at the end of a healthy one.
"""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from gan_core.diagnosis import progress
from gan_core.diagnosis.rules import RULES, Rule, diagnose
from gan_core.diagnosis.signals import Signals, gather
from gan_core.diagnosis.verdict import FigureEvidence, Fork
from gan_core.errors import BadInputError
from gan_core.evaluation import ClassCounts, Evaluation, FeatureNet, Figure, LatentFigures
from gan_core.jobs.fork import fork_config
from gan_core.metrics.evaluate import exactly
from gan_core.recipes import registry
from gan_core.runs import evaluations
from gan_core.runs.store import RunStore
from gan_core.runs.watch import Collapse, Watched
from tests.diagnosis.by_hand import curve, names, signals
from tests.runs_by_hand import config, in_state, trained

RECORDED = Path(__file__).parent / "signals"
PROVOKED = sorted((RECORDED / "provoked").glob("*.json"))
HEALTHY = sorted((RECORDED / "healthy").glob("*.json"))
SHAPES = {"cifar-dcgan": "cifar10"}


def recorded(path: Path) -> Signals:
    return Signals.model_validate_json(path.read_text())


@pytest.mark.parametrize("path", PROVOKED, ids=lambda path: path.stem)
def test_a_provoked_failure_is_recognised(path: Path) -> None:
    main = diagnose(recorded(path))[0]
    assert main.name == path.stem
    assert main.evidence
    assert main.action is not None


@pytest.mark.parametrize("path", HEALTHY, ids=lambda path: path.stem)
def test_a_healthy_run_raises_no_alarm(path: Path) -> None:
    assert [one.name for one in diagnose(recorded(path)) if one.tone == "alarm"] == []


def test_there_are_recordings() -> None:
    assert len(PROVOKED) >= 8
    assert len(HEALTHY) >= 3


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_can_say_all_its_words(rule: Rule) -> None:
    """Each template's places are filled, for a GAN and for an autoencoder."""
    assert rule.source
    for recipe in ("quick-dcgan", "vae"):
        if recipe == "vae" and rule.name in GAN_ALONE:
            continue
        said = rule.diagnosis(signals(config(recipe)))
        for sentence in (said.state, said.cause, said.advice):
            places = {name for _, name, _, _ in Formatter().parse(sentence.template) if name}
            assert places <= set(sentence.values)
            assert re.search(r"[.!?]$", str(sentence))


GAN_ALONE = {"d_overpowers", "g_overpowers", "vanishing_gradient"}


def test_the_names_are_different() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("recipe", registry.names())
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_what_it_offers_can_be_forked(rule: Rule, recipe: str, tmp_path: Path) -> None:
    """Only settings that the recipe has, and none that would need other networks."""
    if registry.get(recipe).family != "gan" and rule.name in GAN_ALONE:
        return
    store = RunStore(tmp_path)
    run = in_state(store, "stopped", recipe=recipe, dataset=SHAPES.get(recipe, "digits"), steps=900)
    action = rule.action(signals(run.sound_config()))
    if not isinstance(action, Fork):
        return
    assert set(action.changes) <= set(registry.get(recipe).defaults)
    try:
        made = fork_config(tmp_path, run, 100, action.changes)
    except BadInputError as error:
        pytest.fail(error.one_line())
    for name, value in action.changes.items():
        assert getattr(made.settings, name) == value


# What no short run shows


def evaluated(step: int, fid: float, precision: float = 0.7, **more) -> Evaluation:
    net = FeatureNet(name="digit features", source="classifier", sha256="0" * 64, size=64)
    return Evaluation(
        depth="light", step=step, features=net, num_images=1000, num_real=1000, real="held-out",
        secs=0.5, fid=exactly(fid), precision=exactly(precision), **more,
    )  # fmt: skip


def counted(shares: dict[str, float]) -> ClassCounts:
    hit = sum(share > 0 for share in shares.values())
    return ClassCounts(
        names=tuple(shares), shares=tuple(shares.values()), num_hit=hit, kl_to_uniform=0.1
    )


def test_classes_that_are_missing_are_named() -> None:
    lacking = counted({"0": 0.4, "1": 0.6, "2": 0.0})
    whole = counted({"0": 0.4, "1": 0.5, "2": 0.1})
    run = config(steps=6000)
    both = (evaluated(1000, 50, classes=lacking), evaluated(1500, 40, classes=lacking))
    once = (evaluated(1000, 50, classes=whole), evaluated(1500, 40, classes=lacking))
    said = diagnose(signals(run, step=1500, light=both))[0]
    assert said.name == "partial_collapse"
    assert "no image shows 2." in str(said.state)
    assert "partial_collapse" not in names(signals(run, step=1500, light=once))
    noise = tuple(evaluated(step, 900, 0.0, classes=lacking) for step in (1000, 1500))
    assert "partial_collapse" not in names(signals(run, step=1500, light=noise))


def test_many_classes_are_missed_by_chance() -> None:
    shares = {str(i): 0.0 if i < 300 else 1 / 700 for i in range(1000)}
    evals = [evaluated(step, 9, classes=counted(shares)) for step in (1000, 1500)]
    assert "partial_collapse" not in names(signals(config(), step=1500, light=tuple(evals)))


@pytest.mark.parametrize(("num", "words"), [(12, "8, 9, 10, 11."), (40, "10, 11 and 28 more.")])
def test_of_many_missing_classes_it_is_said_how_many_more(num: int, words: str) -> None:
    lacking = counted({str(i): 0.0 if i < num else 1 / 60 for i in range(num + 60)})
    evals = tuple(evaluated(step, 9, classes=lacking) for step in (1000, 1500))
    said = diagnose(signals(config(steps=6000), step=1500, light=evals))[0]
    assert said.name == "partial_collapse"
    assert str(said.state).endswith(words)


@pytest.mark.parametrize("loss", ["kl", "wasserstein-gp"])
def test_a_d_without_a_scale_is_not_called_slow(loss: str) -> None:
    """The loss kl has no term for generated images, so D takes them all for real."""
    values = {"d_loss": 0.0, "g_loss": 0.0, "d_acc_real": 1.0, "d_acc_fake": 0.0}
    steps = range(10, 1001, 10)
    curves = {key: curve(dict.fromkeys(steps, value)) for key, value in values.items()}
    found = signals(config(steps=6000, loss=loss, d_norm="none"), curves=curves)
    assert "g_overpowers" not in names(found)
    said = diagnose(found)[0]
    assert (said.name == "one_sided_loss") is (loss == "kl")
    if loss == "kl":
        assert "no term for generated images" in str(said.cause)
        assert said.action == Fork(at_most=0, changes={"loss": "non-saturating"})


def own_set(shares: dict[str, float], real: dict[str, float]) -> Signals:
    """Two evaluations of somebody's own set, classes missing in both alike."""
    run = config(steps=6000)
    info = run.dataset.model_copy(update={"name": "own:birds", "class_names": tuple(shares)})
    found = counted(shares).model_copy(update={"real_shares": tuple(real.values())})
    evals = tuple(evaluated(step, 40, classes=found) for step in (1000, 1500))
    return signals(run.model_copy(update={"dataset": info}), step=1500, light=evals)


def test_rare_classes_of_an_own_set_are_missed_by_chance() -> None:
    real = {"heron": 0.599, "robin": 0.4, "owl": 0.001}
    rare = own_set({"heron": 0.6, "robin": 0.4, "owl": 0.0}, real)
    assert "partial_collapse" not in names(rare)
    both = own_set({"heron": 1.0, "robin": 0.0, "owl": 0.0}, real)
    said = diagnose(both)[0]
    assert said.name == "partial_collapse"
    assert said.state.values["classes"] == "robin"


def test_of_an_own_set_whose_classes_nobody_counted_nothing_is_said() -> None:
    assert "partial_collapse" not in names(own_set({"heron": 1.0, "owl": 0.0}, {}))


def test_many_rare_classes_are_not_all_missed_by_chance() -> None:
    """Each of two hundred may be; not a hundred of them."""
    real = {str(i): 0.005 for i in range(200)}
    even = counted(real)
    half = counted({str(i): 0.01 if i < 100 else 0.0 for i in range(200)})
    for classes, is_said in ((even, False), (half, True)):
        evals = tuple(evaluated(step, 9, classes=classes) for step in (1000, 1500))
        found = names(signals(config(steps=6000), step=1500, light=evals))
        assert ("partial_collapse" in found) is is_said


def test_the_best_was_long_ago() -> None:
    distances = [90, 40, 30, 35, 33, 36, 34, 37]
    evals = tuple(evaluated(500 * (i + 1), d) for i, d in enumerate(distances))
    run = config(steps=9000)
    said = diagnose(signals(run, step=4000, light=evals, best_step=1500))[0]
    assert said.name == "stopped_improving"
    assert said.action is not None
    assert said.action.model_dump()["step"] == 1500
    assert names(signals(run, step=3500, light=evals[:-1], best_step=1500)) == ["training"]


def test_every_evaluation_counts_for_the_best() -> None:
    """Those of the warm-up too, and however many there are."""
    early = (evaluated(200, 20), *(evaluated(500 * i, 30) for i in range(1, 300)))
    found = signals(config(steps=300_000), step=150_000, light=early, best_step=200)
    assert progress.best_of(found) == (200, 299)
    assert diagnose(found)[0].state.values["step"] == 200


def test_the_best_snapshot_is_one_that_is_there() -> None:
    """At 1000 a better one was measured, and its snapshot is gone."""
    evals = tuple(evaluated(500 * i, d) for i, d in enumerate([50, 30, 10, 20, 25, 27, 26], 1))
    found = signals(config(steps=9000), step=3500, light=evals, best_step=2000)
    assert progress.best_of(found) == (2000, 3)
    assert progress.best_of(found.model_copy(update={"best_step": 1000})) == (1000, 4)
    assert progress.best_of(found.model_copy(update={"best_step": None})) is None


def test_what_is_best_is_what_the_program_calls_best(tmp_path: Path) -> None:
    run = trained(RunStore(tmp_path), (0, 50, 100))
    for step, distance in ((50, 20.0), (60, 5.0), (100, 30.0)):
        evaluations.write(run.paths, evaluated(step, distance))
    found = gather(run.paths, run.sound_config(), run.status)
    assert found.best_step == evaluations.best_step(run.paths) == 50
    assert len(found.light) == 3
    assert gather(run.paths, run.sound_config(), run.status, until=40).best_step is None


@pytest.mark.parametrize(
    ("latent_size", "kl", "is_silent"),
    [(2, 5.0, False), (2, 0.1, True), (64, 3.0, False), (256, 25.0, False), (64, 0.1, True)],
)
def test_codes_are_silent_by_kl_in_all(latent_size: int, kl: float, is_silent: bool) -> None:
    run = config("vae", steps=9000, latent_size=latent_size)
    found = signals(run, curves={"kl": curve(dict.fromkeys(range(50, 1001, 50), kl))})
    assert ("posterior_collapse" in names(found)) is is_silent


def test_dimensions_that_were_counted_are_evidence() -> None:
    latent = LatentFigures(reconstruction=200, kl=0.01, kl_dims=(0.01, 0.0), num_active=0)
    run = config("vae", steps=9000)
    found = signals(
        run,
        curves={"kl": curve(dict.fromkeys(range(50, 1001, 50), 0.01))},
        light=(evaluated(900, 50, latent=latent),),
    )
    figures = [e for e in diagnose(found)[0].evidence if isinstance(e, FigureEvidence)]
    assert [str(e.words) for e in figures] == [
        "0 of 2 dimensions of the code are active at step 900"
    ]


@pytest.mark.parametrize(
    ("recipe", "rule", "cure"),
    [("quick-dcgan", "memorising", "instance_noise"), ("vae", "memorising_decoder", "weight_decay"),
     ("autoencoder", "memorising_decoder", "weight_decay")],
)  # fmt: skip
def test_what_was_measured_as_copies_is_shown(recipe: str, rule: str, cure: str) -> None:
    """With words for the networks that there are, and the figure that told it."""
    near = Figure(value=0.31, low=0.2, high=0.4)
    full = evaluated(900, 50, memorisation=near).model_copy(update={"depth": "full"})
    said = diagnose(signals(config(recipe, steps=9000), full=(full,), newest_sheet=1000))[0]
    assert said.name == rule
    assert ("D sees" in str(said.advice)) is (recipe == "quick-dcgan")
    assert isinstance(said.action, Fork)
    assert cure in said.action.changes
    shown = said.evidence[:2]  # a page has room for two
    (figure,) = [e for e in shown if isinstance(e, FigureEvidence)]
    assert str(figure.words) == (
        "Memorisation · digit features: 0.31 at step 900; "
        "1 is as far from training images as held-out ones are"
    )
    among = full.model_copy(update={"real": "training"})
    said = diagnose(signals(config(recipe, steps=9000), full=(among,)))[0]
    (figure,) = [e for e in said.evidence if isinstance(e, FigureEvidence)]
    assert str(figure.words).endswith(
        "1 is as far from training images as these are from each other"
    )


def test_an_ended_run_is_not_told_to_stop() -> None:
    distances = [90, 40, 30, 35, 33, 36, 34, 37]
    evals = tuple(evaluated(500 * (i + 1), d) for i, d in enumerate(distances))
    run = config(steps=4000)
    more = {"step": 4000, "light": evals, "best_step": 1500}
    assert "Stop here" in str(diagnose(signals(run, **more))[0].advice)
    said = diagnose(signals(run, "completed", **more))[0]
    assert said.name == "stopped_improving"
    assert "Stop here" not in str(said.advice)


@pytest.mark.parametrize("num", [2, 8])
def test_a_run_that_stopped_early_is_told_so(num: int) -> None:
    distances = [30, *range(40, 40 + num)]
    evals = tuple(evaluated(100 * (i + 1), d) for i, d in enumerate(distances))
    run = config(steps=9000, early_stopping=num)
    last = evals[-1].step
    found = signals(run, "completed", step=last, light=evals, best_step=100)
    said = diagnose(found)[0]
    assert names(found) == ["stopped_early"]
    assert f"step {last} of 9000: {num} evaluations" in str(said.state)
    assert "the best was step 100." in str(said.cause)
    assert said.action is not None
    assert said.action.model_dump() == {"kind": "explore best", "step": 100}


def test_only_the_setting_ends_a_run_early() -> None:
    run = config(steps=9000, early_stopping=2)
    assert names(signals(run, "stopped", step=300)) == ["under_trained"]
    assert names(signals(run, "completed", step=9000)) == ["finished"]
    assert names(signals(config(steps=9000), "completed", step=300)) == ["under_trained"]


def test_a_run_that_failed_for_another_reason() -> None:
    assert names(signals(config(), "failed")) == ["failed"]
    collapse = Collapse(step=50, healthy_step=40, signals=("not_finite",))
    found = signals(config(), "failed", watched=Watched(collapse=collapse))
    assert diagnose(found)[0].name == "not_finite"
    assert diagnose(found)[0].action == Fork(
        at_most=40, changes={"g_lr": 2e-4, "d_lr": 1e-4, "grad_clip": 1.0}
    )


@pytest.mark.parametrize(
    ("state", "name"),
    [("queued", "waiting"), ("running", "warming_up"), ("paused", "paused"),
     ("interrupted", "paused"), ("completed", "under_trained")],
)  # fmt: skip
def test_what_is_said_of_a_run_that_has_hardly_begun(state: str, name: str) -> None:
    assert names(signals(config(steps=6000), state, step=50)) == [name]


@pytest.mark.parametrize("recipe", registry.names())
@pytest.mark.parametrize("state", ["queued", "starting", "running", "paused", "stopped"])
def test_a_run_of_which_nothing_is_known_is_no_trouble(recipe: str, state: str) -> None:
    run = config(recipe, dataset=SHAPES.get(recipe, "digits"), steps=90_000)
    for step in (0, 90_000):
        assert len(diagnose(signals(run, state, step))) == 1


def test_a_stage_of_the_lesson_is_no_game() -> None:
    assert names(signals(config(lesson="d_only"))) == ["lesson"]
