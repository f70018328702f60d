"""The websocket protocol of the edge: ready frames straight to the transport.

A subclass of uvicorn's sans-I/O protocol puts itself into the scope's extensions. The application
hands it whole frames, so that one encoded frame goes to thousands of connections, and takes
received text directly, without a queue and a task switch for each message.
"""

import asyncio
import os
from collections.abc import Callable
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from dialog.edge.conversation import Conversation
from dialog.edge.door import Place
from dialog.edge.limits import Limits
from dialog.edge.transports import Drain, cut, plain_file

EXTENSION = "dialog.frames"
BACKED_UP = 64 * 1024
WAITING_MOST = 1024 * 1024
STALLED = 4408
NO_HANDSHAKE = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_SHORT, _MEDIUM = 126, 65_536


def text_frame(payload: bytes) -> bytes:
    """Return a text frame as a server sends it: final, unmasked, not compressed (RFC 6455, 5.2)."""
    length = len(payload)
    if length < _SHORT:
        return bytes((0x81, length)) + payload
    if length < _MEDIUM:
        return b"\x81\x7e" + length.to_bytes(2, "big") + payload
    return b"\x81\x7f" + length.to_bytes(8, "big") + payload


class End:
    """What is left of a connection's queue once somebody listens: the wait for its end."""

    def __init__(self, over: asyncio.Future[None]) -> None:
        """``over`` is done when the conversation is."""
        self.over = over

    def put_nowait(self, message: Any) -> None:  # noqa: ANN401 - as a queue takes it
        """Hear what uvicorn tells; the first disconnect is the end."""
        if message["type"] == "websocket.disconnect" and not self.over.done():
            self.over.set_result(None)


class Host:
    """Runs an application; a websocket to which somebody listens lives on when it has returned.

    An application has twenty layers, and each of thousands would wait in all of them.
    """

    def __init__(self, app: Any) -> None:  # noqa: ANN401 - an ASGI application
        """Bind to an application."""
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        """Run the application, and wait for the end of what it left behind."""
        await self._app(scope, receive, send)
        frames = scope.get("extensions", {}).get(EXTENSION)
        if frames is not None and frames.receiver is not None:
            await frames.rest()


