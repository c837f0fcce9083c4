"""Each network as a diagram and as a layer table."""

from __future__ import annotations

import streamlit as st

from gan_core.charts.network import LayerRow, layer_table, network_svg, shape_words
from gan_core.charts.table import csv_bytes
from gan_core.config import Settings
from gan_core.recipes.layers import Network
from gan_core.recipes.recipe import Recipe
from pages._parts.chart_download import SavedChart, save_popover
from pages._parts.glossary import meaning
from pages._parts.i18n import _, translate
from pages._parts.words import number


def show_networks(recipe: Recipe, settings: Settings, shape: tuple[int, int, int]) -> None:
    """G and D side by side; of an autoencoder its encoder and its decoder."""
    first, second = recipe.networks(settings, shape)
    left, right = st.columns(2, gap="large")
    if recipe.family == "gan":
        with left:
            _show(first, _("Generator G"), meaning("generator"))
        with right:
            _show(second, _("Discriminator D"), meaning("discriminator"))
        return
    with left:
        _show(second, _("Encoder"), meaning("encoder"))
    with right:
        _show(first, _("Decoder"), meaning("decoder"))


def _show(network: Network, title: str, text: str) -> None:
    st.subheader(title, anchor=False, help=text)
    st.image(_diagram(network), width="stretch", alt=title)
    save_popover([_saved(network, title)], key=network.name)
    st.markdown(_table(layer_table(network, translate)))
    st.caption(_("{n} parameters in all").format(n=number(network.num_parameters)))


def _diagram(network: Network) -> str:
    if st.context.theme.type == "dark":
        return network_svg(network, ink="#e8ebf0", paper="#13161b", translate=translate)
    return network_svg(network, translate=translate)


def _saved(network: Network, title: str) -> SavedChart:
    """The diagram on paper and its layers; they are small, and drawn at once."""
    drawn = network_svg(network, translate=translate).encode()
    rows = layer_table(network, translate)
    return SavedChart(
        title=title,
        stem=network.name,
        csv=lambda: csv_bytes(
            {
                "layer": [row.name for row in rows],
                "kind": [row.kind for row in rows],
                "details": [row.detail for row in rows],
                "shape": [shape_words(row.shape) for row in rows],
                "parameters": [row.num_parameters for row in rows],
            }
        ),
        figure=lambda _format: drawn,
        formats=("svg",),
    )


def _table(rows: list[LayerRow]) -> str:
    head = f"| {_('Layer')} | {_('Details')} | {_('Leaves it')} | {_('Parameters')} |"
    lines = [
        f"| {row.kind} | {row.detail} | {shape_words(row.shape)} | {number(row.num_parameters)} |"
        for row in rows
    ]
    return "\n".join([head, "|---|---|---|---:|", *lines])
