"""News of a run for everybody who looks at it: a word through a socket when a snapshot is new.

Without it each viewer's page would be drawn again every second to find out; so a watching browser
costs a look at a folder's date, and the page is not drawn at all.
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from gan_core.errors import DamagedError, NotFoundError
from gan_core.runs.layout import RunPaths
from pages._parts.crowd import Crowd
from pages._parts.snapshot_routes import newest_news
from pages._parts.studio import studio
from pages._parts.viewer import asker

_LOOK_SECS = 0.5
_PER_PERSON = 24
_IN_ALL = 500
_NO_BYTES = 1003  # what the protocol calls data of a kind that is not taken
_LATER = 1013  # likewise: try again later, as our pages do
_GONE = 4404  # a code of our own: the run is not there (any more)


def event_routes() -> list[WebSocketRoute]:
    """To be mounted beside the others."""
    watching = Crowd(_PER_PERSON, _IN_ALL)

    async def events(socket: WebSocket) -> None:
        await socket.accept()
        by = asker(socket)
        if watching.is_full() or watching.has_enough_of(by):
            await socket.close(_LATER)
        else:
            with watching.joined(by):
                await _events(socket)

    return [WebSocketRoute("/studio/runs/{run}/events", events)]


async def _events(socket: WebSocket) -> None:
    try:
        paths = studio().store.paths(socket.path_params["run"])
    except NotFoundError:
        await socket.close(_GONE)
        return
    telling = asyncio.create_task(_tell(socket, paths))
    try:
        await _until_left(socket)
    finally:
        telling.cancel()
        # Left while being told.
        with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect):
            await telling


async def _until_left(socket: WebSocket) -> None:
    """Wait; nothing that is said here is listened to, and bytes are sent by no page of ours."""
    while (message := await socket.receive())["type"] == "websocket.receive":
        if message.get("text") is None:
            with contextlib.suppress(WebSocketDisconnect):
                await socket.close(_NO_BYTES)
            return


async def _tell(socket: WebSocket, paths: RunPaths) -> None:
    """Send `{step, bundle_url}` at first and whenever a snapshot is new."""
    told, seen = None, -1
    while True:
        changed = _changed(paths.snapshots)
        if changed != seen:
            seen = changed
            try:
                news = await run_in_threadpool(newest_news, paths, changed)
            except (NotFoundError, DamagedError):
                news = None
            if news is not None and news != told:
                told = news
                await socket.send_json(news)
        await asyncio.sleep(_LOOK_SECS)


def _changed(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0
