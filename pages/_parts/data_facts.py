"""What is known of an own set: counts, sizes as they came, and what was left out and why."""

from __future__ import annotations

import streamlit as st

from gan_core.charts.bars import bars_figure
from gan_core.charts.palette import OTHER
from gan_core.charts.table import csv_bytes
from gan_core.data.own.report import REASONS, Report
from pages._parts.chart_download import SavedChart, save_popover
from pages._parts.i18n import _, ngettext_, translate
from pages._parts.words import number, plain

_MAX_ROWS = 50
_BAR_WIDTH, _BAR_HEIGHT, _GAP, _LABEL_HEIGHT = 34, 90, 8, 16
_INK = "#808894"  # readable on paper and in the dark


def show_report(report: Report, title: str) -> None:
    """Draw everything that the report says of the set called `title`."""
    st.caption("  \n".join([_held_out(report), *_done(report)]))
    if report.classes:
        with st.expander(
            _("Classes"), icon=":material/category:", expanded=len(report.classes) < 8
        ):
            st.markdown(class_table(report))
    if report.sizes:
        st.caption(_("Sizes as they came: pictures by their shorter side, in pixels"))
        st.image(
            size_chart(report.sizes),
            output_format="PNG",
            alt=_("Histogram of the pictures' sizes"),
        )
        save_popover([_saved_sizes(report.sizes, title)], key="sizes")
    if report.num_left_out:
        _left_out(report)


def _held_out(report: Report) -> str:
    reasons = {
        "folders": _("Held out are the pictures in the folders called test and val."),
        "share": _("A tenth is held out, chosen by name."),
        "none": _("None is held out."),
    }
    return reasons[report.held_out]


def _done(report: Report) -> list[str]:
    counted = [
        (report.num_animated, _("{n} animated: the first frame was taken")),
        (report.num_transparent, _("{n} transparent: set on white")),
        (report.num_rotated, _("{n} turned upright, as the camera noted")),
        (report.num_deep, _("{n} with more than 8 bits a value: scaled down")),
        (report.num_ignored, _("{n} hidden files were ignored")),
    ]
    said = [words.format(n=number(count)) for count, words in counted if count]
    if report.name_encoding not in ("", "utf-8"):
        words = _("The zip does not say how its names are written; they were read as {encoding}.")
        said.append(words.format(encoding=f"`{report.name_encoding}`"))
    return said


def class_table(report: Report) -> str:
    """Classes with their counts as a Markdown table; only the first fifty of very many."""
    head = [_("Class"), _("To train"), _("Held out")]
    rows = [
        f"| {plain(c.name)} | {number(c.num_train)} | {number(c.num_held_out)} |"
        for c in report.classes[:_MAX_ROWS]
    ]
    lines = [f"| {' | '.join(head)} |", "| :-- | --: | --: |", *rows]
    more = len(report.classes) - _MAX_ROWS
    if more > 0:
        lines.append(_("| and {n} more | | |").format(n=number(more)))
    return "\n".join(lines)


def _saved_sizes(sizes: tuple[tuple[int, int], ...], title: str) -> SavedChart:
    words = _("Sizes of the pictures · {name}").format(name=title)
    x_label, y_label = _("Shorter side from, pixels"), _("Pictures")
    edges, counts = [edge for edge, _count in sizes], [count for _edge, count in sizes]
    return SavedChart(
        title=_("Sizes"),
        stem="sizes",
        csv=lambda: csv_bytes({"from_pixels": edges, "pictures": counts}),
        figure=lambda suffix: bars_figure(
            [str(edge) for edge in edges],
            counts,
            title=words,
            x_label=x_label,
            y_label=y_label,
            format=suffix,
        ),
    )


def _left_out(report: Report) -> None:
    count = report.num_left_out
    words = ngettext_("{n} file was left out", "{n} files were left out", count)
    with st.expander(words.format(n=number(count)), icon=":material/block:", expanded=count <= 5):
        lines = []
        for skipped in report.skipped[:_MAX_ROWS]:
            reason = translate(REASONS[skipped.reason])
            lines.append(f"- {plain(skipped.name)}: {reason}")
        more = count - len(lines)
        if more > 0:
            lines.append("- " + _("and {n} more").format(n=number(more)))
        st.markdown("\n".join(lines))


def size_chart(sizes: tuple[tuple[int, int], ...]) -> str:
    """Bars of `(lower edge in pixels, count)` as SVG, with their numbers."""
    tallest = max(count for _edge, count in sizes)
    width = len(sizes) * (_BAR_WIDTH + _GAP) + _GAP
    height = _BAR_HEIGHT + 2 * _LABEL_HEIGHT
    parts = []
    for place, (edge, count) in enumerate(sizes):
        x = _GAP + place * (_BAR_WIDTH + _GAP)
        bar = max(1.0, _BAR_HEIGHT * count / tallest)
        top = _LABEL_HEIGHT + _BAR_HEIGHT - bar
        middle = x + _BAR_WIDTH / 2
        size = f'width="{_BAR_WIDTH}" height="{bar:.1f}"'
        parts += [
            f'<rect x="{x}" y="{top:.1f}" {size} rx="2" fill="{OTHER}"/>',
            f'<text x="{middle}" y="{top - 4:.1f}">{number(count)}</text>',
            f'<text x="{middle}" y="{height - 3}">{edge}</text>',
        ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11" '
        f'text-anchor="middle" fill="{_INK}">{"".join(parts)}</svg>'
    )
