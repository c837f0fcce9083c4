"""A server of real files on this machine, with the faults that servers have."""

from __future__ import annotations

import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote


class Server(ThreadingHTTPServer):
    """Serves a data folder over HTTP, and misbehaves as it is told to."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder
        self.fault = ""
        self.requested: list[str] = []
        self.ranges: list[str | None] = []
        self.sent_bytes = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/files"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.requested.append(self.path)
        self.server.ranges.append(self.headers["Range"])
        file = self.server.folder / unquote(self.path).removeprefix("/files/")
        if self.server.fault == "404" or not file.is_file():
            self.send_error(404)
            return
        body = file.read_bytes()
        start = self.range_start(len(body))
        if start > len(body):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(body)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.answer(body[start:], start, len(body))

    def range_start(self, size: int) -> int:
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers["Range"] or "")
        if asked is None or self.server.fault == "no ranges":
            return 0
        return int(asked[1]) if int(asked[1]) < size else size + 1

    def answer(self, body: bytes, start: int, size: int) -> None:
        fault, length = self.server.fault, len(body)
        if fault == "cut":
            body = body[: length // 2]
        elif fault == "short":
            body = body[: length // 2]
            length = len(body)
        elif fault == "long":
            body, length = body * 2, length * 2
        elif fault == "altered":
            body = body[:-1] + bytes((body[-1] ^ 1,))
        elif fault == "portal":
            body = b"<html>Please log in</html>"
            length = len(body)
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(length))
        if start:
            first = start - 1 if fault == "shifted" else start
            self.send_header("Content-Range", f"bytes {first}-{size - 1}/{size}")
        if fault == "labelled":
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        try:
            self.wfile.write(body)
            self.server.sent_bytes += len(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client has had enough

    def log_message(self, *args: object) -> None:
        """Keep quiet."""