class Frames(WebSocketsSansIOProtocol):
    """A websocket connection to which ready frames can be written.

    What every tick looks at in thousands of connections lies side by side, not in a dictionary.
    """

    __slots__ = ("_file", "_soon", "close_sent", "disconnected", "handshake_complete", "transport")

    receiver: Callable[[str | bytes], None] | None = None
    place: Place | None = None
    _ending: asyncio.TimerHandle | None = None

    def __init__(self, limits: Limits, **given: Any) -> None:  # noqa: ANN401 - uvicorn's arguments
        """Bind uvicorn's protocol to ``limits``."""
        self._file: int | None = None
        self._soon: list[bytes] = []
        self._calls: list[Callable[[], None]] = []
        super().__init__(**given)
        self._limits = limits
        self.conn: Conversation = Conversation(
            limits, self.config.ws_max_size, heard=self.handle_events, clock=self.loop.time
        )

    # --- the transport ---------------------------------------------------------------------------

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - uvicorn's signature
        """Take the transport over, with limits for many small frames."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=BACKED_UP)
        self._file = plain_file(transport)
        self._drain = Drain(transport, self._limits.stalled_seconds, self._stalled)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop every clock and give the place up."""
        super().connection_lost(exc)
        self._file = None  # its number may be another file's by now
        self._over()
        self.receiver = None
        self._drain.end()
        if self._ending:
            self._ending.cancel()
        if self.place:
            self.place.leave()

    def data_received(self, data: bytes) -> None:
        """Take bytes in; nobody has anything to say before the handshake is answered."""
        if self.handshake_initiated and not self.handshake_complete:
            self._cut()
            return
        if self.receiver is not None and not self.close_sent:
            data = self.conn.whole_texts(data, self.receiver)
            if not data and self.conn.parser_exc is None:
                return
        super().data_received(data)
        if not self.handshake_initiated:
            self.transport.write(b"".join(self.conn.data_to_send()) or NO_HANDSHAKE)
            self.transport.close()
        self._end_in_time()

    def pause_writing(self) -> None:
        """Begin to wait for a client that does not read."""
        super().pause_writing()
        self._drain.begin()

    def resume_writing(self) -> None:
        """It has read."""
        super().resume_writing()
        self._drain.end()

    def keepalive_timeout(self) -> None:
        """Give up a client that answers no ping; where much waits, the ping waits behind it."""
        if not self.writable.is_set():
            self.schedule_ping()
        elif self._waiting():
            self._stalled()
        else:
            super().keepalive_timeout()

    def shutdown(self) -> None:
        """Close as uvicorn does, but not for ever."""
        self._write_waiting()
        self._file = None  # nothing goes past the transport behind the good-bye
        super().shutdown()
        self._end_in_time()

    async def run_asgi(self) -> None:
        """Run the application; when it has ended, so has the connection."""
        await super().run_asgi()
        self._end_in_time()

    def _end_in_time(self) -> None:
        """Closing alone would wait for a buffer that may never drain."""
        if self.transport.is_closing() and not (self._ending or self.disconnected):
            self._ending = self.loop.call_later(self._limits.close_seconds, self._cut)

    def _stalled(self) -> None:
        """Cut off a client that takes nothing; a close frame would not reach it either."""
        self.queue.put_nowait({"type": "websocket.disconnect", "code": STALLED, "reason": ""})
        self._cut()

    def _cut(self) -> None:
        self.disconnected = True  # what is gone cannot be written to
        cut(self.transport)

    # --- towards the application -----------------------------------------------------------------

    def handle_connect(self, event: Any) -> None:  # noqa: ANN401 - uvicorn's signature
        """Put this connection into the scope of the application."""
        super().handle_connect(event)
        if hasattr(self, "scope"):
            cast("dict[str, object]", self.scope["extensions"])[EXTENSION] = self

    def handle_close(self, event: Any) -> None:  # noqa: ANN401 - uvicorn's signature
        """Answer a good-bye; nothing goes past the transport behind that."""
        super().handle_close(event)
        self._file = None

    def listen(self, receiver: Callable[[str | bytes], None]) -> None:
        """Hand every message received from now on to ``receiver``."""
        self.receiver = receiver

    def at_end(self, call: Callable[[], None]) -> None:
        """Call once the conversation is over, however that comes; at once where it is already."""
        if self.disconnected:
            call()
        else:
            self._calls.append(call)

    def _over(self, _told: object = None) -> None:
        calls, self._calls = self._calls, []
        for call in calls:
            call()

    async def rest(self) -> None:
        """Wait for the end: nothing else that uvicorn tells is of use from now on."""
        over = self.loop.create_future()
        over.add_done_callback(self._over)
        told, self.queue = self.queue, cast("Any", End(over))
        while not told.empty():
            self.queue.put_nowait(told.get_nowait())
        del told
        cast("dict[str, object]", self.scope).clear()
        await over

    def hear_no_more(self) -> None:
        """Let who was told to go say little more."""
        self.conn.over = True

    def send_receive_event_to_app(self) -> None:
        """Hand a received message over, directly where the application listens.

        Text that is none is told by an error, which fails the conversation with 1007.
        """
        if self.receiver is None or self.close_sent:
            super().send_receive_event_to_app()
            return
        data = self.frames[0] if len(self.frames) == 1 else b"".join(self.frames)
        self.frames = []
        self.receiver(data.decode() if self.curr_msg_data_type == "text" else bytes(data))

    # --- from the application --------------------------------------------------------------------

    async def send(self, message: Any) -> None:  # noqa: ANN401 - uvicorn's signature
        """Send; a handshake that was refused is over, and no fault of the application."""
        accepts = message["type"] == "websocket.accept"
        await super().send(message)
        if self.close_sent:
            self.handshake_complete = True
        elif accepts:
            self._forget_handshake()

    def _forget_handshake(self) -> None:
        """Let go of what nobody reads again, and thousands of idle connections would hold."""
        del self.request, self.response
        cast("list[object]", self.scope["headers"]).clear()

    @property
    def backed_up(self) -> bool:
        """Tell whether so much still waits to be sent that more would only wait too."""
        return not self._ended() and (not self.writable.is_set() or self._waiting() > BACKED_UP)

    def _waiting(self) -> int:
        return self.transport.get_write_buffer_size()

    def post(self, frame: bytes) -> bool:
        """Send a ready frame and tell so, unless too much waits; nearly always nothing does."""
        if self._soon or self._file is None or self.close_sent or self.disconnected:
            return self._post(frame)
        if self.transport.get_write_buffer_size():
            return self._post(frame)
        self._write_now(frame, self._file)
        return True

    def _post(self, frame: bytes) -> bool:
        backed_up = self.backed_up
        if not backed_up:
            self.write(frame)
        return not backed_up

    def write_soon(self, frame: bytes) -> None:
        """Send a ready frame before all that is sent later, in one piece with its neighbours."""
        if not self._soon:
            self.loop.call_soon(self._write_waiting)
        self._soon.append(frame)

    def _write_waiting(self) -> None:
        if self._soon:
            self.write()

    def write(self, *frames: bytes) -> None:
        """Send ready frames; on a connection that is closing they go nowhere."""
        if self._soon:
            frames, self._soon = (*self._soon, *frames), []
        if not self.handshake_complete or self._ended():
            return
        said, waiting = frames[0] if len(frames) == 1 else b"".join(frames), self._waiting()
        if waiting > WAITING_MOST:
            self._stalled()
        elif waiting or self._file is None:
            self.transport.write(said)
        else:
            self._write_now(said, self._file)

    def _write_now(self, said: bytes, file: int) -> None:
        """Write past the transport, in which nothing waits; what is not taken waits there.

        It also finds out why nothing was taken.
        """
        try:
            taken = os.write(file, said)
        except OSError:
            taken = 0
        if taken < len(said):
            self.transport.write(said[taken:])

    def _ended(self) -> bool:
        return self.close_sent or self.disconnected or self.transport.is_closing()

    def close(self, code: int, reason: str) -> None:
        """Send a close frame, and cut where the other side does not answer in time."""
        self._write_waiting()
        if self._ended() or not self.handshake_complete:
            return
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(self._limits.close_seconds, self._cut)
