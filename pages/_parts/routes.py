"""The app's own addresses: sample sheets, and images of latents while somebody drags.

They answer outside Streamlit's session, so they check everything themselves.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from gan_core.errors import BadInputError, DamagedError, GanCoreError, NotFoundError
from gan_core.latent.sampling import sample_latents
from gan_core.runs import sealed, snapshots
from gan_core.runs.layout import RunPaths
from gan_core.runs.sheet import read_about
from gan_core.text import N_
from pages._parts.asset_routes import asset_routes
from pages._parts.bodies import read_json
from pages._parts.compare_routes import compare_routes
from pages._parts.enter_routes import enter_routes
from pages._parts.event_routes import event_routes
from pages._parts.explore_routes import explore_routes
from pages._parts.judge_routes import chances, labels, opinions
from pages._parts.live_routes import live_routes
from pages._parts.nearest_routes import nearest_routes
from pages._parts.picture_routes import picture_routes
from pages._parts.plane_routes import plane_routes
from pages._parts.snapshot_routes import snapshot_routes
from pages._parts.studio import engines, studio
from pages._parts.take_routes import take_routes
from pages._parts.turns import Turns, status_of
from pages._parts.viewer import asker
from pages._parts.walk_routes import walk_routes

MAX_BODY_BYTES = 2_000_000
MAX_LATENTS = 64
_MAX_LATENT_SIZE = 5000
_MAX_STEP = 10**12
_A_YEAR = "private, max-age=31536000, immutable"


def studio_routes() -> list[BaseRoute]:
    """All of them, to be mounted beside Streamlit's own."""
    turns = Turns()
    return [
        Route("/studio/runs/{run}/samples/{step:int}.png", sheet),
        Route("/studio/runs/{run}/samples/{step:int}.json", sheet_about),
        Route("/studio/decode", _answering(_decode, turns), methods=["POST"]),
        Route("/studio/judge", _answering(_judge, turns), methods=["POST"]),
        Route("/studio/latents", _answering(_latents, turns), methods=["POST"]),
        *plane_routes(),
        *asset_routes(),
        *snapshot_routes(),
        *compare_routes(),
        *event_routes(),
        *live_routes(),
        *explore_routes(),
        *picture_routes(),
        *nearest_routes(),
        *walk_routes(),
        *take_routes(),
        *enter_routes(),
    ]


async def sheet(request: Request) -> Response:
    """A sample sheet as PNG."""
    try:
        path = studio().store.paths(request.path_params["run"]).sample(_step(request))
    except NotFoundError as error:
        return _refusal(error)
    if not path.is_file():
        return Response(status_code=404)
    return FileResponse(path, media_type="image/png", headers=_sheet_headers())


async def sheet_about(request: Request) -> Response:
    """The layout of a sheet and D's verdicts on its images."""
    try:
        paths = studio().store.paths(request.path_params["run"])
        about = await run_in_threadpool(read_about, paths.sample(_step(request)))
        return _about_answer(about)
    except (NotFoundError, DamagedError) as error:
        return _refusal(error)
    except FileNotFoundError:
        return Response(status_code=404)


def _about_answer(about: dict[str, Any]) -> Response:
    """What a sheet says of itself, which in a file that somebody brought may be anything."""
    try:
        return JSONResponse(about, headers=_sheet_headers())
    except (ValueError, RecursionError) as error:  # no numbers, as in NaN, or no end of depth
        raise DamagedError(N_("The sheet says of itself what no browser can read.")) from error


def _step(request: Request) -> int:
    step = int(request.path_params["step"])
    if step > _MAX_STEP:
        raise NotFoundError(N_("there is no snapshot that late."), field="step")
    return step


def _sheet_headers() -> dict[str, str]:
    # A step's sheet is drawn again only by a resume, and then it is the same.
    return {"Cache-Control": _A_YEAR, "X-Content-Type-Options": "nosniff"}


def _answering(
    answer: Callable[[dict[str, Any]], dict[str, Any]], turns: Turns
) -> Callable[[Request], Any]:
    """An address that takes and gives JSON; the work is done beside the event loop."""

    async def endpoint(request: Request) -> Response:
        try:
            with turns.place(asker(request)):
                body = await read_json(request, MAX_BODY_BYTES)
                return JSONResponse(await turns.do(answer, body))
        except GanCoreError as error:
            return _refusal(error)

    return endpoint


def _decode(body: dict[str, Any]) -> dict[str, Any]:
    """`{run, step, latents}` to `{step, shape, images, p_real, labels, confidences}`.

    Images are base64 of bytes. The last three are `None` where D or a classifier is missing.
    """
    paths = studio().store.paths(str(body.get("run")))
    step = _snapshot_step(paths, _whole(body, "step", 0, _MAX_STEP))
    latents = _matrix(body.get("latents"))
    images, p_real = engines().get(paths, step).images_and_verdicts(latents)
    return {
        **labels(paths, images),
        "step": step,
        "shape": list(images.shape[1:]),
        "images": [base64.b64encode(image.tobytes()).decode() for image in images],
        "p_real": None if p_real is None else chances(p_real),
    }


def _snapshot_step(paths: RunPaths, step: int) -> int:
    """The step, if it has a snapshot: one look, for this is asked while somebody drags."""
    if (paths.snapshot(step) / sealed.MANIFEST).is_file():
        return step
    return snapshots.resolve_step(paths, step)  # says which there are


def _judge(body: dict[str, Any]) -> dict[str, Any]:
    """`{run, step, images}` to `{p_real, labels, confidences}`."""
    paths = studio().store.paths(str(body.get("run")))
    step = _snapshot_step(paths, _whole(body, "step", 0, _MAX_STEP))
    return opinions(paths, step, body.get("images"))


def _latents(body: dict[str, Any]) -> dict[str, Any]:
    """`{seed, count, latent_size}` to `{latents}`, the same as on the command line."""
    drawn = sample_latents(
        _whole(body, "seed", 0, 2**31 - 1),
        _whole(body, "count", 1, MAX_LATENTS),
        _whole(body, "latent_size", 1, _MAX_LATENT_SIZE),
    )
    return {"latents": drawn.tolist()}


def _whole(body: dict[str, Any], name: str, low: int, high: int) -> int:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadInputError(
            N_("got {given}; allowed is a whole number, {low} … {high}."),
            field=name,
            given=repr(value)[:40],
            low=low,
            high=high,
        )
    return value


def _matrix(value: Any) -> NDArray[np.float32]:
    """Latents `[N, Z]` from JSON; their length is checked by the generator."""
    try:
        with np.errstate(over="ignore"):  # the generator refuses what is not finite
            latents = np.asarray(value, np.float32)
    except (ValueError, TypeError, OverflowError) as error:
        raise BadInputError(N_("latents must be rows of numbers."), field="latents") from error
    if latents.ndim != 2 or not 1 <= len(latents) <= MAX_LATENTS:
        raise BadInputError(
            N_("got latents of shape {given}; allowed are 1 … {high} rows."),
            field="latents",
            given=latents.shape,
            high=MAX_LATENTS,
        )
    return latents


def _refusal(error: GanCoreError) -> Response:
    return JSONResponse({"message": error.one_line()}, status_code=status_of(error))
