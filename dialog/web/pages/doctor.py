"""What arrives here of what is sent to the server's address: for ``python -m dialog doctor``.

It changes nothing, and answers only to who has the server's secret; all others are refused.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from dialog.web.site import site_of

PATH: Final = "/doctor"
HEADER: Final = "x-dialog-doctor"
PROTOCOL: Final = "dialog.doctor"
LONGEST_S: Final = 60.0
UNKEPT: Final = {"cache-control": "no-store"}
DRIP: Final = b"."


async def seen(request: Request) -> Response:
    """Answer what came of a request, after ``wait`` seconds; with ``drip`` in two pieces."""
    _known(request)
    wait = _seconds(request)
    if "drip" in request.query_params:
        return StreamingResponse(
            _drips(wait), headers=UNKEPT, media_type="application/octet-stream"
        )
    size = len(await request.body())
    await asyncio.sleep(wait)
    address, _port = request.scope["client"] or ("", 0)
    told = {
        "at": site_of(request).clock(),
        "base_url": site_of(request).base_url,
        "origins": sorted(site_of(request).origins),
        "scheme": request.scope["scheme"],
        "host": request.headers.get("host", ""),
        "address": address,
        "forwarded_for": request.headers.get("x-forwarded-for", ""),
        "forwarded_proto": request.headers.get("x-forwarded-proto", ""),
        "bytes": size,
        "draw": secrets.token_hex(8),
    }
    return JSONResponse(told, headers=UNKEPT)


async def echo(websocket: WebSocket) -> None:
    """Send back what a websocket says, until it parts."""
    if PROTOCOL not in websocket.scope["subprotocols"] or not _trusted(websocket):
        await websocket.send_denial_response(Response(status_code=403))
        return
    await websocket.accept(PROTOCOL)
    with suppress(WebSocketDisconnect):
        while True:
            await websocket.send_text(await websocket.receive_text())


async def _drips(wait: float) -> AsyncIterator[bytes]:
    yield DRIP
    await asyncio.sleep(wait)
    yield DRIP


def _known(request: Request) -> None:
    if not _trusted(request):
        raise HTTPException(403)


def _trusted(connection: HTTPConnection) -> bool:
    return site_of(connection).seals.reads_doctor(connection.headers.get(HEADER, ""))


def _seconds(request: Request) -> float:
    """Return how long to wait; what is no number is none."""
    with suppress(ValueError):
        return max(0.0, min(LONGEST_S, float(request.query_params.get("wait", "0"))))
    return 0.0
