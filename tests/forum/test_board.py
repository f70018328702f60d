"""Streams: whoever holds an earlier state and takes the delta has the state as it is."""

from typing import get_args

import pytest

from dialog.forum import commands as c
from dialog.forum.board import Board
from dialog.forum.events import Entry
from dialog.forum.evolve import begin, evolve
from dialog.forum.names import (
    SYSTEM,
    Kind,
    Outcome,
    Phase,
    Reason,
    Role,
    Show,
    Stream,
    Via,
    Who,
)
from dialog.forum.question import Mark
from dialog.forum.retention import MONTH
from tests.forum.evening import (
    ANNA,
    BORIS,
    CARLA,
    CLERK,
    DORA,
    MARA,
    MINISTER,
    OLGA,
    SCHEDULE,
    SVEN,
    TOPICS,
    Evening,
)
from tests.forum.laws import applied, picture


def prepared(phase: Phase) -> Evening:
    """Return an evening on which every command has something to do (see ``COMMANDS``)."""
    evening = Evening(Phase.LIVE, second_person=True)
    for number, who in enumerate((ANNA, BORIS, CARLA, DORA, ANNA, BORIS, CARLA), 1):
        evening.ask(f"Frage {number}?", who, show=Show.NAME, background="Grund.")
    for number in (1, 2, 3, 4):
        evening.approve(number)
    evening.give_back(5)
    evening.merge(6, 1)
    evening.told(c.Edit(2, evening.rev(2), "Bearbeitet?"), MARA)
    evening.take(3)
    evening.done()
    evening.answer(3, "Ja.", outcome=Outcome.PROMISED, by="Wir", until="2026-12-18")
    evening.told(c.Release(3, evening.rev(3)), OLGA)
    evening.take(4)
    evening.answer(4, "Nein.")
    evening.told(c.Message("Kürzer."), MARA)
    evening.told(c.Mute(CARLA.person), MARA)
    if phase is not Phase.LIVE:
        evening.phase(Phase.CLOSED)
        evening.told(c.Release(4, evening.rev(4)), OLGA)
    if phase is Phase.PUBLISHED:
        evening.publish()
    return evening


def commands(e: Evening) -> dict[str, tuple[c.Command, Who]]:
    """Return one command of every kind that changes something here."""
    rev, order_rev, now = e.rev, e.session.order_rev, e.session.stage.now or None
    told: list[tuple[c.Command, Who]] = [
        (c.Ask("Neu?"), ANNA),
        (c.Reword(5, rev(5), "Anders?"), ANNA),
        (c.Withdraw(1), ANNA),
        (c.Upvote(1, True, e.now), DORA),
        (c.Appeal(5, "Bitte."), ANNA),
        (c.Object(2), BORIS),
        (c.Consent(1, on=True), ANNA),
        (c.Name(1, Show.NAME, "Hof"), ANNA),
        (c.Claim(7), MARA),
        (c.Approve(7, rev(7)), MARA),
        (c.StageOnly(7, rev(7)), MARA),
        (c.Return(1, rev(1), Reason.UNCLEAR), MARA),
        (c.Edit(1, rev(1), "Bearbeitet?"), MARA),
        (c.Merge(2, rev(2), 1), MARA),
        (c.MergeAll((2, 7), (rev(2), rev(7)), 1), MARA),
        (c.ReturnAll((2, 7), (rev(2), rev(7)), Reason.UNCLEAR), MARA),
        (c.Unmerge(6, rev(6)), MARA),
        (c.Hide(4, rev(4)), MARA),
        (c.Undo(rev(6)), MARA),
        (c.Topic(1, rev(1), TOPICS[0]), MARA),
        (c.Brief(1, rev(1), "Kurz."), MARA),
        (c.Mute(ANNA.person), MARA),
        (c.Unmute(CARLA.person), MARA),
        (c.Message("Lauter."), MARA),
        (c.Order((2, 1), order_rev), MARA),
        (c.Now(1, order_rev, now), MINISTER),
        (c.Next(1, order_rev, now), MINISTER),
        (c.Done(order_rev, now), MINISTER),
        (c.Back(order_rev, now), MINISTER),
        (c.Acknowledge(), MINISTER),
        (c.Blank(on=True), MINISTER),
        (c.Take(1, rev(1)), SVEN),
        (c.SaveDraft(1, rev(1), "Im …"), SVEN),
        (c.HandIn(1, rev(1), "Ja.", Kind.VERBATIM), SVEN),
        (c.Release(4, rev(4)), OLGA),
        (c.ChangePhase(Phase.CLOSED), OLGA),
        (c.Accept(questions=False), OLGA),
        (c.Extend(5), OLGA),
        (c.Pause(True), OLGA),
        (c.Banner("Gleich!"), OLGA),
        (c.Conclude(), OLGA),
        (c.Publish(), OLGA),
        (c.Redact(1, 0, 3), OLGA),
        (c.Correct(3, "Doch."), OLGA),
        (c.Keep(3, "Getan."), OLGA),
        (c.Unpublish(3, "Fehler."), OLGA),
        (c.Declare(SCHEDULE, limits=e.session.limits), SYSTEM),
        (c.Enter(SVEN.person, Role.SCRIBE, "S. Stein"), SYSTEM),
        (c.Note(1, (2,), (Mark("phone", 0, 3),)), SYSTEM),
        (c.Tick(), SYSTEM),
        (c.Purge(), SYSTEM),
    ]
    return {command.do: (command, who) for command, who in told}


