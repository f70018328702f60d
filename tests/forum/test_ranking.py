"""The order everyone sees: upvotes, then the earlier question."""

from dialog.forum import commands as c
from dialog.forum.names import Phase
from dialog.forum.ranking import comes_next, ranked
from tests.forum.evening import ANNA, BORIS, CARLA, DORA, MARA, Evening


def nexts(evening: Evening) -> list[int]:
    questions = evening.session.questions.values()
    return [q.number for q in questions if comes_next(evening.session, q)]


def test_more_people_come_first_and_at_a_tie_the_earlier_question():
    evening = Evening()
    one, two, three = (evening.public(f"{w.name}?", w) for w in (ANNA, BORIS, CARLA))
    evening.upvote(three, DORA)
    rows = ranked(evening.session, evening.session.questions.values())
    assert [question.number for question in rows] == [three, one, two]


def test_what_comes_next_is_the_first_that_is_open_and_not_there_yet():
    evening = Evening(Phase.LIVE)
    one, two, three = (evening.public(f"{w.name}?", w) for w in (ANNA, BORIS, CARLA))
    evening.ask("Wartet?", DORA)
    assert nexts(evening) == [one]
    evening.upvote(three, DORA)
    assert nexts(evening) == [three]
    evening.take(three)
    assert nexts(evening) == [one]
    evening.take(one)
    assert nexts(evening) == [two]
    evening.take(two)
    assert nexts(evening) == []


def test_the_running_order_comes_before_the_ranking():
    evening = Evening(Phase.LIVE)
    one, two, three = (evening.public(f"{w.name}?", w) for w in (ANNA, BORIS, CARLA))
    evening.order(three, two)
    assert nexts(evening) == [three]
    evening.take(three)
    assert nexts(evening) == [two]
    evening.take(two)
    assert nexts(evening) == [one]


def test_who_rises_while_a_question_is_now_does_not_come_before_what_was_next():
    evening = Evening(Phase.LIVE)
    one, two, three = (evening.public(f"{w.name}?", w) for w in (ANNA, BORIS, CARLA))
    four = evening.public("Dora?", DORA)
    evening.take(one)
    evening.upvote(four, ANNA)
    evening.upvote(four, BORIS)
    assert nexts(evening) == [two]
    evening.told(c.Hide(two, evening.rev(two)), MARA)
    assert nexts(evening) == [three]
    evening.told(c.Hide(three, evening.rev(three)), MARA)
    assert nexts(evening) == [four]
    evening.done()
    assert nexts(evening) == [four]
