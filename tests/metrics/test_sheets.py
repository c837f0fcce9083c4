"""What a sheet shows beside real images: contrast, variety, movement, copies."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.evaluation import SheetFigures
from gan_core.metrics.sheets import MOST_BY_HEART, SheetMeter
from gan_core.runs.sheet import read_about, write_sheet

_rng = np.random.default_rng(0)
REAL = _rng.integers(0, 2, (60, 7, 7, 1)).astype(np.uint8).repeat(4, 1).repeat(4, 2) * 255
OTHERS = _rng.integers(0, 2, (60, 7, 7, 1)).astype(np.uint8).repeat(4, 1).repeat(4, 2) * 255


def test_images_like_the_real_ones() -> None:
    figures = SheetMeter(REAL).measure(1, OTHERS)
    assert figures.within == pytest.approx(1, abs=0.1)
    assert figures.between == pytest.approx(1, abs=0.1)
    assert figures.nearest == pytest.approx(1, abs=0.2)
    assert figures.moved is None


def test_alike_blank_and_copied() -> None:
    meter = SheetMeter(REAL)
    assert meter.measure(1, np.repeat(OTHERS[:1], 60, axis=0)).between == 0
    assert meter.measure(2, np.zeros_like(OTHERS)).within == 0
    assert meter.measure(3, REAL[::-1]).nearest == pytest.approx(0, abs=0.01)


def test_movement_is_of_the_same_latents() -> None:
    meter = SheetMeter(REAL)
    meter.measure(1, REAL)
    assert meter.measure(2, REAL).moved == 0
    assert meter.measure(3, OTHERS).moved == pytest.approx(1, abs=0.15)
    assert meter.measure(3, OTHERS).moved == pytest.approx(1, abs=0.15)  # drawn once more


def test_nothing_is_looked_for_in_a_large_set() -> None:
    large = np.repeat(REAL, MOST_BY_HEART // 60 + 1, axis=0)
    assert SheetMeter(large).measure(1, OTHERS).nearest is None
    assert SheetMeter(REAL[:1]).measure(1, OTHERS).nearest is None


def test_the_figures_travel_in_the_sheet(tmp_path) -> None:
    figures = SheetMeter(REAL).measure(1, OTHERS)
    write_sheet(tmp_path / "5.png", OTHERS, 8, None, figures)
    assert SheetFigures.model_validate(read_about(tmp_path / "5.png")["figures"]) == figures
    write_sheet(tmp_path / "6.png", OTHERS, 8, None)
    assert read_about(tmp_path / "6.png")["figures"] is None
