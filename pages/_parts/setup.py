"""Before a run: recipe, data, the settings that matter, and one big button."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import streamlit as st

from gan_core.config import RunConfig, SettingValue
from gan_core.data import DatasetCard
from gan_core.errors import GanCoreError
from gan_core.jobs import estimate, machine
from gan_core.jobs.launch import submit
from gan_core.jobs.plan import plan
from gan_core.jobs.repeats import submit_repeats
from gan_core.jobs.sweep import Base, plan_sweep, submit_sweep
from gan_core.recipes import registry
from gan_core.recipes.recipe import Recipe
from gan_core.recipes.resolve import resolve
from gan_core.recipes.search import Point
from gan_core.runs.status import ALIVE, BUSY, utc_now
from gan_core.runs.store import RunView
from pages._parts.bounds import queue_line
from pages._parts.data_choice import choose_data, shape_settings
from pages._parts.fields import (
    GROUPS,
    Fields,
    choose_preset,
    grouped,
    length_field,
    setting_fields,
    untouched_fields,
)
from pages._parts.i18n import _, ngettext_, translate
from pages._parts.lesson import show_stages
from pages._parts.messages import field_error, show_error
from pages._parts.networks import show_networks
from pages._parts.repeat_view import NUM_REPEATS
from pages._parts.studio import studio
from pages._parts.sweep_setup import sweep_button
from pages._parts.viewer import may, viewer
from pages._parts.words import duration, number, plain, state_word

_TRAIN, _LESSON = "train", "lesson"
_PICTURES = Path(__file__).parent / "pictures"
_MOST_SHOWN = 3
MORE_OPENED = "more-opened"
"""Remembered in a session: somebody has looked at more than the essential settings."""


@dataclass
class Draft:
    """What the viewer has chosen so far, and what is wrong with it."""

    recipe: Recipe
    card: DatasetCard
    settings: dict[str, SettingValue]
    steps: int | None
    seed: int
    name: str
    config: RunConfig | None = None
    error: GanCoreError | None = None


def show_setup() -> None:
    """Draw the page that a first visitor sees."""
    _show_active_runs()
    with st.container(key="setup"):
        recipe_column, data_column, settings_column = st.columns(3, gap="medium")
        with recipe_column.container(border=True, height="stretch"):
            recipe = _choose_recipe()
        with data_column.container(border=True, height="stretch"):
            card = choose_data(recipe)
        with settings_column.container(border=True, height="stretch"):
            draft = _choose_settings(recipe, card)
    left, middle, right = st.columns([1, 2, 1], vertical_alignment="top")
    with left:
        mode = _mode(draft.recipe)
        st.page_link(
            "pages/explore.py",
            label=_("Or drag one that is trained already"),
            icon=":material/explore:",
        )
    if mode == _LESSON:
        blocked = draft.error is not None or not may("train")
        show_stages(draft.recipe, partial(_start_stage, draft), disabled=blocked)
    else:
        with middle:
            _train_button(draft)
        with right:
            _repeat_button(draft)
            _sweep_button(draft)
    st.fragment(_explain)(draft)


def _show_active_runs() -> None:
    """A line for each run that is under way, and one for all that wait."""
    active = [run for run in studio().store.list() if run.status.state in BUSY]
    alive = [run for run in active if run.status.state in ALIVE]
    shown = (alive or active[-1:])[:_MOST_SHOWN]  # none is under way: the one that is next
    for run in shown:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(
                _("**{name}** · {state} · step {step} of {total}").format(
                    name=plain(run.title),
                    state=state_word(run.status.state),
                    step=number(run.status.step),
                    total=number(run.status.total_steps),
                ),
                width="stretch",
            )
            st.page_link(
                "pages/train.py",
                label=_("Watch"),
                icon=":material/visibility:",
                query_params={"run": run.id},
            )
    num_more = len(active) - len(shown)
    if num_more:
        st.page_link(
            "pages/runs.py",
            label=ngettext_(
                "{n} more run waits or trains", "{n} more runs wait or train", num_more
            ).format(n=number(num_more)),
            icon=":material/hourglass:",
        )


def _choose_recipe() -> Recipe:
    st.subheader(_("1 · What to train"), anchor=False)
    name = st.selectbox(
        _("Recipe"),
        registry.names(),
        format_func=lambda n: translate(registry.get(n).title),
        key="recipe",
        help=_("A complete, published system: networks, losses, numbers."),
    )
    recipe = registry.get(name)
    picture = _PICTURES / f"{recipe.name}.png"
    if picture.is_file():
        st.image(str(picture), width="stretch", output_format="PNG", caption=_("what it makes"))
    st.markdown(f"**{translate(recipe.summary)}**")
    if machine.device(studio().store.root) == "cpu":
        st.caption(
            _("This machine has no GPU, and this recipe needs none.")
            if recipe.suits_cpu
            else _("Made for a GPU. This machine has none, so every step takes its time.")
        )
    return recipe


def _choose_settings(recipe: Recipe, card: DatasetCard) -> Draft:
    st.subheader(_("3 · How"), anchor=False)
    name = st.text_input(
        _("Name"),
        key="name",
        max_chars=120,
        placeholder=_("{recipe} on {data}").format(
            recipe=translate(recipe.title), data=translate(card.title)
        ),
        help=_("How the run is called in the list; you can change it later."),
    )
    gpu = machine.device(studio().store.root) == "gpu"
    preset = choose_preset(recipe)
    fields = setting_fields(recipe, recipe.essential, preset, gpu=gpu)
    steps, steps_wrong = length_field(recipe, card.info, fields.values)
    fields.first_error = fields.first_error or steps_wrong
    more = st.expander(_("More"), icon=":material/tune:", key="more-settings", on_change="rerun")
    wanted, seed = _is_wanted(is_open=bool(more.open)), 0
    for title, names in grouped(recipe):
        if not wanted:
            fields.add(untouched_fields(recipe, names, preset))
            continue
        with more:
            st.markdown(f"**{translate(title)}**")
            if title == GROUPS[-1][0]:
                seed = _seed_field(fields)
            fields.add(setting_fields(recipe, names, preset, gpu=gpu))
    draft = Draft(recipe, card, fields.values, steps, seed, name)
    _judge(draft, fields.slots, fields.first_error)
    return draft


def _is_wanted(*, is_open: bool) -> bool:
    """Whether somebody has looked at more: forty fields would else hold up the first page.

    From then on they are there, open or not, so that they keep what was filled in.
    """
    if is_open:
        st.session_state[MORE_OPENED] = True
    return bool(st.session_state.get(MORE_OPENED))


def _seed_field(fields: Fields) -> int:
    seed = st.number_input(
        _("Seed"),
        value=0,
        step=1,
        key="seed",
        help=_("Fixes everything random: the same seed gives the same run."),
    )
    fields.slots["seed"] = st.empty()
    return int(seed or 0)


def _judge(draft: Draft, slots: dict[str, object], wrong: GanCoreError | None) -> None:
    """Resolve the whole; a fault that only the whole shows is put beside its field too."""
    draft.error = wrong
    if wrong is not None:
        return
    try:
        draft.config = resolve(
            draft.recipe,
            draft.card.info,
            draft.settings,
            kernels=machine.kernels(draft.recipe, machine.device(studio().store.root)),
            versions={},
            now=utc_now(),
            steps=draft.steps,
            seed=draft.seed,
        )
    except GanCoreError as error:
        draft.error = error
        with slots.get(error.field or "") or st.container():  # type: ignore[attr-defined]
            field_error(error)


def _mode(recipe: Recipe) -> str:
    """Train as it is, or, with a GAN, in the three stages of the lesson."""
    if recipe.family != "gan":
        return _TRAIN
    titles = {_TRAIN: _("Train"), _LESSON: _("Lesson in three stages")}
    chosen = st.segmented_control(
        _("How to begin"),
        list(titles),
        default=_TRAIN,
        format_func=titles.__getitem__,
        label_visibility="collapsed",
        key="mode",
    )
    return chosen or _TRAIN


def _start_stage(draft: Draft, changes: Mapping[str, SettingValue], steps: int, name: str) -> None:
    settings = {**draft.settings, **changes}
    _start(replace(draft, settings=settings, steps=steps, name=draft.name or name))


def _train_button(draft: Draft) -> None:
    queue_line()
    pressed = st.button(
        _("Train"),
        type="primary",
        icon=":material/play_arrow:",
        width="stretch",
        disabled=draft.error is not None or not may("train"),
        key="train",
    )
    if not may("train"):
        st.caption(_("You watch and explore here; a teacher trains."), text_alignment="center")
    elif draft.config is not None:
        st.caption(_time_words(draft.config, draft.recipe), text_alignment="center")
    elif draft.error is not None:
        st.caption(_("Mend the field marked in red first."), text_alignment="center")
    if pressed:
        _start(draft)


def _repeat_button(draft: Draft) -> None:
    pressed = st.button(
        _("Repeat over {n} seeds").format(n=NUM_REPEATS),
        type="tertiary",
        icon=":material/repeat:",
        disabled=draft.error is not None or not may("train"),
        help=_(
            "Queues this run {n} times, each with another seed, and shows their mean and how far "
            "they differ: what is chance, and what is not."
        ).format(n=NUM_REPEATS),
        key="repeat",
    )
    if pressed:
        _start(draft, NUM_REPEATS)


def _sweep_button(draft: Draft) -> None:
    gpu = machine.device(studio().store.root) == "gpu"
    blocked = draft.error is not None or not may("train")
    sweep_button(
        draft.recipe, draft.settings, partial(_start_sweep, draft), gpu=gpu, disabled=blocked
    )


def _start_sweep(draft: Draft, points: Sequence[Point]) -> None:
    """Queue a run for each point, and go to their table."""
    here = studio()
    base = Base(
        recipe=draft.recipe.name,
        dataset=draft.card.name,
        overrides={**draft.settings, **shape_settings(draft.card)},
        steps=draft.steps,
        seed=draft.seed,
    )
    configs = plan_sweep(
        base,
        points,
        runs_dir=here.store.root,
        data_dir=here.data_dir,
        mirror=here.mirror,
        by=viewer(),
    )
    runs = submit_sweep(here.store, configs, draft.name, data_dir=here.data_dir, by=viewer())
    sweep = runs[0].sound_config().sweep
    st.switch_page("pages/compare.py", query_params={"sweep": sweep.id if sweep else ""})


def _time_words(config: RunConfig, recipe: Recipe) -> str:
    rate = estimate.rate(studio().store, recipe, config.settings, config.dataset.image_shape)
    secs = rate.secs(config.total_steps, config.settings.batch_size)
    device = "GPU" if config.kernels.device == "gpu" else "CPU"
    words = (
        _("About {time} on this machine's {device}, as its last run went.")
        if rate.measured
        else _("About {time} on two laptop cores; this machine's {device} will tell.")
    )
    return words.format(time=duration(secs), device=device)


def _start(draft: Draft, num_runs: int = 1) -> None:
    """Queue the run, or several that differ in their seed, and go there."""
    here = studio()
    bar = st.empty()

    def progress(label: str, done: int, total: int) -> None:
        share = done / total if total else 0.0
        bar.progress(min(share, 1.0), text=_("Downloading {file}").format(file=label))

    try:
        config = plan(
            draft.recipe.name,
            draft.card.name,
            {**draft.settings, **shape_settings(draft.card)},
            runs_dir=here.store.root,
            data_dir=here.data_dir,
            steps=draft.steps,
            seed=draft.seed,
            mirror=here.mirror,
            progress=progress,
            by=viewer(),
        )
        runs = _submit(config, draft.name, num_runs)
    except GanCoreError as error:
        bar.empty()
        show_error(error)
        return
    st.toast(_("The run is on its way."), icon=":material/rocket_launch:")
    st.query_params.pop("dataset", None)
    if num_runs > 1:
        st.query_params["group"] = runs[0].meta.group
    else:
        st.query_params["run"] = runs[0].id
    st.rerun()


def _submit(config: RunConfig, name: str, num_runs: int) -> list[RunView]:
    here = studio()
    if num_runs > 1:
        return submit_repeats(
            here.store, config, num_runs, name, data_dir=here.data_dir, by=viewer()
        )
    return [submit(here.store, config, name, data_dir=here.data_dir, by=viewer())]


def _explain(draft: Draft) -> None:
    if draft.config is None:
        return
    story, watch, networks = st.tabs(
        [_("How it works"), _("What to watch"), _("The two networks")],
        key="story-tabs",
        on_change="rerun",
    )
    story.markdown(translate(draft.recipe.story))
    story.caption(_("Source: {source}").format(source=translate(draft.recipe.source)))
    watch.markdown(translate(draft.recipe.watch))
    if networks.open:
        with networks:
            show_networks(draft.recipe, draft.config.settings, draft.card.info.image_shape)
