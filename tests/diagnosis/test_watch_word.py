"""The collapse watch speaks once: what it found holds as long as the run still shows it."""

from __future__ import annotations

import pytest

from gan_core.diagnosis import signs
from gan_core.diagnosis.rules import diagnose
from gan_core.runs.watch import Collapse, Watched
from tests.diagnosis.by_hand import curve, names, sheets, signals

FOUND = Watched(
    collapse=Collapse(step=600, healthy_step=400, signals=("d_loss_zero", "g_runs_away", "alike"))
)
WON = {"d_loss": 0.001, "g_loss": 11.0, "d_acc_real": 1.0, "d_acc_fake": 1.0}
FAIR = {"d_loss": 1.1, "g_loss": 1.0, "d_acc_real": 0.8, "d_acc_fake": 0.8}


def curves(values: dict[str, float], last: int) -> dict:
    return {key: curve(dict.fromkeys(range(10, last + 1, 10), value))
            for key, value in values.items()}  # fmt: skip


def test_what_still_shows_is_said() -> None:
    found = signals(step=2000, watched=FOUND, curves=curves(WON, 2000), sheets=sheets({}, 2000))
    assert diagnose(found)[0].name == "d_overpowers"


def test_a_run_that_recovered_raises_no_alarm() -> None:
    found = signals(step=2000, watched=FOUND, curves=curves(FAIR, 2000), sheets=sheets({}, 2000))
    assert names(found) == ["healthy"]
    assert not signs.watch_holds(found)


def test_alike_sheets_are_said_until_one_is_not() -> None:
    alike = dict.fromkeys(range(0, 2001, 100), 0.05)
    still = signals(step=2000, watched=FOUND, curves=curves(FAIR, 2000), sheets=sheets(alike, 2000))
    assert diagnose(still)[0].name == "mode_collapse"
    over = still.model_copy(update={"sheets": sheets({**alike, 2000: 0.5}, 2000)})
    assert names(over) == ["healthy"]


@pytest.mark.parametrize(("step", "holds"), [(600, True), (1500, True), (1700, False)])
def test_where_nothing_tells_its_word_holds_for_a_while(step: int, holds: bool) -> None:
    assert signs.watch_holds(signals(step=step, watched=FOUND)) is holds


def test_what_is_no_number_stays_so() -> None:
    watched = Watched(collapse=Collapse(step=50, healthy_step=40, signals=("not_finite",)))
    found = signals(step=2000, watched=watched, curves=curves(FAIR, 2000))
    assert diagnose(found)[0].name == "not_finite"


def test_g_is_far_off_by_what_it_was_before() -> None:
    past = {step: 0.9 if step <= 400 else 6.0 for step in range(10, 1001, 10)}
    found = signals(step=1000, watched=FOUND, curves={"g_loss": curve(past)})
    assert signs.g_runs_away(found)
    calm = signals(step=1000, watched=FOUND, curves={"g_loss": curve({**past, **_calm()})})
    assert not signs.g_runs_away(calm)


def _calm() -> dict[int, float]:
    return dict.fromkeys(range(800, 1001, 10), 2.0)
