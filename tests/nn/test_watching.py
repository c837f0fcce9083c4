"""The collapse watch in a worker tells once; a loss that is no number it always notes."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_core.runs.layout import RunPaths
from gan_core.runs.watch import Collapse, Watched, read_watched, write_watched

FAIR = {"d_loss": 1.1, "g_loss": 1.0, "d_acc_real": 0.8, "d_acc_fake": 0.8}
BROKEN = FAIR | {"g_loss": math.nan}


@pytest.fixture
def watcher(
    nn: SimpleNamespace, system: Callable[..., Any], digits: NDArray[np.uint8], paths: RunPaths
) -> Callable[..., Any]:
    def make(**settings: Any) -> Any:
        made = system(**settings)
        return nn.watching.Watcher(paths, made.recipe, made.config, digits, lambda: None)

    return make


def test_beside_what_was_found_before(watcher: Callable[..., Any], paths: RunPaths) -> None:
    first = Collapse(step=500, healthy_step=300, signals=("d_always_right",), evidence={"d": 0.0})
    write_watched(paths, Watched(collapse=first, num_rollbacks=1))
    made = watcher()
    made.observe(2990, FAIR)
    assert read_watched(paths).collapse == first
    made.observe(3000, BROKEN)
    made.observe(3010, BROKEN)
    found = read_watched(paths)
    assert found.num_rollbacks == 1
    assert found.collapse == first.model_copy(
        update={"signals": ("d_always_right", "not_finite"), "not_finite_step": 3000}
    )


@pytest.mark.parametrize("lesson", ["d_only", "g_only"])
def test_in_a_stage_of_the_lesson(
    watcher: Callable[..., Any], paths: RunPaths, lesson: str
) -> None:
    watcher(lesson=lesson).observe(40, BROKEN)
    found = read_watched(paths).collapse
    assert found is not None
    assert (found.step, found.signals) == (40, ("not_finite",))


def test_once_where_the_watch_itself_finds_it(watcher: Callable[..., Any], paths: RunPaths) -> None:
    made = watcher()
    made.observe(10, BROKEN)
    found = read_watched(paths)
    made.observe(20, BROKEN)
    assert read_watched(paths) == found
    assert found.collapse is not None
    assert found.collapse.signals == ("not_finite",)
