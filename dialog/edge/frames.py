"""The websocket protocol of the edge: ready frames straight to the transport.

A subclass of uvicorn's sans-I/O protocol puts itself into the scope's extensions. The application
hands it whole frames, so that one encoded frame goes to thousands of connections, and takes
received text directly, without a queue and a task switch for each message.
"""

from collections.abc import Callable
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

EXTENSION = "dialog.frames"
BACKED_UP = 64 * 1024
CLOSE_GRACE = 5.0
FIDGETS = 500
FIDGET_TIME = 10.0
_SHORT, _MEDIUM = 126, 65_536


def text_frame(payload: bytes) -> bytes:
    """Return a text frame as a server sends it: final, unmasked, not compressed (RFC 6455, 5.2)."""
    length = len(payload)
    if length < _SHORT:
        return bytes((0x81, length)) + payload
    if length < _MEDIUM:
        return b"\x81\x7e" + length.to_bytes(2, "big") + payload
    return b"\x81\x7f" + length.to_bytes(8, "big") + payload


class Frames(WebSocketsSansIOProtocol):
    """A websocket connection to which ready frames can be written."""

    receiver: Callable[[str | bytes], None] | None = None
    _fidgets = 0
    _fidgets_since = 0.0

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - uvicorn's signature
        """Take the transport over, with limits for many small frames."""
        super().connection_made(transport)
        transport.set_write_buffer_limits()

    def data_received(self, data: bytes) -> None:
        """Take bytes in; closing alone would wait for a buffer that may never drain."""
        super().data_received(data)
        if self.transport.is_closing():
            self.loop.call_later(CLOSE_GRACE, self.transport.abort)

    def keepalive_timeout(self) -> None:
        """Give up a client that answers no ping, whatever still waits to be sent."""
        super().keepalive_timeout()
        self.loop.call_later(CLOSE_GRACE, self.transport.abort)

    def handle_ping(self) -> None:
        """Answer a ping."""
        if not self._fidgety():
            super().handle_ping()

    def handle_pong(self, event: Any) -> None:  # noqa: ANN401 - uvicorn's signature
        """Take the answer to a ping in."""
        if not self._fidgety():
            super().handle_pong(event)

    def handle_cont(self, event: Any) -> None:  # noqa: ANN401 - uvicorn's signature
        """Take one more piece of a message in; a piece may be empty."""
        if not self._fidgety():
            super().handle_cont(event)

    def _fidgety(self) -> bool:
        """Count a frame that is no message; cut off whoever sends hundreds of them."""
        now = self.loop.time()
        if now - self._fidgets_since > FIDGET_TIME:
            self._fidgets, self._fidgets_since = 0, now
        self._fidgets += 1
        if self._fidgets > FIDGETS:
            self.transport.abort()
        return self._fidgets > FIDGETS

    async def send(self, message: Any) -> None:  # noqa: ANN401 - uvicorn's signature
        """Send; a handshake that was refused is over, and no fault of the application."""
        await super().send(message)
        if self.close_sent:
            self.handshake_complete = True

    def handle_connect(self, event: Any) -> None:  # noqa: ANN401 - uvicorn's signature
        """Put this connection into the scope of the application."""
        super().handle_connect(event)
        if hasattr(self, "scope"):
            cast("dict[str, object]", self.scope["extensions"])[EXTENSION] = self

    def listen(self, receiver: Callable[[str | bytes], None]) -> None:
        """Hand every message received from now on to ``receiver``."""
        self.receiver = receiver

    def send_receive_event_to_app(self) -> None:
        """Hand a received message over, directly where the application listens."""
        if self.receiver is None or self.close_sent:
            super().send_receive_event_to_app()
            return
        data = self.frames[0] if len(self.frames) == 1 else b"".join(self.frames)
        self.frames = []
        if self.curr_msg_data_type == "bytes":
            self.receiver(bytes(data))
            return
        try:
            text = data.decode()
        except UnicodeDecodeError:
            self.close(1007, "not UTF-8")
        else:
            self.receiver(text)

    @property
    def backed_up(self) -> bool:
        """Tell whether so much still waits to be sent that more would only wait too."""
        return not self.writable.is_set() or self._waiting() > BACKED_UP

    def _waiting(self) -> int:
        return self.transport.get_write_buffer_size()

    def write(self, frame: bytes) -> None:
        """Send a ready frame; on a connection that is closing it goes nowhere."""
        if self.handshake_complete and not self._ended():
            self.transport.write(frame)

    def _ended(self) -> bool:
        return self.close_sent or self.disconnected or self.transport.is_closing()

    def close(self, code: int, reason: str) -> None:
        """Send a close frame, and abort where the other side does not answer in time."""
        if self._ended() or not self.handshake_complete:
            return
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(CLOSE_GRACE, self.transport.abort)
