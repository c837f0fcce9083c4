"""Few are let in at a time, some wait, the others are told so."""

from __future__ import annotations

import asyncio

import pytest

from gan_core.access.people import OWNER, Person
from gan_core.errors import ConflictError
from pages._parts import line as lines
from pages._parts.line import Line
from tests.apart import run_apart

ADA, EVE = (Person(id=name, role="viewer") for name in ("ada", "eve"))


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def stay(line: Line, by: Person, over: asyncio.Event, inside: list[str]) -> asyncio.Task[None]:
    async def staying() -> None:
        async with line.place(by):
            inside.append(by.id)
            await over.wait()

    return asyncio.create_task(staying())


def test_few_are_in_some_wait_and_the_others_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "_NUM_WAITING", 3)

    async def scene() -> None:
        line, over, inside = Line(2, "it is full."), asyncio.Event(), []
        staying = [stay(line, OWNER, over, inside) for _ in range(5)]
        await settled()
        assert len(inside) == 2
        with pytest.raises(ConflictError, match="it is full"):
            async with line.place(OWNER):
                pass
        over.set()
        await asyncio.gather(*staying)
        assert len(inside) == 5
        async with line.place(OWNER):
            pass

    run_apart(scene())


def test_one_person_never_fills_the_line() -> None:
    async def scene() -> None:
        line, over, inside = Line(2, "full."), asyncio.Event(), []
        staying = [stay(line, ADA, over, inside) for _ in range(2)]
        await settled()
        with pytest.raises(ConflictError, match="2 of your requests"):
            async with line.place(ADA):
                pass
        staying.append(stay(line, EVE, over, inside))
        await settled()
        over.set()
        await asyncio.gather(*staying)
        assert inside == ["ada", "ada", "eve"]

    run_apart(scene())


def test_nobody_waits_for_ever_and_a_fault_frees_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "_PATIENCE_SECS", 0.01)

    async def fail(line: Line) -> None:
        async with line.place(ADA):
            with pytest.raises(ConflictError, match="full"):
                await asyncio.create_task(_enter(line, EVE))
            raise RuntimeError

    async def scene() -> None:
        line = Line(1, "full.")
        with pytest.raises(RuntimeError):
            await fail(line)
        await _enter(line, EVE)

    run_apart(scene())


async def _enter(line: Line, by: Person) -> None:
    async with line.place(by):
        pass
