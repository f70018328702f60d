"""What one connection may ask of the server before it is cut, in bytes, seconds and frames."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a connection; an operator sets those that a setting names.

    ``head_bytes`` holds for all of a request that is no body: its head, the framing of its chunks,
    its trailers. ``stalled_seconds`` is how long bytes may wait of which none is taken.
    """

    message_bytes: int = 64 * 1024
    head_bytes: int = 32 * 1024
    head_seconds: float = 10.0
    body_seconds: float = 30.0
    keep_seconds: float = 5.0
    close_seconds: float = 5.0
    stalled_seconds: float = 30.0
    control_frames: int = 100
    fragments: int = 128
