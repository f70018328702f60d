"""What is written to the log: a JSON object a line, and nothing that people typed.

A fault is told by its kind and its place; its own words may quote a text and are left out. What
clients can provoke as often as they like is counted and not repeated.
"""

import json
import logging
import re
import sqlite3
import sys
import traceback
from collections import Counter
from pathlib import Path

import structlog
from structlog.typing import EventDict, WrappedLogger

from dialog import meters

DEEPEST = 12
LONGEST = 200
# Of a library's sentence the beginning: what comes after it may be the argument of a call.
_SENTENCE = re.compile(r"[\w .,:'…-]*")
# A client chooses numbers as it likes, and each would make another sentence to tell and to count.
_NUMBER = re.compile(r"\d+")
# Their words come from the system and say what to do, such as that the disk is full.
_PLAIN_SPOKEN = (OSError, sqlite3.Error)


def write_as_json() -> None:
    """Write what we and our libraries have to say to standard error."""
    logging.raiseExceptions = False  # it would print the arguments of the call that failed
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    handler.addFilter(Counted())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _count,
            structlog.processors.TimeStamper(fmt="iso"),
            _fault,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


class Counted(logging.Filter):
    """Lets a sentence of a library through at its first, tenth, hundredth time, with the count."""

    def __init__(self) -> None:
        """Begin with nothing heard."""
        super().__init__()
        self._heard: Counter[tuple[str, str]] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether to write a line."""
        error = record.exc_info[1] if record.exc_info else None
        said = (sentence(record), place(error) if error else "")
        self._heard[said] += 1
        times = self._heard[said]
        record.__dict__["times"] = times
        return str(times).rstrip("0") == "1"


class Lines(logging.Formatter):
    """A line of a library in the form of our own."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        meters.LINES.labels(record.levelname.lower()).inc()
        said: dict[str, object] = {
            "event": sentence(record),
            "logger": record.name,
            "level": record.levelname.lower(),
            "timestamp": self.formatTime(record),
            "times": getattr(record, "times", 1),
            **structlog.contextvars.get_contextvars(),
        }
        if record.exc_info and record.exc_info[1]:
            said["fault"] = told(record.exc_info[1])
        return json.dumps(said)


def sentence(record: logging.LogRecord) -> str:
    """Return what a library says, without what it says it of."""
    found = _SENTENCE.match(_NUMBER.sub("…", str(record.msg)[:LONGEST]))
    return found[0].strip() if found else ""


def told(error: BaseException) -> str:
    """Return a fault with those behind it: kinds and places."""
    behind = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    here = f"{kind(error)} at {place(error)}"
    return f"{here}; after {told(behind)}" if behind else here


def kind(error: BaseException) -> str:
    """Return what a fault is, in its own words only where these are the system's."""
    name = type(error).__qualname__
    return f"{name} ({error})" if isinstance(error, _PLAIN_SPOKEN) else name


def place(error: BaseException) -> str:
    """Return where a fault arose, the innermost call first."""
    frames = traceback.extract_tb(error.__traceback__)[-DEEPEST:]
    return " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames))


def _count(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    meters.LINES.labels(event["level"]).inc()
    return event


def _fault(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    if event.pop("exc_info", None):
        error = sys.exc_info()[1]
        if error is not None:
            event["fault"] = told(error)
    return event
