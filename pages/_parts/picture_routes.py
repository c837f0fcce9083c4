"""My own picture: a file becomes a latent, by the encoder at once, else by a search.

POST /studio/picture?run=…&step=…   the file; answers with the latent, or with a search's id
GET  /studio/inversions/{id}        how far a search is
POST /studio/inversions/{id}/stop   end it
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import anyio
import numpy as np
from numpy.typing import NDArray
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gan_core.access.people import Person
from gan_core.access.quotas import QuotaError
from gan_core.data.own.picture import ground_of
from gan_core.errors import BadInputError, GanCoreError
from gan_core.inference.engine import SnapshotEngine
from gan_core.jobs import invert, slots
from gan_core.jobs.picture import MAX_BYTES, read_picture, too_large
from gan_core.latent.sampling import sample_latents
from gan_core.runs import inversions
from gan_core.runs.fallback import first_good
from gan_core.text import N_
from pages._parts.bodies import read_body
from pages._parts.line import Line
from pages._parts.studio import engines, studio
from pages._parts.turns import status_of
from pages._parts.viewer import asker

_NUM_LOOKED_AT = 16
_BODIES_AT_ONCE = 6  # of ten megabytes each
_READ_AT_ONCE = 2  # each costs a process and its memory


def picture_routes() -> list[Route]:
    """To be mounted beside the others."""
    line = Line(_BODIES_AT_ONCE, N_("many pictures are being read at the moment."))
    turn = anyio.CapacityLimiter(_READ_AT_ONCE)

    async def picture(request: Request) -> Response:
        by = asker(request)
        asked = request.query_params
        try:
            by.require("explore")
            async with line.place(by):
                await run_in_threadpool(_ask_quota, by)
                content = await read_body(request, MAX_BYTES, too_large=too_large())
                run, step = asked.get("run", ""), asked.get("step", "newest")
                async with turn:
                    return JSONResponse(await run_in_threadpool(_begin, run, step, content, by))
        except GanCoreError as error:
            return _refusal(error)

    return [
        Route("/studio/picture", picture, methods=["POST"]),
        Route("/studio/inversions/{id}", _about(_progress)),
        Route("/studio/inversions/{id}/stop", _about(_stop), methods=["POST"]),
    ]


def _ask_quota(by: Person) -> None:
    """Refuse who has as many jobs as one may; where others have all places, a search waits."""
    try:
        slots.check(studio().store.root, by)
    except QuotaError as error:
        if error.field == "jobs_per_person":
            raise


def _about(answer: Callable[[str, Person], dict[str, Any]]) -> Callable[[Request], Any]:
    """An address of one search; the work is done beside the event loop."""

    async def endpoint(request: Request) -> Response:
        try:
            found = await run_in_threadpool(answer, request.path_params["id"], asker(request))
        except GanCoreError as error:
            return _refusal(error)
        return JSONResponse(found, headers={"Cache-Control": "no-store"})

    return endpoint


def _begin(run_id: str, step: str, content: bytes, by: Person) -> dict[str, Any]:
    paths = studio().store.paths(run_id)
    found = first_good(paths, step, lambda at_step: engines().get(paths, at_step))
    engine = found.value
    own = engine.images(sample_latents(0, _NUM_LOOKED_AT, engine.latent_size))
    height, width, channels = own.shape[1:]
    if height != width:
        raise BadInputError(
            N_("this generator's images are {width} × {height}; only square ones are taken here."),
            field="picture",
            width=width,
            height=height,
        )
    target, inverted = read_picture(content, (height, width, channels), ground_of(own))
    if engine.has_encoder:
        z = engine.encode(target[np.newaxis])[0]
        return {"state": "done", **_compared(engine, target, z), "inverted": inverted}
    wanted = inversions.Wanted(run=run_id, step=found.step, inverted=inverted)
    id_ = invert.start(studio().store.root, wanted, target, by=by)
    return {"job": id_, **_progress(id_, by)}


def _progress(id_: str, by: Person) -> dict[str, Any]:  # noqa: ARG001 - as for `_stop`
    runs_dir = studio().store.root
    now = invert.standing(runs_dir, id_)
    wanted, target = inversions.read_request(inversions.folder_of(runs_dir, id_))
    z = None if now.found is None else now.found.z
    engine = None
    if z is not None:
        engine = engines().get(studio().store.paths(wanted.run), wanted.step)
    latent = None if z is None else np.array(z, np.float32)
    return {
        "state": now.state,
        "share": 0.0 if now.found is None else round(now.found.share, 3),
        "reason": now.reason,
        "run": wanted.run,
        "step": wanted.step,
        "inverted": wanted.inverted,
        **_compared(engine, target, latent),
    }


def _stop(id_: str, by: Person) -> dict[str, Any]:
    invert.stop(studio().store.root, id_, by=by)
    return _progress(id_, by)


def _compared(
    engine: SnapshotEngine | None, target: NDArray[np.uint8], z: NDArray[np.float32] | None
) -> dict[str, Any]:
    """A picture `[H, W, C]` beside the image of a latent `[Z]`, and how far they are apart."""
    told = {"target": _base64(target), "shape": list(target.shape)}
    if engine is None or z is None:
        return {**told, "z": None, "error": None, "image": None}
    image = engine.images(z[np.newaxis])[0]
    apart = (image.astype(np.float64) - target) / 255.0
    return {
        **told,
        "z": [float(number) for number in z],
        "error": round(float(np.sqrt(np.mean(apart**2))), 5),
        "image": _base64(image),
    }


def _base64(pixels: NDArray[np.uint8]) -> str:
    return base64.b64encode(pixels.tobytes()).decode()


def _refusal(error: GanCoreError) -> Response:
    return JSONResponse({"message": error.one_line()}, status_code=status_of(error))
