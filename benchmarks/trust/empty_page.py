"""An empty page of Streamlit's, served as Streamlit serves it: what no app of it can go below."""

from __future__ import annotations

import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import psutil

from benchmarks.first_minute import free_port
from benchmarks.trust.served import Served

SHOWN = ".nothing-else"
"""What shows in a browser that the empty page is there."""

_SCRIPT = f"""import streamlit as st
st.html('<span class="{SHOWN.removeprefix(".")}">nothing else</span>')
"""


@contextmanager
def empty_page(folder: Path) -> Iterator[Served]:
    """Serve it from a folder of its own, with no settings but its port."""
    folder.mkdir(parents=True)
    script = folder / "empty.py"
    script.write_text(_SCRIPT)
    port = free_port()
    words = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless=true"]
    words += [f"--server.port={port}", "--server.address=localhost"]
    server = subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL)
    try:
        while not _answers(port):
            sleep(0.05)
        yield Served(f"http://localhost:{port}", psutil.Process(server.pid))
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=1)
    except OSError:
        return False
    return True
