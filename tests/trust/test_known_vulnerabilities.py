"""What the test command says of the pinned packages: found, none, or why nobody could be asked."""

from __future__ import annotations

import http.server
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.known_vulnerabilities import report


@contextmanager
def _source(weak: str) -> Iterator[str]:
    """A list of vulnerabilities, as OSV answers, in which one package has one."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            known = {"id": "TEST-1", "summary": "a test", "affected": []}
            found = {"vulns": [known]} if asked["package"]["name"] == weak else {}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, *_args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()


@pytest.mark.parametrize(
    ("weak", "said"), [("pillow", ("KNOWN VULNERABILITIES", "TEST-1", "pillow")), ("", ("none",))]
)
def test_what_the_source_knows_is_told(weak: str, said: tuple[str, ...]) -> None:
    with _source(weak) as url:
        told = report(["--vulnerability-service", "osv", "--osv-url", url])
    assert [part for part in said if part not in told] == [], told


def test_a_source_out_of_reach_is_said_and_fails_nothing(repo: Path) -> None:
    options = ["--vulnerability-service", "osv", "--osv-url", "http://127.0.0.1:9/"]
    words = [sys.executable, "tests/known_vulnerabilities.py", *options]
    done = subprocess.run(words, cwd=repo, capture_output=True, text=True, check=False, timeout=90)
    assert done.returncode == 0, done.stderr
    assert "skipped, their list cannot be reached" in done.stdout
    assert done.stdout.count("\n") == 1
