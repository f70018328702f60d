"""Starlette on uvicorn as one finds it in tutorials: ``send_text`` in a loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.bench.peers.bulletin import Bulletin

bulletin = Bulletin()
viewers: set[WebSocket] = set()


async def stay(websocket: WebSocket) -> None:
    await websocket.accept()
    viewers.add(websocket)
    try:
        with suppress(WebSocketDisconnect):
            while True:
                await websocket.receive_text()
    finally:
        viewers.discard(websocket)


async def publish(text: str) -> None:
    for viewer in tuple(viewers):
        await viewer.send_text(text)


@asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncIterator[None]:
    ticking = asyncio.create_task(bulletin.ticks(publish))
    yield
    ticking.cancel()


app = Starlette(routes=[WebSocketRoute("/", stay)], lifespan=lifespan)

if __name__ == "__main__":
    uvicorn.run(
        app, port=bulletin.port, loop="uvloop", ws="websockets-sansio", log_level="error",
        access_log=False, ws_per_message_deflate=False, ws_ping_interval=None,
    )  # fmt: skip
