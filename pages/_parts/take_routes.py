"""GET /studio/runs/{run}/run.zip: a whole run, sent from the disk and never held in memory."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from gan_core.access.people import Person
from gan_core.errors import DamagedError, GanCoreError, NotFoundError
from gan_core.jobs.export import export
from pages._parts.studio import studio
from pages._parts.viewer import asker

MOST_AT_ONCE = 4
"""Each takes the room of a run in the temporary folder until it is sent."""


def take_routes() -> list[Route]:
    """To be mounted beside the others."""
    return [Route("/studio/runs/{run}/run.zip", _Zips())]


def zip_url(run_id: str) -> str:
    """Where a run's zip is, for a page of the app."""
    return f"studio/runs/{run_id}/run.zip"


class _Sent(FileResponse):
    """A file that is removed, with its folder, when it was sent or nobody wants it any more."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            shutil.rmtree(Path(self.path).parent, ignore_errors=True)


class _Zips:
    """The address; an ASGI app of its own, because a place is held until all is sent."""

    def __init__(self) -> None:
        self._num_under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._num_under_way >= MOST_AT_ONCE:
            words = "Others are taking runs along at the moment. Try again in a minute.\n"
            busy = PlainTextResponse(words, 503, headers={"Retry-After": "30"})
            await busy(scope, receive, send)
            return
        self._num_under_way += 1
        try:
            answer = await self._answer(Request(scope, receive))
            await answer(scope, receive, send)
        finally:
            self._num_under_way -= 1

    async def _answer(self, request: Request) -> Response:
        if request.method != "GET":
            return Response(status_code=405)
        try:
            path = await run_in_threadpool(_packed, request.path_params["run"], asker(request))
        except GanCoreError as error:
            gone = isinstance(error, (NotFoundError, DamagedError))
            return PlainTextResponse(f"{error.one_line()}\n", 404 if gone else 400)
        kept_by_nobody = {"Cache-Control": "no-store"}
        return _Sent(path, media_type="application/zip", filename=path.name, headers=kept_by_nobody)


def _packed(run_id: str, by: Person) -> Path:
    """The run as a zip, in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="latent-studio-"))
    try:
        return export(studio().store, run_id, "newest", "zip", folder, by=by)
    except GanCoreError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
