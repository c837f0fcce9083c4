"""A small class, a full house and two people, on the real app; the long forms are benchmarks.

The app is served to a class: one is the teacher by the code, all others are viewers.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.runtime_util import get_max_message_size_bytes

from benchmarks.many_runs import growing_run, make_runs
from benchmarks.trust import cookies, two_people
from benchmarks.trust.classroom import living
from benchmarks.trust.pupils import Pupil, Tally
from benchmarks.trust.served import CODE
from benchmarks.trust.viewer_client import GoneError, ViewerClient
from gan_core.data.own.limits import UPLOAD
from gan_core.jobs.queue import STUDIO_NAME
from gan_core.runs.files import write_json
from gan_core.runs.store import RunStore
from tests.apart import run_apart
from tests.web.real_app import free_port, wait_until_healthy

HTML = {"Accept": "text/html"}
NUM_LOGGED = 400


@dataclass(frozen=True)
class App:
    """A served app over a few runs, one of which goes on; `teacher` are its teacher's cookies."""

    address: str
    store: RunStore
    growing: str
    teacher: dict[str, str]

    def limit(self, max_viewers: int) -> None:
        write_json(
            self.store.root / STUDIO_NAME, {"standby_minutes": 0, "max_viewers": max_viewers}
        )

    def knock(self) -> requests.Response:
        """Ask for the page, as a browser does."""
        return requests.get(self.address, headers=HTML, timeout=30)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, repo: Path) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("load")
    store = make_runs(folder, 3, NUM_LOGGED)
    port, log = free_port(), folder / "server.log"
    address = f"http://127.0.0.1:{port}"
    words = [sys.executable, "-m", "gan_core", "serve", "class", "--port", str(port)]
    words += ["--code", CODE]
    environ = {**os.environ, "GAN_RUNS_DIR": str(store.root)}
    with growing_run(store, NUM_LOGGED, per_sec=20) as growing, log.open("wb") as output:
        server = subprocess.Popen(words, cwd=repo, env=environ, stdout=output, stderr=output)
        try:
            wait_until_healthy(address, server, log)
            yield App(address, store, growing, cookies.teachers(address, CODE))
        finally:
            server.terminate()
            server.wait(timeout=20)
    assert "Traceback" not in log.read_text()


def test_a_class_of_eight_watches_and_explores(app: App) -> None:
    app.limit(100)
    tally = Tally()
    runs = [app.growing, *app.store.ids()]
    pupils = [
        Pupil(app.address, runs, tally, i, pace_secs=0.5, brings={} if i else app.teacher)
        for i in range(8)
    ]

    async def lesson() -> None:
        async with living(pupils), asyncio.timeout(120):
            while not tally.errors and (len(tally.actions) < 40 or len(tally.arrivals) < 8):
                await asyncio.sleep(0.1)

    run_apart(lesson())
    assert tally.errors == []
    assert len(tally.arrivals) == 8
    assert len({json.dumps(pupil.cookies, sort_keys=True) for pupil in pupils}) == 8
    are_teachers = [cookies.is_teacher(app.address, pupil.cookies) for pupil in pupils]
    assert are_teachers == [True, *[False] * 7]
    kinds = {what for what, _secs in tally.actions}
    assert {"watch", "explore", "look_at_runs"} <= kinds
    assert kinds & {"count", "snapshot", "ink", "drag", "film", "weights"}


def test_a_full_house_says_so_and_disturbs_nobody(app: App) -> None:
    async def scene() -> None:
        here = []
        for _ in range(2):
            assert app.knock().status_code == 200
            here.append(await ViewerClient.open(app.address))
        app.limit(len(here))

        full = app.knock()
        assert full.status_code == 503
        assert full.headers["Retry-After"] == "10"
        assert "The studio is full" in full.text
        assert "2 people are here." in full.text
        with suppress(GoneError):  # one who left a moment ago may come back, and no more
            here.append(await ViewerClient.open(app.address))
        with pytest.raises(GoneError):
            await ViewerClient.open(app.address)
        while len(here) > 2:
            await here.pop().close()
        for viewer in here:
            await viewer.go("runs")
            assert viewer.errors == []
            await viewer.go("")
        assert requests.get(f"{app.address}/_stcore/health", timeout=30).status_code == 200

        await here.pop().close()
        async with asyncio.timeout(30):
            while app.knock().status_code != 200:
                await asyncio.sleep(0.1)
        here.append(await ViewerClient.open(app.address, "explore"))
        assert app.knock().status_code == 503
        for viewer in here:
            assert viewer.errors == []
            await viewer.close()

    app.limit(100)
    run_apart(scene())


def test_a_giant_message_is_refused_by_its_head(app: App) -> None:
    """Nothing of its body is waited for, which the server would gather in memory."""

    async def scene() -> int | None:
        viewer = await ViewerClient.open(app.address)
        head = bytes([0x82, 0x80 | 127]) + (26_000_000).to_bytes(8, "big") + bytes(4)
        viewer.socket.transport.write(head + b"and no more")
        async with asyncio.timeout(20):
            await viewer.socket.wait_closed()
        await viewer.close()
        return viewer.socket.close_code

    app.limit(100)
    assert run_apart(scene()) == 1009


def test_the_names_of_as_many_pictures_as_are_allowed_fit_into_a_message() -> None:
    message = BackMsg()
    widget = message.rerun_script.widget_states.widgets.add(id="pictures")
    session, file = (str(uuid.UUID(int=0)) for _ in range(2))
    address = f"/_stcore/upload_file/{session}/{file}"
    for _ in range(UPLOAD.entries):
        named = widget.file_uploader_state_value.uploaded_file_info.add(
            name="pictures/a class of them/picture 0123456789.jpg", size=10**6, file_id=file
        )
        named.file_urls.file_id = file
        named.file_urls.upload_url = named.file_urls.delete_url = address
    assert message.ByteSize() < 0.9 * get_max_message_size_bytes()


def test_two_people_never_see_each_others_state(app: App) -> None:
    app.limit(100)
    meeting = two_people.meet(app.address, app.store.ids(), 60, 3, app.teacher)
    num, faults = run_apart(meeting)
    assert num >= 60
    assert faults == []


def test_the_comparison_of_two_people_can_fail(app: App) -> None:
    """A page that shows something else than its person chose is told."""

    async def scene() -> list[str]:
        page = await ViewerClient.open(app.address, "explore", keeps_raw=True)
        run, other = app.store.ids()[:2]
        person = two_people.Person("anemone", 0, [run], 1, page, stranger="borealis")
        await page.go("runs")
        await page.go("explore", f"run={other}&step=newest")
        person.expect(run)
        person.look("nothing")
        await page.close()
        return person.faults

    assert any("shows" in fault for fault in run_apart(scene()))
