"""Which runs are compared: what the address names, what the viewer chooses, what is not there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from gan_core.charts.palette import RUN_LETTERS
from gan_core.errors import NotFoundError
from gan_core.recipes import registry
from gan_core.runs.store import RunView
from pages._parts.i18n import _, error_text, ngettext_
from pages._parts.words import plain

MOST_RUNS = len(RUN_LETTERS)
_KEY = "compare-runs"
_MAX_ADDRESS = 2000


def address_of(run_ids: Sequence[str]) -> dict[str, str]:
    """The query of the page's address for these runs."""
    return {"runs": ",".join(run_ids[:MOST_RUNS])}


def choose(runs: list[RunView]) -> list[RunView]:
    """Draw the field; the runs that are to be compared, all of them sound.

    Whom the address names and who is not there, or damaged, is told in words, as long as nobody
    chooses others.
    """
    there = {run.id: run for run in runs}
    faults = {run.id: reason for run in runs if (reason := _fault(run))}
    sound = {run.id: run for run in runs if run.id not in faults}
    asked = _asked()
    for run_id in asked:
        if run_id not in there:
            _tell(
                _("There is no run {run}: it was deleted, or it is in another folder.").format(
                    run=plain(run_id)
                )
            )
        elif run_id in faults:
            name, reason = plain(there[run_id].title), plain(faults[run_id])
            _tell(_("{name} cannot be compared. {reason}").format(name=name, reason=reason))
    titles = _titles(list(sound.values()))
    chosen = st.session_state.get(_KEY, asked)
    st.session_state[_KEY] = [run_id for run_id in chosen if run_id in sound][:MOST_RUNS]
    chosen = st.multiselect(
        _("Runs"),
        list(sound),
        key=_KEY,
        format_func=titles.__getitem__,
        max_selections=MOST_RUNS,
        placeholder=_("Choose two or more"),
        on_change=_note_choice,
        help=ngettext_("At most {n} run.", "At most {n} runs.", MOST_RUNS).format(n=MOST_RUNS),
    )
    if chosen and not asked:
        st.query_params["runs"] = address_of(chosen)["runs"]
    return [sound[run_id] for run_id in chosen]


def take(run_ids: list[str]) -> None:
    """Compare these from now on; for a callback."""
    st.session_state[_KEY] = run_ids[:MOST_RUNS]
    _note_choice()


def _note_choice() -> None:
    """The address names what was chosen, so that it can be handed on."""
    chosen = st.session_state[_KEY]
    if chosen:
        st.query_params["runs"] = address_of(chosen)["runs"]
    else:
        st.query_params.pop("runs", None)


def _asked() -> list[str]:
    """What the address names, each once; it is anybody's text."""
    words = st.query_params.get("runs", "")[:_MAX_ADDRESS].split(",")
    named = (word.strip()[:64] for word in words)
    return list(dict.fromkeys(word for word in named if word))[: 2 * MOST_RUNS]


def _fault(run: RunView) -> str:
    """Why a run cannot be compared; empty where it can."""
    if run.damage or run.config is None:
        return run.damage
    try:
        registry.get(run.config.recipe)
    except NotFoundError as error:
        return error_text(error)[0]
    return ""


def _titles(runs: Sequence[RunView]) -> dict[str, str]:
    """What each run is called, by id; with the id where several are called alike."""
    often = Counter(run.title for run in runs)
    return {
        run.id: run.title if often[run.title] < 2 else f"{run.title} · {run.id}" for run in runs
    }


def _tell(words: str) -> None:
    st.warning(words, icon=":material/info:")
