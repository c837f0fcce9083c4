"""The Compare page, the marks that lead to it, families, and forks from the page."""

import json
import shutil

import pytest

from gan_core.access.people import OWNER
from gan_core.evaluation import Evaluation, FeatureNet, Figure
from gan_core.jobs.sweep import Base, plan_sweep, submit_sweep
from gan_core.recipes.search import grid
from gan_core.runs import evaluations
from gan_core.runs.layout import RunPaths
from gan_core.runs.metrics import MetricLog
from tests.apptest.conftest import COMPARE, MODEL_ID, RUNS, TRAIN, assert_sound
from tests.apptest.reading import texts, without_markdown
from tests.apptest.test_pages import DAMAGE
from tests.apptest.test_words import NAME, assert_translated
from tests.plane_runs import add_plane_run
from tests.runs_by_hand import seal_snapshot

OTHER_ID = "20260102-120000-bbbbbb"


def said(viewer):
    return without_markdown("\n".join(text for _where, text in texts(viewer)))


def element(viewer, name):
    """The data of our own elements of that name, in order."""
    found = [node.proto for node in viewer.get("bidi_component")]
    return [json.loads(p.json)[0] for p in found if p.component_name.endswith(name)]


def test_before_there_is_anything(studio):
    viewer = studio.open(COMPARE)
    assert_sound(viewer)
    assert "Nothing to compare yet" in said(viewer)


def test_two_runs_from_the_address(studio):
    studio.add("one")
    paths = studio.add("other", OTHER_ID)
    _change(paths, g_lr=0.5)
    viewer = studio.open(COMPARE, runs=f"{OTHER_ID},{MODEL_ID}", axis="time", step="30")
    assert_sound(viewer)
    (data,) = element(viewer, "compare")
    assert [run["id"] for run in data["runs"]] == [OTHER_ID, MODEL_ID]
    assert data["view"] == {"axis": "time", "step": 30}
    assert data["sheets_from"] == "sheets"  # one seed: their own sheets are on identical latents
    differing, standing = element(viewer, "compare_table")
    assert [row[0] for row in differing["rows"]] == ["g_lr"]
    assert standing["rows"][0][0]["letter"] == "A"


def test_runs_of_other_seeds_are_drawn_from_snapshots(studio):
    studio.add("one")
    _change(studio.add("other", OTHER_ID), seed=4)
    viewer = studio.open(COMPARE, runs=f"{MODEL_ID},{OTHER_ID}")
    (data,) = element(viewer, "compare")
    assert data["sheets_from"] == "snapshots"
    assert all("/latents/1/" in run["sheet_url"] for run in data["runs"])


@pytest.mark.parametrize(
    "runs", ["", ",,,", "nobody", "../../etc/passwd", "<b>x</b>,,nobody", "a," * 3000]
)
def test_an_address_that_names_nobody(studio, runs):
    studio.add("one")
    viewer = studio.open(COMPARE, runs=runs)
    assert_sound(viewer)
    assert not element(viewer, "compare")


def test_who_is_gone_is_named_and_the_others_are_compared(studio):
    studio.add("one")
    viewer = studio.open(COMPARE, runs=f"{MODEL_ID},{OTHER_ID}")
    assert_sound(viewer)
    assert OTHER_ID in without_markdown(viewer.warning[0].value)
    assert len(element(viewer, "compare")) == 1


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_a_damaged_run_among_those_named(studio, damage):
    studio.add("the good one")
    damage(studio.add("the damaged one", OTHER_ID))
    viewer = studio.open(COMPARE, runs=f"{OTHER_ID},{MODEL_ID}")
    assert_sound(viewer)
    (data,) = element(viewer, "compare")
    assert MODEL_ID in [run["id"] for run in data["runs"]]
    assert bool(viewer.warning) == (len(data["runs"]) == 1)


def test_an_autoencoders_newest_losses_are_those_of_its_newest_epoch(studio):
    """Its last line has one batch's loss and none of held-out images."""
    run = add_plane_run(studio.store)
    per_epoch = run.sound_config().steps_per_epoch
    with MetricLog(run.paths.metrics) as log:
        log.append({"step": per_epoch, "elapsed_s": 60, "loss": 150.0, "val_loss": 160.0})
        log.append({"step": per_epoch + 3, "elapsed_s": 63, "loss": 99.0})
    viewer = studio.open(COMPARE, runs=run.id)
    assert_sound(viewer)
    (table,) = element(viewer, "compare_table")
    heads = [head["label"] for head in table["heads"]]
    told = dict(zip(heads, table["rows"][0], strict=True))
    assert told["Loss: training"] == f"150 (step {per_epoch})"
    assert told["Loss: held-out images"] == f"160 (step {per_epoch})"
    assert told["trained"] == "63 s"
    assert "means of a whole epoch" in said(viewer)


