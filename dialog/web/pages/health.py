"""Signs of life for whoever watches over the server."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse

from dialog.web.site import site_of


async def healthz(_request: Request) -> PlainTextResponse:
    """Tell that the process answers."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> PlainTextResponse:
    """Tell whether the server takes requests: not before its rooms are open, not in a drain.

    Nor while nothing can be stored, a disk is almost full or the clock is wrong: pages are read
    then, but people would ask in vain, or at another time than theirs.
    """
    site = site_of(request)
    if not site.ready():
        return PlainTextResponse("not ready\n", 503)
    amiss = await site.amiss()
    if amiss:
        told = "".join(f"not ready: {part}: {why}\n" for part, why in amiss.items())
        return PlainTextResponse(told, 503)
    return PlainTextResponse("ready\n")
