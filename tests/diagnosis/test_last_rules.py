"""Where nothing looks wrong, no more is claimed than was looked at."""

from __future__ import annotations

from typing import Any

import pytest

from gan_core.diagnosis.last_rules import LAST_RULES
from gan_core.diagnosis.rules import diagnose
from gan_core.diagnosis.verdict import CurveEvidence
from gan_core.recipes.evaluating import steps_that_pay
from tests.diagnosis.by_hand import curve, names, signals
from tests.runs_by_hand import config

EPOCHS = range(50, 1001, 50)


def game(loss: str, d_loss: float, right: float, **settings: Any):
    values = {"d_loss": d_loss, "g_loss": 1.0, "d_acc_real": right, "d_acc_fake": right}
    curves = {
        key: curve(dict.fromkeys(range(10, 1001, 10), value)) for key, value in values.items()
    }
    run = config(steps=9000, loss=loss, **settings)
    return diagnose(signals(run, curves=curves))


@pytest.mark.parametrize(
    ("loss", "d_loss", "right", "words"),
    [
        ("non-saturating", 1.0, 0.8, "D is mostly right and not always"),
        ("non-saturating", 1.386, 0.5, "D only guesses"),
        ("least-squares", 0.1, 1.0, "its loss is not near zero"),
        ("hinge", 0.4, 1.0, "its loss is not near zero"),
        ("wasserstein-gp", -3.0, 1.0, "how far apart its scores are"),
        ("wasserstein-gp", -0.1, 0.5, "D only guesses"),
    ],
)
def test_what_is_said_of_the_balance(loss: str, d_loss: float, right: float, words: str) -> None:
    norm = {"d_norm": "none"} if loss == "wasserstein-gp" else {}
    (said,) = game(loss, d_loss, right, **norm)
    assert said.name == "healthy"
    assert words in str(said.cause)
    assert ("balance" in str(said.state)) is (right == 0.8)


def test_of_a_game_without_records_nothing_is_claimed() -> None:
    (said,) = diagnose(signals())
    assert said.name == "training"
    assert "D is" not in str(said.cause)


@pytest.mark.parametrize(
    ("val_loss", "name"),
    [
        ({step: 200 - step / 100 for step in EPOCHS}, "learning"),
        (dict.fromkeys(range(50, 401, 50), 150.0), "learning"),
        ({50: 150.0, 100: 149.0}, "learning"),
        ({step: 150 + step / 100 for step in range(50, 301, 50)}, "training"),
        ({50: 150.0, 100: 151.0}, "training"),
        ({50: 150.0}, "training"),
        (None, "training"),
    ],
)
def test_held_out_images_are_spoken_of_where_there_are_any(
    val_loss: dict[int, float] | None, name: str
) -> None:
    curves = {"loss": curve(dict.fromkeys(range(10, 1001, 10), 150.0))}
    if val_loss is not None:
        curves["val_loss"] = curve(val_loss)
    (said,) = diagnose(signals(config("autoencoder", steps=9000), curves=curves))
    assert said.name == name
    assert ("held-out" in str(said.cause)) is (name == "learning")
    (shown,) = said.evidence
    assert isinstance(shown, CurveEvidence)
    assert ("val_loss" in shown.keys) is (name == "learning")


def test_the_last_rule_always_applies() -> None:
    for recipe in ("mlp-gan", "vae", "autoencoder"):
        assert LAST_RULES[-1].applies(signals(config(recipe)))


@pytest.mark.parametrize(("missing", "is_said"), [(1, True), (0, False)])
def test_a_run_too_short_to_stop_early_is_told_so(missing: int, is_said: bool) -> None:
    made = config("vae", early_stopping=3)
    pays = steps_that_pay(signals(made).recipe, made)
    made = made.model_copy(update={"total_steps": pays - missing})
    for state in ("queued", "running", "completed"):
        note = str(diagnose(signals(made, state, 300))[0].note)
        assert ("too short to be evaluated" in note) is is_said
    off = made.model_copy(
        update={"settings": made.settings.model_copy(update={"early_stopping": 0})}
    )
    assert diagnose(signals(off, step=300))[0].note is None


def test_an_alarm_is_not_among_them() -> None:
    assert {rule.tone for rule in LAST_RULES} <= {"fine", "advice", "waiting"}
    assert names(signals())[0] in {rule.name for rule in LAST_RULES}
