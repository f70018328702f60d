"""What scribes do with answers, and who may release one."""

import pytest

from dialog.forum import commands as c
from dialog.forum.names import MINUTE, Kind, Outcome, Phase
from dialog.forum.refusals import Code, Refusal
from dialog.forum.scribing import SOURCES
from tests.forum.evening import ANNA, MARA, OLGA, SELMA, SVEN, Evening


def asked(*, second_person: bool = False) -> tuple[Evening, int]:
    """Return a live evening with one public question."""
    evening = Evening(Phase.LIVE, second_person=second_person)
    return evening, evening.public("Wann kommt der Bus?")


def hand_in(evening: Evening, number: int, text: str = "Ja.", **fields: object) -> c.HandIn:
    return c.HandIn(number, evening.rev(number), text, **fields)  # type: ignore[arg-type]


def test_an_answer_is_public_at_once_where_the_session_says_so():
    evening, number = asked()
    evening.wait(MINUTE)
    evening.answer(
        number,
        "Im Mai.",
        outcome=Outcome.PROMISED,
        by="Das Ministerium",
        until="2026-12-18",
        to="Der Landkreis",
        sources=("https://example.org/a", ""),
        minute=90,
    )
    answer = evening.q(number).answer
    assert answer is not None
    assert answer.released
    assert (answer.author, answer.at, answer.until) == (SVEN.person, evening.now, "2026-12-18")
    assert (answer.minute, len(answer.sources), answer.kind) == (90, 1, Kind.SUMMARY)
    assert evening.q(number).result.outcome is Outcome.PROMISED
    assert evening.q(number).result.at == evening.now


def test_a_day_is_kept_only_for_a_promise():
    evening, number = asked()
    evening.answer(number, until="2026-12-18")
    answer = evening.q(number).answer
    assert answer is not None
    assert answer.until == ""


def test_only_what_may_be_shown_is_answered():
    evening = Evening()
    number = evening.ask("Wartet?")
    assert evening.refused(hand_in(evening, number), SVEN).code is Code.CONFLICT
    assert evening.refused(c.Take(99, 1), SVEN) == Refusal(Code.UNKNOWN, number=99)
    stale = c.Take(number, evening.rev(number) - 1)
    assert evening.refused(stale, SVEN).code is Code.CONFLICT


@pytest.mark.parametrize(
    "fields, code, field",
    [
        ({"outcome": Outcome.OPEN}, Code.MALFORMED, "outcome"),
        ({"outcome": Outcome.NOT_REACHED}, Code.MALFORMED, "outcome"),
        ({"outcome": Outcome.PROMISED, "until": "2026-12-18"}, Code.INCOMPLETE, "by"),
        ({"outcome": Outcome.PROMISED, "by": "Wir"}, Code.INCOMPLETE, "until"),
        ({"outcome": Outcome.PROMISED, "by": "Wir", "until": "bald"}, Code.INCOMPLETE, "until"),
        ({"outcome": Outcome.REFERRED, "to": " "}, Code.INCOMPLETE, "to"),
        ({"text": ""}, Code.EMPTY, "text"),
        ({"text": "a" * 8_001}, Code.TOO_LONG, "text"),
        ({"by": "\x00"}, Code.BAD_TEXT, "by"),
        ({"to": "a" * 301}, Code.TOO_LONG, "to"),
        ({"sources": ("javascript:alert(1)",)}, Code.BAD_TEXT, "sources"),
        ({"sources": ("https://example.org/\x00",)}, Code.BAD_TEXT, "sources"),
        ({"sources": ("https://example.org",) * (SOURCES + 1)}, Code.TOO_MANY, "sources"),
    ],
)
def test_an_incomplete_or_bad_answer_is_refused(fields: dict[str, object], code: Code, field: str):
    evening, number = asked()
    refusal = evening.refused(hand_in(evening, number, **{"text": "Ja.", **fields}), SVEN)  # type: ignore[arg-type]
    assert (refusal.code, refusal.field) == (code, field)
    assert evening.q(number).answer is None


def test_one_scribe_holds_an_answer_until_another_takes_it():
    evening, number = asked()
    evening.told(c.SaveDraft(number, evening.rev(number), "Im …"), SVEN)
    for command in (
        c.SaveDraft(number, evening.rev(number), "Auch ich …"),
        hand_in(evening, number),
    ):
        refusal = evening.refused(command, SELMA)
        assert (refusal.code, refusal.field, refusal.by) == (Code.CONFLICT, "scribe", SVEN.name)
    evening.told(c.Take(number, evening.rev(number)), SELMA)
    evening.answer(number, who=SELMA)
    assert evening.q(number).scribe == 0
    assert evening.q(number).draft is None


def test_taking_what_one_holds_already_changes_nothing():
    evening, number = asked()
    evening.told(c.Take(number, evening.rev(number)), SVEN)
    assert evening.idle(c.Take(number, evening.rev(number)), SVEN)


def test_a_draft_is_saved_and_emptied():
    evening, number = asked()
    assert evening.refused(c.SaveDraft(number, evening.rev(number), "\x00"), SVEN).field == "text"
    evening.told(c.SaveDraft(number, evening.rev(number), "Im Mai …"), SVEN)
    draft = evening.q(number).draft
    assert draft is not None
    assert evening.session.text(draft.text) == "Im Mai …"
    evening.told(c.SaveDraft(number, evening.rev(number), ""), SVEN)
    assert evening.q(number).draft is None


def test_a_second_person_releases_an_answer_where_the_session_says_so():
    evening, number = asked(second_person=True)
    release = c.Release(number, evening.rev(number))
    assert evening.refused(release, SVEN) == Refusal(Code.UNKNOWN, field="answer", number=number)
    evening.answer(number, outcome=Outcome.WRITTEN)
    assert evening.q(number).result.outcome is Outcome.OPEN
    release = c.Release(number, evening.rev(number))
    assert evening.refused(release, SVEN) == Refusal(Code.FORBIDDEN, field="own", number=number)
    evening.told(release, SELMA)
    assert evening.q(number).result.outcome is Outcome.WRITTEN
    assert evening.idle(c.Release(number, evening.rev(number)), SELMA)


def test_an_answered_question_leaves_the_running_order():
    evening, number = asked()
    evening.order(number)
    evening.answer(number, outcome=Outcome.WRITTEN)
    assert evening.session.stage.order == ()


def test_a_new_outcome_keeps_the_hour_of_the_evening():
    evening, number = asked()
    evening.take(number)
    evening.done()
    at = evening.now
    evening.wait(MINUTE)
    evening.answer(number, outcome=Outcome.REFERRED, to="Der Landkreis")
    assert evening.q(number).result.outcome is Outcome.REFERRED
    assert evening.q(number).result.at == at


def test_an_answer_after_the_end_has_its_own_hour():
    evening, number = asked()
    evening.phase(Phase.CLOSED)
    evening.told(c.Conclude(), OLGA)
    evening.wait(MINUTE)
    evening.answer(number, outcome=Outcome.WRITTEN)
    assert evening.q(number).result.at == evening.now


def test_a_revised_answer_keeps_its_corrections():
    evening, number = asked()
    evening.phase(Phase.CLOSED)
    evening.answer(number, "Im Mai.")
    evening.told(c.Correct(number, "Im Juni."), OLGA)
    evening.answer(number, "Im Juli.")
    answer = evening.q(number).answer
    assert answer is not None
    assert len(answer.corrections) == 1


def test_a_moderator_or_a_volunteer_writes_no_answers():
    evening, number = asked()
    for who in (MARA, ANNA):
        assert evening.refused(c.Take(number, evening.rev(number)), who).field == "role"
