"""A chart as a file for a report."""

from __future__ import annotations

import pytest

from gan_core.charts.figures import blank, saved


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_a_file_holds_the_chart_alone_and_no_day(kind):
    figure, (axes,) = blank()
    axes.plot([0, 1], [1, 0])
    file = saved(figure, kind)
    assert file.startswith(b"\x89PNG" if kind == "png" else b"<?xml")
    assert b"<dc:date>" not in file
