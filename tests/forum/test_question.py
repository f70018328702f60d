"""What a question says of itself."""

import pytest

from dialog.forum.names import Outcome, Review
from dialog.forum.question import Question, Result, Standing, Wording


@pytest.mark.parametrize("review", Review)
@pytest.mark.parametrize("outcome", Outcome)
def test_a_question_is_staged_while_reviewed_and_open(review: Review, outcome: Outcome):
    question = Question(
        1, 1, 0, Wording(1), rev=1, standing=Standing(review), result=Result(outcome)
    )
    reviewed = review in (Review.APPROVED, Review.STAGE_ONLY)
    assert question.stageable == (reviewed and outcome is Outcome.OPEN)
    assert question.public == (review is Review.APPROVED)


def test_no_two_questions_share_their_voters():
    one, two = (Question(n, 1, 0, Wording(1), rev=1) for n in (1, 2))
    one.voters.add(1)
    assert not two.voters
