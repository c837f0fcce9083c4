"""Which values a sweep tries: all combinations of a few, or a few of many, drawn.

Pure: the same wishes and the same seed give the same points.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gan_core.config import SettingValue
from gan_core.errors import BadInputError
from gan_core.recipes.settings import SPECS, SettingSpec
from gan_core.text import N_

MAX_RUNS = 24
MAX_NAMES = 4
_WIDE = 10.0
_DIGITS = 3

Point = dict[str, SettingValue]


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`; where the one is ten times the other, on a log scale."""

    low: float
    high: float


Wish = Sequence[SettingValue] | Range


def grid(wishes: Mapping[str, Wish]) -> list[Point]:
    """All combinations of the values, the last setting changing fastest.

    Raises:
        BadInputError: nothing to try, too many settings or combinations, or a range among them.
    """
    _check_names(wishes)
    values: list[Sequence[SettingValue]] = []
    for name, wish in wishes.items():
        if isinstance(wish, Range):
            raise BadInputError(
                N_("got a range of {name}, of which a grid cannot try all values."),
                N_("Say how many values are to be drawn, or list those to try."),
                field=name,
                name=name,
            )
        values.append(list(dict.fromkeys(wish)))
    num = math.prod(map(len, values))
    _check_number(num)
    return [dict(zip(wishes, chosen, strict=True)) for chosen in itertools.product(*values)]


def draws(wishes: Mapping[str, Wish], num: int, seed: int) -> list[Point]:
    """`num` points at random, each setting by itself; equal ones are drawn once.

    Args:
        wishes: by setting, a range or some values.
        num: how many; fewer come where there are no more.
        seed: the same seed draws the same points.

    Raises:
        BadInputError: nothing to try, too many settings or points, or a range that is none.
    """
    _check_names(wishes)
    _check_number(num)
    for name, wish in wishes.items():
        if isinstance(wish, Range):
            _check_range(name, wish)
    rng = np.random.default_rng(seed)
    found: dict[tuple[SettingValue, ...], Point] = {}
    for _try in range(20 * num):
        point = {name: _drawn(SPECS.get(name), wish, rng) for name, wish in wishes.items()}
        found.setdefault(tuple(point.values()), point)
        if len(found) == num:
            break
    _check_number(len(found))
    return list(found.values())


def _drawn(spec: SettingSpec | None, wish: Wish, rng: np.random.Generator) -> SettingValue:
    if not isinstance(wish, Range):
        return wish[int(rng.integers(len(wish)))]
    if wish.low > 0 and wish.high / wish.low >= _WIDE:
        value = math.exp(rng.uniform(math.log(wish.low), math.log(wish.high)))
    else:
        value = float(rng.uniform(wish.low, wish.high))
    if spec is not None and spec.kind == "int":
        return round(value)
    return min(max(float(f"{value:.{_DIGITS}g}"), wish.low), wish.high)


def _check_names(wishes: Mapping[str, Wish]) -> None:
    if not 1 <= len(wishes) <= MAX_NAMES:
        raise BadInputError(
            N_("got {given} settings to try; allowed are 1 … {high}."),
            field="sweep",
            given=len(wishes),
            high=MAX_NAMES,
        )
    for name, wish in wishes.items():
        if not isinstance(wish, Range) and not wish:
            raise BadInputError(N_("got no value of {name} to try."), field=name, name=name)


def _check_number(num: int) -> None:
    if not 2 <= num <= MAX_RUNS:
        raise BadInputError(
            N_("got {given} runs; a sweep has 2 … {high}."), field="sweep", given=num, high=MAX_RUNS
        )


def _check_range(name: str, wish: Range) -> None:
    spec = SPECS.get(name)
    is_number = spec is None or spec.kind != "choice"
    if not (is_number and math.isfinite(wish.low) and wish.low < wish.high < math.inf):
        raise BadInputError(
            N_("got {low} … {high}; allowed is a range of a number, the smaller end first."),
            field=name,
            low=wish.low,
            high=wish.high,
        )
