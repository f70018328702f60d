"""The log says what happened and where, and nothing that anyone typed."""

import json
import logging
import sqlite3

import pytest
import structlog

from dialog.log import Counted, write_as_json

TEXT = "Meine Frage mit Namen"


@pytest.fixture(autouse=True)
def _logs_of_others():
    root, server = logging.getLogger(), logging.getLogger("uvicorn.error")
    kept, levels = root.handlers[:], (root.level, server.level)
    server.setLevel(logging.NOTSET)  # servers in the tests before this one set it
    yield
    root.handlers[:] = kept
    root.setLevel(levels[0])
    server.setLevel(levels[1])
    logging.raiseExceptions = True
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    said = capsys.readouterr().err
    assert TEXT not in said
    return [json.loads(line) for line in said.splitlines()]


def fail(cause: BaseException | None = None) -> None:
    raise ValueError(TEXT) from cause


def test_a_fault_is_told_by_kind_and_place(capsys) -> None:
    write_as_json()
    try:
        fail(sqlite3.OperationalError("database or disk is full"))
    except ValueError:
        structlog.get_logger().exception("commit failed", session="a")
    (line,) = lines(capsys)
    assert (line["event"], line["level"], line["session"]) == ("commit failed", "error", "a")
    assert str(line["fault"]).startswith("ValueError at test_log.py:")
    assert "after OperationalError (database or disk is full)" in str(line["fault"])


def test_a_library_is_heard_without_what_it_speaks_of(capsys) -> None:
    write_as_json()
    log = logging.getLogger("uvicorn.error")
    log.warning("Invalid request (%s)", TEXT)
    log.warning("Exception in callback feed(b'%s')", TEXT)
    log.warning("%s", TEXT)
    try:
        fail()
    except ValueError:
        log.exception("Exception in ASGI application\n")
    said = lines(capsys)
    assert [line["event"] for line in said] == [
        "Invalid request",
        "Exception in callback feed",
        "",
        "Exception in ASGI application",
    ]
    assert "fail" in str(said[-1]["fault"])


def test_a_fault_without_a_place_is_told_too(capsys) -> None:
    write_as_json()
    structlog.get_logger().exception("nothing was raised")
    logging.getLogger("x").error("raised elsewhere", exc_info=ValueError(TEXT))
    assert ["fault" in line for line in lines(capsys)] == [False, True]


def test_what_clients_provoke_is_counted(capsys) -> None:
    write_as_json()
    for _ in range(75):
        logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    assert [line["times"] for line in lines(capsys)] == [1, 10]


def test_other_faults_are_counted_apart() -> None:
    counted = Counted()
    heard = [logging.makeLogRecord({"msg": said}) for said in ("a", "b", "a")]
    assert [counted.filter(record) for record in heard] == [True, True, False]


def test_numbers_make_no_sentence_of_their_own(capsys) -> None:
    """A form with a wrong boundary is told of by its signs: a client has millions of them."""
    write_as_json()
    log = logging.getLogger("python_multipart.multipart")
    for sign in range(256):
        log.warning("Expected boundary character 45, got %d at index 2" % sign)  # noqa: G002, UP031
    said = lines(capsys)
    assert [line["times"] for line in said] == [1, 10, 100]
    assert said[0]["event"] == "Expected boundary character …, got … at index …"
