"""The pictures in the manuals: each shows a page of the product at one size, in CSS pixels."""

from typing import Final

SIZES: Final[dict[str, tuple[int, int]]] = {
    "ask": (390, 780),
    "room": (1080, 1040),
    "desk": (1240, 800),
    "stage": (1180, 700),
    "scribe": (1100, 820),
    "ready": (1000, 740),
    "evening": (1000, 760),
    "archive": (1000, 640),
}
