"""What a request brings: of bounded size, in bounded time."""

from __future__ import annotations

import json
from typing import Any

import anyio
from starlette.requests import ClientDisconnect, Request

from gan_core.errors import BadInputError
from gan_core.text import N_

MAX_SECS = 30.0
SLOWEST_BYTES_A_SEC = 100_000
"""A large body may take longer, at this rate. Who sends more slowly would keep a place from others.
"""


async def read_body(
    request: Request, max_bytes: int, *, too_large: BadInputError | None = None
) -> bytes:
    """What was sent.

    Args:
        request: whose body nobody has read yet.
        max_bytes: how much is taken.
        too_large: what is said of more; there are words for any request.

    Raises:
        BadInputError: it is too large, too slow, or was not sent to its end.
    """
    received = bytearray()
    secs = MAX_SECS + max_bytes / SLOWEST_BYTES_A_SEC
    try:
        with anyio.fail_after(secs):
            async for chunk in request.stream():
                received += chunk
                if len(received) > max_bytes:
                    raise too_large or BadInputError(
                        N_("the request is larger than {limit} bytes."), limit=max_bytes
                    )
    except TimeoutError as error:
        raise BadInputError(
            N_("the request was not sent within {secs} s."), secs=round(secs)
        ) from error
    except ClientDisconnect as error:  # such as a drag that went on: nobody reads the answer
        raise BadInputError(N_("the request was not sent to its end.")) from error
    return bytes(received)


async def read_json(request: Request, max_bytes: int) -> dict[str, Any]:
    """The JSON object that was sent.

    Raises:
        BadInputError: as for `read_body`, or it is none.
    """
    try:
        value = json.loads(await read_body(request, max_bytes))
    except (ValueError, RecursionError) as error:
        raise BadInputError(N_("the request is not JSON.")) from error
    if not isinstance(value, dict):
        raise BadInputError(N_("the request is not a JSON object."))
    return value
