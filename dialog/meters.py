"""What a process counts and times while it works, for the operator's monitoring.

One registry for a process, as counters are meant; who reads it is ``monitoring``'s business. No
label carries what people typed, an address or a token: their values come from closed lists.
"""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

REGISTRY: Final = CollectorRegistry()

REQUESTS: Final = Counter(
    "dialog_requests", "Requests answered, by page and status.", ["page", "status"],
    registry=REGISTRY,
)  # fmt: skip
REQUEST_SECONDS: Final = Histogram(
    "dialog_request_seconds",
    "Time from a request to the end of its answer; long polls, which wait, are left out.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
ANSWERS: Final = Counter(
    "dialog_answers", "Commands answered, by done or the code of their refusal.", ["answer"],
    registry=REGISTRY,
)  # fmt: skip
WRITE_SECONDS: Final = Histogram(
    "dialog_write_seconds",
    "Time from asking for a transaction to its being on the disk, with the wait for its turn.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
WRITE_FAILURES: Final = Counter(
    "dialog_write_failures", "Transactions that the database did not take.", registry=REGISTRY
)
LAG_SECONDS: Final = Histogram(
    "dialog_loop_lag_seconds",
    "How late the event loop, which serves everybody, comes to what is due.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
    registry=REGISTRY,
)
LINES: Final = Counter(
    "dialog_log_lines", "Lines written to the log, by level.", ["level"], registry=REGISTRY
)
