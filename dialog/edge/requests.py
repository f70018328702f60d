"""The HTTP protocol of the edge: a request has to come in time, and its answer to be taken.

uvicorn's own waits for a header of any length and a client of any patience.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 32 * 1024
HEAD_SECONDS = 10.0
BODY_SECONDS = 30.0
ANSWER_SECONDS = 30.0
ANSWER_BYTES = 1024


class Requests(HttpToolsProtocol):
    """A connection that is cut when its head grows or drips, its body drips, or nobody reads."""

    _deadline: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None
    _head: int | None = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request; every answer that is not taken at once is watched."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=ANSWER_BYTES, low=0)
        self._within(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop every clock."""
        super().connection_lost(exc)
        self._within(0)
        self.resume_writing()

    def data_received(self, data: bytes) -> None:
        """Take bytes in as long as they make a head of a decent length."""
        super().data_received(data)
        if self._head is not None:
            self._head += len(data)
            if self._head > HEAD_BYTES:
                self.transport.abort()

    def on_message_begin(self) -> None:
        """Begin a request; a kept connection had no clock until now."""
        super().on_message_begin()
        self._head = 0
        self._within(HEAD_SECONDS)

    def on_headers_complete(self) -> None:
        """Give the body its own time; a websocket has none."""
        self._head = None
        self._within(0 if self.parser.should_upgrade() else BODY_SECONDS)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is here; the answer may take what it takes."""
        self._within(0)
        super().on_message_complete()

    def pause_writing(self) -> None:
        """Begin to wait for a client that does not read."""
        super().pause_writing()
        self._unread = self.loop.call_later(ANSWER_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """It reads."""
        super().resume_writing()
        if self._unread:
            self._unread.cancel()

    def _within(self, seconds: float) -> None:
        """Set the clock anew; 0 stops it."""
        if self._deadline:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(seconds, self.transport.abort) if seconds else None
