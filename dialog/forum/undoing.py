"""Undo: the inverse of one earlier fact, if what it changed still stands as it left it."""

from collections.abc import Mapping
from typing import cast

from dialog.forum import commands as c
from dialog.forum.acting import Decision, current, mergeable, overtaken, partial, without
from dialog.forum.events import Acted, Axis, Change, Fact, Stage, Value
from dialog.forum.names import Outcome, Who
from dialog.forum.question import STAGED, Result, Standing
from dialog.forum.refusals import Code, Refusal
from dialog.forum.roles import MODERATORS, may
from dialog.forum.session import Session

FINAL = frozenset({
    "phase", "publish", "correct", "keep", "unpublish", "acknowledge",
    "reword", "withdraw", "consent", "name", "appeal", "object", "ask", "tick", "draft",
})  # fmt: skip
After = Mapping[tuple[Axis, int], Value]


def undo(session: Session, command: c.Undo, who: Who) -> Decision:
    """Take one act back; undoing an undo does it again."""
    deed = session.deeds.get(command.event)
    if deed is None or deed.acted.act in FINAL:
        return Refusal(Code.UNKNOWN, field="event")
    if not may(who.role, deed.acted.act):
        return Refusal(Code.FORBIDDEN, field="event")
    refusal = _partial(session, deed.acted, who)
    if refusal:
        return refusal
    changes = _inverse(session, deed.acted)
    if changes is None:
        refusal = Refusal(Code.CONFLICT, field="event", rev=session.seq)
        axes = {(change.axis, change.subject) for change in deed.acted.changes}
        return overtaken(session, refusal, axes)
    return Fact(Acted(deed.acted.act, changes, undoes=command.event))


def _partial(session: Session, acted: Acted, who: Who) -> Refusal | None:
    """Undoing a judgement is one: who may not judge a question may not undo what was judged."""
    if acted.act not in MODERATORS:
        return None
    subjects = [change.subject for change in acted.changes if change.axis is not Axis.MUTED]
    questions = [session.questions[subject] for subject in subjects if subject]
    return next(filter(None, (partial(question, who) for question in questions)), None)


def _inverse(session: Session, acted: Acted) -> tuple[Change, ...] | None:
    """Return the changes that take an act back, or None if they no longer fit.

    A question that the act's undoing makes unfit for the stage leaves it with the same act.
    """
    changes = tuple(change.inverse for change in reversed(acted.changes))
    if not all(_stands(session, change) for change in changes):
        return None
    after = {(change.axis, change.subject): change.after for change in changes}
    stage = cast("Stage", after.get((Axis.STAGE, 0), session.stage))
    fitting = _fitting(session, stage, after)
    if fitting == stage:
        return changes
    if (Axis.STAGE, 0) in after:
        return None
    return (*changes, Change(Axis.STAGE, 0, stage, fitting))


def _stands(session: Session, change: Change) -> bool:
    """A merge may come back only where it closes no circle and hides nothing public."""
    if current(session, change.axis, change.subject) != change.before:
        return False
    if change.axis is not Axis.STANDING:
        return True
    into = cast("Standing", change.after).into
    question = session.questions[change.subject]
    return not into or mergeable(session, question, session.root(into))


def _fitting(session: Session, stage: Stage, after: After) -> Stage:
    """Return a stage without what may not stand there: order open ones, now any reviewed one."""
    for number in {*stage.order, stage.now} - {0}:
        question = session.questions[number]
        standing = cast("Standing", after.get((Axis.STANDING, number), question.standing))
        result = cast("Result", after.get((Axis.RESULT, number), question.result))
        is_open = result.outcome is Outcome.OPEN
        if standing.review not in STAGED or not (is_open or number == stage.now):
            stage = without(stage, number)
    return stage
