"""The state is what the journal adds up to, whole or joined."""

from typing import get_args

import pytest

from dialog.forum import commands as c
from dialog.forum import taps as taps_kept
from dialog.forum.board import Board
from dialog.forum.events import Entered, Entry, Event, Fact, Sealed, Tap, Upvoted
from dialog.forum.evolve import evolve, replay
from dialog.forum.names import INTENT_TIME, SECOND, SYSTEM, Phase, Role
from dialog.forum.session import Session
from tests.forum.evening import (
    ANNA,
    BORIS,
    CARLA,
    DORA,
    MARA,
    MORITZ,
    OLGA,
    SVEN,
    Evening,
)

TEXT = "Wann kommt der Bus?"


def test_replaying_a_journal_gives_the_state():
    evening = Evening(Phase.LIVE)
    evening.take(evening.public(TEXT))
    evening.publish()
    assert replay(evening.journal) == evening.session
    assert {type(entry.event) for entry in evening.journal} < set(get_args(Event))


def test_replaying_takes_the_texts_as_they_are_stored_now():
    evening = Evening()
    number = evening.ask(TEXT)
    evening.told(c.Redact(number, 0, 4), OLGA)
    bare = [Entry(e.number, e.at, e.person, e.event) for e in evening.journal]
    assert replay(bare, evening.session.texts) == evening.session
    assert replay([]) == Session()


def test_taps_joined_in_one_entry_are_the_taps_one_by_one():
    evening = Evening()
    numbers = [evening.public(f"{who.name}?", who) for who in (ANNA, BORIS, CARLA)]
    evening.merge(numbers[1], numbers[0])
    evening.wait(SECOND)
    taps = [(0, DORA, True), (1, CARLA, True), (2, DORA, True), (2, DORA, False), (0, BORIS, False)]
    evening.tap_batch(
        (c.Upvote(numbers[index], on, evening.now - 10 + i), who)
        for i, (index, who, on) in enumerate(taps)
    )
    session, board = Session(), Board()
    for entry in evening.journal:
        board.follow(session, evolve(session, entry))
    assert session == evening.session
    assert board.sheets == evening.board.sheets
    assert isinstance(evening.journal[-1].event, Upvoted)
    assert len(evening.journal[-1].event.taps) == len(taps)


def test_a_count_that_went_up_and_down_in_one_entry_moved():
    evening = Evening()
    number = evening.public(TEXT)
    evening.wait(SECOND)
    before = evening.now - 5
    evening.tap_batch(
        (c.Upvote(number, on, before + i), BORIS) for i, on in enumerate((True, False))
    )
    assert {sheet.seq for sheet in evening.board.sheets.values()} == {evening.session.seq}


def test_a_tap_without_effect_moves_nothing():
    evening = Evening()
    number = evening.public(TEXT)
    seqs = [sheet.seq for sheet in evening.board.sheets.values()]
    evening.upvote(number, ANNA)
    evening.upvote(number, BORIS, on=False)
    assert [sheet.seq for sheet in evening.board.sheets.values()] == seqs
    assert evening.touched[-1].taps == [Tap(BORIS.person, number, False, evening.now)]


def test_taps_are_forgotten_after_ten_minutes():
    evening = Evening()
    number = evening.public(TEXT)
    evening.upvote(number, BORIS)
    evening.wait(INTENT_TIME)
    evening.upvote(number, CARLA)
    assert [tap[:2] for tap in evening.session.taps] == [(CARLA.person, number)]
    assert evening.session.taps.floor == 0


def test_taps_beyond_the_room_for_them_make_older_ones_stale(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(taps_kept, "INTENT_ROOM", 2)
    evening = Evening()
    number = evening.public(TEXT)
    for who in (BORIS, CARLA, DORA):
        evening.upvote(number, who)
    assert len(evening.session.taps) == 2
    assert evening.session.taps.floor == evening.now - 2
    taps = [Tap(p, number, True, evening.now) for p in (50, 51, BORIS.person, 52)]
    apart, joined = replay(evening.journal), replay(evening.journal)
    for tap in taps:
        evolve(apart, Entry(99, evening.now, 0, Upvoted((tap,))))
    evolve(joined, Entry(99, evening.now, 0, Upvoted(tuple(taps))))
    assert apart == joined


def test_a_new_name_of_staff_touches_every_row_that_shows_it():
    evening = Evening(Phase.LIVE, second_person=True)
    numbers = [evening.public(f"Frage {i}?") for i in range(5)]
    evening.told(c.Claim(numbers[0]), MARA)
    evening.told(c.Take(numbers[1], evening.rev(numbers[1])), SVEN)
    evening.told(c.SaveDraft(numbers[2], evening.rev(numbers[2]), "…"), SVEN)
    evening.answer(numbers[3])
    for who, touched in ((MARA, numbers[:1]), (SVEN, numbers[1:4]), (MORITZ, [])):
        evening.told(c.Enter(who.person, who.role, "Neu"), SYSTEM)
        assert sorted(evening.touched[-1].rows) == touched
    row = evening.board.sheets["desk"].shown[numbers[0]].row  # type: ignore[index]
    assert row["claimed"]["by"] == "Neu"


def test_sealing_keeps_counts_and_forgets_people():
    evening = Evening(Phase.LIVE)
    number = evening.public(TEXT)
    evening.upvote(number, BORIS)
    evening.publish()
    event = evening.journal[-1].event
    assert event == Sealed(((number, 2, 2),), 2)


def test_a_published_journal_adds_up_to_the_same_without_its_taps():
    evening = Evening(Phase.LIVE)
    numbers = [evening.public(f"{who.name}?", who) for who in (ANNA, BORIS, CARLA)]
    evening.merge(numbers[0], numbers[1])
    evening.upvote(numbers[1], ANNA, on=False)
    evening.upvote(numbers[2], DORA)
    evening.publish()
    session, board = Session(), Board()
    for e in evening.journal:
        event = Upvoted(()) if isinstance(e.event, Upvoted) else e.event
        board.follow(session, evolve(session, Entry(e.number, e.at, e.person, event, e.texts)))
    assert session == evening.session
    for sheet in board.sheets.values():
        assert [sheet.shown[number].upvotes for number in numbers[1:]] == [1, 2]


def test_the_clock_of_a_session_never_goes_back():
    session = Session()
    evolve(session, Entry(1, 50, 0, Entered(1, Role.SCRIBE, 0)))
    evolve(session, Entry(2, 40, 0, Entered(2, Role.SCRIBE, 0)))
    assert session.at == 50
    assert isinstance(Fact(Entered(1, Role.SCRIBE, 0)).texts, tuple)
