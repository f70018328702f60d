"""The order everyone sees: upvotes, then the earlier question."""

from dialog.forum.names import Phase
from dialog.forum.ranking import coming, ranked, standing_list
from tests.forum.evening import ANNA, BORIS, CARLA, DORA, Evening


def numbers(questions):
    return [question.number for question in questions]


def test_more_people_come_first_and_at_a_tie_the_earlier_question():
    evening = Evening()
    one, two, three = (evening.public(f"{w.name}?", w) for w in (ANNA, BORIS, CARLA))
    evening.ask("Wartet?", DORA)
    evening.upvote(three, DORA)
    assert numbers(ranked(evening.session, evening.session.questions.values()))[0] == three
    assert numbers(standing_list(evening.session)) == [three, one, two]


def test_the_present_and_the_ended_are_not_in_the_list():
    evening = Evening(Phase.LIVE)
    one, two, three = (evening.public(f"{w.name}?", w) for w in (ANNA, BORIS, CARLA))
    evening.take(one)
    evening.take(two)
    assert numbers(standing_list(evening.session)) == [three]


def test_what_comes_is_the_running_order_and_then_the_ranking():
    evening = Evening(Phase.LIVE)
    one, two, three = (evening.public(f"{w.name}?", w) for w in (ANNA, BORIS, CARLA))
    evening.order(three)
    assert numbers(coming(evening.session)) == [three, one, two]
