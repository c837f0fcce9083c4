"""A fork from the page: which snapshot, what changes, how long it goes on."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from gan_core.config import SettingValue
from gan_core.errors import GanCoreError
from gan_core.jobs import machine
from gan_core.jobs.fork import changeable, fork, fork_config
from gan_core.recipes import imported, registry
from gan_core.recipes.recipe import Recipe
from gan_core.runs import evaluations, snapshots
from gan_core.runs.store import MAX_NAME_LENGTH, RunView
from pages._parts.bounds import queue_line
from pages._parts.fields import Fields, Start, grouped, setting_fields
from pages._parts.glossary import meaning
from pages._parts.i18n import _, translate
from pages._parts.messages import field_error, guarded, show_error
from pages._parts.studio import studio
from pages._parts.viewer import may, viewer
from pages._parts.words import number, plain


@dataclass
class _Wish:
    """What somebody wants of a fork."""

    step: int
    steps: int
    seed: int
    name: str
    fields: Fields = field(default_factory=Fields)


def fork_button(run: RunView) -> None:
    """The button that asks for a fork, where there is a snapshot to begin from."""
    if run.config is None or run.config.recipe == imported.NAME or not may("train"):
        return
    if not snapshots.forkable_steps(run.paths):
        return
    pressed = st.button(
        _("Fork"),
        icon=":material/fork_right:",
        type="tertiary",
        key="fork",
        help=meaning("fork"),
    )
    if pressed:
        # Not a decorator: the title would stay in the language of whoever came first.
        ask = st.dialog(_("Fork this run"), icon=":material/fork_right:", width="large")(_ask)
        ask(run.id)


def _ask(run_id: str) -> None:
    with guarded():
        run = studio().store.get(run_id)
        wish = _fields(run)
        error = wish.fields.first_error or _judged(run, wish)
        queue_line()
        pressed = st.button(
            _("Fork"),
            type="primary",
            icon=":material/fork_right:",
            key="really-fork",
            disabled=error is not None,
            width="stretch",
        )
        if not wish.fields.values and error is None:
            st.caption(_("Nothing is changed: the fork goes on as its parent did."))
        if pressed:
            _start(run, wish)


def _fields(run: RunView) -> _Wish:
    """Draw all fields."""
    config = run.sound_config()
    recipe = registry.get(config.recipe)
    step = _choose_step(run)
    gpu = machine.device(studio().store.root) == "gpu"
    names = changeable(config, gpu=gpu)
    start = Start(config.settings.as_dict(), f"fork-{run.id}")
    left, right = st.columns(2)
    longer = config.total_steps if config.total_steps > step else step + config.total_steps
    steps = left.number_input(
        _("Steps in all"), value=longer, step=100, key=f"fork-{run.id}-{step}-steps",
        help=_("Counted from the parent's start; the fork goes on from its snapshot to here."),
    )  # fmt: skip
    seed = right.number_input(
        _("Seed"), value=config.seed, step=1, key=f"fork-{run.id}-seed",
        help=_("Of what is random from here on. The sheets keep the latents of the parent."),
    )  # fmt: skip
    fields = setting_fields(
        recipe, tuple(n for n in recipe.essential if n in names), start=start, gpu=gpu
    )
    with st.expander(_("More"), icon=":material/tune:"):
        _more_fields(recipe, names, start, fields, gpu=gpu)
    name = st.text_input(
        _("Name"), key=f"fork-{run.id}-name", max_chars=MAX_NAME_LENGTH,
        placeholder=_("{name} @ {step}").format(name=run.title[:100], step=step),
    )  # fmt: skip
    return _Wish(step, int(steps or 0), int(seed or 0), name, fields)


def _more_fields(
    recipe: Recipe, names: tuple[str, ...], start: Start, fields: Fields, *, gpu: bool
) -> None:
    for title, group in grouped(recipe):
        changing = tuple(name for name in group if name in names)
        if changing:
            st.markdown(f"**{translate(title)}**")
            fields.add(setting_fields(recipe, changing, start=start, gpu=gpu))
    st.caption(_("What would change a network is not here: a fork keeps both, with their weights."))


def _choose_step(run: RunView) -> int:
    steps = list(reversed(snapshots.forkable_steps(run.paths)))
    best = evaluations.best_step(run.paths)
    return st.selectbox(
        _("From the snapshot of"),
        steps,
        key=f"fork-{run.id}-step",
        format_func=lambda step: _step_words(step, newest=steps[0], best=best),
        help=meaning("snapshot"),
    )


def _step_words(step: int, *, newest: int, best: int | None) -> str:
    words = _("step {n}").format(n=number(step))
    if step == best:
        return _("{step}, the best").format(step=words)
    return _("{step}, the newest").format(step=words) if step == newest else words


def _judged(run: RunView, wish: _Wish) -> GanCoreError | None:
    """A fault that only the whole shows; it is put beside its field."""
    try:
        fork_config(
            studio().store.root, run, wish.step, wish.fields.values, wish.steps, seed=wish.seed
        )
    except GanCoreError as error:
        slot = wish.fields.slots.get(error.field or "")
        if slot is None:
            show_error(error)
        else:
            with slot:
                field_error(error)
        return error
    return None


def _start(run: RunView, wish: _Wish) -> None:
    here = studio()
    changes: dict[str, SettingValue] = wish.fields.values
    made = fork(
        here.store,
        run.id,
        wish.step,
        changes,
        steps=wish.steps,
        seed=wish.seed,
        name=wish.name,
        data_dir=here.data_dir,
        mirror=here.mirror,
        by=viewer(),
    )
    st.toast(_("A fork of {name} is on its way.").format(name=plain(run.title)))
    st.query_params.clear()
    st.query_params["run"] = made.id
    st.rerun()
