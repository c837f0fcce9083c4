"""What the collapse watch has to say of a run, and what can be done about it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from gan_core.jobs.rollback import MAX_ROLLBACKS, roll_back
from gan_core.metrics.collapse import SIGNAL_WORDS
from gan_core.runs.store import RunView
from gan_core.runs.watch import Collapse, Watched
from pages._parts.i18n import _, ngettext_, translate
from pages._parts.messages import guarded
from pages._parts.studio import studio
from pages._parts.viewer import may, viewer
from pages._parts.words import number, plain


def show_watch(run: RunView, watched: Watched, *, is_over: bool = False) -> bool:
    """A banner where training has collapsed; whether it was shown.

    Args:
        run: what it is about.
        watched: what the watch saw; it speaks once, and a run may recover.
        is_over: whether the run no longer shows it. A line remains, for the mark on the curves.
    """
    if watched.num_rollbacks and watched.collapse is None:
        st.caption(
            ngettext_(
                "Went back {n} time after a collapse, with gentler settings and a new seed.",
                "Went back {n} times after a collapse, with gentler settings and a new seed.",
                watched.num_rollbacks,
            ).format(n=watched.num_rollbacks)
        )
    if watched.collapse is None or _is_dismissed(run):
        return False
    if is_over and not watched.successor:
        st.caption(_past_sentence(watched.collapse))
        return False
    with st.container(border=True):
        st.warning(_sentence(watched.collapse), icon=":material/warning:")
        _what_now(run, watched)
    return True


def marks(watched: Watched) -> list[dict[str, Any]]:
    """Where the curves are marked: `{x, label}`."""
    collapse = watched.collapse
    return [{"x": collapse.step, "label": _("collapse")}] if collapse else []


def _sentence(collapse: Collapse) -> str:
    return _("Step {step}: training has collapsed. What the watch saw: {signs}.").format(
        step=number(collapse.step), signs=_signs(collapse)
    )


def _past_sentence(collapse: Collapse) -> str:
    return _(
        "At step {step} the watch saw training collapse ({signs}). The run no longer shows it."
    ).format(step=number(collapse.step), signs=_signs(collapse))


def _signs(collapse: Collapse) -> str:
    seen = [translate(SIGNAL_WORDS[s]) for s in collapse.signals if s in SIGNAL_WORDS]
    return _(", ").join(seen)


def _what_now(run: RunView, watched: Watched) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if watched.successor:
            st.page_link(
                "pages/train.py",
                label=_("Go to the run that went back"),
                icon=":material/undo:",
                query_params={"run": watched.successor},
            )
            return
        if watched.gave_up:
            st.markdown(_("It was not tried again: {reason}").format(reason=plain(watched.gave_up)))
        if watched.num_rollbacks < MAX_ROLLBACKS and may("train"):
            st.button(
                _("Roll back"),
                icon=":material/undo:",
                key="roll-back",
                type="primary",
                on_click=_roll_back,
                args=(run.id,),
                help=_(
                    "A new run from the last healthy snapshot, with a slower D, smoothed labels "
                    "and another seed. This run stays as it is."
                ),
            )
        st.button(
            _("Leave it"),
            key="leave-it",
            on_click=_dismiss,
            args=(run.id,),
            help=_("Hide this; the mark on the curves stays."),
        )


def _roll_back(run_id: str) -> None:
    here = studio()
    with guarded():
        successor = roll_back(here.store, run_id, data_dir=here.data_dir, by=viewer())
        st.query_params["run"] = successor.id


def _dismiss(run_id: str) -> None:
    st.session_state[f"watch-dismissed-{run_id}"] = True


def _is_dismissed(run: RunView) -> bool:
    return bool(st.session_state.get(f"watch-dismissed-{run.id}"))
