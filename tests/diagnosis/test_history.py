"""A fork begins at the last step without the sign, and says where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.diagnosis.rules import diagnose
from gan_core.diagnosis.signals import MAX_EARLIER_SHEETS, MAX_SHEETS, Signals, gather
from gan_core.diagnosis.verdict import Diagnosis, Fork
from gan_core.evaluation import SheetFigures
from gan_core.runs.sheet import write_sheet
from gan_core.runs.store import RunStore
from gan_core.runs.watch import Collapse, Watched
from tests.diagnosis.by_hand import curve, forked, sheets, signals
from tests.runs_by_hand import config, in_state

LAST = 4000
RUN = config("mlp-gan", steps=9000)
FAIR = {"d_loss": 1.1, "g_loss": 1.0, "d_acc_real": 0.8, "d_acc_fake": 0.8}
D_WINS = {"d_loss": 0.001, "g_loss": 6.0, "d_acc_real": 1.0, "d_acc_fake": 1.0}
G_WINS = {"d_loss": 3.0, "g_loss": 0.01, "d_acc_real": 1.0, "d_acc_fake": 0.0}


def played(
    parts: dict[int, dict[str, float]], *, run=RUN, last: int = LAST, every: int = 10, **more
) -> Signals:
    """A run in which from each step on something else was so."""
    columns: dict[str, dict[int, float]] = {key: {} for key in FAIR}
    for step in range(every, last + 1, every):
        since = max(begin for begin in parts if begin < step)
        for key, value in parts[since].items():
            columns[key][step] = value
    made = {key: curve(values) for key, values in columns.items()}
    return signals(run, step=last, curves=made, **more)


def main(found: Signals, name: str) -> tuple[Diagnosis, int]:
    said = diagnose(found)[0]
    assert said.name == name
    assert isinstance(said.action, Fork)
    return said, said.action.at_most


@pytest.mark.parametrize(("failure", "name"), [(D_WINS, "d_overpowers"), (G_WINS, "g_overpowers")])
@pytest.mark.parametrize("onset", [1000, 2000, 3500])
def test_a_fork_begins_before_the_losses_went_wrong(failure: dict, name: str, onset: int) -> None:
    """After a warm-up in which D wins, too, as it always does; at most two windows early."""
    said, step = main(played({0: D_WINS, 200: FAIR, onset: failure}), name)
    assert onset - 600 <= step <= onset
    assert said.note is None


@pytest.mark.parametrize(("failure", "name"), [(D_WINS, "d_overpowers"), (G_WINS, "g_overpowers")])
def test_what_was_so_all_along_is_forked_from_the_start(failure: dict, name: str) -> None:
    assert main(played({0: failure}), name)[1] == 0
    assert main(played({0: failure}, last=600), name)[1] == 0
    assert main(played({0: failure}, last=40_000, every=100), name)[1] == 0


def test_a_moment_of_peace_is_not_the_time_before() -> None:
    """Of two records in a failure no window is made."""
    found = played({0: FAIR, 1000: D_WINS, 2500: FAIR, 2520: D_WINS})
    assert main(found, "d_overpowers")[1] <= 1000


def test_a_long_run_goes_back_by_its_means() -> None:
    found = played({0: FAIR, 21_000: D_WINS}, last=40_000)
    assert 18_000 <= main(found, "d_overpowers")[1] <= 21_000


def test_a_fork_begins_with_the_last_varied_sheet() -> None:
    alike = dict.fromkeys(range(2100, LAST + 1, 100), 0.05)
    found = played({0: FAIR}, sheets=sheets({2000: 0.2, **alike}, LAST))
    assert main(found, "mode_collapse")[1] == 1900
    all_along = sheets(dict.fromkeys(range(0, LAST + 1, 100), 0.05), LAST)
    assert main(played({0: FAIR}, sheets=all_along), "mode_collapse")[1] == 0
    earlier = sheets({}, 900)
    found = played({0: FAIR}, sheets=all_along[10:], earlier_sheets=earlier)
    assert main(found, "mode_collapse")[1] == 900


def test_a_fork_begins_with_the_last_sheet_that_settled() -> None:
    restless = tuple(
        one.model_copy(update={"figures": SheetFigures(within=1, between=0.6, moved=0.7)})
        if one.step > 3000 else one
        for one in sheets({}, LAST)
    )  # fmt: skip
    assert main(played({0: FAIR}, sheets=restless), "oscillation")[1] == 3000


@pytest.mark.parametrize(("healthy_step", "at_most"), [(900, 900), (1700, 1600)])
def test_the_watch_is_not_gone_behind(healthy_step: int, at_most: int) -> None:
    watched = Watched(
        collapse=Collapse(step=1800, healthy_step=healthy_step, signals=("d_always_right",))
    )
    found = played({0: FAIR, 1600: D_WINS}, watched=watched)
    assert main(found, "d_overpowers")[1] in range(at_most - 200, at_most + 1)


def test_what_the_watch_found_and_was_over_does_not_count() -> None:
    """It came again later; from the peace between a fork may begin."""
    watched = Watched(collapse=Collapse(step=600, healthy_step=300, signals=("d_always_right",)))
    found = played({0: FAIR, 400: D_WINS, 1500: FAIR, 3000: D_WINS}, watched=watched)
    assert 2400 <= main(found, "d_overpowers")[1] <= 3000


def test_a_fork_that_began_spoilt_says_so() -> None:
    late = played({0: FAIR, 3000: D_WINS}, run=forked(RUN, 2000))
    assert main(late, "d_overpowers")[0].note is None
    spoilt = played({0: FAIR, 1000: D_WINS}, run=forked(RUN, 2000))
    note = main(spoilt, "d_overpowers")[0].note
    assert "began with at step 2000 may be spoilt" in str(note)


def test_a_fork_that_goes_back_to_the_start_says_whose() -> None:
    vae = forked(config("vae", steps=9000, beta=100.0), 500)
    found = signals(vae, curves={"kl": curve(dict.fromkeys(range(50, 1001, 50), 0.001))})
    assert "itself a fork" in str(main(found, "posterior_collapse")[0].note)


def test_earlier_sheets_are_few_and_stay_the_same(tmp_path) -> None:
    run = in_state(RunStore(tmp_path), "stopped", step=2000)
    figures = SheetFigures(within=1.0, between=0.5)
    for step in range(0, 2000, 10):
        write_sheet(run.paths.sample(step), np.zeros((1, 8, 8, 1), np.uint8), 1, None, figures)
    config_, status = run.sound_config(), run.status
    found = gather(run.paths, config_, status)
    assert len(found.sheets) == MAX_SHEETS
    assert 8 < len(found.earlier_sheets) <= MAX_EARLIER_SHEETS
    assert found.earlier_sheets[0].step == 0
    assert found.earlier_sheets[-1].step < found.sheets[0].step
    before = gather(run.paths, config_, status, until=1900)
    assert {one.step for one in before.earlier_sheets} <= {s.step for s in found.earlier_sheets}
