"""A time in which the database takes nothing: what counts as one, and what is told of it."""

import sqlite3
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from dialog.store.outage import Outage, reason


def test_it_is_told_once_and_counted(monkeypatch) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    met = Outage()
    with capture_logs() as told:
        for _ in range(75):
            met.met("the disk is full")
        met.over()  # something small, a moment later
        met.met("the disk is full")
        assert met.on
        now[0] += 11
        met.over()
        met.over()
    assert not met.on
    assert [(line["event"], line.get("refused")) for line in told] == [
        ("database takes nothing", None),
        ("database writes again", 76),
    ]


def test_one_that_was_over_unseen_is_told_anew(monkeypatch) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    met = Outage()
    with capture_logs() as told:
        met.met("read-only")
        met.over()
        now[0] += 60
        met.met("read-only")
    assert [line["event"] for line in told] == ["database takes nothing"] * 2


def failure(cause: BaseException, *, lost: bool = False) -> DBAPIError:
    return DBAPIError("statement", None, cause, connection_invalidated=lost)


def of_sqlite(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("words")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    "code, why",
    [
        (sqlite3.SQLITE_FULL, "the disk is full"),
        (sqlite3.SQLITE_IOERR_WRITE, "the disk fails"),
        (sqlite3.SQLITE_READONLY_DBMOVED, "read-only"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "locked by another program"),
        (sqlite3.SQLITE_ERROR, ""),
        (sqlite3.SQLITE_CONSTRAINT, ""),
        (sqlite3.SQLITE_CORRUPT, ""),
    ],
)
def test_what_is_no_fault_of_a_statement(code, why) -> None:
    assert reason(failure(of_sqlite(code))) == why


class OperationalError(Exception):
    """As drivers of PostgreSQL name what they have no code for."""


@pytest.mark.parametrize(
    "cause, why",
    [
        (OperationalError("no server"), "out of reach"),
        (SimpleNamespace(sqlstate="53100"), "no room or no connection left"),
        (SimpleNamespace(sqlstate="57P01"), "out of reach"),
        (SimpleNamespace(sqlstate="25006"), "read-only"),
        (SimpleNamespace(sqlstate="42P01"), ""),
        (ValueError("a NUL"), ""),
    ],
)
def test_what_postgresql_is_to_blame_for(cause, why) -> None:
    assert reason(failure(cause)) == why
    assert reason(failure(ValueError("gone"), lost=True)) == "out of reach"
