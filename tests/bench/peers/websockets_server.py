"""websockets: its own server with ``broadcast()``, which frames once for all."""

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

from tests.bench.peers.bulletin import Bulletin

viewers: set[ServerConnection] = set()


async def stay(connection: ServerConnection) -> None:
    viewers.add(connection)
    try:
        await connection.wait_closed()
    finally:
        viewers.discard(connection)


async def main() -> None:
    bulletin = Bulletin()
    server = serve(
        stay, "127.0.0.1", bulletin.port, compression=None, ping_interval=None, backlog=4096
    )
    async with server:
        await bulletin.ticks(lambda text: broadcast(viewers, text))


if __name__ == "__main__":
    uvloop.run(main())
