"""A class of thirty that watches and explores for a long time while a run trains (L1).

Our viewers run on the processors that the server and the training have, which those of a class do
not. So turns differ: in some the viewers go first, and say how long people wait; in the others
they come last, and say how training is slowed. Or they have a processor of their own, and say
both, of a server that has one less. Between turns nobody is there.
"""

from __future__ import annotations

import asyncio
import math
import statistics
import time
from dataclasses import dataclass, field

import psutil

from benchmarks.harness import say
from benchmarks.trust import priority
from benchmarks.trust.class_browsers import Browsers
from benchmarks.trust.classroom import MAX_SECS, Scene, living, rate_for, step_aside
from benchmarks.trust.lines import Line, at_most, told
from benchmarks.trust.pupils import Tally, quantile

_ALONE_SHARE = 0.25
_SETTLE_SECS = 4.0
_WARM_SECS = 60.0
_FULL_MINUTES = 8.0
_MAX_GROWTH, _MAX_SLOWED = 10.0, 10.0
SHARED = {"viewers first": priority.PROMPT, "viewers last": priority.LAST}
APART = {"viewers apart": priority.PROMPT}
"""Kinds of turns, by how the viewers are weighed."""


@dataclass
class Turns:
    """What was seen in the turns of one kind."""

    tally: Tally = field(default_factory=Tally)
    alone: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)
    browser_secs: list[float] = field(default_factory=list)
    viewer_cores: list[float] = field(default_factory=list)

    @property
    def slowed(self) -> float:
        """By how many percent training is slower than while nobody is there."""
        return 100 * (1 - statistics.median(self.beside) / statistics.median(self.alone))


async def long_lesson(
    scene: Scene,
    minutes: float,
    rounds: int,
    clients: int,
    browsers: int,
    path: str | None,
    kinds: dict[str, int],
) -> list[Line]:
    """L1: so many minutes of watching and exploring, in `rounds` turns of some kinds."""
    step_aside(2 * clients + 10)
    real = Browsers(scene.app.address, scene.run, browsers, path)
    await asyncio.to_thread(real.start)
    turn_secs = 60 * minutes / rounds
    async with living(scene.pupils(clients, Tally(), first=900)):
        await asyncio.sleep(min(_WARM_SECS, turn_secs))  # what is loaded once is loaded now
    seen = {name: Turns() for name in kinds}
    memory: list[float] = []
    for turn in range(rounds):
        name = list(kinds)[turn % len(kinds)]
        here = seen[name]
        await asyncio.to_thread(priority.take, kinds[name])
        here.alone.append(await rate_for(scene, max(10.0, _ALONE_SHARE * turn_secs)))
        real.go() if turn == 0 else real.call_back()
        num_before, cpu, begun = len(real.actions), _viewers_secs(), time.monotonic()
        async with living(scene.pupils(clients, here.tally, first=100 * turn)):
            await asyncio.sleep(_SETTLE_SECS)
            memory.append(scene.app.memory_mb())
            here.beside.append(await rate_for(scene, turn_secs))
            memory.append(scene.app.memory_mb())
        here.viewer_cores.append((_viewers_secs() - cpu) / (time.monotonic() - begun))
        here.browser_secs += [secs for _what, secs in real.actions[num_before:]]
        await asyncio.to_thread(real.send_away)
        await asyncio.sleep(2.0)
        say(
            f"turn {turn + 1}, {name}: {here.alone[-1]:.1f} steps/s alone, "
            f"{here.beside[-1]:.1f} with the class, {memory[-1]:.0f} MB, "
            f"p95 {here.tally.quantile(0.95):.2f} s, {len(here.tally.errors)} errors, "
            f"viewers take {100 * here.viewer_cores[-1]:.0f} % of a core"
        )
    await asyncio.to_thread(real.end)
    return _lines(minutes, seen, real, memory)


def _viewers_secs() -> float:
    """Processor time of this process and of the browsers that it started."""
    total = 0.0
    for one in (own := psutil.Process(), *own.children(recursive=True)):
        times = one.cpu_times()
        total += times.user + times.system
    return total


def _lines(
    minutes: float, seen: dict[str, Turns], real: Browsers, memory: list[float]
) -> list[Line]:
    """The figures of L1: people's times are the first kind's, training's the last kind's."""
    kinds = list(seen.values())
    first, last = kinds[0], kinds[-1]
    for name, turns in seen.items():
        say(f"{name}:")
        _say_actions(turns.tally)
    _say_browsers(real)
    errors = [error for turns in seen.values() for error in turns.tally.errors] + real.errors
    for error in errors[:20]:
        say(f"  error: {error}")
    num = sum(len(turns.tally.actions) for turns in seen.values())
    return [
        at_most("L1", "a page action, p95", first.tally.quantile(0.95), MAX_SECS, "s"),
        told("L1", f"the median of {num} actions", first.tally.quantile(0.5), "s"),
        Line("L1", "errors", str(len(errors)), "0", not errors),
        _growth(minutes, memory),
        at_most("L1", "training slowed by", last.slowed, _MAX_SLOWED, "%", 1),
        *(line for name, turns in seen.items() for line in _of_turns(name, turns)),
        told("L1", "minutes of watching", minutes, "min", 1),
    ]


def _of_turns(name: str, turns: Turns) -> list[Line]:
    """What was seen in the turns of one kind."""
    found = [
        told("L1", f"{name}: p95", turns.tally.quantile(0.95), "s"),
        told("L1", "  … training slowed by", turns.slowed, "%", 1),
        told("L1", "  … they take of a core", 100 * turns.viewer_cores[-1], "%", 0),
    ]
    if turns.browser_secs:
        what = f"  … p95 of {len(turns.browser_secs)} actions in real browsers"
        found.append(told("L1", what, quantile(turns.browser_secs, 0.95), "s"))
    return found


def _say_actions(tally: Tally) -> None:
    for kind, num, median, p95 in tally.slowest():
        say(f"  {kind:14} {num:5} times, median {median:.2f} s, p95 {p95:.2f} s")


def _say_browsers(real: Browsers) -> None:
    for kind in sorted({what for what, _secs in real.actions}):
        took = [secs for what, secs in real.actions if what == kind]
        say(
            f"  browser {kind:8} {len(took):3} times, median {quantile(took, 0.5):.2f} s, "
            f"p95 {quantile(took, 0.95):.2f} s"
        )


def _growth(minutes: float, memory: list[float]) -> Line:
    # The first quarter fills what is kept in memory; a short lesson is hardly more than that.
    filled = memory[2 * math.ceil(len(memory) / 8) - 1]
    growth = 100 * (memory[-1] / filled - 1)
    words = f"the page's memory, {memory[0]:.0f}, {filled:.0f}, {memory[-1]:.0f} MB: growth"
    if minutes < _FULL_MINUTES:
        return told("L1", words, growth, "%", 1)
    return at_most("L1", words, growth, _MAX_GROWTH, "%", 1)
