"""The plane's own addresses: the points of a snapshot, its manifold, and the images behind them.

Each names the run and the step, so browsers may keep the answers. They answer outside
Streamlit's session, so they check everything themselves.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gan_core.charts.sheet import png_bytes, sheet
from gan_core.errors import GanCoreError, NotFoundError
from gan_core.runs import snapshots
from gan_core.runs.store import RunView
from gan_core.text import N_
from pages._parts.plane_data import (
    MANIFOLD_SIDE,
    atlas_columns,
    atlas_png,
    codes,
    has_plane,
    manifold_latents,
    shown_images,
    thumbnail_size,
)
from pages._parts.studio import engines, studio
from pages._parts.turns import Turns, status_of
from pages._parts.viewer import asker

_FORMAT = 1  # part of each address: what a browser kept of an older version is not taken for this
_A_YEAR = "private, max-age=31536000, immutable"
_DIGITS = 6
_PER_PERSON, _IN_ALL = 64, 1000
"""Who waits has no body and keeps the answer for a year; and an `img` that is refused stays empty.
A page asks for six things at most, so eight pages of one person, and all pages, have room."""


def plane_routes() -> list[Route]:
    """All of them, to be mounted beside the others."""
    turns = Turns(_PER_PERSON, _IN_ALL)
    return [
        Route("/studio/runs/{run}/plane/{step:int}.json", _answering(_points, turns)),
        Route("/studio/runs/{run}/plane/{step:int}.png", _answering(_manifold, turns)),
        Route("/studio/runs/{run}/plane/images.json", _answering(_images, turns)),
        Route("/studio/runs/{run}/plane/images.png", _answering(_atlas, turns)),
    ]


def plane_urls(run: RunView, step: int) -> dict[str, str]:
    """The addresses that the element asks, relative to the app's own."""
    place = f"studio/runs/{run.id}/plane"
    return {
        "points_url": f"{place}/{step}.json?v={_FORMAT}",
        "manifold_url": f"{place}/{step}.png?v={_FORMAT}",
        "images_url": f"{place}/images.json?v={_FORMAT}",
        "atlas_url": f"{place}/images.png?v={_FORMAT}",
    }


def _answering(
    answer: Callable[[RunView, int], Response], turns: Turns
) -> Callable[[Request], Any]:
    """An address below a run; the work is done beside the event loop."""

    async def endpoint(request: Request) -> Response:
        asked = request.path_params
        try:
            with turns.place(asker(request)):
                return await turns.do(_answer, answer, asked["run"], asked.get("step", 0))
        except GanCoreError as error:
            return JSONResponse({"message": error.one_line()}, status_code=status_of(error))

    return endpoint


def _answer(answer: Callable[[RunView, int], Response], run_id: str, step: int) -> Response:
    run = studio().store.get(run_id)
    _require_plane(run)
    response = answer(run, step)
    response.headers["Cache-Control"] = _A_YEAR
    return response


def _points(run: RunView, step: int) -> Response:
    found = codes(run, step)
    limits, holes = found.limits, found.holes
    return JSONResponse(
        {
            "step": step,
            "num": len(found.points),
            "points": _base64(found.points.astype("<f4")),
            "origin": _short(found.plane.origin),
            "axes": _short(found.plane.axes),
            "limits": _short(np.array([limits.left, limits.right, limits.bottom, limits.top])),
            "holes": {
                "cell": _short(np.array(holes.cell)),
                "cells": _short(holes.cells),
                "spots": _short(holes.spots),
                "share": round(holes.share, 4),
            },
            "across": _short(found.across),
            "up": _short(found.up),
        }
    )


def _manifold(run: RunView, step: int) -> Response:
    latents = manifold_latents(codes(run, step))
    images = engines().get(run.paths, snapshots.resolve_step(run.paths, step)).images(latents)
    return Response(png_bytes(sheet(images, MANIFOLD_SIDE, gap=0)), media_type="image/png")


def _require_plane(run: RunView) -> None:
    """Refuse a run that has none, before a whole data set is read for it.

    Raises:
        NotFoundError: none of its snapshots turns images into latents.
    """
    if not has_plane(run):
        raise NotFoundError(N_("run {run} has no plane: it has no encoder."), run=run.id)


def _images(run: RunView, _step: int) -> Response:
    shown = shown_images(run)
    return JSONResponse(
        {
            "num": len(shown.images),
            "labels": None if shown.labels is None else _base64(shown.labels),
            "held_out": shown.held_out,
            "columns": atlas_columns(len(shown.images)),
            "tile": list(thumbnail_size(shown.images.shape[1:3])),
        }
    )


def _atlas(run: RunView, _step: int) -> Response:
    return Response(atlas_png(run), media_type="image/png")


def _base64(values: NDArray[Any]) -> str:
    return base64.b64encode(values.tobytes()).decode()


def _short(values: NDArray[np.floating]) -> Any:
    """Numbers of six digits, as nested lists."""
    rounded = [float(f"{value:.{_DIGITS}g}") for value in values.ravel().tolist()]
    return np.array(rounded).reshape(values.shape).tolist()
