"""The watch: what it calls a collapse, what it does not, and that it says so once."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gan_core.metrics.collapse import (
    LOSS_NOT_FINITE,
    SIGNAL_WORDS,
    WEIGHT_NOT_FINITE,
    WINDOW_STEPS,
    CollapseWatch,
    ended_without_number,
)

_rng = np.random.default_rng(0)
REAL = _rng.integers(0, 2, (64, 7, 7, 1)).astype(np.uint8).repeat(4, 1).repeat(4, 2) * 255
ALIKE = np.repeat(REAL[:1], 64, axis=0)
BLANK = np.zeros_like(REAL)


def _watch(**changes: Any) -> CollapseWatch:
    given_ = {"is_gan": True, "d_loss_scale": "mean", "loss": None, "real_images": REAL}
    return CollapseWatch(**{**given_, **changes})


def _record(d_loss: float = 0.69, g_loss: float = 0.9, accuracy: float = 0.6) -> dict[str, float]:
    return {"d_loss": d_loss, "g_loss": g_loss, "d_acc_real": accuracy, "d_acc_fake": accuracy}


def _healthy(watch: CollapseWatch, until: int, every: int = 10) -> None:
    """A run as the text describes it: losses around their balance, accuracy anywhere."""
    rng = np.random.default_rng(1)
    for step in range(every, until + 1, every):
        d_loss, g_loss = rng.uniform(0.5, 0.8), rng.uniform(0.5, 2)
        assert watch.observe(step, _record(d_loss, g_loss, rng.uniform(0.04, 0.98))) is None
        assert watch.observe_sheet(step, REAL) is None


def test_a_healthy_run_passes_in_silence() -> None:
    watch = _watch()
    _healthy(watch, 5000)
    assert watch.finding is None
    assert watch.healthy_step == 5000


def test_the_texts_collapse() -> None:
    """D's loss falls to 0.000, G's climbs past 9, accuracy is 100 % and 100 %."""
    watch = _watch()
    _healthy(watch, 1000)
    finding = None
    for step in range(1010, 1800, 10):
        finding = finding or watch.observe(step, _record(0.0004, 9.6, 1.0))
    assert finding is not None
    assert set(finding.signals) >= {"d_loss_zero", "g_runs_away"}
    assert 1000 < finding.step <= 1000 + 2 * WINDOW_STEPS
    assert 900 <= finding.healthy_step <= 1000
    assert finding.evidence["g_loss"] == 9.6
    assert set(finding.signals) <= SIGNAL_WORDS.keys()


def test_a_short_storm_is_no_collapse() -> None:
    watch = _watch()
    _healthy(watch, 1000)
    for step in range(1010, 1000 + WINDOW_STEPS // 2, 10):
        assert watch.observe(step, _record(0.0001, 14.0, 1.0)) is None
    for step in range(1110, 2000, 10):
        assert watch.observe(step, _record()) is None


def test_d_winning_the_first_steps_is_no_collapse() -> None:
    """Every run begins with a G that D sees through."""
    watch = _watch()
    for step in range(10, 600, 10):
        assert watch.observe(step, _record(0.02, 4.0, 1.0)) is None
        assert watch.observe_sheet(step, REAL) is None


def test_d_winning_for_a_thousand_steps_is_a_lost_game() -> None:
    watch = _watch()
    findings = [watch.observe(step, _record(0.005, 6.0, 1.0)) for step in range(10, 3000, 10)]
    found = [finding for finding in findings if finding]
    assert len(found) == 1
    assert set(found[0].signals) == {"d_loss_zero", "d_always_right"}
    assert 1000 <= found[0].step <= 1400


def test_the_first_sheets_are_alike_in_every_run() -> None:
    watch = _watch()
    for step in range(0, 2000, 50):
        assert watch.observe_sheet(step, ALIKE) is None
        assert watch.observe(step + 1, _record()) is None


@pytest.mark.parametrize(("images", "signal"), [(ALIKE, "alike"), (BLANK, "blank")])
def test_a_fall_of_the_sheets(images: NDArray[np.uint8], signal: str) -> None:
    watch = _watch()
    _healthy(watch, 1000)
    findings = [watch.observe_sheet(step, images) for step in range(1050, 1600, 50)]
    found = [finding for finding in findings if finding]
    assert len(found) == 1
    assert signal in found[0].signals
    assert found[0].evidence["variety"] < 0.1
    assert found[0].healthy_step <= 1000


def test_a_scale_is_not_mistaken() -> None:
    """0.05 is near zero for a sum of two parts (balance 1.39) and not for their mean (0.69)."""
    for scale, fires in (("sum", True), ("mean", False)):
        watch = _watch(d_loss_scale=scale)
        _healthy(watch, 400)
        steps = range(410, 1200, 10)
        seen = [watch.observe(step, _record(0.05, 8.0, 1.0)) for step in steps]
        assert any(seen) == fires


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_what_is_no_number_is_told_at_once(bad: float) -> None:
    watch = _watch()
    finding = watch.observe(10, _record(d_loss=bad))
    assert finding is not None
    assert finding.signals == ("not_finite",)
    assert watch.observe(20, _record(d_loss=bad)) is None


def test_last_words_that_say_so_are_known() -> None:
    for template in (LOSS_NOT_FINITE, WEIGHT_NOT_FINITE):
        assert ended_without_number(f"{template.format(step=57)} Fork an earlier one.") == 57
    for other in ("", "The disk is full.", f"Before: {LOSS_NOT_FINITE.format(step=57)}"):
        assert ended_without_number(other) is None


@pytest.mark.parametrize("loss", ["hinge", "wasserstein-gp", "least-squares", "minimax", "kl"])
def test_other_games_have_other_numbers(loss: str) -> None:
    watch = _watch(loss=loss)
    for step in range(10, 2000, 10):
        assert watch.observe(step, _record(0.0, 30.0, 1.0)) is None
    assert watch.observe(2000, _record(g_loss=math.nan)) is not None


def test_an_autoencoder_has_no_d() -> None:
    watch = _watch(is_gan=False)
    for step in range(100, 2000, 100):
        assert watch.observe(step, {"loss": 150.0, "reconstruction": 144.0, "kl": 6.0}) is None
    finding = watch.observe(2000, {"loss": math.nan, "reconstruction": 144.0, "kl": 6.0})
    assert finding is not None


@given(
    st.lists(
        st.tuples(st.floats(0.3, 3), st.floats(0.2, 6), st.floats(0, 1)), min_size=1, max_size=200
    )
)
@settings(max_examples=30)
def test_losses_of_a_fair_game_never_ring(rows: list[tuple[float, float, float]]) -> None:
    watch = _watch(d_loss_scale="sum")
    for i, (d_loss, g_loss, accuracy) in enumerate(rows):
        assert watch.observe(10 * i, _record(d_loss, g_loss, accuracy)) is None
