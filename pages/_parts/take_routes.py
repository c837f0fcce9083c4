"""GET /studio/runs/{run}/run.zip: a whole run, sent from the disk and never held in memory."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from gan_core.access.people import Person
from gan_core.errors import ConflictError, GanCoreError
from gan_core.jobs.disk import TAKING_PREFIX
from gan_core.jobs.export import export
from gan_core.runs.files import disk_faults
from gan_core.runs.scratch import making
from gan_core.text import N_
from pages._parts.crowd import Crowd
from pages._parts.studio import studio
from pages._parts.turns import status_of
from pages._parts.viewer import asker

PER_PERSON, MOST_AT_ONCE = 2, 8
"""Each takes the room of a run in the runs folder until it is sent."""
MAX_SECS = 1800.0
"""Whoever takes longer, or has closed the lid meanwhile, gives the place back."""


def take_routes() -> list[Route]:
    """To be mounted beside the others."""
    return [Route("/studio/runs/{run}/run.zip", _Zips())]


def zip_url(run_id: str) -> str:
    """Where a run's zip is, for a page of the app."""
    return f"studio/runs/{run_id}/run.zip"


class _Zips:
    """The address; an ASGI app of its own, because a place is held until all is sent."""

    def __init__(self) -> None:
        self._taking = Crowd(PER_PERSON, MOST_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        by = asker(request)
        if request.method != "GET":
            answer = Response(status_code=405)
        elif self._taking.is_full() or self._taking.has_enough_of(by):
            answer = _refusal(
                ConflictError(
                    N_("other downloads of runs are under way."),
                    N_("Close this tab, and try again in a minute."),
                )
            )
        else:
            with self._taking.joined(by), ExitStack() as held, anyio.move_on_after(MAX_SECS):
                answer = await _answer(request.path_params["run"], by, held)
                await answer(scope, receive, send)
            return
        await answer(scope, receive, send)


async def _answer(run_id: str, by: Person, held: ExitStack) -> Response:
    try:
        path = await run_in_threadpool(_packed, run_id, by, held)
    except GanCoreError as error:
        return _refusal(error)
    headers = {"Cache-Control": "no-store"}
    return FileResponse(path, media_type="application/zip", filename=path.name, headers=headers)


def _refusal(error: GanCoreError) -> Response:
    status = 503 if isinstance(error, ConflictError) else status_of(error)
    return PlainTextResponse(f"{error.one_line()}\n", status)


def _packed(run_id: str, by: Person, held: ExitStack) -> Path:
    """The run as a zip, in a folder of its own, which is there as long as it is held.

    The folder lies where what a killed process leaves is swept; no sweep comes while it is held.
    """
    store = studio().store
    store.get(run_id)  # else there may not even be a folder of runs
    with disk_faults(store.root):
        held.enter_context(making(store.root))
        folder = Path(tempfile.mkdtemp(prefix=TAKING_PREFIX, dir=store.root))
    held.callback(shutil.rmtree, folder, ignore_errors=True)
    return export(store, run_id, "newest", "zip", folder, by=by)
