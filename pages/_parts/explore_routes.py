"""The directions of a snapshot's generator, found once and kept by browsers."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gan_core.errors import GanCoreError
from gan_core.inference.early import directions_of
from gan_core.latent.principal import Directions
from gan_core.runs import sealed, snapshots
from gan_core.runs.layout import RunPaths
from pages._parts.studio import studio
from pages._parts.turns import Turns, status_of
from pages._parts.viewer import asker

_A_YEAR = "private, max-age=31536000, immutable"
_DIGITS = 5


def explore_routes() -> list[Route]:
    """To be mounted beside the others."""
    turns = Turns()

    async def directions(request: Request) -> Response:
        asked = request.path_params
        try:
            paths = studio().store.paths(asked["run"])
            with turns.place(asker(request)):
                found = await turns.do(_look, paths, int(asked["step"]))
        except GanCoreError as error:
            return JSONResponse({"message": error.one_line()}, status_code=status_of(error))
        return JSONResponse(found, headers={"Cache-Control": _A_YEAR})

    return [Route("/studio/runs/{run}/snapshots/{step:int}/directions.json", directions)]


def _look(paths: RunPaths, step: int) -> dict[str, Any]:
    manifest = paths.snapshot(snapshots.resolve_step(paths, step)) / sealed.MANIFEST
    return _found(paths.root, step, manifest.stat().st_mtime_ns)


@functools.lru_cache(maxsize=128)
def _found(root: Path, step: int, changed: int) -> dict[str, Any]:  # noqa: ARG001 - part of the key
    found = directions_of(RunPaths(root), step)
    return {
        "step": step,
        "principal": _listed(found.principal),
        "first_layer": _listed(found.first_layer),
    }


def _listed(directions: Directions) -> list[dict[str, Any]]:
    return [
        {"vector": [round(x, _DIGITS) for x in vector], "share": round(share, _DIGITS)}
        for vector, share in zip(
            directions.vectors.tolist(), directions.shares.tolist(), strict=True
        )
    ]
