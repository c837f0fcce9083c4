"""What stands before every address: asked as ASGI, without a server around it."""

import asyncio
import logging
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from streamlit import config

from gan_core.access.modes import VARIABLE
from gan_core.jobs.keys import set_code
from pages._parts.enter_routes import enter_routes
from pages._parts.gate import MAX_UPLOAD_BYTES, Gate, _own_names
from pages._parts.studio import door, mode

CODE = "K7QW-3FMA"
PAGE = {"accept": "text/html,*/*", "host": "localhost:8501"}
PUT = ("PUT", "/_stcore/upload_file/session/file")


async def told(request):
    return PlainTextResponse(request.headers.get("x-remote-user", "nobody"))


async def page(request):
    return HTMLResponse("<p>page")


async def stream(websocket):
    await websocket.accept()
    await websocket.send_text(websocket.headers.get("x-remote-user", "nobody"))
    await websocket.close()


METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]
APP = Gate(
    Starlette(
        routes=[
            *enter_routes(),
            WebSocketRoute("/_stcore/stream", stream),
            WebSocketRoute("/studio/runs/x/events", stream),
            Route("/", page),
            Route("/explore", page),
            Route("/{path:path}", told, methods=METHODS),
        ]
    ),
    mode,
)


class Answer:
    def __init__(self, sent):
        self.status = sent[0].get("status") or sent[0].get("code")
        self.type = sent[0]["type"]
        self.headers = [(n.decode(), v.decode()) for n, v in sent[0].get("headers", [])]
        self.body = b"".join(m.get("body", b"") for m in sent).decode()
        self.texts = [m["text"] for m in sent if "text" in m]

    def header(self, name):
        return dict(self.headers).get(name)

    @property
    def cookies(self):
        return [value for name, value in self.headers if name == "set-cookie"]


def ask(method, path, body=b"", client="127.0.0.1", kind="http", scheme="http", **headers):
    """One request; `_` in a header's name stands for a dash."""
    path, _, query = path.partition("?")
    asked = {"host": "localhost:8501"} | {n.replace("_", "-"): v for n, v in headers.items()}
    scope = {
        "type": kind, "method": method, "path": path, "query_string": query.encode(),
        "headers": [(n.lower().encode(), v.encode()) for n, v in asked.items()],
        "client": (client, 50_000), "server": ("localhost", 8501), "scheme": scheme,
    }  # fmt: skip
    sent, asked_for = [], iter([{"type": "websocket.connect"}] if kind == "websocket" else [])

    async def receive():
        return next(asked_for, {"type": "http.request", "body": body, "more_body": False})

    async def send(message):
        sent.append(message)

    with ThreadPoolExecutor(1) as thread:  # other tests keep an event loop running in this one
        thread.submit(asyncio.run, APP(scope, receive, send)).result()
    return Answer(sent)


@pytest.fixture
def serve(tmp_path, monkeypatch):
    """Be served in a mode; the same folder for a whole test."""
    monkeypatch.setenv("GAN_RUNS_DIR", str(tmp_path))

    def serve(word):
        monkeypatch.setenv(VARIABLE, word)
        if word != "alone":
            set_code(tmp_path, CODE if word == "class" else None)

    return serve


def teacher_cookie(client="10.0.0.9"):
    answer = ask("POST", "/studio/enter", f"code={CODE}".encode(), client=client)
    assert answer.status == 303, answer.body
    return answer.cookies[0].partition(";")[0]


def test_alone_everything_is_open_to_this_machine(serve):
    serve("alone")
    assert ask("GET", "/", **PAGE).status == 200
    assert ask("GET", "/", **PAGE).cookies == []
    assert ask("GET", "/_stcore/metrics").status == 200
    assert ask(*PUT).status == 200


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:8501", "127.0.0.1:8501", "[::1]:8501", "192.168.1.5", "a.localhost"],
)
def test_alone_this_machine_by_its_own_names(serve, host):
    serve("alone")
    assert ask("GET", "/", host=host).status == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example:8501", "", "127.0.0.1.evil.example", "[::1", "a:b:c"],
)
def test_alone_no_page_elsewhere_may_pass_for_us(serve, host):
    serve("alone")
    assert ask("GET", "/", host=host).status == 421
    assert ask("GET", "/_stcore/stream", kind="websocket", host=host).type == "websocket.close"


