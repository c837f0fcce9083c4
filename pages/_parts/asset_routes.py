"""The browser's programs and style sheets, by addresses that browsers may keep for ever."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gan_core.web import served

_A_YEAR = "public, max-age=31536000, immutable"


def asset_routes(base: str = "") -> list[Route]:
    """To be mounted beside the others; the content is the program's own and no secret."""
    return [Route(f"{base}/studio/assets/{{version}}/{{name}}", _asset)]


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in served.SERVED or request.path_params["version"] != served.version(name):
        return Response(status_code=404)
    return Response(
        served.content(name),
        media_type=served.media_type(name),
        headers={"Cache-Control": _A_YEAR, "X-Content-Type-Options": "nosniff"},
    )
