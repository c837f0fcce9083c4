"""Train's data card: which images, which of them, and in what size and colours."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from gan_core.config import DatasetInfo
from gan_core.data import DatasetCard, prepared
from gan_core.errors import BadInputError
from gan_core.jobs.images import Shape, shaped
from gan_core.recipes.recipe import Recipe
from pages._parts.data_sets import asked_for, describe, offered, picture, title
from pages._parts.i18n import _, translate
from pages._parts.studio import studio
from pages._parts.viewer import may
from pages._parts.words import number

_NUM_IMAGES = 40
_COLUMNS = 10
_COLUMNS_LARGE = 8


def choose_data(recipe: Recipe) -> DatasetCard:
    """Draw the card; return what was chosen, its `info` in the shape that was chosen."""
    st.subheader(_("2 · From which images"), anchor=False)
    names = offered()
    start = asked_for() or recipe.dataset
    family = start if prepared.is_own(start) else start.partition(":")[0]
    name = st.selectbox(
        _("Data set"),
        names,
        index=names.index(family) if family in names else 0,
        format_func=title,
        key=f"dataset-{recipe.name}",
        help=_("The real images that the networks are shown."),
    )
    card = _picked(describe(name), start, recipe)
    if card.ready(studio().data_dir):
        _show_picture(card)
    else:
        megabytes = round(card.download_bytes / 1e6)
        st.info(
            _("{n} MB are downloaded when you press Train.").format(n=megabytes),
            icon=":material/download:",
        )
    info = _shape(recipe, card)
    with st.expander(_("About these images"), icon=":material/info:"):
        st.markdown(translate(card.text))
        st.caption(_("Licence: {licence}").format(licence=translate(card.licence)))
    if may("upload"):
        st.page_link("pages/data.py", label=_("Use my own pictures"), icon=":material/add_a_photo:")
    return replace(card, info=info)


def _picked(card: DatasetCard, start: str, recipe: Recipe) -> DatasetCard:
    """The card of what is picked from a set that need not be taken whole."""
    if not card.selectable:
        return card
    before = start.partition(":")[2].split(",") if start.startswith(f"{card.family}:") else []
    picked = st.multiselect(
        _("Which of them"),
        card.selectable,
        default=[one for one in before if one in card.selectable],
        key=f"picked-{recipe.name}-{card.family}",
        placeholder=_("all of them"),
    )
    return describe(f"{card.family}:{','.join(picked)}") if picked else card


def _show_picture(card: DatasetCard) -> None:
    columns = _COLUMNS if card.info.image_size < 64 else _COLUMNS_LARGE
    words = _("{n} real images, {size} × {size}")
    st.image(
        picture(card.name, _NUM_IMAGES // columns * columns, columns),
        width="stretch",
        output_format="PNG",
        caption=words.format(n=number(card.info.num_train), size=card.info.image_size),
    )


def _shape(recipe: Recipe, card: DatasetCard) -> DatasetInfo:
    """Size and colours of the images as the networks will see them."""
    able = [
        size
        for size in recipe.image_sizes
        if size <= card.info.image_size or not prepared.is_own(card.name)
    ]
    try:
        usual = shaped(recipe, card.info, Shape())
    except BadInputError:
        return card.info  # too small for the recipe, which is said beside the Train button
    size_column, colour_column = st.columns(2)
    key = f"{recipe.name}-{card.name}"
    size = size_column.selectbox(
        _("Image size"),
        able,
        index=able.index(usual.image_size),
        key=f"{key}-image_size",
        help=_("Height and width in pixels. Twice the size takes about four times as long."),
    )
    coloured = card.info.channels == 3
    channels = colour_column.selectbox(
        _("Colours"),
        (3, 1) if coloured else (1,),
        format_func=lambda n: _("colour") if n == 3 else _("grey"),
        key=f"{key}-channels",
        disabled=not coloured,
    )
    return shaped(recipe, card.info, Shape(image_size=size, channels=channels))


def shape_settings(card: DatasetCard) -> dict[str, int]:
    """The chosen shape as `plan` takes it: among the settings."""
    return {"image_size": card.info.image_size, "channels": card.info.channels}