def test_figures_of_other_features_stand_in_other_tables(studio):
    for run_id, net, value in ((MODEL_ID, "digit features", 12.0), (OTHER_ID, "own", 900.0)):
        paths = studio.add(net, run_id)
        for step in (30, 60):
            _evaluate(paths, step, net, value + step / 10)
    viewer = studio.open(COMPARE, runs=f"{MODEL_ID},{OTHER_ID}")
    assert_sound(viewer)
    _standing, *groups = element(viewer, "compare_table")
    heads = [[head["label"] for head in group["heads"]] for group in groups]
    assert [head[2:] for head in heads] == [["FID · digit features"], ["FID · own"]]
    first = groups[0]["rows"]
    assert [row[1:] for row in first] == [
        ["final, step 60", "18.0 (17.0\u00a0–\u00a019.0)"],
        ["best, step 30", "15.0 (14.0\u00a0–\u00a016.0)"],
    ]
    (data,) = element(viewer, "compare")
    drawn = [panel for panel in data["panels"] if "points" in panel]
    assert [list(panel["points"]) for panel in drawn] == [[MODEL_ID], [OTHER_ID]]
    assert drawn[0]["points"][MODEL_ID] == [[30, 60], [15.0, 18.0], [14.0, 17.0], [16.0, 19.0]]


def test_brackets_are_explained_where_there_are_any(studio):
    paths = studio.add("one")
    _evaluate(paths, 60, "digit features", 18.0, spread=0.0)
    words = "in brackets the 95 % interval"
    viewer = studio.open(COMPARE, runs=MODEL_ID)
    assert "500 images of digits held out." in said(viewer)
    assert words not in said(viewer)
    _evaluate(paths, 60, "digit features", 18.0)
    assert words in said(studio.open(COMPARE, runs=MODEL_ID))


@pytest.mark.parametrize("other", [{"name": "digits:odd"}, {"num_real": 400}])
def test_figures_against_other_images_stand_in_other_tables(studio, other):
    for run_id, differs in ((MODEL_ID, {}), (OTHER_ID, other)):
        paths = studio.add("run", run_id)
        if "name" in differs:
            known = json.loads(paths.config.read_text())["dataset"]
            _change(paths, dataset={**known, "name": differs["name"]})
        _evaluate(paths, 60, "digit features", 18.0, num_real=differs.get("num_real", 500))
    viewer = studio.open(COMPARE, runs=f"{MODEL_ID},{OTHER_ID}")
    assert_sound(viewer)
    groups = element(viewer, "compare_table")[-2:]
    assert [len(group["rows"]) for group in groups] == [1, 1]
    against = "{n} images of {data} held out"
    words = [
        against.format(n=500, data="digits"),
        against.format(n=other.get("num_real", 500), data=other.get("name", "digits")),
    ]
    captions = [without_markdown(one.value) for one in viewer.caption]
    assert [any(w in caption for caption in captions) for w in words] == [True, True]
    (data,) = element(viewer, "compare")
    drawn = [panel for panel in data["panels"] if "points" in panel]
    assert [list(panel["points"]) for panel in drawn] == [[MODEL_ID], [OTHER_ID]]
    assert [w in panel["title"] for w, panel in zip(words, drawn, strict=True)] == [True, True]


def test_marks_on_the_cards_lead_here(studio):
    studio.add("one")
    studio.add("other", OTHER_ID)
    viewer = studio.open(RUNS)
    viewer.checkbox(key=f"compare-{MODEL_ID}").check().run()
    assert_sound(viewer)
    assert "mark one more" in said(viewer)
    viewer.checkbox(key=f"compare-{OTHER_ID}").check().run()
    (link,) = (one.proto for one in viewer.get("page_link") if one.proto.page == "compare")
    assert f"{MODEL_ID}%2C{OTHER_ID}" in link.query_string
    viewer.button(key="compare-clear").click().run()
    assert not viewer.checkbox(key=f"compare-{MODEL_ID}").value


def ask_to_fork(viewer):
    """Press "Fork", again at each run: the test runner runs whole pages only, never a dialog."""
    viewer.button(key="fork").click().run()
    assert_sound(viewer)


def test_a_fork_from_the_page_and_its_family(studio):
    studio.add("the parent")
    viewer = studio.open(TRAIN, tab="Family", run=MODEL_ID)
    assert "No family yet" in said(viewer)
    ask_to_fork(viewer)
    steps = viewer.selectbox(key=f"fork-{MODEL_ID}-step")
    assert steps.options[0].startswith("step 60, the newest")
    steps.select_index(1)
    ask_to_fork(viewer)
    viewer.number_input(key=f"fork-{MODEL_ID}-d_lr").set_value(1e-5)
    viewer.button(key="really-fork").click()
    ask_to_fork(viewer)
    assert_sound(viewer)
    (made,) = (run for run in studio.store.list() if run.id != MODEL_ID)
    config = made.sound_config()
    assert (config.parent.run, config.parent.step) == (MODEL_ID, 30)
    assert config.settings.d_lr == 1e-5
    assert viewer.query_params["run"] == made.id
    viewer = studio.open(TRAIN, tab="Family", run=made.id)
    assert "from step 30" in said(viewer)
    saved = {node.proto.id for node in viewer.get("download_button")}
    for suffix in ("csv", "svg", "png"):
        assert any(f"family-{made.id}-{suffix}" in key for key in saved)
    shutil.rmtree(studio.store.paths(MODEL_ID).root)
    assert f"{MODEL_ID} (deleted)" in said(studio.open(TRAIN, tab="Family", run=made.id))


