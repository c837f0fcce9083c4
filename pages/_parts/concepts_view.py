"""A new concept: choose images with and without it, see how far it can be trusted, keep it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from gan_core.charts.sheet import png_bytes, sheet
from gan_core.data.prepared import is_own
from gan_core.jobs import classify, edit
from gan_core.latent.directions import MIN_TO_TEST, Concept, add, concept
from gan_core.runs import classifiers as classifier_files
from gan_core.runs import directions
from gan_core.runs.store import MAX_NAME_LENGTH, RunView
from gan_core.text import N_
from pages._parts.codes import ENOUGH, Pool, has_encoder, pool
from pages._parts.concept_sheet import concept_sheet
from pages._parts.glossary import meaning
from pages._parts.i18n import _, translate
from pages._parts.messages import guarded
from pages._parts.points import Point, go
from pages._parts.studio import classifiers, engines, studio
from pages._parts.viewer import may, viewer
from pages._parts.words import number, plain

OTHERS = -1
"""In the choice of classes: all but the one that is wanted."""

_BY_CLASS, _BY_HAND = "class", "hand"
_HOW = {_BY_CLASS: N_("By class"), _BY_HAND: N_("By hand")}
_NUM_TO_SORT = 60
_FEWEST = 8  # images a side; fewer are an accident
_STRENGTHS = (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0)
_PREVIEW_SCALE = 3


def show_new_concept(run: RunView, step: int, here: Point, *, invert: bool) -> None:
    """Open the dialog; `here` is the latent that the preview starts from."""

    @st.dialog(_("New concept"), width="large", icon=":material/add_circle:")
    def dialog() -> None:
        with guarded():
            _new_concept(run, step, here, invert=invert)

    dialog()


def _new_concept(run: RunView, step: int, here: Point, *, invert: bool) -> None:
    st.markdown(_intro(has_encoder(run, step)))
    names = classifier_files.class_names(run.sound_config().dataset)
    how = _BY_HAND
    if len(names) > 1:
        how = st.segmented_control(
            _("Images"),
            list(_HOW),
            default=_BY_CLASS,
            format_func=lambda name: translate(_HOW[name]),
            key="concept-how",
            label_visibility="collapsed",
        )
    found = _by_class(run, step, names) if how == _BY_CLASS else _by_hand(run, step, names, invert)
    if found is not None:
        made, with_name, without_name = found
        _show_made(made)
        _show_preview(run, step, here, made, invert)
        _show_places(run, made, with_name, without_name)
        _show_keep(run, step, made, with_name, without_name, by_class=how == _BY_CLASS)


def _intro(encodes: bool) -> str:
    if encodes:
        return _(
            "The mean code of images **with** a property, minus the mean code of images "
            "**without** it, is a direction that adds the property. The codes are those of real "
            "images, held out from training, through the encoder."
        )
    return _(
        "The mean latent of images **with** a property, minus the mean latent of images "
        "**without** it, is a direction that adds the property. A GAN has no encoder, so the "
        "images are generated ones, whose latents are known."
    )


_Found = tuple[Concept, str, str]


def _by_class(run: RunView, step: int, names: tuple[str, ...]) -> _Found | None:
    if not has_encoder(run, step) and not _have_classifier(run):
        return None
    left, right = st.columns(2)
    classes = range(len(names))
    with_ = left.selectbox(_("With"), classes, format_func=names.__getitem__, key="concept-with")
    without = right.selectbox(
        _("Without"),
        [OTHERS, *(label for label in classes if label != with_)],
        format_func=lambda label: _("all others") if label == OTHERS else names[label],
        key="concept-without",
    )
    other = None if without == OTHERS else without

    def sides(found: Pool) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        return found.rows(with_), found.rows(other, but=with_)

    with _bar() as progress:
        found = pool(run, step, lambda so_far: min(map(len, sides(so_far))) >= ENOUGH, progress)
    rows = sides(found)
    if min(map(len, rows)) < _FEWEST:
        st.info(_too_few(run, step, len(found.codes), names, with_, other, rows))
        return None
    # As many on both sides, as far as they go: the many must not outvote what is wanted.
    made = concept(*(found.codes[side[: 4 * ENOUGH]] for side in rows))
    return made, names[with_], names[other] if other is not None else _("all others")


def _too_few(
    run: RunView,
    step: int,
    num_all: int,
    names: tuple[str, ...],
    with_: int,
    other: int | None,
    rows: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> str:
    scarce = names[with_] if len(rows[0]) < _FEWEST or other is None else names[other]
    least = min(map(len, rows))
    words = (
        _("Only {n} of {all} held-out images show {name}; at least {least} are needed.")
        if has_encoder(run, step)
        else _(
            "Only {n} of {all} generated images clearly look like {name}; at least {least} are "
            "needed. A later snapshot may make more of them."
        )
    )
    return words.format(n=least, all=number(num_all), name=plain(scarce), least=_FEWEST)


def _have_classifier(run: RunView) -> bool:
    """Whether generated images can be told apart; else offer to train what does it."""
    here, config = studio(), run.sound_config()
    if classifiers().get(here.store.root, config.dataset) is not None:
        return True
    st.info(
        _(
            "To know what generated images show, a small classifier is needed. It is trained "
            "once for this data set, in about half a minute."
        )
    )
    if not may("train"):
        st.caption(_("The teacher can start that."))
        return False
    if not st.button(_("Train a classifier"), icon=":material/model_training:", type="primary"):
        return False
    own_dir = run.paths.dataset if is_own(config.dataset.name) else None
    with _bar(_("Training the classifier")) as progress:
        classify.ensure(
            here.store.root,
            config.dataset,
            here.data_dir,
            own_dir=own_dir,
            progress=progress,
            by=viewer(),
        )
    return True


def _by_hand(run: RunView, step: int, names: tuple[str, ...], invert: bool) -> _Found | None:
    with _bar() as progress:
        found = pool(run, step, lambda so_far: len(so_far.codes) >= _NUM_TO_SORT, progress)
    st.caption(_("Click an image once for **with**, twice for **without**, a third time for none."))
    codes, images = found.codes[:_NUM_TO_SORT], found.images[:_NUM_TO_SORT]
    labels = []
    if found.labels is not None:
        labels = [names[label] if label >= 0 else "?" for label in found.labels[: len(codes)]]
    chosen = concept_sheet(
        "concept-sheet", images, labels, version=f"{run.id}-{step}", invert=invert
    )
    if not chosen.with_ or not chosen.without:
        return None
    made = concept(codes[list(chosen.with_)], codes[list(chosen.without)])
    return made, _("those with"), _("those without")


@contextmanager
def _bar(text: str = "") -> Iterator[Callable[[float], None]]:
    """A progress bar while something is made; gone afterwards."""
    place = st.empty()
    words = text or _("Making the images")

    def progress(share: float) -> None:
        place.progress(min(1.0, share), text=words)

    try:
        yield progress
    finally:
        place.empty()


def separability_words(figure: float | None) -> str:
    """What a held-out separability means, in plain words."""
    if figure is None:
        return _(
            "too few images to test it: at least {n} on each side are needed. It may be right, "
            "or an accident of these few images."
        ).format(n=MIN_TO_TEST)
    pairs = _(
        "Take two new images, one with it and one without: in {n} of 100 such pairs the one with "
        "it lies further along this direction."
    ).format(n=round(100 * figure))
    return f"{pairs} {_judgement(figure)}"


def _judgement(figure: float) -> str:
    if figure >= 0.95:
        return _("The direction stands for the property almost perfectly.")
    if figure >= 0.8:
        return _("A good direction, though other things change with it.")
    if figure >= 0.65:
        return _("A weak direction: expect it to work on some images only.")
    if figure > 0.55:
        return _("Little better than guessing, which is 50 of 100.")
    return _("That is guessing (50 of 100): this direction does not stand for the property.")


def figure_words(figure: float | None) -> str:
    """The figure itself, short."""
    return "–" if figure is None else f"{figure:.2f}"


def _show_made(made: Concept) -> None:
    left, right = st.columns([1, 3], vertical_alignment="center")
    left.metric(_("Separability"), figure_words(made.separability), help=meaning("separability"))
    right.markdown(
        _("Made from **{n}** images with and **{m}** without.").format(
            n=made.num_with, m=made.num_without
        )
        + "\n\n"
        + separability_words(made.separability)
    )


def _show_preview(run: RunView, step: int, here: Point, made: Concept, invert: bool) -> None:
    latents = np.stack([add(here, made.vector, strength) for strength in _STRENGTHS])
    images = engines().get(run.paths, step).images(latents)
    scale = max(1, _PREVIEW_SCALE * 28 // images.shape[1])
    st.image(
        png_bytes(sheet(images, len(_STRENGTHS), scale=scale, gap=2, invert=invert)),
        output_format="PNG",
        caption=_("The explorer's image with strength {strengths}").format(
            strengths=" · ".join(_signed(strength) for strength in _STRENGTHS)
        ),
    )


def _signed(strength: float) -> str:
    return f"{strength:+g}".replace("-", "−") if strength else "0"


def _show_places(run: RunView, made: Concept, with_name: str, without_name: str) -> None:
    """Buttons that take the explorer to the means, and to the point halfway between them."""
    places = [
        ("without", _("Mean of {name}").format(name=plain(without_name)), made.mean_without),
        ("half", _("Halfway"), made.halfway),
        ("with", _("Mean of {name}").format(name=plain(with_name)), made.mean_with),
    ]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_("Go to"), width="content")
        for key, label, place in places:
            pressed = st.button(label, key=f"concept-go-{key}", icon=":material/my_location:")
            if pressed:
                go(run.id, tuple(float(value) for value in place))
                st.rerun()


def _show_keep(
    run: RunView, step: int, made: Concept, with_name: str, without_name: str, *, by_class: bool
) -> None:
    if not may("edit"):
        st.caption(_("The teacher can keep it with the run."))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            _("Name"),
            value=f"{with_name} − {without_name}" if by_class else "",
            placeholder=_("what those with have in common"),
            max_chars=MAX_NAME_LENGTH,
            key=f"concept-name-{with_name}-{without_name}",
        )
        pressed = st.button(
            _("Keep, with a slider"), type="primary", icon=":material/check:", key="concept-keep"
        )
    if pressed:
        kept = directions.Direction(
            vector=tuple(float(value) for value in made.vector),
            step=step,
            separability=made.separability,
            num_with=made.num_with,
            num_without=made.num_without,
            with_name=with_name[:200],
            without_name=without_name[:200],
        )
        edit.keep_direction(studio().store, run.id, name, kept, by=viewer())
        st.rerun()
