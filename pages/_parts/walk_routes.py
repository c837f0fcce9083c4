"""A walk as a file: latents in, a GIF, WebP, MP4 or PNG strip out.

The page that plays the walk sends the very latents it shows, so the file holds the same walk. It
answers outside Streamlit's session, so it checks everything itself.
"""

from __future__ import annotations

import base64
import binascii
import math
from typing import Any, get_args

import anyio
import numpy as np
from numpy.typing import NDArray
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gan_core.access.people import Person
from gan_core.charts.animation import MAX_FPS, Format, save_animation
from gan_core.charts.sheet import MAX_PIXELS, check_pixels
from gan_core.errors import BadInputError, GanCoreError
from gan_core.inference.engine import SnapshotEngine
from gan_core.jobs import slots
from gan_core.runs import snapshots
from gan_core.text import N_
from pages._parts.bodies import read_json
from pages._parts.line import Line
from pages._parts.studio import engines, studio
from pages._parts.turns import status_of
from pages._parts.viewer import asker

MAX_FRAMES = 480
MAX_NUMBERS = 1_000_000
_MAX_BODY_BYTES = 6_000_000  # the numbers as base64 of float32, and room for the rest
_BODIES_AT_ONCE = 4
_FILM_SIDE = 224  # pixels, about
_STRIP_SIDE = 112
_MEDIA_TYPES = {
    "gif": "image/gif",
    "webp": "image/webp",
    "mp4": "video/mp4",
    "png": "image/png",
}
_FRAMES_AT_ONCE = 32
_PATIENCE_SECS = 5.0


def walk_routes() -> list[Route]:
    """To be mounted beside the others."""
    # Encoding takes a core for seconds and tens of megabytes: the others wait for their turn.
    turn = anyio.CapacityLimiter(1)
    line = Line(_BODIES_AT_ONCE, N_("many films are being made at the moment."))

    async def save(request: Request) -> Response:
        """`{run, step, latents_b64, latent_size, format, fps, invert}` to the file.

        `latents_b64` is base64 of float32 `[N, Z]`, little-endian, N at most 480.
        """
        try:
            by = asker(request)
            by.require("take")
            async with line.place(by):
                body = await read_json(request, _MAX_BODY_BYTES)
                async with turn:
                    return await run_in_threadpool(_film, body, by)
        except GanCoreError as error:
            return JSONResponse({"message": error.one_line()}, status_code=status_of(error))

    return [Route("/studio/walk", save, methods=["POST"])]


def _film(body: dict[str, Any], by: Person) -> Response:
    """The film, where its maker has not too much under way."""
    with slots.slot(studio().store.root, by, patience_secs=_PATIENCE_SECS):
        return _encoded(body)


def _encoded(body: dict[str, Any]) -> Response:
    chosen = _format(body.get("format"))
    fps = _number(body, "fps", 1, MAX_FPS)
    latents = _latents(body)
    paths = studio().store.paths(str(body.get("run")))
    step = snapshots.resolve_step(paths, int(_number(body, "step", 0, 10**12)))
    frames = _frames(engines().get(paths, step), latents)
    encoded = save_animation(
        frames,
        None,
        chosen,
        fps=fps,
        scale=film_scale(frames.shape, _STRIP_SIDE if chosen == "png" else _FILM_SIDE),
        invert=body.get("invert") is True,
    )
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(encoded, media_type=_MEDIA_TYPES[chosen], headers=headers)


def _frames(engine: SnapshotEngine, latents: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The images of latents, a few at a time: a generator's numbers take four times their room."""
    parts = []
    for start in range(0, len(latents), _FRAMES_AT_ONCE):
        parts.append(engine.images(latents[start : start + _FRAMES_AT_ONCE]))
        height, width = parts[0].shape[1:3]
        check_pixels(len(latents) * height * width, 1)
    return np.concatenate(parts)


def film_scale(shape: tuple[int, ...], side: int) -> int:
    """How many pixels wide each pixel of frames `[N, H, W, C]` becomes: about `side` in all.

    Fewer where all frames together would have more pixels than one file may.
    """
    num_frames, height, width = shape[:3]
    allowed = math.isqrt(MAX_PIXELS // (num_frames * height * width))
    return max(1, min(round(side / max(height, width)), allowed))


def _format(given: Any) -> Format:
    if given not in get_args(Format):
        raise BadInputError(
            N_("The format must be one of {allowed}; given {given}."),
            field="format",
            allowed=", ".join(get_args(Format)),
            given=repr(given)[:40],
        )
    return given  # type: ignore[no-any-return]


def _latents(body: dict[str, Any]) -> NDArray[np.float32]:
    size = int(_number(body, "latent_size", 1, MAX_NUMBERS))
    try:
        raw = base64.b64decode(str(body.get("latents_b64")), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadInputError(N_("latents must be base64."), field="latents_b64") from error
    rows, rest = divmod(len(raw), 4 * size)
    if rest or not 1 <= rows <= MAX_FRAMES or rows * size > MAX_NUMBERS:
        raise BadInputError(
            N_("got {given} bytes of latents; allowed are 1 … {high} rows of {size} numbers."),
            field="latents_b64",
            given=len(raw),
            high=min(MAX_FRAMES, MAX_NUMBERS // size),
            size=size,
        )
    return np.frombuffer(raw, "<f4").reshape(rows, size).astype(np.float32)


def _number(body: dict[str, Any], name: str, low: int, high: int) -> float:
    value = body.get(name)
    known = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not known or not low <= value <= high:  # type: ignore[operator]
        raise BadInputError(
            N_("got {given}; allowed is a number, {low} … {high}."),
            field=name,
            given=repr(value)[:40],
            low=low,
            high=high,
        )
    return value  # type: ignore[return-value]
