"""Every address of docs/security.md answers those that it says, and nobody else, in `class`.

One server. Each address is asked by somebody without a cookie, by a viewer and by the teacher.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import psutil
import pytest
import requests
import websockets

from benchmarks.trust import cookies
from benchmarks.trust.served import Served, processes_of, served, settings
from benchmarks.trust.viewer_client import ViewerClient
from gan_core.access.people import OWNER
from gan_core.jobs import gallery
from gan_core.runs import inversions, snapshots
from gan_core.runs.store import RunStore
from tests.access.addresses import CLOSED, EVERYBODY, TEACHERS, decided
from tests.access.asked import ASKED, Asked
from tests.apart import run_apart

STREAM, EVENTS = "/_stcore/stream", "/studio/runs/{run}/events"
MEDIA = "/media/{file_id}"
PEOPLE = ("nobody", "viewer", "teacher")
ELSEWHERE = "https://elsewhere.example"
OF_128_BITS = re.compile(r"/media/[0-9a-f]{32}\.\w+")
WHOM = decided(Path(__file__).parents[2])


@dataclass(frozen=True)
class Class:
    """A served class, what is there to ask for, and everybody's cookies."""

    app: Served
    there: dict[str, Any]
    people: dict[str, dict[str, str]]

    def ask(self, asked: Asked, whom: str, **headers: str) -> requests.Response:
        return requests.request(
            asked.method,
            self.app.address + asked.path.format_map(self.there),
            cookies=self.people[whom],
            headers={"Origin": self.app.address, **headers},
            allow_redirects=False,
            timeout=60,
            **asked.sends(self.there),
        )

    async def hear(self, whom: str) -> dict[str, Any]:
        """The first word of a run's socket."""
        place = f"{self.app.address}/studio/runs/{self.there['digits']}/events"
        async with websockets.connect(
            place.replace("http", "ws", 1),
            origin=self.app.address,
            additional_headers=cookies.header(self.people[whom]),
        ) as socket:
            return json.loads(await socket.recv())


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, data_dir: Path) -> Iterator[Class]:
    store = RunStore(tmp_path_factory.mktemp("class"))
    settings(store)
    there = runs_of(store)
    with (
        mock.patch.dict(os.environ, {"GAN_DATA_DIR": str(data_dir)}),
        served(store, "class") as app,
    ):
        people = {"nobody": {}, "viewer": cookies.newcomers(app.address), "teacher": app.teacher}
        made = Class(app, there, people)
        there["bundle"] = run_apart(made.hear("nobody"))["bundle_url"]
        yield made
    for process in (left := processes_of(store)):  # makes the index of the nearest images
        process.kill()
    psutil.wait_procs(left, timeout=10)


def runs_of(store: RunStore) -> dict[str, Any]:
    """Two runs, and a picture that was searched for."""
    runs = {name: gallery.ensure(store, name, by=OWNER) for name in ("digits", "plane")}
    steps = {name: snapshots.list_steps(store.paths(run))[-1] for name, run in runs.items()}
    search = inversions.home(store.root) / inversions.new_id()
    wanted = inversions.Wanted(run=runs["plane"], step=steps["plane"], person="somebody")
    inversions.write_request(search, wanted, np.zeros((28, 28, 1), np.uint8))
    found = inversions.Found(done=9, total=9, error=0.1, z=(0.0, 0.0), is_over=True)
    inversions.write_found(search, found)
    return {**runs, "step": steps["digits"], "plane_step": steps["plane"], "search": search.name}


def test_each_address_is_asked() -> None:
    assert sorted(ASKED.keys() | {STREAM, EVENTS, MEDIA}) == sorted(WHOM)


@pytest.mark.parametrize("address", ASKED)
def test_it_answers_whom_it_says(here: Class, address: str) -> None:
    asked, whom = ASKED[address], WHOM[address]
    allowed = {CLOSED: (), TEACHERS: ("teacher",), EVERYBODY: PEOPLE}[whom]
    for person in PEOPLE:
        answer = here.ask(asked, person)
        was_answered = answer.status_code == asked.status and asked.says in answer.content
        if person in allowed:
            assert was_answered, (person, answer.status_code, answer.content[:200])
        else:
            assert is_refusal(here, answer, whom), (person, answer.status_code)
            assert not was_answered or whom == CLOSED


def is_refusal(here: Class, answer: requests.Response, whom: str) -> bool:
    """Not there, or not allowed. Where nothing is, Streamlit sends its client, as for any page."""
    if whom == TEACHERS:
        return answer.status_code == 403
    client = requests.get(here.app.address, timeout=60)
    return answer.status_code == 404 or answer.content == client.content


@pytest.mark.parametrize("whom", PEOPLE)
def test_its_sockets_answer_everybody(here: Class, whom: str) -> None:
    assert WHOM[STREAM] == WHOM[EVENTS] == EVERYBODY

    async def open_page() -> list[str]:
        page = await ViewerClient.open(here.app.address, cookies=here.people[whom])
        await page.close()
        return page.errors

    assert run_apart(open_page()) == []
    assert run_apart(here.hear(whom))["step"] == here.there["step"]


def test_a_pages_pictures_are_open_to_who_knows_their_address(here: Class) -> None:
    assert WHOM[MEDIA] == EVERYBODY

    async def scene() -> list[int]:
        page = await ViewerClient.open(here.app.address, "data", keeps_raw=True)
        found = OF_128_BITS.search(b"".join(page.raw).decode("latin-1"))
        assert found is not None
        asked = Asked(found.group())
        answers = [await asyncio.to_thread(here.ask, asked, whom) for whom in PEOPLE]
        await page.close()
        return [answer.status_code for answer in answers]

    assert run_apart(scene()) == [200] * 3


@pytest.mark.parametrize(
    "address", [a for a, asked in ASKED.items() if asked.method == "POST" and "/studio/" in a]
)
def test_nothing_is_changed_for_a_page_of_elsewhere(here: Class, address: str) -> None:
    answer = here.ask(ASKED[address], "teacher", Origin=ELSEWHERE)
    assert (answer.status_code, answer.text) == (403, "Asked from another site\n")


def test_a_search_is_seen_by_who_has_its_id(here: Class) -> None:
    asked = ASKED["/studio/inversions/{id}"]
    guessed = Asked(asked.path.replace("{search}", inversions.new_id()))
    assert here.ask(guessed, "teacher").status_code == 404
