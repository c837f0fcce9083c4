"""The lesson in three stages: D alone against noise, G alone against that D, then both.

Each stage is a run of its own; the next one is a fork of it in which somebody else learns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from gan_core.config import SettingValue
from gan_core.errors import NotFoundError
from gan_core.jobs.fork import fork, forkable_step
from gan_core.recipes import registry
from gan_core.recipes.recipe import Recipe
from gan_core.runs import snapshots
from gan_core.runs.status import BUSY
from gan_core.runs.store import RunView
from gan_core.text import N_
from pages._parts.i18n import _, translate
from pages._parts.messages import guarded
from pages._parts.studio import studio
from pages._parts.viewer import may, viewer


@dataclass(frozen=True)
class Stage:
    """One stage.

    Attributes:
        lesson: the setting's value.
        title, watch, seen: what it is, what to look at, and what was seen here.
        button: what starts it.
        num_steps: how long it lasts.
    """

    lesson: str
    title: str
    watch: str
    seen: str
    button: str
    num_steps: int


STAGES = (
    Stage(
        lesson="d_only",
        title=N_("D alone, against random noise"),
        watch=N_(
            "Watch D's accuracy on both kinds. G stands still; what D has to tell from real "
            "images is random pixels."
        ),
        seen=N_(
            "The text sees 100 % on real images and 100 % on noise after about 50 batches; here it "
            "took 10 with the small networks and 36 with the text's own. Telling apart is the "
            "easy half."
        ),
        button=N_("Stage 1: D alone"),
        num_steps=100,
    ),
    Stage(
        lesson="g_only",
        title=N_("G alone, against a D that stands still"),
        watch=N_(
            "Watch G's loss fall and the sheet change. D answers as stage 1 left it; it learns "
            "nothing more."
        ),
        seen=N_(
            "G's loss fell from 3 to 0.001, D took every image for real, and yet all of them were "
            "one and the same grey pattern: a teacher who never learns is fooled once and for "
            "all."
        ),
        button=N_("Stage 2: G alone"),
        num_steps=200,
    ),
    Stage(
        lesson="both",
        title=N_("Both, each against the other"),
        watch=N_("Watch both losses pull, and strokes appear on the sheet."),
        seen=N_(
            "D first learns what G's pictures look like, and from then on each has to be better "
            "than the other was a moment ago. Now digits come."
        ),
        button=N_("Stage 3: both"),
        num_steps=1000,
    ),
)

Start = Callable[[Mapping[str, SettingValue], int, str], None]
"""Starts a run with changed settings, a length in steps and a name."""


def show_stages(recipe: Recipe, start: Start, *, disabled: bool) -> None:
    """The three stages before a run, with the button of the first.

    Args:
        recipe: a GAN.
        start: starts the first stage.
        disabled: whether something else has to be mended first.
    """
    for i, (column, stage) in enumerate(zip(st.columns(3), STAGES, strict=True)):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{i + 1} · {translate(stage.title)}**")
            st.caption(translate(stage.watch))
            pressed = st.button(
                translate(stage.button),
                type="primary" if i == 0 else "secondary",
                icon=":material/school:",
                width="stretch",
                disabled=disabled or i > 0,
                help=None if i == 0 else _("Waits on the page of the stage before it."),
                key=f"stage-{stage.lesson}",
            )
            if pressed:
                start({"lesson": stage.lesson}, stage.num_steps, _name(recipe, stage))


def _name(recipe: Recipe, stage: Stage) -> str:
    return f"{translate(recipe.title)}: {translate(stage.title)}"


def stage_of(run: RunView) -> int | None:
    """Which stage a run is, from 0; `None` for a run that is no lesson."""
    if run.config is None or run.config.settings.lesson is None:
        return None
    lesson = run.config.settings.lesson
    if lesson == "both":
        return 2 if _parent_lesson(run) == "g_only" else None
    return [stage.lesson for stage in STAGES].index(lesson)


def _parent_lesson(run: RunView) -> str | None:
    if run.config is None or run.config.parent is None:
        return None
    try:
        parent = studio().store.get(run.config.parent.run)
    except NotFoundError:
        return None
    return parent.config.settings.lesson if parent.config else None


def show_lesson(run: RunView) -> None:
    """On a run's page: which stage this is, what to watch, and the way to the next one."""
    number = stage_of(run)
    if number is None:
        return
    stage = STAGES[number]
    with st.container(border=True):
        words, seen, onwards = st.columns([6, 1.6, 2], vertical_alignment="center")
        words.markdown(
            _("**Stage {number} of 3: {title}.** {watch}").format(
                number=number + 1, title=translate(stage.title), watch=translate(stage.watch)
            )
        )
        with seen.popover(_("What was seen"), width="stretch"):
            st.markdown(translate(stage.seen))
        if number + 1 < len(STAGES):
            with onwards:
                _next_button(run, STAGES[number + 1])


def _next_button(run: RunView, stage: Stage) -> None:
    busy = run.status.state in BUSY
    ready = not busy and may("train") and bool(snapshots.forkable_steps(run.paths))
    pressed = st.button(
        _("Next: {stage}").format(stage=translate(stage.button)),
        type="primary" if ready else "secondary",
        icon=":material/arrow_forward:",
        width="stretch",
        disabled=not ready,
        help=None if ready else _("Once this stage is over."),
        key="next-stage",
    )
    if pressed:
        _continue(run, stage)


def _continue(run: RunView, stage: Stage) -> None:
    """Fork the run for the next stage and go there."""
    here = studio()
    with guarded():
        step = forkable_step(run.paths, "newest")
        made = fork(
            here.store,
            run.id,
            step,
            {"lesson": stage.lesson},
            steps=step + stage.num_steps,
            name=_name(registry.get(run.sound_config().recipe), stage),
            data_dir=here.data_dir,
            mirror=here.mirror,
            by=viewer(),
        )
        st.query_params["run"] = made.id
        st.rerun()
