"""What the panel's button says that it changes."""

from __future__ import annotations

import json
from pathlib import Path

from gan_core.diagnosis.verdict import Fork
from gan_core.runs.store import RunStore, RunView
from pages._parts.diagnosis_view import changes_in_words
from tests.apptest.reading import without_markdown
from tests.runs_by_hand import in_state


def said(run: RunView, action: Fork) -> list[str]:
    return [without_markdown(words) for words in changes_in_words(run, action)]


def test_the_length_is_among_them(tmp_path: Path) -> None:
    run = in_state(RunStore(tmp_path), "stopped", steps=900)
    action = Fork(at_most=100, changes={"instance_noise": 0.1}, steps=400)
    assert said(run, action) == ["Noise on D's inputs 0 → 0.1", "Steps 900 → 400"]


def test_a_run_from_before_a_setting_was_there(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = in_state(store, "stopped", recipe="vae")
    config = json.loads(run.paths.config.read_text())
    del config["settings"]["beta"]
    run.paths.config.write_text(json.dumps(config))
    action = Fork(at_most=0, changes={"beta": 0.25})
    assert said(store.get(run.id), action) == ["Weight of KL (β) 1 → 0.25"]