@pytest.mark.parametrize("word", ["class", "proxy"])
@pytest.mark.parametrize(
    "path",
    ["/_stcore/metrics", "/_stcore/metrics/", "/base/_stcore/metrics",
     "/_stcore/script-health-check", "/_stcore/agent/interact",
     "/_stcore/agent/mcp", "/_stcore/agent/openapi.json"],
)  # fmt: skip
def test_figures_about_everybody_are_for_nobody(serve, word, path):
    serve(word)
    assert ask("GET", path).status == 404
    assert ask("GET", "/_stcore/health").status == 200
    assert ask("GET", "/_stcore/host-config").status == 200


@pytest.mark.parametrize("word", ["class", "proxy"])
@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST"])
def test_a_viewer_cannot_upload_by_the_raw_address(serve, word, method):
    serve(word)
    visitor = ask("GET", "/", **PAGE).cookies[0].partition(";")[0]
    for cookie in ("", visitor, visitor.replace("visitor", "teacher"), "studio_teacher=x"):
        answer = ask(method, PUT[1], cookie=cookie)
        assert answer.status == 403
        assert "not bring files" in answer.body


def test_the_teachers_code_lets_in(serve):
    serve("class")
    cookie = teacher_cookie()
    assert ask(*PUT, cookie=cookie).status == 200
    assert ask(*PUT, cookie=cookie, content_length=str(MAX_UPLOAD_BYTES + 1)).status == 413
    assert ask(*PUT, cookie=cookie, content_length="-5").status == 413
    assert ask(*PUT, cookie=cookie[:-1] + "0z"[cookie[-1] == "0"]).status == 403
    assert ask("POST", "/studio/leave", cookie=cookie).status == 303
    assert ask(*PUT, cookie=cookie).status == 403


def test_the_cookies_are_as_strict_as_can_be(serve):
    serve("class")
    entered = ask("POST", "/studio/enter", f"code={CODE}".encode()).cookies[0].lower()
    for word in ("httponly", "samesite=strict", "path=/", "max-age=43200"):
        assert word in entered
    assert "secure" not in entered  # plain http: a browser would not send it back
    over_tls = ask("POST", "/studio/enter", f"code={CODE}".encode(), scheme="https")
    assert "secure" in over_tls.cookies[0].lower()
    visitor = ask("GET", "/explore", **PAGE).cookies[0].lower()
    assert "httponly" in visitor
    assert "samesite=lax" in visitor
    assert ask("GET", "/", **PAGE, cookie=visitor.partition(";")[0]).cookies == []
    assert ask("GET", "/_stcore/health").cookies == []


def test_a_wrong_code_six_times_is_refused_with_a_wait(serve):
    serve("class")
    answers = [ask("POST", "/studio/enter", b"code=AAAA-AAAA", client="10.0.0.3") for _ in range(6)]
    assert [answer.status for answer in answers] == [403] * 5 + [429]
    assert "not the teacher&#x27;s code" in answers[0].body
    assert "Wait " in answers[5].body
    assert 50 <= int(answers[5].header("retry-after")) <= 60
    right = ask("POST", "/studio/enter", f"code={CODE}".encode(), client="10.0.0.3")
    assert (right.status, right.cookies) == (429, [])
    assert teacher_cookie(client="10.0.0.4")


def test_one_comes_back_to_where_one_was_and_nowhere_else(serve):
    serve("class")
    body = f"code={CODE}".encode()
    answer = ask("POST", "/studio/enter?back=explore?run=20260101-120000-aaaaaa", body)
    assert answer.header("location") == "../explore?run=20260101-120000-aaaaaa"
    for i, back in enumerate(
        ["//evil.example", "https://evil.example", "..//", "\\evil", "a%0d%0ab"]
    ):
        answer = ask("POST", f"/studio/enter?back={back}", body, client=f"10.1.0.{i}")
        assert answer.header("location") == "../"


def test_the_form_shows_nothing_that_was_typed_as_markup(serve):
    serve("class")
    asked = ask("GET", "/studio/enter?back=%3Cscript%3E&lang=%3Cb%3E")
    assert asked.status == 200
    assert "<script" not in asked.body
    assert "<b>" not in asked.body
    assert "frame-ancestors 'none'" in asked.header("content-security-policy")
    assert ask("GET", "/studio/enter?lang=qps").body.count("«") > 3


