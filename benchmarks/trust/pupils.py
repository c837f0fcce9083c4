"""People of a class, who watch a run and explore its generator, a little impatient."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
import websockets
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from benchmarks.trust.cookies import header
from benchmarks.trust.viewer_client import GoneError, ViewerClient

PACE_SECS = 8.0
"""How long somebody looks at what came before doing the next thing, on average."""
_NUM_FILMED = 8
_LATENT_SIGMA = 1.0
_AS_BROWSERS_DO = Retry(total=1, backoff_factor=0, allowed_methods=None)
"""The server closes a connection that was idle for 5 s; who asked at that moment asks again."""
_TIMEOUT_SECS = 60.0
_FAULTS = (GoneError, TimeoutError, OSError, KeyError, ValueError, websockets.WebSocketException)


@dataclass
class Tally:
    """What all of a class saw: how long each action took, and what went wrong."""

    actions: list[tuple[str, float]] = field(default_factory=list)
    arrivals: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def quantile(self, share: float) -> float:
        """The time within which a share of the actions was done, in seconds."""
        return quantile([secs for _what, secs in self.actions], share)

    def slowest(self) -> list[tuple[str, int, float, float]]:
        """`(action, how often, median, 95th percentile)`, the slowest first."""
        kinds = {what for what, _secs in self.actions}
        times = {kind: [s for what, s in self.actions if what == kind] for kind in kinds}
        rows = [
            (kind, len(all_), quantile(all_, 0.5), quantile(all_, 0.95))
            for kind, all_ in times.items()
        ]
        return sorted(rows, key=lambda row: -row[3])


def quantile(values: list[float], share: float) -> float:
    """The smallest value that `share` of all do not exceed; NaN where there are none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


