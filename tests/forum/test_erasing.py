"""What has to go goes from everywhere it ever stood; consent keeps a name in the record."""

from typing import Any

import pytest

from dialog.forum import commands as c
from dialog.forum.events import Acted, Redacted, overwrites
from dialog.forum.names import (
    BLACKENED,
    Amended,
    Field,
    Kind,
    Outcome,
    Phase,
    Reason,
    Review,
    Show,
    Stream,
)
from dialog.forum.refusals import Code, Refusal
from dialog.forum.traces import appeals, everything, values, wordings
from dialog.forum.transcript import transcript
from dialog.forum.views import Row, row
from tests.forum.evening import ANNA, BORIS, MARA, OLGA, SVEN, Evening

TEXT = "Wann kommt der Bus?"
NAMED: dict[str, Any] = {"background": "Hof 7.", "show": Show.NAME, "district": "Hof"}


def taken_up(phase: Phase = Phase.LIVE) -> tuple[Evening, int]:
    """Return an evening with a question under a name, reworded, edited and supported by another."""
    evening = Evening(Phase.LIVE)
    number = evening.ask(TEXT, **NAMED)
    rev = evening.rev
    evening.told(c.Reword(number, rev(number), "Wann fährt er?", "Hof 8."), ANNA)
    evening.told(c.Edit(number, rev(number), "Wann fährt der Bus?", "Hof.", "A. Berg"), MARA)
    evening.told(c.Approve(number, rev(number)), MARA)
    evening.upvote(number, BORIS)
    if phase is not Phase.LIVE:
        evening.answer(number)
        evening.phase(Phase.CLOSED)
    if phase is Phase.PUBLISHED:
        evening.publish()
    return evening, number


def shown(evening: Evening, number: int) -> Row:
    """Return a question's answer as everyone reads it."""
    return (row(evening.session, Stream.FLOOR, number) or {})["answer"]


def bodies(evening: Evening) -> str:
    return "\n".join(evening.session.texts.values())


@pytest.mark.parametrize("phase", [Phase.LIVE, Phase.CLOSED, Phase.PUBLISHED])
def test_a_name_that_is_withdrawn_stands_in_no_wording_any_more(phase: Phase):
    evening, number = taken_up(phase)
    evening.told(c.Withdraw(number), ANNA)
    question = evening.q(number)
    assert question.public
    assert (question.wording.name, question.wording.district) == (0, 0)
    for gone in ("Anna Berg", "A. Berg", "Hof"):
        assert gone not in bodies(evening)
    assert "Wann fährt der Bus?" in bodies(evening)
    assert overwrites(evening.journal[-1].event)
    assert evening.idle(c.Withdraw(number), ANNA)


def test_the_record_says_when_a_name_was_withdrawn():
    evening, number = taken_up(Phase.PUBLISHED)
    evening.told(c.Withdraw(number), ANNA)
    (told,) = transcript(evening.session).questions
    assert (told["text"], told["asker"], told["background"]) == ("Wann fährt der Bus?", None, None)
    assert [one["what"] for one in told["changes"]] == [Amended.NAME]


def test_what_nobody_took_up_can_stay_without_its_name():
    evening = Evening()
    number = evening.ask(TEXT, **NAMED)
    evening.told(c.Withdraw(number, whole=False), ANNA)
    question = evening.q(number)
    assert (question.standing.review, question.wording.name) == (Review.WAITING, 0)
    assert "Anna Berg" not in bodies(evening)


def test_what_was_withdrawn_wholly_keeps_no_name():
    evening = Evening()
    number = evening.ask(TEXT, **NAMED)
    evening.told(c.Withdraw(number), ANNA)
    assert bodies(evening).count(TEXT) == 1
    assert "Hof" not in bodies(evening)


def test_an_earlier_background_goes_also_where_none_stands_by_now():
    evening = Evening()
    number = evening.ask(TEXT, background="Hof 7.")
    evening.told(c.Reword(number, evening.rev(number), TEXT + "!"), ANNA)
    evening.told(c.Withdraw(number, whole=False), ANNA)
    acted = evening.journal[-1].event
    assert isinstance(acted, Acted)
    assert [change.subject for change in acted.changes] == [number]
    assert "Hof 7." not in bodies(evening)


def test_after_a_cancellation_a_name_can_still_be_withdrawn():
    evening = Evening()
    number = evening.ask(TEXT, **NAMED)
    evening.phase(Phase.CANCELLED)
    evening.told(c.Withdraw(number), ANNA)
    assert evening.q(number).standing.review is Review.WAITING
    assert "Anna Berg" not in bodies(evening)


# --- consent -----------------------------------------------------------------------------------


@pytest.mark.parametrize("show", Show)
def test_only_a_name_that_is_shown_may_stay_for_good(show: Show):
    evening = Evening()
    number = evening.ask(TEXT, show=show, archive=True)
    assert evening.q(number).wording.archive is (show is Show.NAME)


