"""The web servers of docs/proxy.md in front of `serve proxy`: their very blocks, with real TLS.

    apt-get install -y nginx caddy openssl
    python -m benchmarks.trust.proxy [--server nginx|caddy] [--json]

Everything listens on loopback and lies in a temporary folder; about a minute. A real headless
Chromium loads the pages as a viewer and as a teacher. Exit code 1 when a line does not hold.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPSConnection
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from gan_core.runs.files import write_json
from tests.web.real_app import chromium_path, free_port, wait_until_healthy

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLE = REPOSITORY / "docs" / "proxy.md"
PEOPLE = {"ada": "a teacher's word", "eve": "a pupil's word"}
TEACHER, PUPIL = PEOPLE
_START_SECS = 20
_PIECE = 1024**2
_UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec_WebSocket_Version": "13",
    "Sec_WebSocket_Key": base64.b64encode(bytes(16)).decode(),
    "Sec_WebSocket_Protocol": "streamlit",
}
_AROUND = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 256; }}
http {{
access_log off; types {{ text/html html; }}
client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
{block}
}}
"""


@dataclass(frozen=True)
class Line:
    """One promise: what was seen, and whether it holds."""

    name: str
    seen: str
    holds: bool


def block(folder: Path, https: int, http: int, app: int) -> str:
    """The nginx block of docs/proxy.md with ports and files of this machine; nothing else."""
    return _with_places_of_this_machine(
        "nginx",
        ("listen 443 ssl;", f"listen 127.0.0.1:{https} ssl;"),
        ("listen 80;", f"listen 127.0.0.1:{http};"),
        ("studio.school.example", "localhost"),
        ("/etc/ssl/studio/", f"{folder}/"),
        ("/etc/nginx/", f"{folder}/"),
        ("127.0.0.1:8501", f"127.0.0.1:{app}"),
    )


def _with_places_of_this_machine(kind: str, *places: tuple[str, str]) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", EXAMPLE.read_text(), re.DOTALL)
    if found is None:
        raise SystemExit(f"{EXAMPLE} has no {kind} block")
    text = found[1]
    for written, here in places:
        if written not in text:
            raise SystemExit(f"{EXAMPLE}: {written!r} is not in the {kind} block any more")
        text = text.replace(written, here)
    return text


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """`serve proxy` on a free port."""
    runs, port = folder / "runs", free_port()
    runs.mkdir()
    write_json(runs / "studio.json", {"standby_minutes": 0, "teachers": [TEACHER]})
    command = [sys.executable, "-m", "gan_core", "--runs", str(runs), "serve", "proxy"]
    with (folder / "app.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "--port", str(port)], cwd=REPOSITORY, stdout=log, stderr=log
        )
        try:
            wait_until_healthy(f"http://localhost:{port}", server, folder / "app.log")
            yield port
        finally:
            server.terminate()
            server.wait(timeout=30)


@contextmanager
def nginx(folder: Path, app: int) -> Iterator[int]:
    """The web server in front; yields its port for TLS."""
    https, http = free_port(), free_port()
    _make_certificate(folder)
    hashes = [
        subprocess.run(
            ["openssl", "passwd", "-apr1", word], check=True, capture_output=True, text=True
        ).stdout.strip()
        for word in PEOPLE.values()
    ]
    lines = (f"{name}:{made}" for name, made in zip(PEOPLE, hashes, strict=True))
    (folder / "studio.htpasswd").write_text("\n".join(lines) + "\n")
    config = folder / "nginx.conf"
    config.write_text(_AROUND.format(folder=folder, block=block(folder, https, http, app)))
    folder.chmod(0o755)  # nginx reads the list of people as another user
    with (folder / "nginx.log").open("wb") as log:
        server = subprocess.Popen(
            ["nginx", "-p", str(folder), "-c", str(config)], stdout=log, stderr=log
        )
        try:
            _wait_for(https, server, folder)
            yield https
        finally:
            server.terminate()
            server.wait(timeout=30)


