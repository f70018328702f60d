"""The server: uvicorn with a drain, so that a restart is announced before sockets are closed."""

import asyncio
import gc
import socket
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, cast

import uvicorn
from uvicorn.config import Config

from dialog.edge.door import Door
from dialog.edge.frames import Frames, Host
from dialog.edge.limits import Limits
from dialog.edge.requests import Requests

LEAVE_SECONDS = 2.0
LOOK_SECONDS = 0.02
GENERATIONS = (20_000, 20, 10)


class Server(uvicorn.Server):
    """uvicorn's server that lets the application say good-bye first."""

    def __init__(
        self,
        config: Config,
        *,
        listening: Callable[[int], Awaitable[None]],
        drain: Callable[[], Awaitable[None]],
    ) -> None:
        """``listening`` is awaited with the port, ``drain`` before the first socket is closed."""
        super().__init__(config)
        self._listening = listening
        self._drain = drain

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start as uvicorn does, then say on which port."""
        await super().startup(sockets)
        if self.started:
            _collect_rarely()
            await self._listening(self.servers[0].sockets[0].getsockname()[1])

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain, let websockets take their leave, then shut down as uvicorn does, all in one grace.

        Who has not taken leave in time is cut off: one reader that is stuck must not hold up the
        next start. A signal that was heeded is not raised again.
        """
        clock = asyncio.get_running_loop().time
        end = clock() + (self.config.timeout_graceful_shutdown or 0)
        await self._drain()
        await self._parted(min(end, clock() + LEAVE_SECONDS))
        self.config.timeout_graceful_shutdown = max(1, round(end - clock()))
        await super().shutdown(sockets)
        self._captured_signals.clear()

    async def _parted(self, end: float) -> None:
        """Wait until every websocket is gone, and abort those that are there at the end.

        Closed at once, a socket whose client still sends would lose the good-bye on its way.
        """
        clock = asyncio.get_running_loop().time
        while (here := self._websockets()) and clock() < end:  # noqa: ASYNC110 - as uvicorn does
            await asyncio.sleep(min(LOOK_SECONDS, max(0.0, end - clock())))
        for line in here:
            line.transport.abort()

    def _websockets(self) -> list[Frames]:
        """Return the websockets that were told to go and have not gone."""
        connections = self.server_state.connections
        return [c for c in connections if isinstance(c, Frames) and c.close_sent]


def _collect_rarely() -> None:
    """Let the collector of cycles leave alone what was opened, and look at the rest less often.

    As Python sets it, it took a sixth of the time of an upvote, and held answers up by 100 ms.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GENERATIONS)


def configure(
    app: Any,  # noqa: ANN401 - an ASGI application; uvicorn and Starlette type it differently
    *,
    host: str,
    port: int,
    proxies: str,
    drain_seconds: int,
    door: Door,
    limits: Limits,
) -> Config:
    """Return uvicorn's configuration with this edge's protocol and limits.

    Frames are never compressed one by one; forwarded headers are believed from ``proxies`` only.
    What a client does wrong fills no log. Two halves of the time in which a client may take
    nothing are a ping and the wait for its answer.
    """
    ping_seconds = limits.stalled_seconds / 2
    return Config(
        cast("Any", Host(app)),
        host=host,
        port=port,
        http=cast("Any", partial(Requests, door, limits)),
        ws=cast("Any", partial(Frames, limits)),
        ws_max_size=limits.message_bytes,
        ws_per_message_deflate=False,
        ws_ping_interval=ping_seconds,
        ws_ping_timeout=ping_seconds,
        lifespan="on",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies or None,
        timeout_keep_alive=cast("int", limits.keep_seconds),
        timeout_graceful_shutdown=drain_seconds,
    )
