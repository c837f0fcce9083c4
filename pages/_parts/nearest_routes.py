"""Is it memorised? The training images nearest to an image that a generator makes.

POST /studio/nearest {run, step, latent}; the first who asks has the index made and asks again.
"""

from __future__ import annotations

import base64
import functools
import json
from typing import Any

import numpy as np
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gan_core.access.people import Person
from gan_core.data.prepared import is_own
from gan_core.errors import BadInputError, GanCoreError
from gan_core.inference.nearest import NearestCache
from gan_core.jobs import nearest as making
from gan_core.runs import nearest, snapshots
from gan_core.runs.store import RunView
from gan_core.text import N_
from pages._parts.bodies import read_body
from pages._parts.studio import engines, studio
from pages._parts.turns import Turns, status_of
from pages._parts.viewer import asker

NUM_SHOWN = 8
_MAX_BODY_BYTES = 200_000
_DIGITS = 5


def nearest_routes() -> list[Route]:
    """To be mounted beside the others."""
    turns = Turns()

    async def find(request: Request) -> Response:
        by = asker(request)
        try:
            with turns.place(by):
                body = await read_body(request, _MAX_BODY_BYTES)
                return JSONResponse(await turns.do(_answer, body, by))
        except GanCoreError as error:
            return JSONResponse({"message": error.one_line()}, status_code=status_of(error))

    return [Route("/studio/nearest", find, methods=["POST"])]


@functools.cache
def _indices() -> NearestCache:
    """Shared by all viewers of this process."""
    return NearestCache()


def _answer(body: bytes, by: Person) -> dict[str, Any]:
    run_id, step, latent = _asked(body)
    run = studio().store.get(run_id)
    at_step = snapshots.resolve_step(run.paths, step)
    image = engines().get(run.paths, at_step).images(latent[np.newaxis])[0]
    try:
        return _compared(run, image, by)
    except GanCoreError as error:
        return {"state": "failed", "share": 0.0, "reason": error.one_line()}


def _asked(body: bytes) -> tuple[str, int, NDArray[np.float32]]:
    try:
        value = json.loads(body)
        with np.errstate(over="ignore"):  # the generator refuses what is not finite
            latent = np.asarray(value["latent"], np.float32)
        run_id, step = str(value["run"]), int(value["step"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise BadInputError(N_("run, step and latent are needed, as JSON.")) from error
    if latent.ndim != 1:
        raise BadInputError(N_("latents must be rows of numbers."), field="latent")
    return run_id, step, latent


def _compared(run: RunView, image: NDArray[np.uint8], by: Person) -> dict[str, Any]:
    """What lies nearest to an image uint8 `[H, W, C]`, or how far the index is.

    Raises:
        GanCoreError: there is none and none can be made.
    """
    here, info = studio(), run.sound_config().dataset
    own_dir = run.paths.dataset if is_own(info.name) else None
    measure = nearest.best_measure(here.store.root, info)
    now = making.standing(here.store.root, info, measure)
    if now.state == "none":
        making.start(here.store.root, info, measure, here.data_dir, own_dir=own_dir, by=by)
        now = making.standing(here.store.root, info, measure)
    if now.state == "failed":
        making.forget_failure(here.store.root, info, measure, by=by)
        return {"state": "failed", "share": 0.0, "reason": now.reason}
    if now.state != "ready":
        return {"state": "building", "share": round(now.share, 3), "reason": ""}
    index = _indices().get(here.store.root, info, measure, own_dir)
    found = index.nearest_to(image, NUM_SHOWN)
    return {
        "state": "ready",
        "share": 1.0,
        "reason": "",
        "measure": measure,
        "shape": list(image.shape),
        "images": [base64.b64encode(near.tobytes()).decode() for near in found.images],
        "distances": [round(float(distance), _DIGITS) for distance in found.distances],
        "labels": None if found.labels is None else found.labels.tolist(),
        "typical": round(found.typical, _DIGITS),
        "closer_than_share": round(found.closer_than_share, 4),
        "num_images": index.card.num_images,
        "num_train": index.card.num_train,
        "held_out": index.card.are_held_out,
    }
