"""What is happening? Three sentences, what they rest on, and a button that does what they say."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from gan_core.charts.spark import SparkLine, spark
from gan_core.diagnosis.verdict import (
    CurveEvidence,
    Diagnosis,
    Evidence,
    Fork,
    Other,
    SheetEvidence,
)
from gan_core.jobs import control
from gan_core.jobs.fork import fork
from gan_core.recipes import registry
from gan_core.recipes.settings import BEFORE_IT_WAS, SPECS
from gan_core.runs import snapshots
from gan_core.runs.status import BUSY, Said
from gan_core.runs.store import RunView
from pages._parts.figures import named
from pages._parts.i18n import _, translate
from pages._parts.messages import guarded
from pages._parts.panels import panels
from pages._parts.quality import measured_of, quality_panels
from pages._parts.sheets import sheet_of
from pages._parts.studio import feed, studio
from pages._parts.viewer import may, viewer
from pages._parts.words import number, plain

_ICONS = {
    "waiting": ":material/hourglass_empty:",
    "fine": ":material/check_circle:",
    "advice": ":material/lightbulb:",
    "alarm": ":material/warning:",
}
_COLOURS = {"waiting": "gray", "fine": "green", "advice": "blue", "alarm": "orange"}


def show_diagnosis(run: RunView, found: Sequence[Diagnosis], *, has_button: bool = True) -> None:
    """The panel; nothing where nothing is known.

    Args:
        run: what it is about.
        found: the diagnosis, and alarms beside it.
        has_button: whether its button is offered; not where another one does the same.
    """
    if not found:
        return
    main = found[0]
    with st.container(border=True, key="what-is-happening"):
        words, evidence = st.columns([3, 2])
        with words:
            st.markdown(_words(main))
            if main.note is not None:
                st.caption(_said(main.note))
            for other in found[1:]:
                st.caption(_("Besides: {state}").format(state=_said(other.state)))
            if has_button:
                _button(run, main)
        with evidence, st.container(horizontal=True):
            for shown in main.evidence[:2]:
                _show(run, shown)


def _words(found: Diagnosis) -> str:
    colour = _COLOURS[found.tone]
    return f":{colour}-badge[{_ICONS[found.tone]} {_('What is happening?')}] " + _(
        "**{state}** {cause} {advice}"
    ).format(state=_said(found.state), cause=_said(found.cause), advice=_said(found.advice))


def _said(said: Said) -> str:
    """A sentence in the viewer's language; whole numbers with their thin spaces."""
    values = {name: _value_said(name, value) for name, value in said.values.items()}
    return translate(said.template).format(**values)


def _value_said(name: str, value: str | int | float) -> str:
    if isinstance(value, int):
        return number(value)
    return plain(translate(str(value)) if name == "features" else str(value))


# Evidence


def _show(run: RunView, evidence: Evidence) -> None:
    if isinstance(evidence, CurveEvidence):
        _show_curves(run, evidence)
    elif isinstance(evidence, SheetEvidence):
        _show_sheet(run, evidence.step)
    else:
        st.caption(_said(evidence.words))


def _show_curves(run: RunView, evidence: CurveEvidence) -> None:
    lines = feed(run.paths).lines()
    picture = spark(
        [SparkLine(key, *lines[key]) for key in evidence.keys if key in lines],
        (evidence.first_step, evidence.last_step),
    )
    if not picture:
        return
    labels = _labels(run)
    caption = _("{curves}, steps {first} to {last}").format(
        curves=_(", ").join(labels.get(key, key) for key in evidence.keys),
        first=number(evidence.first_step),
        last=number(evidence.last_step),
    )
    st.image(picture, caption=caption, width=200)


def _labels(run: RunView) -> dict[str, str]:
    """What each curve is called; of what was evaluated, with the features that it is of."""
    family = registry.get(run.sound_config().recipe).family
    labels = {line.key: line.label for panel in panels(family) for line in panel.lines}
    measured = measured_of(run.paths)
    if measured is not None:
        lines = (line for panel in quality_panels(measured) for line in panel.lines)
        labels |= {line.key: plain(named(line.label, measured.features)) for line in lines}
    return labels


