"""A snapshot's weights for the browser, by run, step and content."""

from __future__ import annotations

import functools
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gan_core.errors import DamagedError, NotFoundError
from gan_core.inference import bundles
from gan_core.runs import sealed, snapshots
from gan_core.runs.fallback import first_shown
from gan_core.runs.layout import RunPaths
from gan_core.text import N_
from pages._parts.studio import studio

_A_YEAR = "private, max-age=31536000, immutable"


def snapshot_routes() -> list[Route]:
    """To be mounted beside the others."""
    return [
        Route("/studio/runs/{run}/snapshots/{step:int}/{digest}.bundle", _bundle),
        Route("/studio/runs/{run}/snapshots.json", _steps),
    ]


def bundle_url(paths: RunPaths, step: int) -> str:
    """The address of a snapshot's bundle, relative to the app's own.

    Raises:
        DamagedError: the snapshot is.
    """
    manifest = paths.snapshot(step) / sealed.MANIFEST
    try:
        changed = manifest.stat().st_mtime_ns
    except OSError:
        changed = 0  # reading it says what is wrong
    digest = _digest(paths.root, step, changed)
    return f"studio/runs/{paths.root.name}/snapshots/{step}/{digest}.bundle"


@functools.lru_cache(maxsize=512)
def _digest(root: Path, step: int, changed: int) -> str:  # noqa: ARG001 - part of the key
    return bundles.digest_of(RunPaths(root), step)


def newest_news(paths: RunPaths, changed: int) -> dict[str, object]:
    """The newest snapshot that can be read and where its weights are, found once for all who watch.

    Raises:
        NotFoundError: there is none yet.
        DamagedError: none of them can be read.
    """
    return dict(_newest(paths.root, changed))


@functools.lru_cache(maxsize=64)
def _newest(root: Path, changed: int) -> tuple[tuple[str, object], ...]:  # noqa: ARG001
    paths = RunPaths(root)
    step = first_shown(paths, "newest").step
    return (("step", step), ("bundle_url", bundle_url(paths, step)))


async def _bundle(request: Request) -> Response:
    asked = request.path_params
    try:
        paths = studio().store.paths(asked["run"])
        step = int(asked["step"])
        data = await run_in_threadpool(_read, paths, step, asked["digest"])
    except (NotFoundError, DamagedError) as error:
        return JSONResponse({"message": error.one_line()}, status_code=404)
    headers = {
        "Cache-Control": _A_YEAR,
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(data, media_type="application/octet-stream", headers=headers)


async def _steps(request: Request) -> Response:
    """The steps that have a snapshot now, ascending."""
    try:
        paths = studio().store.paths(request.path_params["run"])
    except NotFoundError as error:
        return JSONResponse({"message": error.one_line()}, status_code=404)
    return JSONResponse({"steps": await run_in_threadpool(snapshots.list_steps, paths)})


def _read(paths: RunPaths, step: int, digest: str) -> bytes:
    if not bundle_url(paths, step).endswith(f"/{digest}.bundle"):
        raise NotFoundError(N_("this snapshot is not there any more."), field="step")
    return _kept(paths.root, step, digest)


@functools.lru_cache(maxsize=4)
def _kept(root: Path, step: int, digest: str) -> bytes:  # noqa: ARG001 - part of the key
    """A few bundles: all viewers of a run ask for the same one within a second."""
    return bundles.read(RunPaths(root), step)
