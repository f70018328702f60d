"""Promises of a session: what somebody said they would deliver by a day, and whether it came."""

import datetime as dt
from enum import StrEnum

from dialog.forum.names import Outcome, Stream
from dialog.forum.question import Answer
from dialog.forum.session import Session
from dialog.forum.views import Row, row

NEAR, SOON = 3, 14


class Due(StrEnum):
    """How a promise stands on a day: the most urgent first, kept ones last."""

    OVERDUE = "overdue"
    NEAR = "near"
    SOON = "soon"
    OPEN = "open"
    KEPT = "kept"


def promises(session: Session, today: dt.date) -> list[Row]:
    """Return the released promises as the stage's staff sees them, the earliest day first.

    What was taken out of the record is told nowhere any more.

    ``due`` says how each stands on ``today``, ``days`` how many are left until its day, below zero
    once it is past. Kept ones come last, the latest first.
    """
    found = []
    for question in session.questions.values():
        answer = question.answer
        told = answer and answer.released and not question.removed
        shown = told and answer and answer.outcome is Outcome.PROMISED
        made = row(session, Stream.STAGE, question.number) if shown else None
        if answer and made:
            days = (dt.date.fromisoformat(answer.until) - today).days
            found.append(made | {"due": _due(answer, days).value, "days": days})
    still_open = [one for one in found if one["due"] != Due.KEPT]
    kept = [one for one in found if one["due"] == Due.KEPT]
    still_open.sort(key=lambda one: (one["answer"]["until"], one["number"]))
    kept.sort(key=lambda one: (one["answer"]["kept"]["at"], one["number"]), reverse=True)
    return still_open + kept


def _due(answer: Answer, days: int) -> Due:
    if answer.kept:
        return Due.KEPT
    if days < 0:
        return Due.OVERDUE
    if days <= NEAR:
        return Due.NEAR
    return Due.SOON if days <= SOON else Due.OPEN