def _show_sheet(run: RunView, step: int) -> None:
    picture = sheet_of(run.paths, step)
    if picture is not None:
        st.image(picture, caption=_("step {step}").format(step=number(step)), width=96)


# What can be done


def _button(run: RunView, found: Diagnosis) -> None:
    action = found.action
    if isinstance(action, Fork):
        _fork_button(run, found, action)
    elif isinstance(action, Other):
        _other_button(run, action)


def _fork_button(run: RunView, found: Diagnosis, action: Fork) -> None:
    """Where something is wrong with a run that still trains, it makes room for its fork."""
    step = snapshot_for(run, action.at_most)
    if step is None or not may("train"):
        return
    stops = found.tone == "alarm" and run.status.state in BUSY and may("control")
    if stops:
        label = _("Stop, and fork at step {step}")
        text = _(
            "A new run from that snapshot with these settings. This run is stopped, so that the "
            "new one need not wait for it; its last step is saved."
        )
    else:
        label = _("Fork at step {step}")
        text = _("A new run from that snapshot with these settings. This run stays as it is.")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            label.format(step=number(step)),
            icon=":material/call_split:",
            type="primary" if found.tone == "alarm" else "secondary",
            key="do-it",
            on_click=_fork,
            args=(run.id, step, action, stops),
            help=text,
        )
        st.caption(_(", ").join(changes_in_words(run, action)))


def snapshot_for(run: RunView, at_most: int) -> int | None:
    """The newest snapshot with its training state that is not after a step; else the first."""
    steps = snapshots.forkable_steps(run.paths)
    return max((s for s in steps if s <= at_most), default=min(steps, default=None))


def changes_in_words(run: RunView, action: Fork) -> list[str]:
    """What changes, in the words of the settings."""
    config = run.sound_config()
    old = BEFORE_IT_WAS | config.settings.as_dict()
    changed = [
        plain(f"{translate(SPECS[name].label)} {_value(old[name])} → {_value(value)}")
        for name, value in action.changes.items()
    ]
    if action.steps is not None:
        steps = _("Steps {old} → {new}")
        changed.append(steps.format(old=number(config.total_steps), new=number(action.steps)))
    return changed


def _value(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _fork(run_id: str, step: int, action: Fork, stops: bool) -> None:
    """The fork first: where it is refused, the run goes on."""
    here = studio()
    with guarded():
        made = fork(
            here.store, run_id, step, action.changes, steps=action.steps,
            data_dir=here.data_dir, mirror=here.mirror, by=viewer(),
        )  # fmt: skip
        st.query_params["run"] = made.id
        if stops and here.store.get(run_id).status.state in BUSY:  # it may have ended meanwhile
            control.stop(here.store, run_id, by=viewer())


def _other_button(run: RunView, action: Other) -> None:
    busy = run.status.state in BUSY
    if action.kind == "explore best":
        with st.container(horizontal=True):
            if busy and may("control"):
                st.button(
                    _("Stop here"), icon=":material/stop:", key="do-it",
                    on_click=_stop, args=(run.id,),
                )  # fmt: skip
            _explore_link(run, action.step)
    elif action.kind == "resume" and run.status.state == "completed" and may("control"):
        st.button(
            _("Go on to step {step}").format(step=number(action.step)),
            icon=":material/play_arrow:",
            key="do-it",
            on_click=_go_on,
            args=(run.id, action.step),
        )


def _explore_link(run: RunView, at_most: int) -> None:
    """To the newest snapshot that is not after a step."""
    step = max((s for s in snapshots.list_steps(run.paths) if s <= at_most), default=None)
    if step is not None:
        st.page_link(
            "pages/explore.py",
            label=_("Explore step {step}").format(step=number(step)),
            icon=":material/explore:",
            query_params={"run": run.id, "step": str(step)},
        )


def _stop(run_id: str) -> None:
    with guarded():
        control.stop(studio().store, run_id, by=viewer())


def _go_on(run_id: str, step: int) -> None:
    here = studio()
    with guarded():
        control.resume(
            here.store, run_id, steps=step,
            data_dir=here.data_dir, mirror=here.mirror, by=viewer(),
        )  # fmt: skip