@pytest.mark.parametrize("phase", [Phase.LIVE, Phase.CLOSED, Phase.PUBLISHED])
def test_consent_is_given_and_taken_back_in_every_phase(phase: Phase):
    evening, number = taken_up(phase)
    evening.told(c.Consent(number, on=True), ANNA)
    assert evening.q(number).wording.archive
    assert evening.idle(c.Consent(number, on=True), ANNA)
    evening.told(c.Consent(number, on=False), ANNA)
    assert not evening.q(number).wording.archive
    assert evening.q(number).amendments == ()


def test_there_is_nothing_to_agree_to_without_a_name():
    evening = Evening()
    number = evening.ask(TEXT, district="Hof")
    refusal = evening.refused(c.Consent(number, on=True), ANNA)
    assert refusal == Refusal(Code.CONFLICT, field="archive", number=number)
    assert evening.idle(c.Consent(number, on=False), ANNA)
    assert evening.refused(c.Consent(number, on=True), BORIS).code is Code.UNKNOWN


def test_consent_survives_other_words_and_ends_with_the_name():
    evening = Evening(Phase.LIVE)
    number = evening.ask(TEXT, show=Show.NAME, archive=True)
    evening.told(c.Reword(number, evening.rev(number), "Wann fährt er?"), ANNA)
    assert evening.q(number).wording.archive
    evening.told(c.Withdraw(number, whole=False), ANNA)
    assert not evening.q(number).wording.archive


# --- taken out of the record -------------------------------------------------------------------


def test_a_question_that_is_taken_out_leaves_no_word_of_anyone():
    evening = Evening(Phase.LIVE)
    number = evening.public(TEXT, ANNA, **NAMED)
    merged = evening.ask("Wann fährt der Bus nach Hof?", BORIS, **NAMED)
    rev = evening.rev
    evening.told(c.Return(merged, rev(merged), Reason.UNCLEAR, "Notiz an Boris"), MARA)
    evening.told(c.Appeal(merged, "Einspruch"), BORIS)
    evening.told(c.Merge(merged, rev(merged), number), OLGA)
    evening.told(c.Brief(number, rev(number), "Notiz ans Podium"), MARA)
    evening.told(c.SaveDraft(number, rev(number), "Entwurf"), SVEN)
    sources = ("https://a.example/1",)
    promise: dict[str, Any] = {"by": "Referat 4", "until": "2030-01-01", "sources": sources}
    answer = c.HandIn(number, rev(number), "Im Mai.", Kind.SUMMARY, Outcome.PROMISED, **promise)
    evening.told(answer, SVEN)
    evening.phase(Phase.CLOSED)
    evening.publish()
    evening.told(c.Correct(number, "Im Juni."), OLGA)
    evening.told(c.Keep(number, "Er fährt."), OLGA)
    asked = evening.session.questions
    written = everything(evening.session, asked[number]) | everything(
        evening.session, asked[merged]
    )
    evening.told(c.Unpublish(number, "Auf Wunsch."), OLGA)
    assert {evening.session.text(n) for n in written} == {BLACKENED}
    staff = {evening.session.text(one.name) for one in evening.session.staff.values()}
    left = set(evening.session.texts.values()) - staff - {BLACKENED}
    assert left == {"Auf Wunsch."}
    (told,) = transcript(evening.session).questions
    assert (told["number"], told["text"], told["removed"]) == (number, None, "Auf Wunsch.")
    assert [one["what"] for one in told["changes"]][-1] == Amended.REMOVED
    for command in (c.Correct(number, "Doch."), c.Keep(number, "Doch.")):
        assert evening.refused(command, OLGA).code is Code.CONFLICT


def test_what_was_written_against_a_decision_is_known():
    evening = Evening()
    number = evening.ask(TEXT)
    evening.told(c.Return(number, evening.rev(number), Reason.UNCLEAR), MARA)
    evening.told(c.Appeal(number, "Doch."), ANNA)
    stood = values(evening.session, (number,))[number]
    assert [evening.session.text(n) for n in appeals(stood)] == ["Doch."]


def test_the_wordings_of_a_question_are_told_once_each():
    evening, number = taken_up()
    found = wordings(values(evening.session, (number,))[number])
    told = [evening.session.text(wording.text) for wording in found]
    assert told == [TEXT, "Wann fährt er?", "Wann fährt der Bus?"]


# --- blackening --------------------------------------------------------------------------------


def answered(**more: Any) -> tuple[Evening, int]:
    evening = Evening(Phase.LIVE)
    number = evening.public(TEXT, **NAMED)
    people = {"by": "Frau Canary", "to": "Herrn Canary"}
    fields: dict[str, Any] = {"until": "2030-01-01", **people, **more}
    handed = number, evening.rev(number), "Im Mai.", Kind.SUMMARY, Outcome.PROMISED
    evening.told(c.HandIn(*handed, **fields), SVEN)
    return evening, number


