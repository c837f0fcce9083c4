"""Answers leave at once: connections do not wait for acknowledgements (Nagle's algorithm)."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from pages._parts.prompt_answers import answer_promptly


def num_open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


@pytest.mark.parametrize(
    ("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
)
def test_connections_send_at_once(family: socket.AddressFamily, address: str) -> None:
    # As Streamlit does it: that it is TCP is not said, so asyncio would not see to it.
    with socket.socket(family) as listener, socket.socket() as other, socket.socket(family) as us:
        listener.bind((address, 0))
        listener.listen()
        open_before = num_open_files()
        answer_promptly()
        assert num_open_files() == open_before
        us.connect(listener.getsockname())
        accepted, _address = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert not other.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