@dataclass
class Pupil:
    """One of them. What a browser would fetch beside the page is fetched here too.

    `brings` are the cookies they come with: the teacher's, or none.
    """

    address: str
    runs: list[str]
    tally: Tally
    seed: int
    pace_secs: float = PACE_SECS
    brings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._http = requests.Session()
        self._http.mount("http://", HTTPAdapter(max_retries=_AS_BROWSERS_DO))
        self._http.headers["Origin"] = self.address
        self._http.cookies.update(self.brings)
        self._run = self.runs[0]
        self._beside: asyncio.Task[None] | None = None

    async def come(self) -> None:
        """Open the app as a browser does: page, programs, socket, first page drawn."""
        begun = time.monotonic()
        await asyncio.to_thread(self._load_programs)
        self._page = await ViewerClient.open(self.address, cookies=self.cookies)
        self.tally.arrivals.append(time.monotonic() - begun)

    @property
    def cookies(self) -> dict[str, str]:
        """What they brought, and what they were given."""
        return self._http.cookies.get_dict()

    async def live(self) -> None:
        """Come, and do one thing after another until cancelled."""
        try:
            await self.come()
        except _FAULTS as error:
            self._complain("arrival", error)
            return
        try:
            while True:
                await asyncio.sleep(min(self._random.expovariate(1 / self.pace_secs), 40.0))
                await self.act()
        finally:
            await self.leave()

    async def leave(self) -> None:
        """Close the page."""
        self._stop_beside()
        await self._page.close()

    async def act(self) -> None:
        """Do one thing, and note how long it took and what went wrong."""
        on_explore = self._page.page == "explore"
        doings: list[Callable[[], Awaitable[None]]] = [self._watch, self._look_at_runs]
        doings += (
            [self._count, self._snapshot, self._ink, self._drag, self._film, self._weights]
            if on_explore
            else [self._explore, self._explore]
        )
        what = self._random.choice(doings)
        begun = time.monotonic()
        try:
            async with asyncio.timeout(_TIMEOUT_SECS):
                await what()
        except _FAULTS as error:
            self._complain(what.__name__.strip("_"), error)
        self.tally.actions.append((what.__name__.strip("_"), time.monotonic() - begun))
        self.tally.errors += self._page.errors
        self._page.errors.clear()

    def _complain(self, what: str, error: BaseException) -> None:
        self.tally.errors.append(f"{what}: {type(error).__name__} {error}"[:200])

    async def _watch(self) -> None:
        self._stop_beside()
        self._run = self.runs[0]
        await self._page.go("", f"run={self._run}")
        news = (await self._get(f"studio/runs/{self._run}/live.json")).json()
        steps = news["lists"]["sheets"]["add"][0]
        if steps:
            await self._get(f"studio/runs/{self._run}/samples/{steps[-1]}.png")
        self._beside = asyncio.create_task(self._follow_news(news["version"]))

    async def _look_at_runs(self) -> None:
        self._stop_beside()
        await self._page.go("runs")
        self._beside = asyncio.create_task(self._follow_ticks())

    async def _explore(self) -> None:
        self._stop_beside()
        self._run = self._random.choice(self.runs)
        await self._page.go("explore", f"run={self._run}&step=newest")
        await self._weights()
        events = self._page.component("explorer").get("events_url")
        if events:
            self._beside = asyncio.create_task(self._follow_events(events))

    async def _count(self) -> None:
        key = f"explore-count-{self._run}"
        await self._page.change(key, self._random.randint(1, 20))

    async def _snapshot(self) -> None:
        key = f"explore-step-{self._run}"
        options = self._page.widget(key).proto.options
        await self._page.change(key, self._random.choice(options[:8]))

    async def _ink(self) -> None:
        await self._page.change("invert", self._random.random() < 0.5)

    async def _drag(self) -> None:
        data = self._page.component("explorer")
        await self._decode(data, data["step"], 8)

    async def _film(self) -> None:
        data = self._page.component("explorer")
        steps = (await self._get(data["steps_url"])).json()["steps"]
        begun = time.monotonic()
        for step in steps[-_NUM_FILMED:]:
            await self._decode(data, step, 1)
        # A strip fills picture by picture; what one waits for is the next one.
        spent = time.monotonic() - begun
        self.tally.actions.append(("film_picture", spent / max(1, len(steps[-_NUM_FILMED:]))))

    async def _weights(self) -> None:
        await self._get(self._page.component("explorer")["bundle_url"])

    async def _decode(self, data: dict[str, Any], step: int, num: int) -> None:
        size = data["latent_size"]
        latents = [[self._random.gauss(0, _LATENT_SIGMA) for _ in range(size)] for _ in range(num)]
        asked = {"run": data["run"], "step": step, "latents": latents}
        answer = await asyncio.to_thread(
            self._http.post, f"{self.address}/studio/decode", json=asked, timeout=_TIMEOUT_SECS
        )
        answer.raise_for_status()

    async def _follow_news(self, version: str) -> None:
        """As the live view does: ask each second."""
        async with self._noting("live.json"):
            while True:
                await asyncio.sleep(1.0)
                answer = await self._get(f"studio/runs/{self._run}/live.json?since={version}")
                version = answer.json()["version"] if answer.status_code == 200 else version

    async def _follow_ticks(self) -> None:
        """As Streamlit's client does where a part of the page is to be drawn every so often."""
        async with self._noting("tick"):
            while True:
                await asyncio.sleep(min(self._page.ticks.values(), default=5.0))
                for fragment in list(self._page.ticks):
                    await self._page.tick(fragment)

    async def _follow_events(self, events: str) -> None:
        """As the explorer does: hear of snapshots, fetch their weights."""
        place = f"{self.address.replace('http', 'ws', 1)}/{events}"
        async with (
            self._noting("events"),
            websockets.connect(
                place,
                origin=self.address,
                additional_headers=header(self.cookies),
                max_size=None,
                open_timeout=_TIMEOUT_SECS,
            ) as socket,
        ):
            async for raw in socket:
                await self._get(json.loads(raw)["bundle_url"])

    @asynccontextmanager
    async def _noting(self, what: str) -> AsyncIterator[None]:
        try:
            yield
        except _FAULTS as error:
            self._complain(what, error)

    def _stop_beside(self) -> None:
        if self._beside is not None:
            self._beside.cancel()
            self._beside = None

    async def _get(self, path: str) -> requests.Response:
        answer = await asyncio.to_thread(
            self._http.get, f"{self.address}/{path}", timeout=_TIMEOUT_SECS
        )
        answer.raise_for_status()
        return answer

    def _load_programs(self) -> None:
        """The page itself and the programs that it names."""
        page = self._http.get(self.address, headers={"Accept": "text/html"}, timeout=_TIMEOUT_SECS)
        page.raise_for_status()
        for part in page.text.split('"')[1::2]:
            if part.startswith("./static/"):
                self._http.get(f"{self.address}/{part[2:]}", timeout=_TIMEOUT_SECS)


async def hold(pupils: list[Pupil], secs: float) -> None:
    """Let people live for a while."""
    living = [asyncio.create_task(pupil.live()) for pupil in pupils]
    await asyncio.sleep(secs)
    for one in living:
        one.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.gather(*living, return_exceptions=True)
