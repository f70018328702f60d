"""The order of questions: upvotes, then the earlier question. Total and deterministic."""

from collections.abc import Collection, Iterable
from heapq import nsmallest

from dialog.forum.names import Outcome
from dialog.forum.question import Question
from dialog.forum.session import Session

NEXT = 2


def ranked(session: Session, questions: Iterable[Question]) -> list[Question]:
    """Return questions with more upvotes first, at a tie the earlier one."""
    return sorted(questions, key=lambda question: _place(session, question))


def comes_next(session: Session, question: Question) -> bool:
    """Tell whether a question is what comes next: the running order, then the ranking."""
    if session.stage.order:
        return session.stage.order[0] == question.number
    for number in session.stage.frozen:
        if _stands(session, session.questions[number]):
            return number == question.number
    return _stands(session, question) and not any(
        _stands(session, other) and _place(session, other) < _place(session, question)
        for other in session.questions.values()
    )


def leading(session: Session, others: Collection[int], count: int = NEXT) -> tuple[int, ...]:
    """Return the numbers of the first questions in the list everyone sees, without some others."""
    standing = (
        question
        for number, question in session.questions.items()
        if number not in others and _stands(session, question)
    )
    first = nsmallest(count, standing, key=lambda question: _place(session, question))
    return tuple(question.number for question in first)


def _stands(session: Session, question: Question) -> bool:
    """Tell whether a question is in the list everyone sees: public, open, and not the present."""
    still_open = question.public and question.result.outcome is Outcome.OPEN
    return still_open and question.number != session.stage.now


def _place(session: Session, question: Question) -> tuple[int, int]:
    return -session.upvotes(question.number), question.number
