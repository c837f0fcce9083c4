"""While a run trains, and afterwards: its state, its curves, its sheets, its buttons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from gan_core.config import RunConfig
from gan_core.diagnosis.verdict import Diagnosis
from gan_core.jobs import control
from gan_core.jobs.launch import needs_supervisor, revive_queue
from gan_core.jobs.process import tail
from gan_core.recipes import imported, registry
from gan_core.recipes.verdicts import verdict_of
from gan_core.runs.status import BUSY, RESUMABLE
from gan_core.runs.store import RunView
from gan_core.runs.watch import Watched, read_watched
from pages._parts.chart_download import save_popover
from pages._parts.components import live_facts, live_view
from pages._parts.diagnosis_view import show_diagnosis
from pages._parts.family_view import show_family
from pages._parts.feed import page_stamp
from pages._parts.figures import named
from pages._parts.fork_view import fork_button
from pages._parts.i18n import _, translate
from pages._parts.ink import ink_switch, is_inverted
from pages._parts.lesson import show_lesson
from pages._parts.messages import (
    STATE_COLOURS,
    STATE_ICONS,
    guarded,
    said_text,
)
from pages._parts.networks import show_networks
from pages._parts.panels import Panel, panels
from pages._parts.quality import Measured, Quality, quality_of_run, quality_panels
from pages._parts.quality_view import show_quality
from pages._parts.repeat_view import group_link, repeat_button
from pages._parts.run_charts import run_charts
from pages._parts.studio import VERDICT_THRESHOLDS, feed, studio
from pages._parts.sweep_view import sweep_link
from pages._parts.viewer import may, viewer
from pages._parts.watch_view import marks, show_watch
from pages._parts.words import plain, state_word

LOOK_SECS = (1.0, 4.0)
"""How often browsers look at a busy run, and at one that somebody may resume, from anywhere."""


def show_run(run: RunView) -> None:
    """The page of one run, at its own address."""
    busy = run.status.state in BUSY
    quality = quality_of_run(run.paths)
    _title(run, quality)
    if run.config is not None and run.config.recipe == imported.NAME:
        st.info(_("This generator was made elsewhere; nothing is known of its training."))
        return
    show_lesson(run)
    # Drawn again when the browser sees that the state is another one, not with every step. Where
    # a run is too damaged to be watched, nobody in the browser looks.
    tick = LOOK_SECS[1] if run.damage else None
    st.fragment(_state, run_every=tick)(run.id, was_busy=busy, was_measured=quality.measured)
    st.fragment(_below)(run)


def _title(run: RunView, quality: Quality) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(plain(run.title), anchor=False, width="stretch")
        ink_switch(run.config)
        st.page_link(
            "pages/explore.py",
            label=_("Explore this generator"),
            icon=":material/explore:",
            query_params={"run": run.id},
        )
        if run.config is not None and registry.get(run.config.recipe).family != "gan":
            st.page_link(
                "pages/plane.py",
                label=_("Plane"),
                icon=":material/scatter_plot:",
                query_params={"run": run.id},
            )
        group_link(run)
        sweep_link(run)
        if run.config is not None and run.config.recipe != imported.NAME:
            save_popover(run_charts(run, read_watched(run.paths), quality), key=run.id)
        fork_button(run)
        st.page_link("pages/train.py", label=_("New run"), icon=":material/add:", query_params={})


def _state(run_id: str, *, was_busy: bool, was_measured: Measured | None) -> None:
    with guarded():
        run = studio().store.get(run_id)
        busy = run.status.state in BUSY
        quality = quality_of_run(run.paths)
        if busy != was_busy:
            _tell_end(run)
        if busy != was_busy or quality.measured != was_measured:
            st.rerun()  # what stands around this depends on it, too
        if run.damage:
            run.sound_config()
        _revive(run)
        watched = read_watched(run.paths)
        _state_line(run)  # first: where the status is damaged, it has the button that mends it
        found = feed(run.paths).diagnoses(run.status.state)
        asks = show_watch(run, watched, is_over=_no_alarm(found))
        live_view(key=f"live-{run.id}", data=_live_data(run, watched, quality, found))
        show_diagnosis(run, found, has_button=not asks)


def _revive(run: RunView) -> None:
    """See that a run which waits has a supervisor; should it have been killed."""
    with guarded():
        if needs_supervisor(run.paths):
            revive_queue(studio().store)


def _no_alarm(found: Sequence[Diagnosis]) -> bool:
    """Whether all is well again.

    Not where nothing is said yet, as before the log is read, and not of a run that waits for its
    turn: of that no more is said than what it waits for.
    """
    return bool(found) and all(one.tone not in {"alarm", "waiting"} for one in found)


def _tell_end(run: RunView) -> None:
    state = run.status.state
    if state not in BUSY:
        words = _("{name}: {state}").format(name=plain(run.title), state=state_word(state))
        st.toast(words, icon=STATE_ICONS[state])


def _state_line(run: RunView) -> None:
    status = run.status
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(
            state_word(status.state),
            icon=STATE_ICONS[status.state],
            color=STATE_COLOURS[status.state],  # type: ignore[arg-type]
        )
        live_facts(key=f"facts-{run.id}", data=_facts_data(run))
        _buttons(run)
    news = said_text(status.said) or status.message
    if status.state in {"running", "completed"}:
        return  # the badge says it, and what is happening is said below
    show = st.caption
    if status.state in {"failed", "interrupted"}:
        show = st.warning
    show(plain(news[:1].upper() + news[1:]) or " ")


def _buttons(run: RunView) -> None:
    state = run.status.state
    if not may("control"):
        return
    if state in BUSY:
        st.button(
            _("Pause"),
            icon=":material/pause:",
            key="pause",
            on_click=_ask,
            args=(control.pause, run.id),
            help=_("Saves the run and frees the device; resume continues at this very step."),
        )
        st.button(
            _("Stop"),
            icon=":material/stop:",
            key="stop",
            on_click=_ask,
            args=(control.stop, run.id),
        )
    elif state in RESUMABLE:
        st.button(
            _("Resume"),
            icon=":material/play_arrow:",
            type="primary",
            key="resume",
            on_click=_resume,
            args=(run.id,),
        )


def _ask(action: Callable[..., control.Reply], run_id: str) -> None:
    with guarded():
        reply = action(studio().store, run_id, by=viewer())
        st.toast(said_text(reply.said))


def _resume(run_id: str) -> None:
    here = studio()
    with guarded():
        control.resume(here.store, run_id, data_dir=here.data_dir, mirror=here.mirror, by=viewer())


def _look(run: RunView) -> dict[str, Any]:
    """Where the elements find what is new, and how often they look."""
    return {"live_url": f"studio/runs/{run.id}/live.json", "look_secs": list(LOOK_SECS)}


def _facts_data(run: RunView) -> dict[str, Any]:
    config = run.sound_config()
    return {
        **_look(run),
        "device": "GPU" if config.kernels.device == "gpu" else "CPU",
        "total_steps": config.total_steps,
        "steps_per_epoch": config.steps_per_epoch,
        "batch_size": config.settings.batch_size,
    }


def _live_data(
    run: RunView, watched: Watched, quality: Quality, found: Sequence[Diagnosis]
) -> dict[str, Any]:
    config = run.sound_config()
    drawn = (*panels(registry.get(config.recipe).family), *quality_panels(quality.measured))
    return {
        **_look(run),
        "run": run.id,
        "page": page_stamp(run.status, watched, quality, found),
        "sheet_url": f"studio/runs/{run.id}/samples/{{step}}.png",
        "verdict_url": f"studio/runs/{run.id}/samples/{{step}}.json" if is_judged(config) else "",
        "verdict_thresholds": VERDICT_THRESHOLDS,
        "total_steps": config.total_steps,
        "invert": is_inverted(config),
        "marks": marks(watched),
        "best_figure": named(_("FID"), quality.measured.features) if quality.measured else "",
        "panels": [_panel(panel) for panel in drawn],
    }


def is_judged(config: RunConfig) -> bool:
    """Whether the run has a D whose answer is a probability."""
    is_gan = registry.get(config.recipe).family == "gan"
    return is_gan and verdict_of(config.settings.loss) != "none"


def _panel(panel: Panel) -> dict[str, Any]:
    """A panel as the live view takes it."""
    series = [
        {"key": line.key, "label": line.label, "color": line.color, "dash": list(line.dash)}
        for line in panel.lines
    ]
    return {"title": panel.title, "group": panel.group, **panel.axis(), "series": series}


def _below(run: RunView) -> None:
    if run.config is None:
        return
    recipe = registry.get(run.config.recipe)
    watch, quality, networks, settings, family, log = st.tabs(
        [
            _("What to watch"),
            _("How good is it?"),
            _("The two networks"),
            _("Settings"),
            _("Family"),
            _("Log"),
        ],
        key="run-tabs",
        on_change="rerun",
    )
    watch.markdown(translate(recipe.watch))
    if quality.open:
        with quality:
            show_quality(run)
    if networks.open:
        with networks:
            show_networks(recipe, run.config.settings, run.config.dataset.image_shape)
    with settings:
        values = {**run.config.settings.as_dict(), "seed": run.config.seed}
        st.markdown("\n".join(f"- `{name}` = `{value}`" for name, value in values.items()))
        st.caption(_("Run {id}").format(id=run.id))
        repeat_button(run)
    if family.open:
        with family:
            show_family(run)
    if log.open:
        with log:
            st.code(_log_tail(run), language=None, height=240)


def _log_tail(run: RunView, num_lines: int = 60) -> str:
    said = tail(run.paths.log)
    if not said:
        return _("The worker has not written anything yet.")
    return "\n".join(said.splitlines()[-num_lines:])
