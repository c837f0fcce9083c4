"""Questions that wait are answered together, each with its own answer."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from gan_core.inference.batching import Batched
from gan_core.portable.room import MAX_BATCH


def test_whoever_waits_is_answered_in_one_call() -> None:
    sizes: list[int] = []
    first_runs, go_on = threading.Event(), threading.Event()

    def slow(rows: np.ndarray) -> np.ndarray:
        sizes.append(len(rows))
        if len(sizes) == 1:
            first_runs.set()
            assert go_on.wait(10)
        return rows * 2

    ask = Batched(slow)
    with ThreadPoolExecutor(13) as pool:
        first = pool.submit(ask, np.full((1, 3), 100, np.float32))
        assert first_runs.wait(10)
        others = [pool.submit(ask, np.full((2, 3), i, np.float32)) for i in range(12)]
        while len(ask._waiting) < 12:
            pass
        go_on.set()
        np.testing.assert_array_equal(first.result(10), np.full((1, 3), 200))
        for i, other in enumerate(others):
            np.testing.assert_array_equal(other.result(10), np.full((2, 3), 2 * i))
    assert sizes == [1, 24]


@pytest.mark.parametrize("most", [2, MAX_BATCH])
def test_no_call_is_larger_than_a_batch(most: int) -> None:
    sizes: list[int] = []

    def count(rows: np.ndarray) -> np.ndarray:
        sizes.append(len(rows))
        return rows

    ask = Batched(count, most)
    rows = np.zeros((most - 1, 1), np.float32)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, [rows] * 8))
    assert all(len(answer) == most - 1 for answer in answers)
    assert sum(sizes) == 8 * (most - 1)
    assert max(sizes) <= most


def test_a_failure_reaches_who_asked_and_nobody_after() -> None:
    def fussy(rows: np.ndarray) -> np.ndarray:
        if np.isnan(rows).any():
            raise ValueError("not a number")
        return rows

    ask = Batched(fussy)
    with pytest.raises(ValueError, match="not a number"):
        ask(np.full((1, 1), np.nan, np.float32))
    np.testing.assert_array_equal(ask(np.ones((1, 1), np.float32)), [[1]])
