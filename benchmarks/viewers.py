"""Thirty people look at Explore while a run trains: `python -m benchmarks.viewers`.

Starts the app and a run of `quick-dcgan`, then takes turns: a while alone, a while with thirty
viewers. A viewer holds the page's socket and the run's, and fetches the weights of each new
snapshot, as a browser does. Prints the processor time that the app takes for them, and how fast
training goes beside them. The viewers stand for other machines, so they take only the processor
time that is left here.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import requests
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.first_minute import REPO, start_server
from gan_core.runs import snapshots
from gan_core.runs.metrics import MetricReader
from gan_core.runs.store import RunStore

_ROUNDS = 3
_LOAD_SECS = 6.0


@dataclass
class Turn:
    """What one turn showed."""

    cores: float
    images_per_s: float


@dataclass
class Viewers:
    """People who look; `delays` are seconds from a snapshot's writing to its weights at hand."""

    address: str
    run: str
    paths_root: Path
    delays: list[float] = field(default_factory=list)

    async def look(self) -> None:
        """Be one viewer until cancelled."""
        place = self.address.replace("http", "ws", 1)
        options = {"max_size": None, "open_timeout": 60}
        async with (
            websockets.connect(
                f"{place}/_stcore/stream", subprotocols=["streamlit"], **options
            ) as page,
            websockets.connect(f"{place}/studio/runs/{self.run}/events", **options) as events,
        ):
            message = BackMsg()
            message.rerun_script.query_string = f"run={self.run}&step=newest"
            message.rerun_script.page_name = "explore"
            await page.send(message.SerializeToString())
            await asyncio.gather(self.drain(page), self.follow(events))

    async def drain(self, page: websockets.ClientConnection) -> None:
        """Take what the server sends to the page."""
        async for raw in page:
            ForwardMsg.FromString(raw)

    async def follow(self, events: websockets.ClientConnection) -> None:
        """Fetch the weights of each snapshot that is told of."""
        first = True
        async for raw in events:
            news = json.loads(raw)
            url = f"{self.address}/{news['bundle_url']}"
            await asyncio.to_thread(_fetch, url)
            manifest = self.paths_root / "snapshots" / str(news["step"]) / "manifest.json"
            if not first:
                self.delays.append(time.time() - manifest.stat().st_mtime)
            first = False


def _fetch(url: str) -> None:
    requests.get(url, timeout=60).raise_for_status()


def cpu_secs(pid: int) -> float:
    """Processor time of a process, in seconds."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def newest_step(store: RunStore, run: str) -> tuple[int, float]:
    """The newest logged step, and the seconds of training that it stands for."""
    reader = MetricReader(store.paths(run).metrics)
    reader.poll()
    return int(reader.columns["step"][-1]), float(reader.columns["elapsed_s"][-1])


async def turn(store: RunStore, run: str, pid: int, secs: float, batch_size: int) -> Turn:
    """Watch for a while."""
    cpu, begun, (step, at) = cpu_secs(pid), time.monotonic(), newest_step(store, run)
    await asyncio.sleep(secs)
    spent = time.monotonic() - begun
    later, then = newest_step(store, run)
    rate = (later - step) * batch_size / (then - at)
    return Turn(cores=(cpu_secs(pid) - cpu) / spent, images_per_s=rate)


async def rounds(
    viewers: Viewers, store: RunStore, pid: int, num: int, secs: float
) -> tuple[list[Turn], list[Turn]]:
    """Alone and with viewers, by turns."""
    batch_size = store.get(viewers.run).sound_config().settings.batch_size
    alone, beside = [], []
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(num))
    os.nice(19)
    for _ in range(_ROUNDS):
        alone.append(await turn(store, viewers.run, pid, secs, batch_size))
        looking = [asyncio.create_task(viewers.look()) for _ in range(num)]
        await asyncio.sleep(_LOAD_SECS)
        beside.append(await turn(store, viewers.run, pid, secs, batch_size))
        for task in looking:
            task.cancel()
        await asyncio.gather(*looking, return_exceptions=True)
        await asyncio.sleep(2)
    return alone, beside


def start_run(runs: Path) -> str:
    """A run that trains for longer than this takes; its id."""
    finished = subprocess.run(
        [sys.executable, "-m", "gan_core", "train", "quick-dcgan", "--dataset", "digits",
         "--steps", "100000", "--runs", str(runs), "--detach"],
        cwd=REPO, check=True, capture_output=True, text=True, env=os.environ,
    )  # fmt: skip
    return finished.stdout.split()[-1]


def wait_for_snapshot(store: RunStore, run: str) -> None:
    """Until there is something to explore."""
    while len(snapshots.list_steps(store.paths(run))) < 3:
        time.sleep(0.5)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=30)
    parser.add_argument("--secs", type=float, default=30.0, help="of each turn")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(Path(folder))
        run = start_run(store.root)
        server, _ = start_server(8599, str(store.root))
        try:
            wait_for_snapshot(store, run)
            viewers = Viewers("http://localhost:8599", run, store.paths(run).root)
            alone, beside = asyncio.run(
                rounds(viewers, store, server.pid, given.viewers, given.secs)
            )
        finally:
            server.terminate()
            server.wait()
            command = [sys.executable, "-m", "gan_core", "stop", run, "--runs", str(store.root)]
            subprocess.run(command, cwd=REPO, check=True, capture_output=True)
            time.sleep(3)
    report(alone, beside, viewers.delays, given.viewers)


def report(alone: list[Turn], beside: list[Turn], delays: list[float], num: int) -> None:
    """The figures in words."""
    idle = statistics.median(t.cores for t in alone)
    cores = statistics.median(t.cores for t in beside)
    rate = statistics.median(t.images_per_s for t in alone)
    slowed = statistics.median(t.images_per_s for t in beside)
    for one, other in zip(alone, beside, strict=True):
        print(
            f"a turn alone {one.images_per_s:6.0f} images/s, with viewers {other.images_per_s:6.0f}"
        )
    print(f"app without viewers     {100 * idle:5.1f} % of a core   {rate:6.0f} images/s")
    print(f"app with {num:3} viewers    {100 * cores:5.1f} % of a core   {slowed:6.0f} images/s")
    print(f"for the viewers         {100 * (cores - idle):5.1f} % of a core (goal: under 10)")
    print(f"training slowed by      {100 * (1 - slowed / rate):5.1f} % (goal: under 5)")
    if delays:
        print(
            f"a new snapshot's weights are at a viewer after {statistics.median(delays):.2f} s "
            f"(median), {max(delays):.2f} s (worst; goal 2)"
        )


if __name__ == "__main__":
    main()
