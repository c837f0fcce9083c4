"""Sheets of snapshots on latents that somebody chose: identical ones for runs that are compared.

GET /studio/runs/{run}/latents/{latents}/{step}.png   `latents`: a seed, or `grid` on a plane
"""

from __future__ import annotations

import functools
import re
from pathlib import Path

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gan_core.errors import GanCoreError, NotFoundError
from gan_core.inference.sheets import GRID, draw
from gan_core.recipes.resolve import MAX_SEED
from gan_core.runs import sealed, snapshots
from gan_core.runs.kept import Stamp, stamp_of
from gan_core.runs.layout import RunPaths
from gan_core.text import N_
from pages._parts.studio import studio
from pages._parts.turns import status_of

_A_YEAR = "private, max-age=31536000, immutable"


def compare_routes() -> list[Route]:
    """To be mounted beside the others."""
    # Six sheets are asked for at once; the cores are the training's, so they wait for their turn.
    turn = anyio.CapacityLimiter(1)

    async def sheet(request: Request) -> Response:
        asked = request.path_params
        try:
            paths = studio().store.paths(asked["run"])
            wanted = (paths, int(asked["step"]), asked["latents"])
            content = await anyio.to_thread.run_sync(_content, *wanted, limiter=turn)
        except GanCoreError as error:
            return JSONResponse({"message": error.one_line()}, status_code=status_of(error))
        headers = {"Cache-Control": _A_YEAR, "X-Content-Type-Options": "nosniff"}
        return Response(content, media_type="image/png", headers=headers)

    return [Route("/studio/runs/{run}/latents/{latents}/{step:int}.png", sheet)]


def _content(paths: RunPaths, step: int, latents: str) -> bytes:
    if latents != GRID and not (re.fullmatch(r"\d{1,10}", latents) and int(latents) <= MAX_SEED):
        raise NotFoundError(N_("there are no such latents."), field="latents")
    at_step = snapshots.resolve_step(paths, step)
    stamp = stamp_of(paths.snapshot(at_step) / sealed.MANIFEST)
    return _drawn(paths.root, at_step, latents, stamp)


@functools.lru_cache(maxsize=128)
def _drawn(root: Path, step: int, latents: str, stamp: Stamp | None) -> bytes:  # noqa: ARG001
    return draw(RunPaths(root), step, latents)
