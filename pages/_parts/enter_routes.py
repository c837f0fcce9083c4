"""How a browser becomes the teacher's, and how it stops being so.

GET  /studio/enter    a form for the code; POST enters
GET  /studio/leave    a button; POST leaves
POST /studio/ticket   a page that knows its viewer by a login makes the browser known, too
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from gan_core.access.door import TEACHER_SECS, TooOftenError, WrongCodeError
from pages._parts.enter_page import enter_page, leave_page
from pages._parts.gate import is_https
from pages._parts.studio import door, mode
from pages._parts.viewer import asker

_LOGIN_COOKIE = "_streamlit_user"
_MAX_BODY_BYTES = 4_000
_BACK = re.compile(r"[a-z]{0,20}(\?[\w=&%.:~,+-]{0,2000})?", re.ASCII)
_PRIVATE = {"Cache-Control": "no-store"}


def enter_routes() -> list[Route]:
    """To be mounted beside the others."""
    return [
        Route("/studio/enter", _ask),
        Route("/studio/enter", _enter, methods=["POST"]),
        Route("/studio/leave", _ask_to_leave),
        Route("/studio/leave", _leave, methods=["POST"]),
        Route("/studio/ticket", _redeem, methods=["POST"]),
    ]


async def _ask(request: Request) -> Response:
    if not await run_in_threadpool(_has_code):
        return Response(status_code=404)
    return enter_page(_lang(request), _back(request))


async def _enter(request: Request) -> Response:
    if not await run_in_threadpool(_has_code):
        return Response(status_code=404)
    code = (await _form(request)).get("code", "")
    address = request.client.host if request.client else ""
    try:
        token = await run_in_threadpool(door().enter, code, address)
    except (TooOftenError, WrongCodeError) as error:
        return enter_page(_lang(request), _back(request), error)
    return _with_teacher(RedirectResponse(f"../{_back(request)}", 303, _PRIVATE), request, token)


async def _ask_to_leave(request: Request) -> Response:
    return Response(status_code=404) if mode() == "alone" else leave_page(_lang(request))


async def _leave(request: Request) -> Response:
    if mode() == "alone":
        return Response(status_code=404)
    # Who signed in is to be signed out by Streamlit, too.
    onwards = "../auth/logout" if _LOGIN_COOKIE in request.cookies else "../"
    answer = RedirectResponse(onwards, 303, _PRIVATE)
    door().leave(await run_in_threadpool(asker, request))
    answer.delete_cookie(door().cookie("teacher"), path="/", httponly=True, samesite="strict")
    return answer


async def _redeem(request: Request) -> Response:
    ticket = (await _body(request)).decode("ascii", "replace")
    token = None if mode() == "alone" else await run_in_threadpool(door().redeem, ticket)
    if token is None and (await run_in_threadpool(asker, request)).may("edit"):
        return Response(status_code=204, headers=_PRIVATE)  # a page that was drawn again
    if token is None:
        return Response(status_code=403, headers=_PRIVATE)
    return _with_teacher(Response(status_code=204, headers=_PRIVATE), request, token)


def _has_code() -> bool:
    return mode() == "class" and door().has_code


def _with_teacher(answer: Response, request: Request, token: str) -> Response:
    answer.set_cookie(
        door().cookie("teacher"),
        token,
        max_age=TEACHER_SECS,
        path="/",
        httponly=True,
        samesite="strict",
        secure=is_https(request, mode()),
    )
    return answer


def _back(request: Request) -> str:
    """The page that somebody came from: one of the app's own, or the first."""
    wanted = request.query_params.get("back", "")
    return wanted if _BACK.fullmatch(wanted) else ""


def _lang(request: Request) -> str:
    return request.query_params.get("lang", "")


def enter_address(back: str, lang: str = "") -> str:
    """Where the form is, relative to the app's own address."""
    asked = {"back": back, "lang": lang}
    return f"studio/enter?{urlencode({key: value for key, value in asked.items() if value})}"


async def _form(request: Request) -> dict[str, str]:
    text = (await _body(request)).decode("utf-8", "replace")
    try:
        found = parse_qs(text, max_num_fields=10)
    except ValueError:
        return {}
    return {name: values[0] for name, values in found.items()}


async def _body(request: Request) -> bytes:
    """What was sent; nothing, where it is too much or the sender has gone."""
    received = bytearray()
    try:
        async for chunk in request.stream():
            received += chunk
            if len(received) > _MAX_BODY_BYTES:
                return b""
    except ClientDisconnect:
        return b""
    return bytes(received)