@contextmanager
def caddy(folder: Path, app: int) -> Iterator[int]:
    """The same by Caddy, with the certificate made here instead of one that it would fetch."""
    https = free_port()
    _make_certificate(folder)
    hashes = [
        subprocess.run(
            ["caddy", "hash-password", "--plaintext", word],
            check=True, capture_output=True, text=True,
        ).stdout.strip()
        for word in PEOPLE.values()
    ]  # fmt: skip
    people = "\n".join(f"{name} {made}" for name, made in zip(PEOPLE, hashes, strict=True))
    site = f"https://localhost:{https} {{\ntls {folder}/cert.pem {folder}/key.pem"
    text = _with_places_of_this_machine(
        "caddy",
        ("studio.school.example {", site),
        ("ada $2a$14$...", people),
        ("127.0.0.1:8501", f"127.0.0.1:{app}"),
    )
    config = folder / "Caddyfile"
    config.write_text(f"{{\nadmin off\nauto_https disable_redirects\n}}\n{text}")
    with (folder / "caddy.log").open("wb") as log:
        server = subprocess.Popen(
            ["caddy", "run", "--adapter", "caddyfile", "--config", str(config)],
            stdout=log, stderr=log,
            env={**os.environ, "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)},
        )  # fmt: skip
        try:
            _wait_for(https, server, folder)
            yield https
        finally:
            server.terminate()
            server.wait(timeout=30)


def _make_certificate(folder: Path) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip


SERVERS = {"nginx": nginx, "caddy": caddy}


def _wait_for(port: int, server: subprocess.Popen[bytes], folder: Path) -> None:
    give_up_at = time.monotonic() + _START_SECS
    while time.monotonic() < give_up_at and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    said = "".join(path.read_text() for path in folder.glob("*.log"))
    raise SystemExit(f"the web server does not start:\n{said}")


class Client:
    """Asks as a program would, trusting the one certificate that was made here."""

    def __init__(self, port: int, folder: Path) -> None:
        self.address = f"https://localhost:{port}"
        self._port = port
        self._trust = ssl.create_default_context(cafile=str(folder / "cert.pem"))

    def ask(
        self,
        path: str,
        person: str = "",
        *,
        method: str = "GET",
        size: int = 0,
        is_whole: bool = False,
        **headers: str,
    ) -> tuple[int, dict[str, str]]:
        """Return status and headers; of a body of `size` bytes a few are sent, unless the whole."""
        asked = {name.replace("_", "-"): value for name, value in headers.items()}
        if person:
            word = f"{person}:{PEOPLE[person]}".encode()
            asked["Authorization"] = f"Basic {base64.b64encode(word).decode()}"
        if size:
            asked["Content-Length"] = str(size)
        connection = HTTPSConnection("localhost", self._port, timeout=60, context=self._trust)
        connection.request(method, f"/{path}", bytes(min(size, 10)) or None, asked)
        with suppress(BrokenPipeError, ConnectionResetError, ssl.SSLError):  # answered meanwhile
            for _ in range((size - 10) // _PIECE if is_whole else 0):
                connection.send(bytes(_PIECE))
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}


def programs(client: Client) -> Iterator[Line]:
    """What programs without a browser see."""
    upload = "_stcore/upload_file/session/file"
    claim = {"X_Remote_User": TEACHER}

    def status(name: str, wanted: int, path: str, person: str = "", **how: object) -> Line:
        got, _headers = client.ask(path, person, **how)  # type: ignore[arg-type]
        # A bound may be held while the file comes; then the app, which knows no such page of
        # this teacher, refuses it before.
        is_refused_sooner = wanted == 413 and got == 403
        return Line(name, f"{got}", got == wanted or is_refused_sooner)

    yield status("a page without a login is refused", 401, "")
    yield status("an upload without a login is refused", 401, upload, method="PUT", size=10)
    yield status("a login opens the page", 200, "", PUPIL)
    yield status("figures about everybody are closed", 404, "_stcore/metrics", TEACHER)
    yield status("a pupil's upload is refused", 403, upload, PUPIL, method="PUT", size=10)
    yield status(
        "a pupil who claims the teacher's name is refused", 403, upload, PUPIL,
        method="PUT", size=10, **claim,
    )  # fmt: skip
    yield status(
        "more than the web server's bound is refused, by it or by the app", 413, upload, TEACHER,
        method="PUT", size=201 * 1024**2 + 10, is_whole=True,
    )  # fmt: skip
    yield status(
        "another site's request is refused", 403, "studio/latents", TEACHER,
        method="POST", size=2, Origin="https://evil.example",
    )  # fmt: skip
    yield status("the websocket is let through", 101, "_stcore/stream", PUPIL, **_UPGRADE)
    yield status(
        "another site's websocket is refused", 403, "_stcore/stream", PUPIL,
        **_UPGRADE, Origin="https://evil.example",
    )  # fmt: skip
    yield status(
        "a websocket of another port's page is refused", 403, "_stcore/stream", PUPIL,
        **_UPGRADE, Origin="https://localhost:8888",
    )  # fmt: skip
    yield status(
        "a page's own websocket is let through", 101, "_stcore/stream", PUPIL,
        **_UPGRADE, Origin=client.address,
    )  # fmt: skip
    _status, headers = client.ask("", PUPIL, Accept="text/html")
    cookie = headers.get("set-cookie", "")
    is_strict = "Secure" in cookie and "HttpOnly" in cookie
    shown = re.sub(r"=[^;]*", "=…", cookie, count=1)
    yield Line("the visitor's cookie is Secure and HttpOnly", shown, is_strict)


def pages(browser: Browser, client: Client, pictures: Path | None) -> Iterator[Line]:
    """What people see: pages drawn over the websocket."""
    for person, role, may_train in (
        (PUPIL, "Watching as a viewer", False),
        (TEACHER, "Here as the teacher", True),
    ):
        window = browser.new_context(
            ignore_https_errors=True,
            http_credentials={"username": person, "password": PEOPLE[person]},
        )
        page = window.new_page()
        sockets: list[str] = []
        page.on("websocket", lambda socket, opened=sockets: opened.append(socket.url))
        page.goto(client.address)
        line = page.locator(".access-line")
        line.wait_for(timeout=60_000)
        button = page.locator(".st-key-train button")
        button.wait_for(timeout=60_000)
        said = line.inner_text().strip()
        seen = f"{said!r}, Train {'enabled' if button.is_enabled() else 'disabled'}"
        holds = role in said and person in said and button.is_enabled() == may_train
        yield Line(f"{person} sees the page as {role.lower()!r}", seen, holds)
        through = [url for url in sockets if url.startswith("wss://")]
        yield Line(f"{person}'s page is drawn over TLS", f"{len(through)} wss", bool(through))
        if pictures is not None:
            page.screenshot(path=pictures / f"proxy-{person}.png")
        window.close()


def measured(kind: str, *, with_browser: bool, pictures: Path | None) -> list[Line]:
    """All lines of one web server."""
    with tempfile.TemporaryDirectory(prefix="studio-proxy-") as name:
        folder = Path(name)
        with served(folder) as app, SERVERS[kind](folder, app) as port:
            client = Client(port, folder)
            lines = [*programs(client)]
            if with_browser:
                lines += _in_chromium(client, pictures)
    return lines


def _in_chromium(client: Client, pictures: Path | None) -> list[Line]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        try:
            return [*pages(browser, client, pictures)]
        finally:
            browser.close()


def _table(kind: str, lines: list[Line], tell: Callable[[str], object]) -> None:
    tell(f"| behind {kind} | seen | holds |\n|---|---|---|\n")
    for line in lines:
        tell(f"| {line.name} | {line.seen} | {'yes' if line.holds else 'NO'} |\n")


def main() -> int:
    """Run, print, and tell by the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", choices=[*SERVERS], default="nginx")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--no-browser", action="store_true", help="only what programs see")
    parser.add_argument("--pictures", type=Path, help="a folder for screenshots")
    given = parser.parse_args()
    missing = [
        name for name in (given.server, "openssl") if shutil.which(name, path=_path()) is None
    ]
    if missing:
        sys.stderr.write(
            f"needs {' and '.join(missing)}, as in `apt-get install -y {given.server}`\n"
        )
        return 2
    os.environ["PATH"] = _path()
    lines = measured(given.server, with_browser=not given.no_browser, pictures=given.pictures)
    if given.json:
        sys.stdout.write(json.dumps([line.__dict__ for line in lines], indent=1) + "\n")
    else:
        _table(given.server, lines, sys.stdout.write)
    return 0 if all(line.holds for line in lines) else 1


def _path() -> str:
    """Debian puts servers where only root looks."""
    return f"{os.environ.get('PATH', '')}:/usr/sbin"


if __name__ == "__main__":
    raise SystemExit(main())
