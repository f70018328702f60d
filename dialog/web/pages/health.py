"""Signs of life for whoever watches over the server."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse

from dialog.web.site import site_of


async def healthz(_request: Request) -> PlainTextResponse:
    """Tell that the process answers."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> PlainTextResponse:
    """Tell whether the server takes requests: not before its rooms are open, not in a drain.

    Nor while nothing can be stored: pages are read then, but people would ask in vain.
    """
    site = site_of(request)
    if not site.ready():
        return PlainTextResponse("not ready\n", 503)
    if not await site.storing():
        return PlainTextResponse("not ready: nothing can be stored\n", 503)
    return PlainTextResponse("ready\n")