def test_a_fork_that_cannot_be_says_why_beside_its_field(studio):
    studio.add("the parent")
    viewer = studio.open(TRAIN, run=MODEL_ID)
    ask_to_fork(viewer)
    viewer.number_input(key=f"fork-{MODEL_ID}-60-steps").set_value(50)
    ask_to_fork(viewer)
    assert viewer.button(key="really-fork").disabled
    assert "50 steps" in said(viewer)


def test_the_table_of_a_sweep(studio):
    base = Base(recipe="quick-dcgan", dataset="digits", overrides={}, steps=60)
    at = {"runs_dir": studio.store.root, "data_dir": studio.data_dir}
    configs = plan_sweep(base, grid({"g_lr": [0.001, 0.0001]}), **at, by=OWNER)
    runs = submit_sweep(studio.store, configs, NAME, data_dir=studio.data_dir, by=OWNER)
    sweep = runs[0].sound_config().sweep.id
    for run, fid in zip(runs, (20.0, 30.0), strict=True):
        seal_snapshot(run, 30)
        _evaluate(run.paths, 30, NAME, fid)
    viewer = studio.open(COMPARE, sweep=sweep, lang="qps")
    assert_translated(viewer)
    (table,) = element(viewer, "compare_table")
    assert [row[1] for row in table["rows"]] == [
        f"{r.sound_config().settings.g_lr:g}" for r in runs
    ]
    assert "best" in table["rows"][0][3]
    assert_sound(studio.open(COMPARE, sweep="nobody"))


def test_a_sweep_over_beta_says_why_no_run_is_the_best(studio):
    base = Base(recipe="vae", dataset="digits", overrides={}, steps=60)
    at = {"runs_dir": studio.store.root, "data_dir": studio.data_dir}
    configs = plan_sweep(base, grid({"beta": [0.1, 4.0]}), **at, by=OWNER)
    runs = submit_sweep(studio.store, configs, data_dir=studio.data_dir, by=OWNER)
    for run, loss in zip(runs, (90.0, 130.0), strict=True):
        with MetricLog(run.paths.metrics) as log:
            log.append({"step": 40, "loss": loss})
    viewer = studio.open(COMPARE, sweep=runs[0].sound_config().sweep.id)
    assert_sound(viewer)
    assert "beta, which differs among these runs" in said(viewer)
    (table,) = element(viewer, "compare_table")
    assert [row[-2] for row in table["rows"]] == ["90.0", "130"]


def test_the_dialog_queues_a_sweep_and_leads_to_its_table(studio):
    viewer = studio.open(TRAIN)

    def in_the_dialog(**values):
        """The test runner runs whole pages: the dialog is opened anew by each press."""
        for key, value in values.items():
            viewer.session_state[f"sweep-quick-dcgan-{key}"] = value
        viewer.button(key="sweep").click().run()
        assert_sound(viewer)
        return viewer.button(key="really-sweep")

    assert in_the_dialog().disabled
    assert in_the_dialog(names=["g_lr"]).disabled
    viewer.session_state["sweep-g_lr-values"] = "0.001, 0.0001"
    press = in_the_dialog(names=["g_lr"])
    assert press.label == "Queue 2 runs"
    viewer.button(key="sweep").click()
    press.click().run()
    assert_sound(viewer)
    assert not viewer.error
    runs = studio.store.list()
    assert {run.sound_config().settings.g_lr for run in runs} == {0.001, 0.0001}
    assert [run.status.state for run in runs] == ["queued", "queued"]
    (sweep,) = {run.sound_config().sweep.id for run in runs}
    assert viewer.query_params["sweep"] == sweep
    (table,) = element(viewer, "compare_table")
    assert len(table["rows"]) == 2


def test_every_word_is_translated(studio):
    assert_translated(studio.open(COMPARE, lang="qps"))
    studio.add(NAME)
    _change(studio.add(f"{NAME} {NAME}", OTHER_ID), seed=3)
    _evaluate(studio.store.paths(OTHER_ID), 60, NAME, 5.0)
    assert_translated(studio.open(COMPARE, lang="qps"))
    assert_translated(studio.open(COMPARE, lang="qps", runs=f"{MODEL_ID},{OTHER_ID},{NAME}"))


def _change(paths: RunPaths, **values):
    told = json.loads(paths.config.read_text())
    for name, value in values.items():
        place = told if name in told else told["settings"]
        place[name] = value
    paths.config.write_text(json.dumps(told))


def _evaluate(
    paths: RunPaths, step: int, net: str, value: float, num_real: int = 500, spread: float = 1.0
):
    made = Evaluation(
        depth="light",
        step=step,
        features=FeatureNet(name=net, source="random", sha256=f"{len(net):064x}", size=64),
        num_images=1000,
        num_real=num_real,
        real="held-out",
        secs=1.0,
        fid=Figure(value=value, low=value - spread, high=value + spread),
    )
    evaluations.write(paths, made)
