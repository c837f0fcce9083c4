"""One viewer's page as its server sees it: Streamlit's own messages through its own socket.

No browser: what comes is taken apart and kept, what people do is sent as a browser sends it. So
thirty viewers fit beside the server that they are to measure. Loopback only.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.trust.cookies import header

PATIENCE_SECS = 60.0
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_FINISHED = {ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY}


class GoneError(Exception):
    """The server closed the socket, or did not let this viewer in."""


@dataclass
class Shown:
    """An element on the page: what kind it is, its message, and the fragment that drew it."""

    kind: str
    proto: Any
    fragment: str


@dataclass
class ViewerClient:
    """A page that is open; `errors` gathers every exception and every error box that it was sent.

    `query` is the address's, `raw` everything that came since it was last cleared, if it is kept.
    """

    socket: websockets.ClientConnection
    query: str = ""
    keeps_raw: bool = False
    errors: list[str] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    shown: dict[tuple[int, ...], Shown] = field(default_factory=dict)
    ticks: dict[str, float] = field(default_factory=dict)
    page: str = ""
    _pages: dict[str, str] = field(default_factory=dict)
    _hash: str = ""
    _states: dict[str, WidgetState] = field(default_factory=dict)
    _num_finished: dict[int, int] = field(default_factory=lambda: dict.fromkeys(_FINISHED, 0))
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _listening: asyncio.Task[None] | None = None
    _is_gone: bool = False

    @classmethod
    async def open(
        cls,
        address: str,
        page: str = "",
        query: str = "",
        *,
        cookies: Mapping[str, str] | None = None,
        keeps_raw: bool = False,
    ) -> ViewerClient:
        """Connect as a browser does that shows a page of this address; wait until it is drawn.

        Raises:
            GoneError: the server lets nobody in.
        """
        assert urlsplit(address).hostname in _LOOPBACK, "only servers of our own are asked"
        place = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
        try:
            socket = await websockets.connect(
                place,
                subprotocols=["streamlit"],
                origin=address,
                additional_headers=header(cookies or {}),
                max_size=None,
                open_timeout=PATIENCE_SECS,
            )
        except (OSError, websockets.WebSocketException, TimeoutError) as error:
            raise GoneError(str(error)) from error
        viewer = cls(socket, keeps_raw=keeps_raw)
        viewer._listening = asyncio.create_task(viewer._listen())
        await viewer.go(page, query)
        return viewer

    async def go(self, page: str, query: str = "") -> float:
        """Switch to a page, `""` for the first one; seconds until it is drawn."""
        self.query, self._states = query, {}
        message = BackMsg()
        if page in self._pages:
            message.rerun_script.page_script_hash = self._pages[page]
        else:
            message.rerun_script.page_name = page
        self.page = page
        return await self._ask(message)

    async def change(self, key: str, value: bool | float | str | list[str]) -> float:
        """Set a widget by its key, press it where `value` is `True`; seconds until all is drawn."""
        shown = self.widget(key)
        state = WidgetState(id=shown.proto.id)
        match shown.kind:
            case "button" | "download_button":
                state.trigger_value = True
            case "checkbox":
                state.bool_value = bool(value)
            case "slider":
                state.double_array_value.data[:] = [float(value)]  # type: ignore[arg-type]
            case "number_input":
                state.double_value = float(value)  # type: ignore[arg-type]
            case "multiselect" | "button_group":
                state.string_array_value.data[:] = value  # type: ignore[assignment]
            case _:
                state.string_value = str(value)
        self._states[state.id] = state
        message = BackMsg()
        message.rerun_script.fragment_id = shown.fragment
        try:
            return await self._ask(message)
        finally:
            if state.WhichOneof("value") == "trigger_value":
                self._states.pop(state.id, None)

    async def tick(self, fragment: str) -> float:
        """Have a fragment drawn again, as a browser does that was told to do so every so often."""
        message = BackMsg()
        message.rerun_script.fragment_id = fragment
        message.rerun_script.is_auto_rerun = True
        return await self._ask(message)

    def widget(self, key: str) -> Shown:
        """The widget that the page gave this key.

        Raises:
            KeyError: it is not on the page.
        """
        for one in self.shown.values():
            if str(getattr(one.proto, "id", "")).endswith(f"-{key}"):
                return one
        raise KeyError(key)

    def widget_ids(self) -> list[str]:
        """The ids of all widgets; each ends with its key."""
        ids = (str(getattr(one.proto, "id", "")) for one in self.shown.values())
        return [id_ for id_ in ids if id_]

    def component(self, name: str) -> dict[str, Any]:
        """What one of the app's own elements was sent.

        Raises:
            KeyError: it is not on the page.
        """
        for one in self.shown.values():
            if one.kind == "bidi_component" and name in one.proto.component_name:
                data: dict[str, Any] = json.loads(one.proto.json)[0]
                return data
        raise KeyError(name)

    async def close(self) -> None:
        """Leave."""
        await self.socket.close()
        if self._listening is not None:
            self._listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listening

    async def _ask(self, message: BackMsg) -> float:
        asked = message.rerun_script
        asked.query_string = self.query
        asked.widget_states.widgets.extend(self._states.values())
        if not asked.page_name and not asked.page_script_hash:
            asked.page_script_hash = self._hash
        wanted = _FINISHED if asked.fragment_id else {ForwardMsg.FINISHED_SUCCESSFULLY}
        before, begun = self._count(wanted), time.monotonic()
        try:
            await self.socket.send(message.SerializeToString())
        except websockets.ConnectionClosed as error:
            raise GoneError(str(error)) from error
        async with asyncio.timeout(PATIENCE_SECS), self._news:
            await self._news.wait_for(lambda: self._is_gone or self._count(wanted) > before)
        if self._is_gone:
            raise GoneError("the server closed the socket")
        return time.monotonic() - begun

    def _count(self, wanted: set[int]) -> int:
        return sum(self._num_finished[one] for one in wanted)

    async def _listen(self) -> None:
        try:
            async for raw in self.socket:
                assert isinstance(raw, bytes)
                if self.keeps_raw:
                    self.raw.append(raw)
                self._take(ForwardMsg.FromString(raw))
                async with self._news:
                    self._news.notify_all()
        except websockets.ConnectionClosed:
            pass
        self._is_gone = True
        async with self._news:
            self._news.notify_all()

    def _take(self, message: ForwardMsg) -> None:
        match message.WhichOneof("type"):
            case "new_session" if not message.metadata.run.fragment_ids:
                self.shown.clear()
                self.ticks.clear()
                self._hash = message.new_session.page_script_hash
            case "navigation":
                self._pages = {
                    "" if one.is_default else one.url_pathname: one.page_script_hash
                    for one in message.navigation.app_pages
                }
            case "page_info_changed":
                self.query = message.page_info_changed.query_string
            case "auto_rerun":
                self.ticks[message.auto_rerun.fragment_id] = message.auto_rerun.interval
            case "delta" if message.delta.HasField("new_element"):
                self._show(message)
            case "script_finished":
                if message.script_finished in _FINISHED:
                    self._num_finished[message.script_finished] += 1
                    here = set(self.widget_ids())  # a browser forgets what is not on the page
                    self._states = {id_: one for id_, one in self._states.items() if id_ in here}
                elif message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                    self.errors.append("the page does not compile")

    def _show(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        kind = element.WhichOneof("type") or "empty"
        proto = getattr(element, kind, None)
        place = tuple(message.metadata.delta_path)
        self.shown[place] = Shown(kind, proto, message.delta.fragment_id)
        if kind == "exception":
            self.errors.append(f"{element.exception.type}: {element.exception.message}")
        elif kind == "alert" and element.alert.format == element.alert.ERROR:
            self.errors.append(element.alert.body)
