"""The websocket conversation: the library's, frame by frame, and with an end to what says nothing.

The library reads all frames of what came in before it hands over the first; a quarter of a
megabyte may be forty thousand. Here each is handed over as it is read.
"""

import logging
from collections.abc import Callable

from websockets.exceptions import ProtocolError
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

from dialog.edge.limits import Limits

try:
    from websockets.speedups import apply_mask
except ImportError:  # pragma: no cover - where the library was built without its C part
    from websockets.utils import apply_mask

INTERVAL_S = 10.0
LAST_FRAMES = 100
SIGNALS = frozenset({Opcode.PING, Opcode.PONG})
WHOLE_TEXT, MASKED, MEDIUM, LONG = 0x81, 0x80, 126, 127
SHORT_HEAD, MEDIUM_HEAD = 6, 8

_Refusal = tuple[CloseCode, str]


class Conversation(ServerProtocol):
    """One conversation; ``heard`` is called after every frame, ``clock`` gives seconds."""

    def __init__(
        self,
        limits: Limits,
        largest: int | None,
        *,
        heard: Callable[[], None],
        clock: Callable[[], float],
    ) -> None:
        """Begin before the handshake; ``largest`` is a message's size in bytes."""
        super().__init__(max_size=largest, logger=logging.getLogger("uvicorn.error"))
        self._limits = limits
        self._heard = heard
        self._clock = clock
        self._signals, self._since = 0, clock()
        self._fragments = 0
        self._last = 0
        self._between = False
        self.over = False

    def whole_texts(self, data: bytes, receiver: Callable[[str], None]) -> bytes:
        """Hand over the plain texts that ``data`` begins with, and return the rest.

        Plain is a frame that is here whole, final, masked and short enough, where the conversation
        stands between two messages. The library reads whatever is not, and would have handed over
        the same, at three times the cost.
        """
        at, end = 0, len(data)
        while self._between and end - at > SHORT_HEAD and data[at] == WHOLE_TEXT:
            length, begin = data[at + 1] - MASKED, at + SHORT_HEAD
            if length == MEDIUM:
                length, begin = int.from_bytes(data[at + 2 : at + 4]), at + MEDIUM_HEAD
            elif not 0 <= length < LONG:
                break
            if begin + length > end or not self._open_for(length):
                break
            try:
                text = apply_mask(data[begin : begin + length], data[begin - 4 : begin]).decode()
            except UnicodeDecodeError:
                break
            at = begin + length
            try:
                receiver(text)
            except Exception as fault:
                self.logger.exception("receiver failed")
                self.fail(CloseCode.INTERNAL_ERROR)
                self.parser_exc = fault
        return data[at:] if at else data

    def _open_for(self, length: int) -> bool:
        """Tell whether a whole message of so many bytes is taken without more being counted."""
        largest = self.max_message_size
        fits = largest is None or length <= largest
        return fits and self.state is State.OPEN and self.current_size is None and not self.over

    def receive_data(self, data: bytes | bytearray) -> None:
        """Take bytes in; the library stands between two frames where the last one ended them."""
        self._between = False
        super().receive_data(data)

    def recv_frame(self, frame: Frame) -> None:
        """Take one frame in, and hand it over before the next is read."""
        self._between = not self.reader.buffer
        refusal = self._too_many_last() or self._too_many(frame)
        if refusal:
            code, reason = refusal
            self.fail(code, reason)
            self.parser_exc = ProtocolError(reason)
            return
        if frame.opcode is Opcode.CLOSE:
            self.current_size = None  # it may come in the middle of a message
        super().recv_frame(frame)
        self._heard()

    def _too_many_last(self) -> _Refusal | None:
        """After good-bye a few frames may be on their way, no stream of them."""
        self._last += self.over or self.close_sent is not None
        if self._last > LAST_FRAMES:
            return CloseCode.POLICY_VIOLATION, "too many frames after the end"
        return None

    def _too_many(self, frame: Frame) -> _Refusal | None:
        """Count signals over a time, and the pieces of a message; an empty one is a piece."""
        if frame.opcode in SIGNALS:
            now = self._clock()
            if now - self._since >= INTERVAL_S:
                self._signals, self._since = 0, now
            self._signals += 1
            if self._signals > self._limits.control_frames:
                return CloseCode.POLICY_VIOLATION, "too many control frames"
        elif frame.opcode is not Opcode.CLOSE:
            self._fragments = self._fragments + 1 if frame.opcode is Opcode.CONT else 1
            if self._fragments > self._limits.fragments:
                return CloseCode.MESSAGE_TOO_BIG, "too many fragments"
        return None
