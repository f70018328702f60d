"""What is taken past the library's reader is what the reader would have taken, and nothing else."""

import random

from websockets.frames import Frame
from websockets.http11 import Request

from dialog.edge.conversation import Conversation
from dialog.edge.limits import Limits

HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
LARGEST = 300
MASK = b"\x37\xfa\x21\x3d"


def frame(payload: bytes, first: int = 0x81, *, masked: bool = True, wide: int = 0) -> bytes:
    wide = wide or (0 if len(payload) < 126 else 2)
    short = {0: len(payload), 2: 126, 8: 127}[wide]
    head = bytes((first, masked << 7 | short)) + (
        len(payload).to_bytes(wide, "big") if wide else b""
    )
    if not masked:
        return head + payload
    return head + MASK + bytes(byte ^ MASK[at % 4] for at, byte in enumerate(payload))


PLAIN = [frame(text) for text in (b"", b"a", b"x" * 125, b"x" * 126, b"x" * LARGEST, "ß€".encode())]
OTHER = [
    frame(b"x" * (LARGEST + 1)),
    frame(b"\xff"),
    frame("ß".encode()[:1]),
    frame(b"a", masked=False),
    frame(b"a", wide=2),
    frame(b"a", wide=8),
    frame(b"a", 0xC1),
    frame(b"a", 0x91),
    frame(b"a", 0x82),
    frame(b"a", 0x83),
    frame(b"a", 0x01) + frame(b"b", 0x80),
    frame(b"a", 0x01),
    frame(b"b", 0x80),
    frame(b"a", 0x89),
    frame(b"a", 0x8A),
    frame(b"\x03\xe8", 0x88),
]


class Talk:
    """One conversation before who listens, as the edge joins them."""

    def __init__(self, *, direct: bool, faulty: str = "", last: str = "") -> None:
        self.heard: list[str] = []
        self.taken = 0
        self._direct, self._faulty, self._last = direct, faulty, last
        limits = Limits(control_frames=3, fragments=2)
        self.conversation = Conversation(limits, LARGEST, heard=self._read, clock=lambda: 0.0)
        self.conversation.receive_data(HANDSHAKE)
        self._read()
        self.conversation.data_to_send()  # an answer with a date

    def _read(self) -> None:
        for event in self.conversation.events_received():
            if isinstance(event, Request):
                self.conversation.send_response(self.conversation.accept(event))
            elif isinstance(event, Frame) and event.opcode in (0, 1, 2):
                self._hear(bytes(event.data).decode() if event.opcode == 1 else repr(event))

    def _hear(self, text: str) -> None:
        if self._faulty and text == self._faulty:
            raise RuntimeError("a fault of ours")
        self.heard.append(text)
        if self._last and text == self._last:
            self.conversation.over = True

    def say(self, data: bytes) -> None:
        if self._direct:
            known = len(self.heard)
            data = self.conversation.whole_texts(data, self._hear)
            self.taken += len(self.heard) - known
        if data or self.conversation.parser_exc:
            self.conversation.receive_data(data)
            self._read()

    @property
    def code(self) -> int:
        closed = self.conversation.close_sent
        return closed.code if closed else 0

    @property
    def end(self) -> tuple[object, ...]:
        c = self.conversation
        fault = type(c.parser_exc), str(c.parser_exc)
        return c.state, c.close_sent, c.close_rcvd, fault, b"".join(c.data_to_send())


def talk(said: list[bytes], **how: str) -> Talk:
    """Let both say the same, and return the one who listens directly."""
    direct, library = Talk(direct=True, **how), Talk(direct=False, **how)
    for data in said:
        direct.say(data)
        library.say(data)
    assert (direct.heard, direct.end) == (library.heard, library.end), said
    return direct


def test_what_chance_says_is_heard_as_the_library_hears_it() -> None:
    chance, taken = random.Random(6_455), 0
    for _ in range(2_000):
        frames = chance.choices(PLAIN, k=chance.randint(1, 8))
        frames.insert(chance.randint(1, len(frames)), chance.choice(OTHER))
        said = b"".join(frames)
        cuts = sorted(chance.sample(range(1, len(said)), k=min(3, len(said) - 1)))
        cut = [said[a:b] for a, b in zip([0, *cuts], [*cuts, len(said)], strict=True)]
        taken += talk(chance.choice((frames, [said], cut))).taken
    assert taken > 1_000, "too few went past the reader"


def test_the_second_text_is_taken_past_the_reader_and_a_fault_of_ours_ends_all() -> None:
    assert talk([frame(b"a"), frame(b"b") + frame(b"c")]).taken == 2
    ended = talk([frame(b"a"), frame(b"b") + frame(b"c")], faulty="b")
    assert ended.heard == ["a"]
    assert ended.code == 1011


def test_a_head_without_its_message_is_not_between_two_messages() -> None:
    whole = frame(b"abcdef")
    for cut in range(1, len(whole)):
        talk([frame(b"a"), whole[:cut], whole[cut:] + frame(b"b"), frame(b"c")])


def test_who_was_told_to_go_is_counted_by_the_reader() -> None:
    talked = talk([frame(b"a"), *[frame(b"x")] * 102], last="a")
    assert talked.taken == 0
    assert talked.code == 1008


def test_what_looks_like_a_message_inside_another_is_none() -> None:
    inner = frame(b"drin")
    head = bytes((0x82, 0x80 | len(inner))) + bytes(4)  # masked with nothing
    for begun in (head, frame(b"", 0x8A) + head):
        talked = talk([frame(b"a"), begun, inner, frame(b"b")])
        assert (len(talked.heard), "drin" in talked.heard) == (3, False)
