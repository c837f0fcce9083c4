"""The news of a run for the live view: what has come since the version that a browser has.

GET /studio/runs/{run}/live.json?since=…   see `Feed.answer`; 204 where nothing is new

The page itself is drawn by Streamlit when the run's state changes, not with every step: a look
costs the server a few milliseconds, however many look at the same run.
"""

from __future__ import annotations

from contextlib import suppress

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gan_core.errors import DamagedError, GanCoreError, NotFoundError
from gan_core.jobs.launch import needs_supervisor, revive_queue
from pages._parts.studio import feed, studio

_FRESH = {"Cache-Control": "no-store"}


def live_routes() -> list[Route]:
    """To be mounted beside the others."""
    return [Route("/studio/runs/{run}/live.json", _live)]


async def _live(request: Request) -> Response:
    since = request.query_params.get("since", "")
    try:
        answer = await run_in_threadpool(_answer, request.path_params["run"], since)
    except (NotFoundError, DamagedError) as error:
        return JSONResponse({"message": error.one_line()}, status_code=404, headers=_FRESH)
    if answer is None:
        return Response(status_code=204, headers=_FRESH)
    return Response(answer, media_type="application/json", headers=_FRESH)


def _answer(run_id: str, since: str) -> bytes | None:
    store = studio().store
    paths = store.paths(run_id)
    if needs_supervisor(paths):
        with suppress(GanCoreError):  # the page says why when it is drawn
            revive_queue(store)  # should its supervisor have been killed
    return feed(paths).answer(since)
