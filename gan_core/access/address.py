"""Where others on the local network find this machine, and that as a picture for their phones."""

from __future__ import annotations

import io
import ipaddress
import socket
from contextlib import suppress

_ELSEWHERE = "192.0.2.1"  # kept for examples by RFC 5737; nothing is sent there


def local_addresses() -> list[str]:
    """The addresses of this machine in its local networks; first the one that leads elsewhere."""
    found = [_way_out()]
    with suppress(OSError):  # the machine's own name may stand for nothing
        found += [str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None)]
    return [one for one in dict.fromkeys(found) if one and _is_useful(one)]


def page_address(host: str, port: int) -> str:
    """The address of the pages, as one would type it."""
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}" if port == 80 else f"http://{shown}:{port}"


def free_port(first: int = 8501, num: int = 100) -> int:
    """The first port from there on that nobody listens to; the first where all are taken."""
    for port in range(first, first + num):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("", port))
            except OSError:
                continue
            return port
    return first


def qr_lines(text: str) -> str:
    """A text as a QR code for a terminal."""
    import segno  # here: pages draw one only when somebody asks

    drawn = io.StringIO()
    segno.make(text, error="m", micro=False).terminal(drawn, compact=True, border=2)
    return drawn.getvalue()


def qr_png(text: str, *, scale: int = 12) -> bytes:
    """A text as a QR code, black on white with the quiet border that cameras need."""
    import segno

    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="png", scale=scale, border=4)
    return drawn.getvalue()


def _way_out() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((_ELSEWHERE, 9))
        except OSError:  # no network at all
            return ""
        return str(probe.getsockname()[0])


def _is_useful(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    return not (address.is_loopback or address.is_link_local or address.is_unspecified)
