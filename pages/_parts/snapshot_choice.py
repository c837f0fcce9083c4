"""The choice of a run's snapshot: the best, the newest, or one by its step."""

from __future__ import annotations

import streamlit as st

from gan_core.runs import snapshots
from gan_core.runs.fallback import Found
from gan_core.runs.status import ALIVE
from gan_core.runs.store import RunView
from pages._parts.glossary import meaning
from pages._parts.i18n import _, error_text
from pages._parts.quality import Best, best_of_run
from pages._parts.words import number, plain

BEST, NEWEST = "best", "newest"


def choose_snapshot(run: RunView, *, key: str, asked: str | None = None, width: int = 300) -> str:
    """A list to choose from; the word or the step that is chosen.

    The best stands first where one was measured, and is chosen at first; of a run that trains,
    the newest is, because whoever comes wants to follow it.

    Args:
        run: with a snapshot.
        key: the widget's.
        asked: what the address asks for.
        width: in pixels.
    """
    steps = snapshots.list_steps(run.paths)
    best = best_of_run(run.paths)
    options = [*([BEST] if best else []), NEWEST, *(str(step) for step in reversed(steps))]
    follows = run.status.state in ALIVE
    usual = NEWEST if follows or best is None else BEST
    return st.selectbox(
        _("Snapshot"),
        options,
        index=options.index(asked if asked in options else usual),
        key=key,
        format_func=lambda option: _words(option, best, steps, follows=follows),
        help=meaning("snapshot"),
        width=width,
    )


def say_skipped(found: Found[None], title: str = "") -> None:
    """A line for each damaged snapshot in whose place another is shown.

    Args:
        found: what is shown.
        title: the run's, where several are shown.
    """
    template = _("Step {step} is skipped, as it cannot be read: {reason}")
    if title:
        template = _("{name}: step {step} is skipped, as it cannot be read: {reason}")
    for skipped in found.skipped:
        reason = error_text(skipped.reason)[0]
        words = template.format(name=title, step=number(skipped.step), reason=reason)
        st.warning(plain(words), icon=":material/history:")


def _words(option: str, best: Best | None, steps: list[int], *, follows: bool) -> str:
    if option == BEST and best is not None:
        words = _("best · step {n} · {figure}")
        if follows:
            words = _("best so far · step {n} · {figure}")
        return words.format(n=number(best.step), figure=best.words)
    if option == NEWEST and follows:
        return _("newest, follows training")
    if option == NEWEST:
        return _("newest · step {n}").format(n=number(steps[-1]) if steps else "–")
    return _("step {n}").format(n=number(int(option)))
