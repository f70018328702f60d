"""The HTTP protocol of the edge: a request has to come in time, and its answer to be taken.

uvicorn's own waits for a header of any length and a client of any patience.
"""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.flow_control import service_unavailable
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from dialog.edge.door import Door, Place
from dialog.edge.frames import Frames
from dialog.edge.limits import Limits
from dialog.edge.transports import Drain, cut, narrow

ANSWER_BYTES = 1024
AHEAD = 8
HEADERS = 128


class TooMany(Exception):  # noqa: N818 - it is said of requests and headers
    """Requests are sent ahead of their answers, or headers before a body, without end."""


class Requests(HttpToolsProtocol):
    """A connection that is cut when its head grows or drips, its body drips, or nobody reads."""

    place: Place | None = None
    _deadline: asyncio.TimerHandle | None = None
    _running: RequestResponseCycle | None = None
    _coming = False
    _no_body = 0

    def __init__(self, door: Door, limits: Limits, **given: Any) -> None:  # noqa: ANN401 - uvicorn's
        """Bind uvicorn's protocol to the door it comes through and to ``limits``."""
        super().__init__(**given)
        self._door = door
        self._limits = limits

    # --- the transport ---------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request; every answer that is not taken at once is watched."""
        super().connection_made(transport)
        narrow(transport)
        transport.set_write_buffer_limits(high=ANSWER_BYTES, low=0)
        self._drain = Drain(transport, self._limits.stalled_seconds, self._cut)
        self._within(self._limits.head_seconds)
        self.place = self._door.arrive(self.client[0] if self.client else "")
        if self.place is None:
            self._cut()
        elif not self.place.welcome:
            self.app = cast("Any", service_unavailable)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop every clock and give the place up."""
        super().connection_lost(exc)
        self._give_up()
        self._within(0)
        self._drain.end()
        if self.place:
            self.place.leave()

    def data_received(self, data: bytes) -> None:
        """Take bytes in; what is no body has an end, also between requests and behind a body."""
        super().data_received(data)
        self._no_body += len(data)
        if self._no_body > self._limits.head_bytes:
            self._cut()

    def pause_writing(self) -> None:
        """Begin to wait for a client that does not read."""
        super().pause_writing()
        self._drain.begin()

    def resume_writing(self) -> None:
        """It reads."""
        super().resume_writing()
        self._drain.end()

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over, with its place."""
        super().handle_websocket_upgrade()
        self._within(0)
        self._drain.end()
        frames = cast("Frames", self.transport.get_protocol())
        frames.place, self.place = self.place, None

    def _should_upgrade(self) -> bool:
        """A websocket begins for who is welcome, and not while an answer is on its way."""
        free = self._answered() and not self.flow.write_paused
        free = free and self.scope["http_version"] == "1.1"  # uvicorn would say so in any case
        return free and self.app is not service_unavailable and super()._should_upgrade()

    # --- a request -------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """Begin a request; a kept connection had no clock until now."""
        if len(self.pipeline) >= AHEAD:
            self._cut()
            raise TooMany
        super().on_message_begin()
        self._coming, self._no_body = True, 0
        self._within(self._limits.head_seconds)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header in, or a trailer; a short one costs many times its bytes."""
        if len(self.headers) >= HEADERS:
            self._cut()
            raise TooMany
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Give the body its own time."""
        self._within(self._limits.body_seconds)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body in; how long it may be is for the application to say."""
        self._no_body -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is here; the answer may take what it takes."""
        self._coming = False
        self._within(0)
        super().on_message_complete()
        if self._answered():
            self._rest()

    def on_response_complete(self) -> None:
        """Keep the connection for the next request, but not for whatever else is sent."""
        super().on_response_complete()
        if not self._coming and self._answered():
            self._rest()

    def _answered(self) -> bool:
        """Tell whether nothing is being answered."""
        cycle = cast("RequestResponseCycle | None", self.cycle)
        return cycle is None or cycle.response_complete

    def _rest(self) -> None:
        """Wait for the next request; what was answered may still be on its way, and arrives."""
        self._within(0)
        self._deadline = self.loop.call_later(self._limits.keep_seconds, self.transport.close)

    def _within(self, seconds: float) -> None:
        """Set the clock anew; 0 stops it."""
        if self._deadline:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(seconds, self._cut) if seconds else None

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:  # noqa: ANN401
        """Begin to answer; uvicorn forgets what is being answered once more was asked."""
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _give_up(self) -> None:
        """Tell the answers that nobody waits for them: what is gone cannot be written to."""
        for cycle in (self._running, *(ahead for ahead, _app in self.pipeline)):
            if cycle:
                cycle.disconnected = True
                cycle.message_event.set()

    def _cut(self) -> None:
        self._give_up()
        cut(self.transport)