@pytest.mark.parametrize("word", ["alone", "proxy"])
def test_there_is_no_code_in_other_modes(serve, word):
    serve(word)
    assert ask("GET", "/studio/enter").status == 404
    assert ask("POST", "/studio/enter", f"code={CODE}".encode()).status == 404


@pytest.mark.parametrize("word", ["alone", "class", "proxy"])
def test_other_sites_cannot_ask_in_ones_name(serve, word):
    serve(word)
    for headers in (
        {"sec_fetch_site": "cross-site"}, {"sec_fetch_site": "same-site"},
        {"origin": "http://evil.example"}, {"origin": "null"},
        {"origin": "http://localhost:9999"},
        {"origin": "http://localhost:8501", "sec_fetch_site": "cross-site"},
    ):  # fmt: skip
        assert ask("POST", "/studio/decode", **headers).status == 403
        assert ask("POST", "/studio/inversions/x/stop", **headers).status == 403
    for headers in ({}, {"sec_fetch_site": "same-origin"}, {"origin": "http://localhost:8501"}):
        assert ask("POST", "/studio/decode", **headers).status == 200
    assert ask("GET", "/studio/runs", sec_fetch_site="cross-site").status == 200


@pytest.mark.parametrize("word", ["alone", "class", "proxy"])
@pytest.mark.parametrize("path", ["/_stcore/stream", "/studio/runs/x/events"])
def test_no_other_page_opens_a_socket_in_ones_name(serve, word, path):
    serve(word)
    for origin in (
        "http://evil.example", "null", "", "localhost:8501", "http://localhost",
        "http://localhost:8888", "http://127.0.0.1:8501", "http://[::1", "http://localhost:8501@a",
    ):  # fmt: skip
        for site in ({}, {"sec_fetch_site": "same-origin"}, {"sec_fetch_site": "none"}):
            answer = ask("GET", path, kind="websocket", origin=origin, **site)
            assert (answer.type, answer.status) == ("websocket.close", 1008)


def test_the_log_tells_once_which_page_got_no_socket(serve, monkeypatch, caplog):
    serve("proxy")
    monkeypatch.setattr(APP, "_told", set())
    rewritten = {"origin": "https://studio.school.example", "host": "127.0.0.1:8501"}
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            ask("GET", "/_stcore/stream", kind="websocket", **rewritten)
        ask("POST", "/studio/decode", origin="https://evil.example")
        (message,) = caplog.messages
        assert all(repr(value) in message for value in rewritten.values())
        ask("GET", "/_stcore/stream", kind="websocket", origin="http://a\n" + 500 * "b")
        assert repr("http://a\n" + 191 * "b") in caplog.messages[1]
        for i in range(100):
            ask("GET", "/_stcore/stream", kind="websocket", origin=f"http://{i}.example")
    assert len(caplog.messages) == 20


@pytest.mark.parametrize("word", ["alone", "class", "proxy"])
def test_ones_own_page_and_programs_open_sockets(serve, word):
    serve(word)
    for headers in (
        {}, {"origin": "http://localhost:8501"}, {"origin": "https://localhost:8501"},
        {"origin": "http://[::1]:8501", "host": "[::1]:8501"},
        {"origin": "http://127.0.0.1:8501", "host": "127.0.0.1:8501"},
    ):  # fmt: skip
        answer = ask("GET", "/_stcore/stream", kind="websocket", **headers)
        assert answer.type == "websocket.accept"
    served = {"host": "studio.school.example", "x_forwarded_proto": "https"}
    if word == "proxy":
        for origin, wanted in (("studio", "websocket.accept"), ("other", "websocket.close")):
            own = {**served, "origin": f"https://{origin}.school.example"}
            assert ask("GET", "/_stcore/stream", kind="websocket", **own).type == wanted


@pytest.mark.parametrize(
    ("served_at", "status"),
    [("localhost", 421), ("127.0.0.1", 421), ("::1", 421), ("0.0.0.0", 200), (None, 200)],  # noqa: S104
)
def test_alone_a_name_of_the_network_is_ours_only_where_the_network_reaches_us(
    serve, monkeypatch, served_at, status
):
    serve("alone")
    get_option = st.get_option
    at = {"server.address": served_at}
    monkeypatch.setattr(st, "get_option", lambda key: at[key] if key in at else get_option(key))
    monkeypatch.setattr(socket, "gethostname", lambda: "Studio")
    _own_names.cache_clear()
    try:
        for host in ("studio:8501", "studio.local:8501"):
            assert ask("GET", "/", host=host).status == status
        assert ask("GET", "/", host="localhost:8501").status == 200
        assert ask("GET", "/", host="other.local:8501").status == 421
    finally:
        _own_names.cache_clear()


