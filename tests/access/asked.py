"""What is sent to each address of the server, and by what one sees that it was answered."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image

from gan_core.web import served

There = Mapping[str, Any]
"""Runs, steps and files of the app that is asked, by the names that stand below in `{}`."""

LATENT_SIZE = 64


def _nothing(_there: There) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Asked:
    """A request.

    Attributes:
        path: of the address, to be filled in.
        method: of HTTP.
        sends: what is sent besides, as arguments of `requests`.
        status: of an answer; a refusal has another one.
        says: what stands in an answer, to tell it from another one of that status.
    """

    path: str
    method: str = "GET"
    sends: Callable[[There], dict[str, Any]] = _nothing
    status: int = 200
    says: bytes = b""


def _post(path: str, says: bytes, body: Callable[[There], dict[str, Any]]) -> Asked:
    return Asked(path, "POST", lambda there: {"json": body(there)}, says=says)


def _at_step(there: There, **more: Any) -> dict[str, Any]:
    return {"run": there["digits"], "step": there["step"], **more}


def _zeros(num_bytes: int) -> str:
    return base64.b64encode(bytes(num_bytes)).decode()


def _picture(_there: There) -> dict[str, Any]:
    file = io.BytesIO()
    Image.effect_noise((28, 28), 60).save(file, "PNG")
    return {"data": file.getvalue()}


_PNG, _ZIP, _JSON = b"\x89PNG", b"PK", b"{"
_RUN, _PLANE = "/studio/runs/{digits}", "/studio/runs/{plane}/plane"
_PROGRAM = min(served.SERVED)
ASKED: dict[str, Asked] = {
    "/_stcore/health": Asked("/_stcore/health", says=b"ok"),
    "/_stcore/host-config": Asked("/_stcore/host-config", says=b"allowedOrigins"),
    "/_stcore/metrics": Asked("/_stcore/metrics"),
    "/_stcore/script-health-check": Asked("/_stcore/script-health-check"),
    "/_stcore/agent/interact": Asked("/_stcore/agent/interact", method="POST"),
    "/_stcore/agent/openapi.json": Asked("/_stcore/agent/openapi.json"),
    "/_stcore/agent/mcp": Asked("/_stcore/agent/mcp"),
    "/_stcore/upload_file/{session_id}/{file_id}": Asked(
        "/_stcore/upload_file/session/file",
        method="PUT",
        sends=lambda _there: {"data": b"x"},
        status=403,  # by Streamlit, which misses its own token
        says=b"XSRF",
    ),
    "/component/{path}": Asked("/component/none", status=404, says=b"Component not found"),
    "/_stcore/bidi-components/{path}": Asked(
        "/_stcore/bidi-components/none", status=404, says=b"not found"
    ),
    "/app/static/{path}": Asked("/app/static/app.py"),
    "/auth/login": Asked("/auth/login", status=302),
    "/auth/logout": Asked("/auth/logout", status=302),
    "/oauth2callback": Asked("/oauth2callback", status=302),
    "/studio/runs/{run}/samples/{step}.png": Asked(f"{_RUN}/samples/0.png", says=_PNG),
    "/studio/runs/{run}/samples/{step}.json": Asked(f"{_RUN}/samples/0.json", says=_JSON),
    "/studio/runs/{run}/live.json": Asked(f"{_RUN}/live.json", says=b"version"),
    "/studio/runs/{run}/snapshots.json": Asked(f"{_RUN}/snapshots.json", says=b"steps"),
    "/studio/runs/{run}/snapshots/{step}/{digest}.bundle": Asked("/{bundle}"),
    "/studio/runs/{run}/snapshots/{step}/directions.json": Asked(
        f"{_RUN}/snapshots/{{step}}/directions.json", says=b"principal"
    ),
    "/studio/runs/{run}/latents/{latents}/{step}.png": Asked(
        f"{_RUN}/latents/1/{{step}}.png", says=_PNG
    ),
    "/studio/runs/{run}/plane/{step}.json": Asked(f"{_PLANE}/{{plane_step}}.json", says=b"points"),
    "/studio/runs/{run}/plane/{step}.png": Asked(f"{_PLANE}/{{plane_step}}.png", says=_PNG),
    "/studio/runs/{run}/plane/images.json": Asked(f"{_PLANE}/images.json", says=b"columns"),
    "/studio/runs/{run}/plane/images.png": Asked(f"{_PLANE}/images.png", says=_PNG),
    "/studio/decode": _post(
        "/studio/decode",
        b"images",
        lambda there: _at_step(there, latents=[[0.0] * LATENT_SIZE]),
    ),
    "/studio/judge": _post(
        "/studio/judge",
        b"p_real",
        lambda there: _at_step(there, images=[_zeros(28 * 28)]),
    ),
    "/studio/latents": _post(
        "/studio/latents", b"latents", lambda _there: {"seed": 1, "count": 1, "latent_size": 2}
    ),
    "/studio/picture": Asked(
        "/studio/picture?run={plane}&step=newest",
        method="POST",
        sends=_picture,
        says=b'"state":"done"',  # by the encoder, at once
    ),
    "/studio/inversions/{id}": Asked("/studio/inversions/{search}", says=b'"state":"done"'),
    "/studio/inversions/{id}/stop": Asked(
        "/studio/inversions/{search}/stop", method="POST", says=b'"state":"done"'
    ),
    "/studio/runs/{run}/run.zip": Asked(f"{_RUN}/run.zip", says=_ZIP),
    "/studio/nearest": _post(
        "/studio/nearest",
        b'"reason":""',  # it is being made, or there
        lambda there: _at_step(there, latent=[0.0] * LATENT_SIZE),
    ),
    "/studio/walk": _post(
        "/studio/walk",
        _PNG,
        lambda there: _at_step(
            there,
            format="png",
            fps=5,
            latent_size=LATENT_SIZE,
            latents_b64=_zeros(2 * 4 * LATENT_SIZE),
        ),
    ),
    "/studio/enter": Asked("/studio/enter", says=b"<form"),
    "/studio/leave": Asked("/studio/leave", says=b"<form"),
    "/studio/ticket": Asked("/studio/ticket", method="POST", status=204),
    "/studio/assets/{version}/{name}": Asked(
        f"/studio/assets/{served.version(_PROGRAM)}/{_PROGRAM}"
    ),
}