@pytest.mark.parametrize("field", [Field.BY, Field.TO, Field.DISTRICT])
def test_who_promised_who_it_was_referred_to_and_the_district_can_be_blackened(field: Field):
    evening, number = answered()
    evening.told(c.Redact(number, 0, 3, field), OLGA)
    shown = {Field.BY: "u Canary", Field.TO: "rn Canary", Field.DISTRICT: ""}[field]
    assert BLACKENED + shown in evening.session.texts.values()


def test_a_source_is_taken_out_whole_and_those_of_earlier_answers_go():
    one, two, old = (f"https://a.example/{n}" for n in ("1", "2", "alt"))
    evening, number = answered(sources=(old,))
    handed = c.HandIn(number, evening.rev(number), "Im Juni.", sources=(one, two))
    evening.told(handed, SVEN)
    evening.told(c.Redact(number, 0, 1, Field.SOURCES), OLGA)
    answer = shown(evening, number)
    assert answer["sources"] == [two]
    assert isinstance(evening.journal[-1].event, Redacted)
    assert {one, old}.isdisjoint(evening.session.texts.values())
    refusal = evening.refused(c.Redact(number, 1, 2, Field.SOURCES), OLGA)
    assert refusal == Refusal(Code.MALFORMED, field="sources", length=1)
    evening.told(c.Redact(number, 0, 1, Field.SOURCES), OLGA)
    assert shown(evening, number)["sources"] == []


def test_earlier_wordings_alone_are_blackened_without_a_place():
    evening, number = answered()
    evening.told(c.HandIn(number, evening.rev(number), "Im Juni."), SVEN)
    evening.told(c.Redact(number, 0, 0, Field.ANSWER), OLGA)
    assert "Im Mai." not in evening.session.texts.values()
    assert shown(evening, number)["text"] == "Im Juni."
    refusal = evening.refused(c.Redact(number, 0, 0), OLGA)
    assert refusal == Refusal(Code.MALFORMED, field="text", length=len(TEXT))


def test_a_place_is_blackened_in_the_text_that_was_read():
    evening, number = answered()
    read = evening.rev(number)
    evening.told(c.Redact(number, 0, 4, rev=read), OLGA)
    assert evening.refused(c.Redact(number, 0, 4, rev=read), OLGA).code is Code.CONFLICT
    evening.told(c.Redact(number, 0, 4, rev=evening.rev(number)), OLGA)


# --- later words -------------------------------------------------------------------------------


def test_a_promise_kept_in_other_words_keeps_the_first_ones_and_its_day():
    evening, number = answered()
    evening.told(c.Keep(number, "Er fährt."), SVEN)
    first = evening.now
    evening.wait(60_000)
    evening.told(c.Keep(number, "Er fährt stündlich."), SVEN)
    answer = evening.q(number).answer
    kept = answer and answer.kept
    assert kept
    assert (kept.at, evening.session.text(kept.text)) == (first, "Er fährt stündlich.")
    told = [(one.at, evening.session.text(one.before)) for one in kept.corrections]
    assert told == [(evening.now, "Er fährt.")]


def test_a_later_answer_says_who_gave_it_and_its_sources():
    evening, number = taken_up(Phase.CLOSED)
    source = "https://a.example/1"
    told = c.Correct(number, "Um acht.", by="Referat 4", sources=(source,))
    evening.told(told, OLGA)
    answer = shown(evening, number)
    assert (answer["text"], answer["by"], answer["sources"]) == ("Um acht.", "Referat 4", [source])
    evening.told(c.Correct(number, "Um neun."), OLGA)
    answer = shown(evening, number)
    assert (answer["text"], answer["by"], answer["sources"]) == ("Um neun.", "Referat 4", [source])
    for wrong, code in (
        ({"by": "x" * 400}, Code.TOO_LONG),
        ({"sources": ("ftp://a",)}, Code.BAD_TEXT),
        ({"sources": ("https://a.example/",) * 9}, Code.TOO_MANY),
    ):
        assert evening.refused(c.Correct(number, "Um zehn.", **wrong), OLGA).code is code


def test_what_waits_may_go_on_waiting_while_the_rest_is_not_reached():
    evening = Evening(Phase.LIVE)
    waits, left = evening.ask(TEXT), evening.public("Und der Zug?", BORIS)
    evening.phase(Phase.CLOSED)
    evening.told(c.Conclude(waiting=False), OLGA)
    assert evening.q(waits).standing.review is Review.WAITING
    assert evening.q(left).result.outcome is Outcome.NOT_REACHED
    assert evening.idle(c.Conclude(waiting=False), OLGA)
    evening.told(c.Conclude(), OLGA)
    assert evening.q(waits).standing.review is Review.UNREVIEWED
