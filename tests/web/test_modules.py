"""The mathematics of the browser's side, in the browser that runs it."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from gan_core.web import asset
from pages._parts.words import duration

CALL = """async ([source, name, values]) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    return (await import(url))[name](...values);
}"""


@pytest.fixture(scope="module")
def blank(browser: Browser, app: str):
    page = browser.new_page()
    page.goto(f"{app}/_stcore/health")
    yield page
    page.close()


def call(page: Page, module: str, name: str, *values: object) -> object:
    return page.evaluate(CALL, [asset(module), name, list(values)])


def test_smoothing_is_a_debiased_average(blank: Page) -> None:
    rng = np.random.default_rng(0)
    values = rng.standard_normal(50).tolist()
    weight, total, expected = 0.9, 0.0, []
    for n, value in enumerate(values, start=1):
        total = weight * total + (1 - weight) * value
        expected.append(total / (1 - weight**n))
    np.testing.assert_allclose(call(blank, "ema.js", "smooth", values, weight), expected)


@pytest.mark.parametrize("secs", [0, 7.4, 89, 91, 5000, 5401, 20_000, 172_799, 172_801, 4e6])
def test_times_are_said_as_by_python(blank: Page, secs: float) -> None:
    words = {"secs": "{n} s", "minutes": "{n} min", "hours": "{n} h", "days": "{n} days"}
    assert call(blank, "live_facts.js", "durationWords", secs, words) == duration(secs)


def test_smoothing_keeps_a_constant_and_a_gap(blank: Page) -> None:
    smoothed = call(blank, "ema.js", "smooth", [3, 3, None, 3], 0.95)
    assert smoothed[2] is None
    np.testing.assert_allclose([smoothed[0], smoothed[1], smoothed[3]], 3)


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-0.3, 0.3), (0, 20_000), (0.55, 0.56)])
def test_ticks_lie_inside_and_are_evenly_apart(blank: Page, low: float, high: float) -> None:
    ticks = np.array(call(blank, "scale.js", "ticks", low, high, 5))
    assert 2 <= len(ticks) <= 7
    assert ticks.min() >= low - 1e-9
    assert ticks.max() <= high + 1e-9
    np.testing.assert_allclose(np.diff(ticks), np.diff(ticks)[0])


def test_a_growing_axis_moves_seldom_and_never_past_the_end(blank: Page) -> None:
    ends = [call(blank, "scale.js", "growingEnd", step, 6000) for step in range(10, 6001, 10)]
    assert all(end >= step for end, step in zip(ends, range(10, 6001, 10), strict=True))
    assert max(ends) == 6000
    assert len(set(ends)) < 30


def test_a_log_axis_survives_what_it_cannot_show(blank: Page) -> None:
    panel = {"series": [{"y": [None, 0, -1]}]}
    low, high = call(blank, "scale.js", "yRange", panel, True)
    assert 0 < low < high


@pytest.mark.parametrize("size", [2, 64, 100])
def test_neighbours_keep_distance_and_norm(blank: Page, size: int) -> None:
    z = np.random.default_rng(1).standard_normal(size)
    radius = 0.5 * np.linalg.norm(z)
    found = np.array(call(blank, "latents.js", "neighboursOf", z.tolist(), 8, radius))
    np.testing.assert_allclose(np.linalg.norm(found - z, axis=1), radius)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), np.linalg.norm(z))
    again = call(blank, "latents.js", "neighboursOf", z.tolist(), 8, radius)
    np.testing.assert_array_equal(found, again)
    assert len({tuple(point) for point in found.round(6)}) == (8 if size > 2 else 2)


def test_around_zero_neighbours_are_a_straight_step_away(blank: Page) -> None:
    found = np.array(call(blank, "latents.js", "neighboursOf", [0.0] * 64, 8, 2.5))
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 2.5)
    assert np.linalg.matrix_rank(found) == 8


def test_base64_and_bytes(blank: Page) -> None:
    found = call(blank, "pixels.js", "bytesFromBase64", "AAH/")
    assert list(found) == [0, 1, 255]


@pytest.mark.parametrize(
    ("p_real", "verdict"),
    [(0.0, "fake"), (0.39, "fake"), (0.4, "unsure"), (0.6, "unsure"), (0.61, "real"), (None, None)],
)
def test_a_verdict_has_an_undecided_middle(blank: Page, p_real: float, verdict: str) -> None:
    assert call(blank, "verdict.js", "judge", p_real, [0.4, 0.6]) == verdict


def test_numbers_are_short_and_grouped(blank: Page) -> None:
    assert call(blank, "base.js", "whole", 2250) == "2\u00a0250"
    assert call(blank, "base.js", "whole", 1_234_567) == "1\u00a0234\u00a0567"
    assert call(blank, "base.js", "brief", 0.5512) == "0.55"
    assert call(blank, "base.js", "brief", 0.0123) == "0.012"
    assert call(blank, "base.js", "brief", None) == "–"
    assert call(blank, "base.js", "fill", "step {step}", {"step": 7}) == "step 7"


@pytest.mark.parametrize(("low", "high"), [(0.4, 2.5), (1e-4, 1e3), (0.9, 1.1), (0.05, 0.4)])
def test_a_log_axis_has_some_ticks_and_not_too_many(blank: Page, low: float, high: float) -> None:
    ticks = call(blank, "scale.js", "logTicks", low, high, 5)
    assert 2 <= len(ticks) <= 7
    assert all(low <= tick <= high * (1 + 1e-9) for tick in ticks)


def test_images_seen_are_counted_by_the_pace_of_their_stretch(blank: Page) -> None:
    way = {"imagesSeen": [[0, 0, 16], [100, 1600, 96], [150, 6400, 8]]}
    found = call(blank, "compare_axis.js", "places", [0, 50, 100, 125, 150, 151], "images", way)
    assert found == [0, 800, 1600, 4000, 6400, 6408]


def test_what_was_evaluated_goes_on_with_what_came_since(blank: Page) -> None:
    told = [[10, 20], [9.0, 8.0], [8.5, 7.5], [9.5, 8.5]]

    def followed(*values: object) -> object:
        return call(blank, "compare_axis.js", "withNews", *values)

    assert followed(told, [[10, 20], [9.0, 8.0]]) == told
    assert followed(told, None) == told
    assert followed(None, [[10], [9.0]]) is None
    longer = [[*column, end] for column, end in zip(told, (30, 7.0, 7.0, 7.0), strict=True)]
    assert followed(told, [[10, 20, 30], [9.0, 8.0, 7.0]]) == longer
