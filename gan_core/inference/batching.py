"""Many viewers, one network: questions that wait for their turn are answered together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gan_core.portable.room import MAX_BATCH

Floats = NDArray[np.float32]


@dataclass(eq=False)
class _Question:
    """Rows that somebody waits for; asked, with or without success."""

    rows: Floats
    answer: Floats | None = None
    asked: bool = False


class Batched:
    """A function of rows `[N, …]` that is called once for all who wait.

    One call runs at a time. Whoever comes meanwhile waits, and the first of them to get a turn
    asks for all: thirty viewers of one generator cost few large calls instead of thirty small ones.
    Only for functions that treat each row by itself.
    """

    def __init__(self, function: Callable[[Floats], Floats], at_once: int = MAX_BATCH) -> None:
        """Make it of a function, and of how many rows of several who wait go into one call."""
        self._function = function
        self._at_once = at_once
        self._turn = threading.Lock()
        self._guard = threading.Lock()
        self._waiting: list[_Question] = []

    def __call__(self, rows: Floats) -> Floats:
        """The answers to `rows`, in their order.

        Raises:
            Whatever the function raises.
        """
        mine = _Question(rows)
        with self._guard:
            self._waiting.append(mine)
        with self._turn:
            while not mine.asked:
                self._answer(self._take())
        # A call that failed has told the one who made it; the others ask for themselves.
        return self._function(rows) if mine.answer is None else mine.answer

    def _take(self) -> list[_Question]:
        """The questions whose turn it is: in their order, as many as one call takes."""
        with self._guard:
            taken = [self._waiting.pop(0)]
            num_rows = len(taken[0].rows)
            while self._waiting and num_rows + len(self._waiting[0].rows) <= self._at_once:
                taken.append(self._waiting.pop(0))
                num_rows += len(taken[-1].rows)
        return taken

    def _answer(self, questions: list[_Question]) -> None:
        for question in questions:
            question.asked = True
        answers = self._function(np.concatenate([q.rows for q in questions]))
        parts = np.split(answers, np.cumsum([len(q.rows) for q in questions])[:-1])
        for question, part in zip(questions, parts, strict=True):
            question.answer = part
