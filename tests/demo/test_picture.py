"""A client of the protocol knows what the server shows, and notices when it does not."""

import pytest

from dialog.demo.picture import DriftError, Picture, Row
from dialog.forum.board import Board
from dialog.hub.digest import digest


@pytest.fixture
def seen() -> list[tuple[Row | None, Row]]:
    return []


@pytest.fixture
def picture(seen) -> Picture:
    picture = Picture(lambda before, row: seen.append((before, row)))
    rows = [{"number": n, "text": f"Frage {n} – „gut“", "upvotes": 0} for n in (1, 2)]
    picture.snapshot({"epoch": "e", "seq": 5, "session": {"phase": "live"}, "questions": rows})
    seen.clear()
    return picture


def test_a_count_alone_changes_nothing_else(picture: Picture, seen):
    picture.delta({"from": 5, "to": 7, "questions": [{"number": 2, "upvotes": 3}]})
    assert picture.seq == 7
    assert picture.rows[2] == {"number": 2, "text": "Frage 2 – „gut“", "upvotes": 3}
    ((before, row),) = seen
    assert (before["upvotes"], row["upvotes"]) == (0, 3)


def test_what_is_gone_goes_and_what_is_old_is_dropped(picture: Picture):
    picture.delta({"from": 5, "to": 6, "gone": [1], "session": {"phase": "closed"}})
    picture.delta({"from": 3, "to": 6, "gone": [2]})
    assert list(picture.rows) == [2]
    assert picture.session == {"phase": "closed"}


@pytest.mark.parametrize(
    "message", [{"from": 6, "to": 7}, {"from": 5, "to": 6, "questions": [{"number": 9}]}]
)
def test_a_gap_is_noticed(picture: Picture, message):
    with pytest.raises(DriftError, match="gap"):
        picture.delta(message)
    assert picture.seq == 5


def test_the_digest_is_the_servers():
    from dialog.forum.names import Stream

    sheet = Board().sheets[Stream.FLOOR]
    picture = Picture(lambda _before, _row: None)
    picture.session = sheet.session
    assert picture._digest() == digest(sheet)


def test_another_digest_is_drift_at_the_same_number_only(picture: Picture):
    picture.check(4, "00000000")
    with pytest.raises(DriftError, match="digest"):
        picture.check(5, "00000000")
