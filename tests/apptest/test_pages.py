"""Each page, whatever lies in the runs folder: no exception, and the good runs are there."""

import json
import shutil

import pytest

from gan_core.access.people import OWNER
from gan_core.jobs import gallery
from gan_core.jobs.import_model import import_model
from gan_core.runs.layout import sheet_steps
from gan_core.runs.lock import FileLock
from gan_core.runs.snapshots import list_steps
from tests.apptest.conftest import EXPLORE, MODEL_ID, PAGES, RUNS, TRAIN, assert_sound
from tests.apptest.reading import texts, without_markdown
from tests.portable.foreign import by_hand
from tests.runs_by_hand import trained

DAMAGED_ID = "20260102-120000-bbbbbb"


def links(viewer):
    """The pages that a page links to."""
    return [link.proto.page for link in viewer.get("page_link")]


def said(viewer):
    return "\n".join(text for _where, text in texts(viewer))


def open_everywhere(studio, run_id):
    for page, query in [
        (TRAIN, {}),
        (TRAIN, {"run": run_id}),
        (EXPLORE, {"run": run_id}),
        (RUNS, {}),
    ]:
        viewer = studio.open(page, **query)
        assert_sound(viewer)
        yield page, query, viewer


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_folder_and_none_at_all(studio, page):
    assert_sound(studio.open(page))
    shutil.rmtree(studio.store.root)
    assert_sound(studio.open(page))


def test_empty_pages_say_what_to_press(studio):
    assert not studio.open(TRAIN).button(key="train").disabled
    viewer = studio.open(RUNS)
    assert viewer.subheader
    assert links(viewer) == ["train"]
    assert "Train" in said(viewer)


def test_before_any_run_there_is_the_gallery(studio):
    viewer = studio.open(EXPLORE)
    offered = viewer.selectbox(key="explore-run").options
    assert len(offered) == len(gallery.items()) >= 3
    assert all("gallery" in title for title in offered)
    assert viewer.query_params["run"] == gallery.items()[0].run_id
    chosen = viewer.selectbox(key="explore-run").select_index(1).run()
    assert_sound(chosen)
    assert chosen.query_params["run"] == gallery.items()[1].run_id
    # Seen or not, each stands in the list once.
    assert len(studio.open(EXPLORE).selectbox(key="explore-run").options) == len(offered)


def test_a_completed_run(studio):
    studio.add("first try")
    for page, query, viewer in open_everywhere(studio, MODEL_ID):
        assert not viewer.error
        if page != TRAIN or query:
            assert "first try" in said(viewer)
    viewer = studio.open(TRAIN, run=MODEL_ID)
    assert "60" in said(viewer)
    assert "batch_size" in said(viewer)
    viewer = studio.open(TRAIN, run=MODEL_ID, tab="Log")
    assert "TensorFlow" in viewer.code[0].value


@pytest.mark.parametrize(
    ("recipe", "dataset", "is_grey"),
    [("quick-dcgan", "digits", True), ("cifar-dcgan", "cifar10:automobile", False)],
)
def test_ink_on_white_is_for_grey_images(studio, recipe, dataset, is_grey):
    run = trained(studio.store, recipe=recipe, dataset=dataset)
    for page in (TRAIN, EXPLORE):
        viewer = studio.open(page, run=run.id)
        assert_sound(viewer)
        assert [toggle.key for toggle in viewer.toggle] == ["invert"] * is_grey


def test_explore_offers_each_snapshot_newest_first(studio):
    paths = studio.add()
    viewer = studio.open(EXPLORE)
    offered = viewer.selectbox(key=f"explore-step-{MODEL_ID}").options
    assert len(offered) == 1 + len(list_steps(paths)) == 4
    assert "60" in offered[1]
    assert viewer.query_params["run"] == MODEL_ID
    assert viewer.query_params["step"] == "newest"
    chosen = studio.open(EXPLORE, run=MODEL_ID, step="30")
    assert chosen.selectbox(key=f"explore-step-{MODEL_ID}").value == "30"


@pytest.mark.parametrize("step", ["31", "-1", "", "newest ", "1e9", "<b>"])
def test_an_unknown_step_in_the_address_means_newest(studio, step):
    studio.add()
    viewer = studio.open(EXPLORE, run=MODEL_ID, step=step)
    assert_sound(viewer)
    assert viewer.query_params["step"] == "newest"


def test_an_imported_generator_has_no_curves(studio, tmp_path):
    file = by_hand.write_keras(tmp_path / "cats.keras", by_hand.sequential())
    run = import_model(studio.store, file, by=OWNER)
    viewer = studio.open(TRAIN, run=run.id)
    assert_sound(viewer)
    assert "made elsewhere" in viewer.info[0].value
    assert "explore" in links(viewer)
    assert_sound(studio.open(EXPLORE, run=run.id))


def break_config(paths):
    paths.config.write_bytes(b"\x00{garbage")


def lose_config(paths):
    paths.config.unlink()


def lose_status(paths):
    paths.status.unlink()


def break_status(paths):
    paths.status.write_text('{"state": "dancing"}')


def tear_metrics(paths):
    text = paths.metrics.read_text()
    middle = len(text) // 2
    paths.metrics.write_text(f"{text[:middle]}\nnot json\n{text[middle:-30]}")


def break_meta(paths):
    paths.meta.write_text("[")


