"""The Runs page: a card for each run."""

from __future__ import annotations

import math
from contextlib import suppress

import streamlit as st

from gan_core.errors import NotFoundError
from gan_core.jobs import edit
from gan_core.recipes import imported
from gan_core.runs.metrics import newest_record
from gan_core.runs.status import ALIVE, BUSY, State
from gan_core.runs.store import MAX_NAME_LENGTH, RunView
from pages._parts.bounds import queue_line
from pages._parts.bring_in import show_bring_in
from pages._parts.compare_marks import compare_bar, mark_to_compare
from pages._parts.glossary import meaning
from pages._parts.i18n import _, ngettext_, translate
from pages._parts.messages import STATE_COLOURS, STATE_ICONS, guarded
from pages._parts.quality import best_of_run
from pages._parts.repeat_view import group_link
from pages._parts.sheets import newest_sheet
from pages._parts.studio import studio
from pages._parts.take_routes import zip_url
from pages._parts.viewer import viewer
from pages._parts.words import duration, number, plain, state_word

TICK_SECS = 2.0
_PAGE_SIZE = 12
_COLUMNS = 4


def show_runs() -> None:
    """Draw the page."""
    runs = studio().store.list()
    if not runs:
        st.subheader(_("No runs yet"), anchor=False)
        st.markdown(_("Press **Train**: the run appears here with its newest sheet, and stays."))
        st.page_link("pages/train.py", label=_("Go to Train"), icon=":material/model_training:")
        show_bring_in()
        return
    show_bring_in()
    queue_line()
    st.fragment(_cards)()


def _cards() -> None:
    """All cards; only the news of runs that train are drawn again and again, each by itself.

    A hundred that wait then cost a viewer no more than one: somebody looks whether any has begun.
    """
    runs = studio().store.list()
    st.caption(ngettext_("{n} run", "{n} runs", len(runs)).format(n=len(runs)))
    num_shown = st.session_state.get("num-shown", _PAGE_SIZE)
    shown = runs[:num_shown]
    compare_bar(runs)
    if any(run.status.state in BUSY for run in shown):
        states = tuple((run.id, run.status.state) for run in shown)
        st.fragment(_look, run_every=TICK_SECS)(len(runs), states)
    for start in range(0, len(shown), _COLUMNS):
        columns = st.columns(_COLUMNS, gap="small")
        for column, run in zip(columns, shown[start : start + _COLUMNS], strict=False):
            with column.container(border=True, height="stretch"):
                if run.status.state in ALIVE:
                    st.fragment(_living_news, run_every=TICK_SECS)(run.id)
                else:
                    _news(run)
                _doors(run)
    if num_shown < len(runs):
        st.button(_("Show more"), key="more", on_click=_show_more, args=(num_shown,))


def _show_more(num_shown: int) -> None:
    st.session_state["num-shown"] = num_shown + _PAGE_SIZE


def _look(num_runs: int, states: tuple[tuple[str, State], ...]) -> None:
    """Draw all anew where there is a card more or less, or one shall tick or need not any more."""
    store = studio().store
    ids = store.ids()
    if len(ids) != num_runs or any(
        run_id not in ids or store.get(run_id).status.state != state for run_id, state in states
    ):
        st.rerun()


def _living_news(run_id: str) -> None:
    with suppress(NotFoundError):  # deleted at this moment
        _news(studio().store.get(run_id))


def _news(run: RunView) -> None:
    """What changes while a run trains; what of it cannot be read is said on this card alone."""
    with guarded():
        _picture(run)
    st.markdown(f"**{plain(run.title)}**")
    st.badge(
        state_word(run.status.state),
        icon=STATE_ICONS[run.status.state],
        color=STATE_COLOURS[run.status.state],  # type: ignore[arg-type]
    )
    if run.config is None or run.damage:
        st.caption(_("Damaged: {reason}").format(reason=plain(run.damage)))
        return
    with guarded():
        st.caption(" · ".join(_facts(run)))
        _best_figure(run)
        group_link(run)


