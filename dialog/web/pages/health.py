"""Signs of life for whoever watches over the server."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse

from dialog.web.site import site_of


async def healthz(_request: Request) -> PlainTextResponse:
    """Tell that the process answers."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> PlainTextResponse:
    """Tell whether the server takes requests: not before its rooms are open, not in a drain."""
    if site_of(request).ready():
        return PlainTextResponse("ready\n")
    return PlainTextResponse("not ready\n", 503)
