"""The app's own addresses: sample sheets, and images of latents while somebody drags.

They answer outside Streamlit's session, so they check everything themselves.
"""

from __future__ import annotations

import base64
import functools
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from gan_core.config import DatasetInfo, RunConfig
from gan_core.errors import BadInputError, DamagedError, GanCoreError, NotFoundError
from gan_core.latent.sampling import sample_latents
from gan_core.runs import sealed, snapshots
from gan_core.runs.files import read_json
from gan_core.runs.layout import RunPaths
from gan_core.runs.sheet import read_about
from gan_core.text import N_
from pages._parts.plane_routes import plane_routes
from pages._parts.studio import classifiers, engines, studio

logger = logging.getLogger("latent_studio.routes")

MAX_BODY_BYTES = 2_000_000
MAX_LATENTS = 64
_MAX_LATENT_SIZE = 5000
_A_YEAR = "private, max-age=31536000, immutable"


def studio_routes() -> list[Route]:
    """All of them, to be mounted beside Streamlit's own."""
    return [
        Route("/studio/runs/{run}/samples/{step:int}.png", sheet),
        Route("/studio/runs/{run}/samples/{step:int}.json", sheet_about),
        Route("/studio/decode", _answering(_decode), methods=["POST"]),
        Route("/studio/latents", _answering(_latents), methods=["POST"]),
        *plane_routes(),
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
    except (NotFoundError, DamagedError) as error:
        return _refusal(error)
    except FileNotFoundError:
        return Response(status_code=404)
    return JSONResponse(about, headers=_sheet_headers())


def _step(request: Request) -> int:
    return int(request.path_params["step"])


def _sheet_headers() -> dict[str, str]:
    # A step's sheet is drawn again only by a resume, and then it is the same.
    return {"Cache-Control": _A_YEAR}


def _answering(
    answer: Callable[[dict[str, Any]], dict[str, Any]],
) -> Callable[[Request], Any]:
    """An address that takes and gives JSON; the work is done beside the event loop."""

    async def endpoint(request: Request) -> Response:
        try:
            body = await _body(request)
            return JSONResponse(await run_in_threadpool(answer, body))
        except GanCoreError as error:
            return _refusal(error)

    return endpoint


async def _body(request: Request) -> dict[str, Any]:
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > MAX_BODY_BYTES:
            raise BadInputError(
                N_("the request is larger than {limit} bytes."), limit=MAX_BODY_BYTES
            )
    try:
        value = json.loads(bytes(received))
    except (ValueError, RecursionError) as error:
        raise BadInputError(N_("the request is not JSON.")) from error
    if not isinstance(value, dict):
        raise BadInputError(N_("the request is not a JSON object."))
    return value


def _decode(body: dict[str, Any]) -> dict[str, Any]:
    """`{run, step, latents}` to `{step, shape, images, p_real, labels, confidences}`.

    Images are base64 of bytes. The last three are `None` where D or a classifier is missing.
    """
    paths = studio().store.paths(str(body.get("run")))
    step = _snapshot_step(paths, _whole(body, "step", 0, 10**12))
    latents = _matrix(body.get("latents"))
    images, p_real = engines().get(paths, step).images_and_verdicts(latents)
    return {
        **_labels(paths, images),
        "step": step,
        "shape": list(images.shape[1:]),
        "images": [base64.b64encode(image.tobytes()).decode() for image in images],
        "p_real": None if p_real is None else [round(float(p), 4) for p in p_real],
    }


def _snapshot_step(paths: RunPaths, step: int) -> int:
    """The step, if it has a snapshot: one look, for this is asked while somebody drags."""
    if (paths.snapshot(step) / sealed.MANIFEST).is_file():
        return step
    return snapshots.resolve_step(paths, step)  # says which there are


def _labels(paths: RunPaths, images: NDArray[np.uint8]) -> dict[str, Any]:
    """What the classifier of the run's data set takes images `[N, H, W, C]` for."""
    nothing = {"labels": None, "confidences": None}
    try:
        info = _dataset(paths.config, paths.config.stat().st_mtime_ns)
        classifier = None if info is None else classifiers().get(studio().store.root, info)
        if classifier is None:
            return nothing
        labels, confidences = classifier.classify(images)
    except (OSError, GanCoreError) as error:  # an image without its label is better than none
        logger.warning("no labels: %s", error)
        return nothing
    return {
        "labels": labels.tolist(),
        "confidences": [round(float(share), 3) for share in confidences],
    }


@functools.lru_cache(maxsize=64)
def _dataset(config: Path, changed_ns: int) -> DatasetInfo | None:  # noqa: ARG001 - part of the key
    """The data set that a run's `config.json` names, read once as long as it does not change."""
    try:
        return RunConfig.from_json(read_json(config)).dataset
    except (FileNotFoundError, DamagedError):
        return None


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
    status = 404 if isinstance(error, (NotFoundError, DamagedError)) else 400
    return JSONResponse({"message": error.one_line()}, status_code=status)
