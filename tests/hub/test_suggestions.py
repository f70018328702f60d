"""Suggestions: an index of what is public, which follows every change of it at once."""

import json

from dialog.forum.board import Board
from dialog.forum.commands import Approve, Ask, Edit, Hide
from dialog.forum.names import SYSTEM, Who
from dialog.forum.session import Session
from dialog.hub import suggestions
from dialog.hub.ledger import Done
from tests.hub.doubles import ANNA, DECLARE, MARA, Hall

BUSES = "Wann fährt abends wieder ein Bus in die Stadt?"


async def asked(hall: Hall, who: Who, text: str, *, public: bool = True) -> int:
    done = await hall.room.ask(Ask(text), who)
    assert isinstance(done, Done)
    number = int(json.loads(done.result)["number"])
    if public:
        assert isinstance(await hall.room.ask(Approve(number, await rev(hall, number)), MARA), Done)
    return number


async def rev(hall: Hall, number: int) -> int:
    return await hall.room.read(lambda session, _board: session.questions[number].rev)


async def found(hall: Hall, text: str) -> list[int]:
    return [row["number"] for row in await hall.room.similar(text)]


async def test_what_is_public_is_found_and_nothing_else() -> None:
    hall = Hall()
    await hall.room.start()
    await hall.room.ask(DECLARE, SYSTEM)
    await hall.settled()
    number = await asked(hall, ANNA, BUSES, public=False)
    assert await found(hall, BUSES) == []
    assert isinstance(await hall.room.ask(Approve(number, await rev(hall, number)), MARA), Done)
    assert await found(hall, "Fährt abends ein Bus in die Stadt?") == [number]
    edit = Edit(number, await rev(hall, number), "Wer bezahlt den Dolmetscher beim Arzt?", "")
    assert isinstance(await hall.room.ask(edit, MARA), Done)
    assert await found(hall, BUSES) == []
    assert await found(hall, "Wer bezahlt Dolmetscher beim Arzt?") == [number]
    assert isinstance(await hall.room.ask(Hide(number, await rev(hall, number)), MARA), Done)
    assert await found(hall, "Wer bezahlt Dolmetscher beim Arzt?") == []
    await hall.room.stop()


async def test_a_large_session_is_read_on_with_each_search(monkeypatch) -> None:
    hall = Hall()
    await hall.room.start()
    await hall.room.ask(DECLARE, SYSTEM)
    await hall.settled()
    number = await asked(hall, ANNA, BUSES)
    monkeypatch.setattr(suggestions, "READ_AT_ONCE", 0)

    def reopened(session: Session, _board: Board) -> tuple[bool, tuple[int, ...]]:
        late = suggestions.Suggestions(session)
        return number in late._likeness, late.like(BUSES)

    assert await hall.room.read(reopened) == (False, (number,))
    await hall.room.stop()
