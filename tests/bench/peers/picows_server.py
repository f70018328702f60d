"""picows: a websocket server in Cython without ASGI."""

from typing import Any

import uvloop  # type: ignore[import-untyped,unused-ignore]
from picows import (  # type: ignore[import-not-found,unused-ignore]
    WSListener,
    WSMsgType,
    ws_create_server,
)

from tests.bench.peers.bulletin import Bulletin

viewers: set[Any] = set()


class Viewer(WSListener):  # type: ignore[misc,unused-ignore]
    """A viewer only listens."""

    def on_ws_connected(self, transport):
        self.transport = transport
        viewers.add(transport)

    def on_ws_disconnected(self, transport):
        viewers.discard(transport)


async def main() -> None:
    bulletin = Bulletin()

    def publish(text: str) -> None:
        payload = text.encode()
        for transport in viewers:
            transport.send(WSMsgType.TEXT, payload)

    server = await ws_create_server(lambda _request: Viewer(), "127.0.0.1", bulletin.port)
    async with server:
        await bulletin.ticks(publish)


if __name__ == "__main__":
    uvloop.run(main())
