"""Thirty people who open the app at the same moment (L2).

Three turns by turns: clients of ours alone, then some of them real browsers; each on the app and
on an empty page of Streamlit's, which is what the app cannot go below. The browsers draw on the
processors that the server and the training share, which those of a class do not.
"""

from __future__ import annotations

import asyncio
import statistics
from dataclasses import dataclass

from benchmarks.harness import say
from benchmarks.page_visits import PAGES
from benchmarks.trust import empty_page
from benchmarks.trust.class_browsers import Browsers
from benchmarks.trust.classroom import MAX_ARRIVAL_SECS, Scene, step_aside
from benchmarks.trust.lines import Line, at_most, told
from benchmarks.trust.pupils import Pupil, Tally
from benchmarks.trust.served import Served

_NUM_TURNS = 3
_PAUSE_SECS = 2.0


@dataclass(frozen=True)
class Place:
    """Where they arrive, and what shows a browser that it is there."""

    name: str
    app: Served
    wanted: str


@dataclass(frozen=True)
class Arrival:
    """How long the last one waited, of clients and of browsers, and the server's own seconds."""

    last: float
    last_browser: float
    server_secs: float


async def all_at_once(
    scene: Scene, empty: Served, clients: int, browsers: int, path: str | None
) -> list[Line]:
    """L2: everybody opens the app at the same moment."""
    step_aside(2 * (clients + browsers) + 10)
    ours = Place("ours", scene.app, PAGES["Train"])
    peer = Place("an empty page", empty, empty_page.SHOWN)
    alone: dict[str, list[Arrival]] = {ours.name: [], peer.name: []}
    mixed: dict[str, list[Arrival]] = {ours.name: [], peer.name: []}
    first = await _arrive(ours, clients + browsers, 0, path)  # nobody has been here before
    for turn in range(_NUM_TURNS):
        for place in (ours, peer):
            alone[place.name].append(await _arrive(place, clients + browsers, 0, path))
            if browsers:
                mixed[place.name].append(await _arrive(place, clients, browsers, path))
            for kind, found in (("alone", alone), ("with browsers", mixed)):
                for one in found[place.name][-1:]:
                    say(f"turn {turn + 1}, {place.name}, {kind}: {one}")
    num = clients + browsers
    lines = [
        told("L2", f"{num} clients at once, the very first people of a server", first.last, "s"),
        *_compared(f"{num} clients at once, the last one served", alone, ours, peer),
    ]
    if browsers:
        what = f"{num} at once, {browsers} of them browsers on these cores"
        lines += _compared(what, mixed, ours, peer)
    return lines


def _compared(what: str, found: dict[str, list[Arrival]], ours: Place, peer: Place) -> list[Line]:
    last = {name: statistics.median(one.last for one in found[name]) for name in found}
    secs = statistics.median(one.server_secs for one in found[ours.name])
    return [
        at_most("L2", what, last[ours.name], MAX_ARRIVAL_SECS, "s"),
        told("L2", "  … on an empty page of Streamlit's", last[peer.name], "s"),
        told("L2", "  … ours is times that", last[ours.name] / last[peer.name], "×"),
        told("L2", "  … processor time of our server", secs, "s"),
    ]


async def _arrive(place: Place, clients: int, browsers: int, path: str | None) -> Arrival:
    """So many come at once, are served, and go."""
    tally = Tally()
    real = Browsers(place.app.address, "", browsers, path, wanted=place.wanted, acts=False)
    if browsers:
        await asyncio.to_thread(real.start)
    before = place.app.cpu_secs()
    if browsers:
        real.go()
    pupils = [
        Pupil(place.app.address, [""], tally, i, brings={} if i else place.app.teacher)
        for i in range(clients)
    ]
    async with asyncio.TaskGroup() as group:
        for pupil in pupils:
            group.create_task(pupil.come())
    while len(real.arrivals) < browsers:
        await asyncio.sleep(0.05)
    spent = place.app.cpu_secs() - before
    if browsers:
        await asyncio.to_thread(real.end)
    for pupil in pupils:
        await pupil.leave()
    await asyncio.sleep(_PAUSE_SECS)
    assert not tally.errors + real.errors, (tally.errors, real.errors)
    return Arrival(max([*tally.arrivals, *real.arrivals]), max(real.arrivals, default=0.0), spent)
