"""A loss that is no number is the networks' doing, whoever noted it, and wherever the run is."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from gan_core.diagnosis.rules import diagnose
from gan_core.diagnosis.signals import Signals, gather
from gan_core.diagnosis.verdict import Fork
from gan_core.metrics.collapse import LOSS_NOT_FINITE, WEIGHT_NOT_FINITE
from gan_core.runs.archive import pack, unpack
from gan_core.runs.status import Said, write_status
from gan_core.runs.store import RunStore
from gan_core.runs.watch import Collapse, Watched, write_watched
from tests.diagnosis.by_hand import curve, names, signals
from tests.runs_by_hand import config, in_state, trained

FAIR = {"d_loss": 1.1, "g_loss": 1.0, "d_acc_real": 0.8, "d_acc_fake": 0.8}
D_WINS = {"d_loss": 0.001, "g_loss": 6.0, "d_acc_real": 1.0, "d_acc_fake": 1.0}


def failed(message: str, **more) -> Signals:
    found = signals(config(steps=9000), "failed", step=3000, **more)
    status = found.status.model_copy(update={"message": message})
    return found.model_copy(update={"status": status})


def played(values: dict[str, float]) -> dict:
    steps = range(10, 3001, 10)
    return {key: curve(dict.fromkeys(steps, value)) for key, value in values.items()}


@pytest.mark.parametrize("template", [LOSS_NOT_FINITE, WEIGHT_NOT_FINITE])
def test_the_last_words_tell_it(template: str) -> None:
    found = failed(f"{template.format(step=3000)} Fork an earlier snapshot.")
    assert names(found) == ["not_finite"]
    said = diagnose(found)[0]
    assert "(step 3000)" in str(said.state)
    assert isinstance(said.action, Fork)
    assert said.action.at_most == 2800


def test_another_error_is_not_the_networks() -> None:
    assert names(failed("The data set is gone; at step 3000 a loss was no longer there.")) == [
        "failed"
    ]


@pytest.mark.parametrize(("values", "at_most"), [(FAIR, 2800), (D_WINS, 300)])
def test_one_that_came_after_something_else(values: dict, at_most: int) -> None:
    """Back to before it; to before what was found first where the run still shows that."""
    collapse = Collapse(
        step=500,
        healthy_step=300,
        signals=("d_always_right", "not_finite"),
        not_finite_step=3000,
    )
    found = signals(
        config(steps=9000), step=3000, watched=Watched(collapse=collapse), curves=played(values)
    )
    said = diagnose(found)[0]
    assert said.name == "not_finite"
    assert "(step 3000)" in str(said.state)
    assert isinstance(said.action, Fork)
    assert said.action.at_most == at_most


def test_it_travels_with_a_zip(tmp_path: Path) -> None:
    run = trained(RunStore(tmp_path / "here"))
    said = Said(template=f"{LOSS_NOT_FINITE} Fork.", values={"step": 50})
    write_status(run.paths, "failed", 50, 100, said)
    packed = io.BytesIO()
    pack(run, packed)
    other = unpack(RunStore(tmp_path / "there"), packed)
    assert not other.paths.watch.exists()
    found = gather(other.paths, other.sound_config(), other.status)
    assert names(found) == ["not_finite"]


def test_what_was_known_before_it(tmp_path: Path) -> None:
    run = in_state(RunStore(tmp_path), "running", step=3000)
    collapse = Collapse(
        step=500, healthy_step=300, signals=("alike", "not_finite"), not_finite_step=3000
    )
    write_watched(run.paths, Watched(collapse=collapse))

    def known(until: int | None) -> tuple[str, ...]:
        found = gather(run.paths, run.sound_config(), run.status, until=until)
        return found.watched.collapse.signals if found.watched.collapse else ()

    assert known(None) == ("alike", "not_finite")
    assert known(2999) == ("alike",)
    assert known(499) == ()