def empty_sheet(paths):
    paths.sample(sheet_steps(paths)[-1]).write_bytes(b"")


def break_sheet(paths):
    paths.sample(sheet_steps(paths)[-1]).write_bytes(b"no picture at all")


def lose_manifest(paths):
    (paths.snapshot(60) / "manifest.json").unlink()


def break_generator(paths):
    (paths.snapshot(60) / "generator.onnx").write_bytes(b"no network")


def shut_metrics(paths):
    paths.metrics.unlink()
    paths.metrics.mkdir()


def shut_samples(paths):
    """Root may read all that permissions hide, but no loop."""
    shutil.rmtree(paths.samples)
    paths.samples.symlink_to(paths.samples)


def lose_everything(paths):
    shutil.rmtree(paths.root)
    paths.root.mkdir()


DAMAGE = [
    break_config, lose_config, lose_status, break_status, tear_metrics, break_meta, empty_sheet,
    break_sheet, lose_manifest, break_generator, shut_metrics, shut_samples, lose_everything,
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_a_damaged_run_among_good_ones(studio, damage):
    studio.add("the good one")
    damage(studio.add("the damaged one", DAMAGED_ID))
    for page, query, viewer in open_everywhere(studio, DAMAGED_ID):
        if page == RUNS:
            assert "the good one" in said(viewer), query
    assert not studio.open(TRAIN, run=MODEL_ID).error
    good = studio.open(EXPLORE, run=MODEL_ID)
    assert not good.error
    assert len(good.get("download_button")) == 2


@pytest.mark.parametrize("damage", [break_config, lose_config, lose_status, lose_everything])
def test_a_run_without_its_heart_is_called_damaged(studio, damage):
    studio.add("the good one")
    damage(studio.add("", DAMAGED_ID))
    assert any("Damaged" in caption.value for caption in studio.open(RUNS).caption)


@pytest.mark.parametrize("damage", [shut_metrics, shut_samples])
def test_what_cannot_be_read_is_said_on_its_card_alone(studio, damage):
    studio.add("the good one")
    damage(studio.add("the damaged one", DAMAGED_ID))
    viewer = studio.open(RUNS)
    assert "cannot be read" in said(viewer)
    assert {"the good one", "the damaged one"} <= {m.value.strip("*") for m in viewer.markdown}
    assert links(viewer).count("explore") == 2


def test_a_queued_run(studio):
    paths = studio.add_queued()
    for page, query, viewer in open_everywhere(studio, paths.root.name):
        if page != EXPLORE:
            assert "waiting" in said(viewer)
        if page == TRAIN and query:
            assert not viewer.button(key="pause").disabled
            assert not viewer.button(key="stop").disabled


def test_a_running_run(studio):
    paths = studio.add("under way")
    studio.set_state(paths, "running")
    with FileLock.acquire(paths.lock):
        for page, query, viewer in open_everywhere(studio, MODEL_ID):
            if page == TRAIN and not query:
                assert "under way" in said(viewer)  # at the top, to watch
            if page == TRAIN and query:
                assert viewer.button(key="pause")
    assert studio.state(paths) == "interrupted"
    viewer = studio.open(TRAIN, run=MODEL_ID)
    assert viewer.warning
    assert viewer.button(key="resume")


def test_what_a_config_says_stays_text(studio):
    """It may come from a stranger's zip."""
    paths = studio.add("of a stranger")
    told = json.loads(paths.config.read_text())
    told["dataset"] |= {"name": "![x](https://example.org/x.png)", "title": ""}
    paths.config.write_text(json.dumps(told))
    captions = [caption.value for caption in studio.open(RUNS).caption]
    (shown,) = [c for c in captions if "![x](https://example.org/x.png)" in without_markdown(c)]
    assert "![x](" not in shown


def test_runs_that_wait_behind_another_are_counted(studio):
    paths = studio.add("under way")
    studio.set_state(paths, "running")
    for _each in range(2):
        studio.add_queued("behind it")
    with FileLock.acquire(paths.lock):
        viewer = studio.open(TRAIN)
    assert_sound(viewer)
    assert "under way" in said(viewer)
    assert "behind it" not in said(viewer)
    labels = [link.proto.label for link in viewer.get("page_link")]
    assert labels.count("Watch") == 1
    assert "2 more runs wait or train" in labels


@pytest.mark.parametrize("state", ["failed", "interrupted", "paused", "stopped"])
def test_ended_runs_say_why_and_offer_to_resume(studio, state):
    paths = studio.add("ended")
    studio.set_state(paths, state, said="the reason _why_")
    for _page, _query, viewer in open_everywhere(studio, MODEL_ID):
        assert not viewer.error
    viewer = studio.open(TRAIN, run=MODEL_ID)
    assert "he reason" in said(viewer)
    assert "_why_" not in said(viewer)  # letter for letter, no markup
    assert bool(viewer.warning) == (state in {"failed", "interrupted"})
    assert not viewer.button(key="resume").disabled


def test_many_runs_come_in_portions(studio):
    for i in range(14):
        paths = studio.add(run_id=f"20260101-1200{i:02}-aaaaaa")
        shutil.rmtree(paths.checkpoints)
        shutil.rmtree(paths.snapshots)
    viewer = studio.open(RUNS)
    assert links(viewer).count("explore") == 12
    viewer.button(key="more").click().run()
    assert_sound(viewer)
    assert links(viewer).count("explore") == 14
