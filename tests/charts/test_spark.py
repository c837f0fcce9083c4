"""A curve in the size of a word: within its frame, and what counts is shaded."""

from __future__ import annotations

import math
import re

import pytest

from gan_core.charts.spark import SparkLine, spark

WIDTH, HEIGHT = 240, 64


def points(svg: str) -> list[tuple[float, float]]:
    lines = re.findall(r'points="([^"]+)"', svg)
    return [tuple(map(float, pair.split(","))) for line in lines for pair in line.split()]


def test_every_point_is_within_the_frame() -> None:
    svg = spark([SparkLine("d_loss", [1, 2, 3], [1e6, -3.0, 0.5])])
    assert svg.startswith("<svg ")
    assert len(points(svg)) == 3
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points(svg))
    assert points(svg)[0][1] < points(svg)[1][1]  # higher values stand higher


def test_gaps_are_left_out_and_nothing_is_nothing() -> None:
    svg = spark([SparkLine("loss", [1, 2, 3, 4], [1.0, None, math.nan, 2.0])])
    assert len(points(svg)) == 2
    assert spark([SparkLine("loss", [1], [1.0])]) == ""
    assert spark([]) == ""


def test_a_flat_line_is_drawn() -> None:
    assert len(points(spark([SparkLine("kl", [1, 2], [0.0, 0.0])]))) == 2


@pytest.mark.parametrize("window", [(0, 10), (90, 100), (50, 50), (-20, 500)])
def test_the_shade_stays_in_the_frame(window: tuple[float, float]) -> None:
    svg = spark([SparkLine("d_loss", [0, 100], [0.0, 1.0])], window)
    found = re.search(r'<rect x="([^"]+)" y="0" width="([^"]+)"', svg)
    assert found is not None
    left, width = map(float, found.groups())
    assert 0 <= left <= WIDTH
    assert 0 < width <= WIDTH
