"""Presets, grouped settings, the lesson in three stages, and repeats over seeds."""

import pytest

from gan_core.access.people import OWNER
from gan_core.jobs.repeats import members, repeat_run
from gan_core.recipes import registry
from gan_core.recipes.settings import SPECS
from pages._parts.fields import GROUPS, grouped
from tests.apptest.conftest import MODEL_ID, RUNS, TRAIN, assert_sound
from tests.apptest.reading import without_markdown

PRESETS = registry.get("mnist-dcgan").presets


def choose_recipe(studio, name):
    viewer = studio.open(TRAIN)
    viewer.selectbox(key="recipe").set_value(name).run()
    assert_sound(viewer)
    return viewer


def words(viewer):
    return " ".join(without_markdown(text.value) for text in (*viewer.markdown, *viewer.info))


def test_every_setting_has_one_place():
    placed = [name for _title, names in GROUPS for name in names]
    assert sorted(placed) == sorted(SPECS)
    for name in registry.names():
        recipe = registry.get(name)
        more = [setting for _title, names in grouped(recipe) for setting in names]
        assert sorted([*more, *recipe.essential]) == sorted(recipe.defaults)


@pytest.mark.parametrize("index", range(len(PRESETS)))
def test_a_preset_fills_the_fields_and_says_what_was_seen(studio, index):
    preset = PRESETS[index]
    viewer = choose_recipe(studio, "mnist-dcgan")
    viewer.selectbox(key="mnist-dcgan-preset").set_value(index).run()
    assert_sound(viewer)
    assert preset.outcome[1:] in words(viewer)
    for name, value in preset.changes.items():
        key = f"mnist-dcgan-{index}-{name}"
        fields = viewer.selectbox if SPECS[name].kind == "choice" else viewer.number_input
        assert fields(key=key).value == value
    assert not viewer.button(key="train").disabled


def test_a_preset_is_what_is_trained_and_leaves_other_fields_alone(studio):
    viewer = choose_recipe(studio, "mnist-dcgan")
    viewer.number_input(key="mnist-dcgan-batch_size").set_value(32).run()
    viewer.selectbox(key="mnist-dcgan-preset").set_value(2).run()
    viewer.button(key="train").click().run()
    assert_sound(viewer)
    settings = studio.store.list()[0].sound_config().settings
    assert (settings.batch_size, settings.last_kernel) == (32, 3)
    assert (settings.output_activation, settings.pixel_range) == ("tanh", "-1,1")


def test_no_preset_is_the_recipe_as_published(studio):
    viewer = choose_recipe(studio, "mnist-dcgan")
    viewer.selectbox(key="mnist-dcgan-preset").set_value(0).run()
    viewer.selectbox(key="mnist-dcgan-preset").set_value(None).run()
    assert viewer.number_input(key="mnist-dcgan-dropout").value == 0.4
    assert not viewer.info


def test_the_lesson_begins_with_d_alone(studio):
    viewer = studio.open(TRAIN)
    viewer.segmented_control(key="mode").set_value("lesson").run()
    assert_sound(viewer)
    stages = [viewer.button(key=f"stage-{name}") for name in ("d_only", "g_only", "both")]
    assert [stage.disabled for stage in stages] == [False, True, True]
    viewer.button(key="stage-d_only").click().run()
    assert_sound(viewer)
    config = studio.store.list()[0].sound_config()
    assert (config.settings.lesson, config.total_steps) == ("d_only", 100)
    assert "Stage 1 of 3" in words(viewer)
    assert viewer.button(key="next-stage").disabled  # it waits


def test_autoencoders_have_no_lesson(studio):
    viewer = choose_recipe(studio, "vae")
    assert not viewer.segmented_control
    assert viewer.button(key="train")


@pytest.fixture
def stage_one(studio):
    """The completed run, as if D had learnt alone."""
    paths = studio.add()
    text = paths.config.read_text()
    assert text.count('"lesson": "both"') == 1
    paths.config.write_text(text.replace('"lesson": "both"', '"lesson": "d_only"'))
    return paths


def test_each_stage_leads_to_the_next(studio, stage_one):
    viewer = studio.open(TRAIN, run=MODEL_ID)
    assert "Stage 1 of 3" in words(viewer)
    viewer.button(key="next-stage").click().run()
    assert_sound(viewer)
    made = studio.store.list()[0].sound_config()
    assert (made.settings.lesson, made.parent.run, made.parent.step) == ("g_only", MODEL_ID, 60)
    assert made.total_steps == 260
    assert "Stage 2 of 3" in words(viewer)


def test_an_ordinary_run_is_no_lesson(studio):
    studio.add()
    assert "of 3" not in words(studio.open(TRAIN, run=MODEL_ID))


def test_repeats_from_the_setup_page(studio):
    viewer = studio.open(TRAIN)
    viewer.button(key="repeat").click().run()
    assert_sound(viewer)
    runs = studio.store.list()
    assert sorted(run.sound_config().seed for run in runs) == [0, 1, 2, 3, 4]
    assert len({run.meta.group for run in runs}) == 1
    assert viewer.query_params["group"] == runs[0].meta.group


def test_a_finished_run_is_repeated_and_the_group_found_again(studio):
    studio.add(name="Mine")
    viewer = studio.open(TRAIN, run=MODEL_ID)
    viewer.button(key="repeat-run").click().run()
    assert_sound(viewer)
    group = studio.store.get(MODEL_ID).meta.group
    assert [run.sound_config().seed for run in members(studio.store, group)] == [1, 2, 3, 4, 5]
    page = studio.open(TRAIN, group=group)
    assert_sound(page)
    assert "seed 1" in words(page)
    assert "image" in {node.type for node in page}  # mean and spread of what there is
    assert_sound(studio.open(RUNS))


def test_a_group_that_is_not_there_is_said(studio):
    viewer = studio.open(TRAIN, group="missing")
    assert_sound(viewer)
    assert "group" in viewer.error[0].value


def test_a_repeated_group_draws_equal_runs_without_a_band(studio):
    studio.add()
    studio.add(run_id="20260101-120000-bbbbbb")
    runs = repeat_run(studio.store, MODEL_ID, 2, data_dir=studio.data_dir, by=OWNER)
    assert_sound(studio.open(TRAIN, group=runs[0].meta.group))
