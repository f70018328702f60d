"""Promises after the evening: how each stands on a day, who keeps and corrects them."""

import datetime as dt

import pytest

from dialog.forum import commands as c
from dialog.forum.names import MINUTE, Outcome, Phase
from dialog.forum.promises import promises
from dialog.forum.refusals import Code, Refusal
from tests.forum.evening import MARA, OLGA, SELMA, SVEN, Evening

TODAY = dt.date(2026, 12, 4)


def promised(*days: str, second_person: bool = False) -> tuple[Evening, list[int]]:
    """Return an evening after its end with one promise for each day."""
    evening = Evening(Phase.LIVE, second_person=second_person)
    numbers = [evening.public(f"Frage für den {day}?") for day in days]
    for number, day in zip(numbers, days, strict=True):
        evening.answer(number, outcome=Outcome.PROMISED, by="Referat G2", until=day)
        if second_person:
            evening.told(c.Release(number, evening.rev(number)), SELMA)
    evening.phase(Phase.CLOSED)
    return evening, numbers


@pytest.mark.parametrize(
    "day, due, days",
    [
        ("2026-12-03", "overdue", -1),
        ("2026-12-04", "near", 0),
        ("2026-12-07", "near", 3),
        ("2026-12-08", "soon", 4),
        ("2026-12-18", "soon", 14),
        ("2026-12-19", "open", 15),
    ],
)
def test_a_promise_is_marked_fourteen_and_three_days_before_its_day(day: str, due: str, days: int):
    evening, (number,) = promised(day)
    (one,) = promises(evening.session, TODAY)
    assert (one["number"], one["due"], one["days"]) == (number, due, days)
    assert (one["answer"]["by"], one["answer"]["until"]) == ("Referat G2", day)


def test_the_earliest_day_comes_first_and_what_was_kept_last():
    evening, (late, kept, early, first) = promised(
        "2027-01-31", "2026-12-01", "2026-12-10", "2026-11-30"
    )
    for number in (kept, first):
        evening.wait(MINUTE)
        evening.told(c.Keep(number, "Liegt vor.", evening.rev(number)), SVEN)
    told = promises(evening.session, TODAY)
    assert [one["number"] for one in told] == [early, late, first, kept]
    assert [one["due"] for one in told] == ["soon", "open", "kept", "kept"]


def test_what_waits_for_release_or_is_hidden_is_no_promise_yet():
    evening = Evening(Phase.LIVE, second_person=True)
    number = evening.public("Wann?")
    evening.answer(number, outcome=Outcome.PROMISED, by="Wir", until="2026-12-18")
    other = evening.public("Wer?")
    evening.answer(other)
    assert promises(evening.session, TODAY) == []
    evening.told(c.Release(number, evening.rev(number)), SELMA)
    assert len(promises(evening.session, TODAY)) == 1


def test_a_promise_that_was_hidden_since_is_kept_by_nobody():
    evening, (number,) = promised("2026-12-18")
    evening.told(c.Hide(number, evening.rev(number)), MARA)
    refusal = evening.refused(c.Keep(number, "Liegt vor."), SVEN)
    assert (refusal.code, refusal.state) == (Code.CONFLICT, "waiting")
    evening.told(c.Approve(number, evening.rev(number)), MARA)
    evening.told(c.Keep(number, "Liegt vor."), SVEN)


def test_two_scribes_keep_one_promise_and_the_second_is_told():
    evening, (number,) = promised("2026-12-18")
    rev = evening.rev(number)
    evening.told(c.Keep(number, "Liegt vor.", rev), SVEN)
    refusal = evening.refused(c.Keep(number, "Ist da.", rev), SELMA)
    assert (refusal.code, refusal.by, refusal.rev) == (
        Code.CONFLICT,
        SVEN.name,
        evening.rev(number),
    )
    evening.told(c.Keep(number, "Ist da.", evening.rev(number)), SELMA)


def test_two_scribes_correct_one_answer_and_the_second_is_told():
    evening, (number,) = promised("2026-12-18")
    rev = evening.rev(number)
    evening.told(c.Correct(number, "Im Juni.", rev), SVEN)
    refusal = evening.refused(c.Correct(number, "Im Juli.", rev), SELMA)
    assert (refusal.code, refusal.by) == (Code.CONFLICT, SVEN.name)
    evening.told(c.Correct(number, "Im Juli."), SELMA)


def test_where_a_second_person_releases_a_scribe_alone_keeps_and_corrects_nothing():
    evening, (number,) = promised("2026-12-18", second_person=True)
    for command in (c.Correct(number, "Im Juni."), c.Keep(number, "Liegt vor.")):
        refusal = evening.refused(command, SVEN)
        assert refusal == Refusal(Code.FORBIDDEN, field="second", number=number)
    evening.told(c.Keep(number, "Liegt vor."), OLGA)
    evening.told(c.Correct(number, "Im Juni."), OLGA)


def test_a_promise_that_was_taken_out_of_the_record_is_told_no_more():
    evening, (kept, gone) = promised("2026-12-18", "2026-12-19")
    evening.publish()
    evening.told(c.Unpublish(gone, "Auf Wunsch der Fragenden."), OLGA)
    assert [one["number"] for one in promises(evening.session, TODAY)] == [kept]
