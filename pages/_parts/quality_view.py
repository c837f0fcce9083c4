"""How good is it? The full evaluations of a run, and the button that makes one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from gan_core.charts.figures import IN_THE_DARK, ON_PAPER
from gan_core.evaluation import ClassCounts, Evaluation, FeatureNet
from gan_core.jobs import evaluate
from gan_core.metrics.modes import missing_by_chance
from gan_core.runs import evaluations, snapshots
from gan_core.runs.fallback import first_shown
from gan_core.runs.store import RunView
from pages._parts.chart_download import save_popover
from pages._parts.evaluation_charts import (
    class_words,
    classes_svg,
    dims_svg,
    dims_words,
    has_bars,
    intervals_svg,
    saved_evaluations,
    scales_of,
)
from pages._parts.evaluation_table import ROWS, evaluation_table, figure_title
from pages._parts.figures import num_images
from pages._parts.glossary import meaning
from pages._parts.i18n import _, ngettext_, translate
from pages._parts.messages import guarded
from pages._parts.snapshot_choice import choose_snapshot
from pages._parts.studio import studio
from pages._parts.viewer import may, viewer
from pages._parts.words import number, plain

TICK_SECS = 1.0
NUM_IMAGES = (1_000, 2_000, 5_000, 10_000)
_MOST_COLUMNS = 4
_MOST_MISSING = 20


def show_quality(run: RunView) -> None:
    """Draw the section."""
    st.markdown(
        _(
            "Losses say how the game goes, not how good the images are. Here generated images are "
            "compared with real ones that training never saw, where the data set has such."
        )
    )
    if not snapshots.list_steps(run.paths):
        st.caption(_("There is nothing to measure yet: the first snapshot comes within seconds."))
        return
    running = _running(run)
    st.fragment(_measure, run_every=TICK_SECS if running else None)(run.id, was_running=running)
    _results(run)


def _running(run: RunView) -> bool:
    now = evaluate.progress(run.paths)
    return now is not None and now.state == "running"


def _measure(run_id: str, *, was_running: bool) -> None:
    """The button, or how far what it began has come."""
    with guarded():
        run = studio().store.get(run_id)
        now = evaluate.progress(run.paths)
        if _running(run) != was_running:
            st.rerun()  # what was found stands around this
        if now is not None and now.state == "running":
            _show_progress(run, now)
        elif may("train"):
            if now is not None:
                st.warning(_("It could not be measured: {reason}").format(reason=plain(now.reason)))
            _ask(run)
        else:
            st.caption(_("The teacher can measure it."))


def _show_progress(run: RunView, now: evaluate.Progress) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        words = _("Measuring step {n}: {percent} %")
        st.progress(
            now.share,
            text=words.format(n=number(now.step), percent=round(100 * now.share)),
            width="stretch",
        )
        if may("train"):
            st.button(
                _("Stop measuring"),
                icon=":material/stop:",
                key="stop-measuring",
                on_click=_stop,
                args=(run.id,),
            )


def _stop(run_id: str) -> None:
    with guarded():
        evaluate.stop(studio().store, run_id, by=viewer())


def _ask(run: RunView) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = choose_snapshot(run, key=f"measure-step-{run.id}", width=330)
        num_images = st.selectbox(
            _("Images"),
            NUM_IMAGES,
            index=NUM_IMAGES.index(evaluate.NUM_IMAGES),
            format_func=number,
            key=f"measure-images-{run.id}",
            help=_("How many are generated, and of real ones at most. More take longer and make "
                   "the intervals narrower; a distance (FID) of more images is a little lower."),
            width=120,
        )  # fmt: skip
        pressed = st.button(
            _("Measure"), icon=":material/straighten:", type="primary", key="measure"
        )
    if pressed:
        here = studio()
        shown = first_shown(run.paths, chosen)
        with st.spinner(_("Starting")):
            evaluate.start(
                here.store,
                run.id,
                shown.step,
                data_dir=here.data_dir,
                num_images=num_images,
                mirror=here.mirror,
                by=viewer(),
            )
        st.rerun()


def _results(run: RunView) -> None:
    found = evaluations.full(run.paths)
    if not found:
        st.caption(_("Nobody has measured a snapshot of this run yet."))
        return
    best, newest = evaluations.best_step(run.paths), evaluations.newest_full(run.paths)
    groups: dict[tuple[str, int], list[Evaluation]] = {}
    for one in found:
        groups.setdefault((one.features.sha256, one.num_images), []).append(one)
    by_news = sorted(groups.values(), key=lambda group: newest not in group)
    for group in by_news:
        told = newest if newest in group else group[-1]
        _group(run, _columns(group, best, told), told, best)


def _columns(
    group: Sequence[Evaluation], best: int | None, told: Evaluation | None
) -> list[Evaluation]:
    """As many as a table has room for: what was measured last, the best one, the latest steps."""
    first = [one for one in group if one == told or one.step == best]
    others = [one for one in group if one not in first]
    room = max(_MOST_COLUMNS - len(first), 0)
    kept = [*first, *others[len(others) - room :]]
    return [one for one in group if one in kept]


def _group(run: RunView, shown: Sequence[Evaluation], told: Evaluation, best: int | None) -> None:
    """Evaluations in the same features by as many images; others cannot stand beside them.

    Args:
        run: whose.
        shown: a column each.
        told: the one whose classes are shown.
        best: the step that is the best one.
    """
    features = told.features
    title = _("{run}, by {features}, {images}").format(
        run=run.title, features=translate(features.name), images=num_images(told)
    )
    key = f"{features.sha256[:12]}-{told.num_images}"
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(_features_words(told), help=meaning("features"), width="stretch")
            save_popover(saved_evaluations(run, shown, told, title), key=key)
        st.markdown(evaluation_table(shown, best))
        _terms(shown)
        _charts(shown, told, title)


def _features_words(told: Evaluation) -> str:
    """Whose features they are, and how many images were generated."""
    return _("{features} {images}.").format(
        features=_net_words(told.features), images=num_images(told).capitalize()
    )


def _net_words(features: FeatureNet) -> str:
    name = plain(translate(features.name))
    sources = {
        "classifier": _("By **{name}**: a classifier's view of an image"),
        "inception": _(
            "By **{name}**: the view of Keras' InceptionV3; published figures are of other weights"
        ),
        "random": _("By **{name}**: the view of a network that learnt nothing"),
        "pixels": _("By **{name}**: the pixels themselves"),
    }
    words = sources[features.source].format(name=name)
    if features.accuracy is None:
        return f"{words}."
    right = _("it names {percent} % of held-out images rightly")
    return f"{words}; {right.format(percent=f'{100 * features.accuracy:.1f}')}."


def _terms(shown: Sequence[Evaluation]) -> None:
    """The terms of the table; each says what it means where one hovers."""
    terms = {name: figure_title(name) for name in ROWS} | {"floor": _("Best possible")}
    named = [name for name in terms if any(getattr(e, name) for e in shown)]
    more = {"interval": _("From – to")}
    if any(e.classes for e in shown):
        more["classes_hit"] = _("Classes hit")
    if any(e.latent for e in shown):
        more |= {
            "evidence_bound": _("Evidence bound"),
            "reconstruction": _("Reconstruction"),
            "kl": _("KL"),
            "num_active": _("Active dimensions"),
        }
    with st.container(horizontal=True, gap="small"):
        for name, word in {**{name: terms[name] for name in named}, **more}.items():
            st.caption(word, help=meaning(_term(name, shown[0].real)), width="content")


def _term(name: str, real: str) -> str:
    """Memorisation says something else where no image was held out."""
    is_of_all = name == "memorisation" and real == "training"
    return "memorisation_of_all" if is_of_all else name


def _charts(shown: Sequence[Evaluation], told: Evaluation, title: str) -> None:
    colours = IN_THE_DARK if st.context.theme.type == "dark" else ON_PAPER
    left, right = st.columns(2, gap="large")
    scales = scales_of(shown)
    if scales:
        drawn = intervals_svg(scales, title, colours)
        left.image(drawn, width="stretch", alt=_("The figures as dots, their intervals as bars"))
    if told.classes is not None:
        if has_bars(told.classes):
            drawn = classes_svg(told.classes, class_words(told), colours)
            right.image(drawn, width="stretch", alt=_("How the images spread over the classes"))
        right.caption(_missing_words(told.classes, told.num_images))
    if told.latent is not None and told.latent.kl_dims:
        drawn = dims_svg(told.latent.kl_dims, dims_words(told), colours)
        right.image(drawn, width="stretch", alt=_("How much each dimension of the code carries"))


def _missing_words(classes: ClassCounts, count: int) -> str:
    """Which classes no image shows, and how many a faultless generator would miss by chance."""
    missing = classes.missing
    even = f" {_('The dashed line is an even share.')}" if has_bars(classes) else ""
    if not missing:
        return _("Every class was generated.") + even
    named = _(", ").join(map(plain, missing[:_MOST_MISSING]))
    if len(missing) > _MOST_MISSING:
        named = _("{names} and {n} more").format(
            names=named, n=number(len(missing) - _MOST_MISSING)
        )
    words = ngettext_(
        "{n} class was never generated: {names}.",
        "{n} classes were never generated: {names}.",
        len(missing),
    ).format(n=number(len(missing)), names=named)
    by_chance = round(missing_by_chance(len(classes.names), count))
    if by_chance:
        told = ngettext_(
            "With this many images even a perfect generator would miss about {n} by chance.",
            "With this many images even a perfect generator would miss about {n} by chance.",
            by_chance,
        )
        return f"{words} {told.format(n=number(by_chance))}"
    return words + even