def _picture(run: RunView) -> None:
    picture = newest_sheet(run.paths)
    if picture is None:
        st.caption(_("No samples yet"))
        return
    st.image(
        picture,
        width="stretch",
        output_format="PNG",
        alt=_("Newest samples of {name}").format(name=run.title),
    )


def _doors(run: RunView) -> None:
    """What can be done; not drawn at every tick, which would take away a file being downloaded."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if run.config is None or run.config.recipe != imported.NAME:
            st.page_link(
                "pages/train.py",
                label=_("Open"),
                icon=":material/monitoring:",
                query_params={"run": run.id},
            )
        st.page_link(
            "pages/explore.py",
            label=_("Explore"),
            icon=":material/explore:",
            query_params={"run": run.id},
        )
    # A row of their own: four do not fit beside each other, and which one falls down looks like
    # an accident.
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if not run.damage:
            mark_to_compare(run.id)
        _more(run)


def _facts(run: RunView) -> list[str]:
    config = run.sound_config()
    if config.recipe == imported.NAME:
        size = config.dataset.image_size
        return [
            translate(imported.RECIPE.title),
            _("{size} × {size} pixels").format(size=size),
            _("latents: {n}").format(n=config.settings.latent_size),
        ]
    trained_secs = newest_record(run.paths.metrics).get("elapsed_s", 0.0)
    trained = [duration(trained_secs)] if math.isfinite(trained_secs) else []
    return [
        plain(config.recipe),
        plain(config.dataset.title or config.dataset.name),
        "GPU" if config.kernels.device == "gpu" else "CPU",
        _("step {step} of {total}").format(
            step=number(run.status.step), total=number(config.total_steps)
        ),
        *trained,
    ]


def _best_figure(run: RunView) -> None:
    """What the best snapshot was measured to be, where anything was."""
    best = best_of_run(run.paths)
    if best is not None:
        words = _("best {figure}: **{value}**, {images}, step {step}")
        st.caption(
            words.format(
                figure=plain(best.figure),
                value=best.value,
                images=best.images,
                step=number(best.step),
            ),
            help=meaning("fid"),
        )


def _more(run: RunView) -> None:
    by = viewer()
    with st.popover(_("More"), icon=":material/more_horiz:", type="tertiary", key=f"m-{run.id}"):
        st.caption(run.id)
        if by.may("edit"):
            _rename_field(run)
        st.link_button(
            _("Download as zip"),
            zip_url(run.id),
            key=f"zip-{run.id}",
            icon=":material/download:",
        )
        if by.may("delete") and st.button(
            _("Delete …"), key=f"delete-{run.id}", icon=":material/delete:"
        ):
            _confirm_delete(run.id, run.title)


def _rename_field(run: RunView) -> None:
    st.text_input(_("Name"), value=run.meta.name, max_chars=MAX_NAME_LENGTH, key=f"name-{run.id}")
    st.button(
        _("Rename"),
        key=f"rename-{run.id}",
        icon=":material/edit:",
        on_click=_rename,
        args=(run.id,),
    )


def _rename(run_id: str) -> None:
    # Not what the field held when the button was drawn: who types and presses at once means this.
    name = str(st.session_state[f"name-{run_id}"])
    with guarded():
        edit.rename(studio().store, run_id, name, by=viewer())
        st.toast(_("Renamed."))


def _confirm_delete(run_id: str, title: str) -> None:
    # Not a decorator: the title would stay in the language of whoever came first.
    ask = st.dialog(_("Delete this run?"), icon=":material/delete:")(_ask_to_delete)
    ask(run_id, title)


def _ask_to_delete(run_id: str, title: str) -> None:
    st.markdown(
        _("**{name}** with all its curves, sheets and generators. This cannot be undone.").format(
            name=plain(title)
        )
    )
    with guarded():
        if st.button(_("Delete"), type="primary", key="really-delete"):
            edit.delete(studio().store, run_id, by=viewer())
            st.rerun()
