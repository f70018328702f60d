"""Why a connection is closed: a closed catalogue. 40xx to 44xx may come back, 45xx may not."""

from enum import IntEnum


class Close(IntEnum):
    """Close codes of the websocket."""

    OVER = 1000
    TOO_BIG = 1009
    FAULT = 1011
    RESTART = 1012
    OVERLOAD = 1013
    SILENT = 4400
    STALLED = 4408
    TOO_FAST = 4429
    PASS_ENDED = 4501
    REMOVED = 4503
    GONE = 4504
    NOT_SPOKEN = 4510
    NOT_UNDERSTOOD = 4511
