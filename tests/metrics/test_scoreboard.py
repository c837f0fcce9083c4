"""The scoreboard's lines: what a figure was measured beside, and how long its system trained."""

from __future__ import annotations

from pathlib import Path

from benchmarks.scoreboard.__main__ import Row, tables
from benchmarks.scoreboard.trained import Trained
from gan_core.evaluation import Figure
from gan_core.runs.store import RunStore
from tests import evaluations_by_hand as made_by_hand
from tests import runs_by_hand as by_hand


def test_a_line_says_beside_what_and_for_how_long(tmp_path: Path) -> None:
    run = by_hand.trained(RunStore(tmp_path))
    made = made_by_hand.one(50, 3.0, depth="full")
    whole = Row(run, Trained(cpu_secs=119.6, secs=1, step=50, images=3200), made)
    held_out = made.model_copy(
        update={"real": "held-out", "kid": Figure(value=2.0, low=1.5, high=2.5)}
    )
    part = Row(run, Trained(cpu_secs=300.2, secs=1, step=40, images=2560), held_out)
    lines = [line for line in tables([whole, part], 300) if line.startswith("| `")]
    first, second = ([cell.strip() for cell in line.split("|")[1:-1]] for line in lines)
    assert first[:5] == ["`quick-dcgan`", "digits", "1 000 **trained on**", "3", "–"]
    assert second[2:5] == ["1 000 held out", "3", "2 (1.5 – 2.5)"]
    assert (first[8], second[8]) == ("120, its whole recipe", "300")
