"""One file over HTTP, going on where an earlier attempt broke off."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gan_core.data.content import Content
from gan_core.data.partial import Partial
from gan_core.data.values import Progress
from gan_core.errors import DamagedError, OfflineError
from gan_core.text import N_

if TYPE_CHECKING:
    import requests

CONNECT_SECS = 5.0
SILENCE_SECS = 30.0
CHUNK_BYTES = 64 * 1024

_USE_DIGITS = N_("Train on `digits`, which needs no download.")
_PARTIAL_CONTENT = 206
_RANGE_NOT_SATISFIABLE = 416


@dataclass
class Meter:
    """Reports one file's bytes as part of a whole download.

    Attributes:
        label: the file.
        before: bytes of the files before it.
        expected: bytes of this one; an estimate until the server has said.
        after: bytes of the files after it.
        progress: whom to tell.
    """

    label: str
    before: int
    expected: int
    after: int
    progress: Progress | None

    def show(self, num_bytes: int) -> None:
        """Tell how far this file is."""
        self.expected = max(self.expected, num_bytes)
        if self.progress is not None:
            self.progress(
                self.label, self.before + num_bytes, self.before + self.expected + self.after
            )


def receive(url: str, partial: Partial, content: Content, meter: Meter) -> None:
    """Complete `partial` with what `url` sends; whether it is the right file is not judged.

    Every way in which a network fails is told in plain words. What was received stays in
    `partial`.

    Raises:
        OfflineError: nobody answered, the answer was no, or it broke off.
        DamagedError: more was sent than the file has.
        OSError: the bytes could not be stored.
    """
    # Imported here: 0.2 s that most starts of the program never need.
    import requests
    import urllib3

    partial.truncate(partial.num_bytes)
    meter.show(partial.num_bytes)
    before = partial.num_bytes
    try:
        with _ask(url, partial.num_bytes) as response:
            if _begin(url, response, partial, content, meter):
                _store(url, response, partial, content, meter)
                return
        partial.truncate(0)  # what is here does not go with what is there: from the start
        with _ask(url, 0) as response:
            _begin(url, response, partial, content, meter)
            _store(url, response, partial, content, meter)
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        received = partial.num_bytes != before
        raise _unreachable(url, partial.num_bytes if received else 0, meter, error) from error


def _ask(url: str, start: int) -> requests.Response:
    import requests

    # Not compressed on the way: some servers call a .gz a compressed transfer.
    headers = {"Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    return requests.get(url, stream=True, timeout=(CONNECT_SECS, SILENCE_SECS), headers=headers)


def _begin(
    url: str, response: requests.Response, partial: Partial, content: Content, meter: Meter
) -> bool:
    """Make `partial` ready for the body of an answer; False where the two do not fit."""
    have = partial.num_bytes
    if have and response.status_code == _RANGE_NOT_SATISFIABLE:
        return False
    if have and response.status_code == _PARTIAL_CONTENT:
        sent = re.fullmatch(
            r"bytes ([0-9]+)-([0-9]+)/([0-9]+|\*)", response.headers.get("Content-Range", "").strip()
        )
        if sent is None or int(sent[1]) != have:
            return False
        total = int(sent[3]) if sent[3] != "*" else None
    elif response.status_code == 200:
        partial.truncate(0)
        length = response.headers.get("Content-Length", "")
        total = int(length) if length.isdecimal() else None
    else:
        raise OfflineError(
            N_("{url} could not be downloaded: the server answered {status}."),
            _USE_DIGITS,
            url=url,
            status=response.status_code,
        )
    if total is not None and content.may_be(total):
        meter.expected = total
    meter.show(partial.num_bytes)
    return True


def _store(
    url: str, response: requests.Response, partial: Partial, content: Content, meter: Meter
) -> None:
    num_bytes = partial.num_bytes
    for chunk in response.raw.stream(CHUNK_BYTES, decode_content=False):
        num_bytes += len(chunk)
        if num_bytes > content.max_bytes:
            raise DamagedError(
                N_("{url} sent more than the {expected} bytes of the file; nothing was kept."),
                N_("Try again later or name another mirror. `digits` needs no download."),
                url=url,
                expected=content.max_bytes,
            )
        partial.stream.write(chunk)
        meter.show(num_bytes)
    partial.stream.flush()


def _unreachable(url: str, num_bytes: int, meter: Meter, error: Exception) -> OfflineError:
    if num_bytes:
        return OfflineError(
            N_("The download of {url} broke off after {found} of {expected} bytes."),
            N_("Try again and it goes on from there, or train on `digits`, which is here."),
            url=url,
            found=num_bytes,
            expected=meter.expected,
        )
    return OfflineError(
        N_("{host} could not be reached, so {file} could not be downloaded ({reason})."),
        _USE_DIGITS,
        host=urlsplit(url).netloc,
        file=meter.label,
        reason=type(error).__name__,
    )
