"""Two people at once on one server: never one's state on the other's page (S5).

Each has a model of what their page must show, and a mark that is in all they type: what the
server sends to one must agree with the model, and never contain the other's mark.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.trust.cookies import newcomers
from benchmarks.trust.lines import Line
from benchmarks.trust.viewer_client import ViewerClient

_RECIPES = ("quick-dcgan", "vae", "mlp-gan")
_PSEUDO = "«".encode()
_COUNT = 10
"""Sliders that the explorer shows at first."""


@dataclass
class Person:
    """One of the two.

    Attributes:
        mark: a word that nobody else types.
        parity: their numbers are even or odd, so that nobody else's are.
        role: of the two in a class, which their page must say; empty where roles are not told.
        faults: what their page showed that it must not.
    """

    mark: str
    parity: int
    runs: list[str]
    seed: int
    page: ViewerClient
    stranger: str = ""
    role: Literal["", "teacher", "viewer"] = ""
    faults: list[str] = field(default_factory=list)
    num_done: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._recipe = ""
        self._steps = 0
        self._run = ""
        self._count = _COUNT
        self._ink = False
        self._pseudo = self._was_pseudo = False

    async def act(self) -> None:
        """Do one thing, then compare the page with what it must show."""
        self.page.raw.clear()
        self._was_pseudo = self._pseudo
        doings: dict[str, list[Callable[[], Awaitable[object]]]] = {
            "": [self._choose_recipe, self._type_name, self._type_steps],
            "explore": [self._choose_run, self._choose_count, self._toggle_ink],
            "runs": [] if self.role == "viewer" else [self._type_run_name],
            "data": [self._choose_data],
        }
        here = doings.get(self.page.page, [])
        doing = self._random.choice([*here, *here, self._leave])
        await doing()
        self.num_done += 1
        self.look(doing.__name__.strip("_"))

    async def _leave(self) -> None:
        """Go to another page; what its fields held is gone, as in a browser."""
        self._recipe, self._steps, self._count, self._ink = "", 0, _COUNT, False
        there = self._random.choice([p for p in ("", "explore", "runs", "data") if p != self._here])
        query = ""
        if there == "explore":
            self._run = self._random.choice(self.runs)
            query = f"run={self._run}"
        if self._random.random() < 0.3:
            self._pseudo = not self._pseudo
            query += f"&lang={'qps' if self._pseudo else 'en'}"
        await self.page.go(there, query.strip("&"))

    @property
    def _here(self) -> str:
        return self.page.page

    def _own_number(self) -> int:
        return 2 * self._random.randint(5_000, 500_000) + self.parity

    async def _choose_recipe(self) -> None:
        options = list(self.page.widget("recipe").proto.options)
        self._recipe = self._random.choice(_RECIPES)
        self._steps = 0
        await self.page.change("recipe", options[self._recipe_at(len(options))])

    def _recipe_at(self, num: int) -> int:
        from gan_core.recipes import registry

        names = list(registry.names())
        assert len(names) == num
        return names.index(self._recipe)

    async def _type_name(self) -> None:
        await self.page.change("name", f"{self.mark} {self._own_number()}")

    async def _type_steps(self) -> None:
        """No run has a negative number of steps: the page repeats what was given."""
        self._steps = -self._own_number()
        (key,) = (id_ for id_ in self.page.widget_ids() if id_.endswith("-steps"))
        await self.page.change(key.split("-", 2)[2], self._steps)

    async def _choose_run(self) -> None:
        options = list(self.page.widget("explore-run").proto.options)
        before, self._run = self._run, self._random.choice(self.runs)
        if self._run != before:
            self._count = _COUNT  # each run has a field of its own
        chosen = next(one for one in options if one.endswith(self._run))
        await self.page.change("explore-run", chosen)

    async def _choose_count(self) -> None:
        self._count = 2 * self._random.randint(1, 4) + self.parity
        await self.page.change(f"explore-count-{self._run}", self._count)

    async def _toggle_ink(self) -> None:
        self._ink = not self._ink
        await self.page.change("invert", self._ink)

    async def _type_run_name(self) -> None:
        run = self._random.choice(self.runs)
        await self.page.change(f"name-{run}", f"{self.mark} {self._own_number()}")

    async def _choose_data(self) -> None:
        options = list(self.page.widget("data-set").proto.options)
        await self.page.change("data-set", self._random.choice(options))

    def expect(self, run: str) -> None:
        """Their explorer shows this run."""
        self._run = run

    def look(self, doing: str) -> None:
        """Compare the page with what it must show."""
        for problem in self._problems():
            self.faults.append(f"{self.mark} after {doing} on {self._here or 'train'}: {problem}")
        self.page.errors.clear()

    def _problems(self) -> list[str]:
        found = list(self.page.errors)
        if any(self.stranger.encode() in raw for raw in self.page.raw):
            found.append("the other's mark was sent here")
        if self._shown_language() != self._pseudo:
            found.append(f"another language than {'qps' if self._pseudo else 'en'}")
        if self.role and self._shown_role() != self.role:
            found.append(f"here as the {self._shown_role()}, not as the {self.role}")
        if self._here == "explore":
            data = self.page.component("explorer")
            shown = (data["run"], data["num_sliders"], data["invert"])
            wanted = (self._run, self._count, self._ink)
            if shown != wanted:
                found.append(f"shows {shown}, not {wanted}")
            if f"run={self._run}" not in self.page.query:
                found.append(f"the address says {self.page.query}")
        if self._here == "" and self._recipe and not self._has_fields_of(self._recipe):
            found.append(f"no fields of {self._recipe}")
        if self._here == "" and self._steps and str(self._steps) not in self._words():
            found.append(f"does not repeat {self._steps}")
        return found

    def _shown_role(self) -> str:
        """By the way in or out that the page offers, and by whether it lets them train."""
        may_leave = self.page.component("access_line")["address"] == "studio/leave"
        if self._here == "" and not self._steps:  # else nobody may: what was typed is wrong
            may_train = not self.page.widget("train").proto.disabled
            if may_train != may_leave:
                return "teacher and viewer at once"
        return "teacher" if may_leave else "viewer"

    def _shown_language(self) -> bool | None:
        """Whether the page speaks the pseudo language; `None` where it speaks both."""
        messages = [(ForwardMsg.FromString(raw), raw) for raw in self.page.raw]
        # What a run of the script begins with has the page titles of the one before.
        drawn = [raw for one, raw in messages if one.WhichOneof("type") != "new_session"]
        begun = [raw for one, raw in messages if one.WhichOneof("type") == "new_session"]
        is_pseudo = any(_PSEUDO in raw for raw in drawn)
        was_pseudo = any(_PSEUDO in raw for raw in begun)
        return None if was_pseudo and not (is_pseudo or self._was_pseudo) else is_pseudo

    def _has_fields_of(self, recipe: str) -> bool:
        return any(f"-{recipe}-" in id_ for id_ in self.page.widget_ids())

    def _words(self) -> str:
        """All that is written on the page, in one piece, its numbers without marks between."""
        markdown = (one.proto.body for one in self.page.shown.values() if one.kind == "markdown")
        return " ".join(markdown)


async def meet(
    address: str,
    runs: list[str],
    num_actions: int,
    seed: int,
    teacher: Mapping[str, str] | None = None,
) -> tuple[int, list[str]]:
    """Let two people act by turns and at the same time; how often, and every fault.

    Args:
        address: of the app.
        runs: that they look at.
        num_actions: how much they do, together.
        seed: of their choices.
        teacher: the cookies of the first, where the app is served to a class; the second watches.
    """
    chance = random.Random(seed)
    people = []
    brought = [teacher or newcomers(address), newcomers(address)]
    roles: tuple[Literal["teacher"], Literal["viewer"]] = ("teacher", "viewer")
    for i, mark in enumerate(("anemone", "borealis")):
        page = await ViewerClient.open(address, cookies=brought[i], keeps_raw=True)
        role = roles[i] if teacher else ""
        people.append(Person(mark, i, runs, seed + 1 + i, page, role=role))
    people[0].stranger, people[1].stranger = people[1].mark, people[0].mark
    while sum(one.num_done for one in people) < num_actions:
        if chance.random() < 0.5:
            await asyncio.gather(*(one.act() for one in people))
        else:
            await chance.choice(people).act()
    for one in people:
        await one.page.close()
    return sum(one.num_done for one in people), [fault for one in people for fault in one.faults]


def lines(num: int, faults: list[str]) -> list[Line]:
    """The figures of S5."""
    return [
        Line("S5", f"{num} interleaved actions of two people: foreign state", str(len(faults)), "0",
             not faults)
    ]  # fmt: skip