def test_a_claimed_name_counts_only_from_a_proxy_on_this_machine(serve):
    claim = {"X_Remote_User": "ada"}
    for word in ("alone", "class"):
        serve(word)
        assert ask("GET", "/who", **claim).body == "nobody"
        assert ask("GET", "/_stcore/stream", kind="websocket", **claim).texts == ["nobody"]
    serve("proxy")
    assert ask("GET", "/who", **claim).body == "ada"
    assert ask("GET", "/_stcore/stream", kind="websocket", **claim).texts == ["ada"]
    assert ask("GET", "/who", client="10.0.0.5", **claim).body == "nobody"
    assert ask("GET", "/_stcore/stream", kind="websocket", client="::2", **claim).texts == [
        "nobody"
    ]


@pytest.fixture
def secrets(tmp_path, monkeypatch):
    """Write `secrets.toml`, as Streamlit finds it; what it has read before is forgotten."""
    path = tmp_path / "secrets.toml"
    get_option = st.get_option
    files = {"secrets.files": [str(path)]}
    for module in (st, config):
        monkeypatch.setattr(module, "get_option", lambda key: files.get(key) or get_option(key))
    st.secrets._reset()
    yield path.write_text
    st.secrets._reset()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[auth]\nredirect_uri = "https://studio.school.example/oauth2callback"', "nobody"),
        ('[auth]\nredirect_uri = "https', "nobody"),
        ('[database]\nname = "runs"', "ada"),
    ],
    ids=["set up", "unreadable", "other secrets"],
)
def test_a_claimed_name_counts_for_nothing_where_people_sign_in(serve, secrets, text, told):
    serve("proxy")
    claim = {"X_Remote_User": "ada"}
    assert ask("GET", "/who", **claim).body == "ada"
    secrets(text)
    assert ask("GET", "/who", **claim).body == told
    assert ask("GET", "/_stcore/stream", kind="websocket", **claim).texts == [told]


def test_no_browser_uploads_as_the_teacher_where_people_sign_in(serve, secrets, tmp_path):
    serve("proxy")
    (tmp_path / "studio.json").write_text('{"teachers": ["ada@school.example"]}')
    assert ask(*PUT, x_remote_user="ada@school.example").status == 200
    secrets("[auth]\nclient_id = 'studio'")
    assert ask(*PUT, x_remote_user="ada@school.example").status == 403


def test_behind_a_proxy_teachers_are_those_that_are_listed(serve, tmp_path):
    serve("proxy")
    (tmp_path / "studio.json").write_text('{"teachers": ["ada"]}')
    assert ask(*PUT, x_remote_user="ada").status == 200
    assert ask(*PUT, x_remote_user="eve").status == 403
    assert ask(*PUT).status == 403
    assert ask(*PUT, x_remote_user="ada", client="10.0.0.5").status == 403
    over_tls = ask("GET", "/", **PAGE, x_forwarded_proto="https")
    assert "Secure" in over_tls.cookies[0]


def test_a_ticket_makes_a_login_known_to_the_other_addresses(serve, tmp_path):
    serve("class")
    (tmp_path / "studio.json").write_text('{"teachers": ["ada"]}')
    from gan_core.access.door import Shown

    ticket = door().ticket(door().person(Shown(identity="ada"))).encode()
    answer = ask("POST", "/studio/ticket", ticket)
    assert answer.status == 204
    assert ask(*PUT, cookie=answer.cookies[0].partition(";")[0]).status == 200
    assert ask("POST", "/studio/ticket", ticket).status == 403
    assert ask("POST", "/studio/ticket", b"\xff" * 5000).status == 403


@pytest.mark.parametrize("word", ["alone", "class", "proxy"])
def test_no_other_site_may_frame_the_pages(serve, word):
    serve(word)
    answer = ask("GET", "/", **PAGE)
    assert answer.header("content-security-policy") == "frame-ancestors 'self'"
    assert answer.header("x-content-type-options") == "nosniff"
