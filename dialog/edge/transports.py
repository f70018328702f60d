"""What the edge does to a transport beyond writing: keep it narrow, watch it drain, cut it."""

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress

KERNEL_BYTES = 64 * 1024
LOOKS = 10
AT_ONCE = struct.pack("ii", 1, 0)


def narrow(transport: asyncio.Transport) -> None:
    """Let the kernel hold little of what nobody reads; by itself it takes megabytes for each."""
    _set(transport, socket.SO_SNDBUF, KERNEL_BYTES)


def plain_file(transport: asyncio.Transport) -> int | None:
    """Return the descriptor to which bytes may be written as they are; under TLS there is none."""
    sock = transport.get_extra_info("socket")
    if sock is None or transport.get_extra_info("ssl_object") is not None:
        return None
    return int(sock.fileno())


def cut(transport: asyncio.Transport) -> None:
    """End a connection now, and drop what still waits, in the kernel too."""
    with suppress(OSError):  # it is gone already
        _set(transport, socket.SO_LINGER, AT_ONCE)
    transport.abort()


def _set(transport: asyncio.Transport, option: int, value: int | bytes) -> None:
    sock = transport.get_extra_info("socket")
    if sock is not None and sock.family != getattr(socket, "AF_UNIX", None):
        sock.setsockopt(socket.SOL_SOCKET, option, value)


class Drain:
    """Watches bytes that wait to be taken, and strikes when for long none was."""

    def __init__(
        self,
        transport: asyncio.Transport,
        seconds: float,
        strike: Callable[[], None],
    ) -> None:
        """``strike`` is called before ``seconds`` have passed in which nothing was taken."""
        self._transport = transport
        self._seconds = seconds
        self._strike = strike
        self._looking: asyncio.TimerHandle | None = None
        self._waiting = 0
        self._moved_at = 0.0

    def begin(self) -> None:
        """Begin to watch: more waits than should."""
        loop = asyncio.get_running_loop()
        self._waiting, self._moved_at = self._transport.get_write_buffer_size(), loop.time()
        self._look_later(loop)

    def end(self) -> None:
        """Watch no longer: enough was taken, or the connection is gone."""
        if self._looking:
            self._looking.cancel()

    def _look_later(self, loop: asyncio.AbstractEventLoop) -> None:
        self.end()
        self._looking = loop.call_later(self._seconds / LOOKS, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        waiting, now = self._transport.get_write_buffer_size(), loop.time()
        if waiting < self._waiting:
            self._moved_at = now
        self._waiting = waiting
        if now + self._seconds / LOOKS > self._moved_at + self._seconds:
            self._strike()
        else:
            self._look_later(loop)