PHASES = {
    "conclude": Phase.CLOSED,
    "publish": Phase.CLOSED,
    "correct": Phase.PUBLISHED,
    "keep": Phase.PUBLISHED,
    "unpublish": Phase.PUBLISHED,
    "purge": Phase.PUBLISHED,
}
KINDS = sorted(command.do for command in get_args(c.Command))


@pytest.mark.parametrize("do", KINDS)
def test_state_and_delta_are_the_fresh_state_for_every_command(do: str):
    evening = prepared(PHASES.get(do, Phase.LIVE))
    evening.wait(1)
    if do == "tick":
        evening.now = SCHEDULE.ends
    if do == "purge":
        evening.wait(MONTH)
    if do == "publish":
        evening.told(c.Conclude(), OLGA)
    before = {s: (sh.seq, picture(evening.session, s)) for s, sh in evening.board.sheets.items()}
    command, who = commands(evening)[do]
    entries = len(evening.journal)
    evening.told(command, who)
    assert len(evening.journal) > entries, "the command has something to do"
    for stream, sheet in evening.board.sheets.items():
        seq, known = before[stream]
        fresh = picture(evening.session, stream)
        assert applied(known, sheet.delta(seq)) == fresh
        assert (sheet.seq > seq) == (fresh != known)


def test_a_command_that_is_not_in_the_table_fails():
    assert sorted(commands(prepared(Phase.LIVE))) == KINDS


@pytest.mark.parametrize("role", sorted(CLERK))
def test_everyone_in_the_evening_has_the_role_of_the_clerk(role: Role):
    assert CLERK[role].role is role


def test_a_count_alone_travels_alone():
    evening = Evening()
    number = evening.public("Wann?")
    sheet = evening.board.sheets[Stream.FLOOR]
    seq = sheet.seq
    evening.upvote(number, BORIS)
    delta = sheet.delta(seq)
    assert delta.questions == [{"number": number, "upvotes": 2}]
    assert (delta.session, delta.gone) == (None, [])
    evening.told(c.Topic(number, evening.rev(number), TOPICS[0]), MARA)
    assert sheet.delta(seq).questions == [sheet.shown[number].whole]


def test_what_is_no_longer_shown_is_gone_and_comes_back_whole():
    evening = Evening()
    number = evening.public("Wann?")
    sheet = evening.board.sheets[Stream.FLOOR]
    seq = sheet.seq
    event = int(evening.told(c.Hide(number, evening.rev(number)), MARA)["event"])
    assert sheet.delta(seq).gone == [number]
    gone = sheet.seq
    evening.upvote(evening.public("Und?", BORIS), CARLA)
    evening.told(c.Undo(event), MARA)
    assert sheet.shown[number].whole in sheet.delta(gone).questions
    assert sheet.delta(gone).gone == []


def test_what_only_the_desk_sees_moves_only_the_desk():
    evening = Evening()
    number = evening.public("Wann?")
    seqs = {stream: sheet.seq for stream, sheet in evening.board.sheets.items()}
    evening.told(c.Note(number, (), (Mark("iban", 0, 2),)), SYSTEM)
    moved = {s for s, sheet in evening.board.sheets.items() if sheet.seq != seqs[s]}
    assert moved == {Stream.DESK}


def test_a_private_question_moves_nothing_but_figures_on_the_floor():
    evening = Evening()
    sheet = evening.board.sheets[Stream.FLOOR]
    seq = sheet.seq
    number = evening.ask("Wann?", MARA, via=Via.HALL)
    delta = sheet.delta(seq)
    assert delta.questions == []
    assert delta.session is not None
    assert delta.session["counts"]["received"] == number


def test_a_hidden_questions_count_is_not_followed():
    evening = Evening()
    kept, merged = evening.public("Wann?"), evening.public("Und?", BORIS)
    evening.merge(merged, kept)
    floor, desk = evening.board.sheets[Stream.FLOOR], evening.board.sheets[Stream.DESK]
    evening.upvote(kept, BORIS, on=False)
    assert merged not in floor.shown
    assert desk.shown[merged].upvotes == 0
    assert desk.shown[kept].upvotes == 1


def test_every_row_of_a_stream_has_the_same_keys():
    evening = prepared(Phase.LIVE)
    for sheet in evening.board.sheets.values():
        assert len({frozenset(row) for row in sheet.snapshot().questions}) == 1


def test_who_comes_back_after_a_restart_gets_what_was_blackened_meanwhile():
    evening = Evening(Phase.LIVE)
    number = evening.public("Warum hilft Alma Beispiel niemand?", background="Alma Beispiel.")
    known = {stream: sheet.seq for stream, sheet in evening.board.sheets.items()}
    evening.told(c.Redact(number, 11, 24), OLGA)
    session, board = begin(evening.session.texts), Board()
    for entry in evening.journal:
        stored = Entry(entry.number, entry.at, entry.person, entry.event)
        board.follow(session, evolve(session, stored))
    for stream, sheet in board.sheets.items():
        assert "Alma" not in sheet.delta(known[stream]).questions[0]["text"]
        assert sheet == evening.board.sheets[stream]
