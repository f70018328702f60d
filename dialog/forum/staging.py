"""What happens on the stage: the running order, the present question, the next, the one before.

Every command names the order it saw and what was on the stage, so that a bouncing foot switch or
a second hand is told of the conflict and never skips a question.
"""

from dataclasses import replace
from typing import assert_never

from dialog.forum import commands as c
from dialog.forum.acting import Act, Decision
from dialog.forum.events import Axis, Stage
from dialog.forum.names import Outcome
from dialog.forum.phase import ON_STAGE
from dialog.forum.question import STAGED, Result
from dialog.forum.ranking import leading
from dialog.forum.refusals import Code, Refusal
from dialog.forum.session import Session

PAST = 200
ENDINGS = frozenset({Outcome.ALOUD, Outcome.PROMISED, Outcome.WRITTEN, Outcome.REFERRED})


def came(session: Session, number: int) -> int:
    """Return when a question last came on the stage, in ms UTC; 0 where it never did."""
    for deed in reversed(session.deeds.values()):
        for change in deed.acted.changes:
            if isinstance(change.after, Stage) and change.after.now == number:
                return change.after.since
    return 0


def decide_staging(session: Session, command: c.Staging, now: int) -> Decision:
    """Decide what the stage, or a moderator for it, asks for."""
    if isinstance(command, c.Acknowledge):
        return _acknowledge(session)
    if isinstance(command, c.Blank):
        act = Act(session, command.do)
        act.set(Axis.SWITCHES, 0, replace(session.switches, blank=command.on))
        return act.fact()
    refusal = _moved(session, command)
    if refusal:
        return refusal
    match command:
        case c.Order():
            return _order(session, command)
        case c.Now() | c.Next():
            return _take(session, command, now)
        case c.Done():
            return _done(session, command, now)
        case c.Back():
            return _back(session, now)
        case _:  # pragma: no cover
            assert_never(command)


def _moved(session: Session, command: c.Order | c.Now | c.Next | c.Done | c.Back) -> Refusal | None:
    stage = session.stage
    if command.order_rev != session.order_rev:
        return _conflict(session)
    if isinstance(command, c.Order):
        return None
    if session.phase not in ON_STAGE:
        return Refusal(Code.CLOSED, state=session.phase.value)
    return None if (command.seen or 0) == stage.now else _conflict(session)


def _conflict(session: Session) -> Refusal:
    deed = session.deeds.get(session.order_rev)
    return Refusal(
        Code.CONFLICT,
        field="order",
        rev=session.order_rev,
        number=session.stage.now or None,
        by=(session.name(deed.person) if deed else "") or None,
        since=deed.at if deed else None,
    )


def _order(session: Session, command: c.Order) -> Decision:
    numbers = command.numbers
    if len(set(numbers)) != len(numbers):
        return Refusal(Code.MALFORMED, field="numbers")
    for number in numbers:
        if number not in session.questions:
            return Refusal(Code.UNKNOWN, field="numbers", number=number)
        if not session.questions[number].stageable or number == session.stage.now:
            return _conflict(session)
    act = Act(session, command.do)
    act.set(Axis.STAGE, 0, replace(session.stage, order=numbers))
    return act.fact()


def _take(session: Session, command: c.Now | c.Next, now: int) -> Decision:
    question = session.questions.get(command.number)
    if question is None:
        return Refusal(Code.UNKNOWN, number=command.number)
    if not question.stageable or question.number == session.stage.now:
        return _conflict(session)
    act = Act(session, command.do)
    _end_present(act, Outcome.ALOUD, now)
    order = tuple(n for n in session.stage.order if n != command.number)
    _call(act, Stage(order, command.number, now, _past(session)))
    return act.fact()


def _end_present(act: Act, outcome: Outcome, now: int) -> None:
    """The present question ends as said, unless a scribe already handed in another outcome."""
    number = act.session.stage.now
    if number and act.session.questions[number].result.outcome is Outcome.OPEN:
        answer = act.session.questions[number].answer
        act.set(Axis.RESULT, number, Result(answer.outcome if answer else outcome, now))


def _past(session: Session) -> tuple[int, ...]:
    stage = session.stage
    return (*stage.past, stage.now)[-PAST:] if stage.now else stage.past


def _done(session: Session, command: c.Done, now: int) -> Decision:
    if not session.stage.now:
        return _conflict(session)
    if command.outcome not in ENDINGS:
        return Refusal(Code.MALFORMED, field="outcome")
    act = Act(session, command.do)
    _end_present(act, command.outcome, now)
    act.set(Axis.STAGE, 0, Stage(session.stage.order, 0, 0, _past(session)))
    return act.fact()


def _back(session: Session, now: int) -> Decision:
    """The question before comes back, open again; the present one heads the running order."""
    stage = session.stage
    past = [n for n in stage.past if session.questions[n].standing.review in STAGED]
    if not past:
        return _conflict(session)
    before = past[-1]
    act = Act(session, c.Back.do)
    question = session.questions[before]
    if question.result.outcome is Outcome.ALOUD and not question.answer:
        act.set(Axis.RESULT, before, Result())
    order = (stage.now, *stage.order) if stage.now else stage.order
    order = tuple(n for n in order if n != before and session.questions[n].stageable)
    _call(act, Stage(order, before, now, tuple(past[:-1])))
    return act.fact()


def _call(act: Act, stage: Stage) -> None:
    """Call a question up; until it ends, what was next by the ranking stays next."""
    others = {act.session.stage.now, stage.now, *stage.order}
    act.set(Axis.STAGE, 0, replace(stage, frozen=leading(act.session, others)))


def _acknowledge(session: Session) -> Decision:
    if session.message is None:
        return Refusal(Code.UNKNOWN, field="message")
    act = Act(session, c.Acknowledge.do)
    act.set(Axis.MESSAGE, 0, replace(session.message, read=True))
    return act.fact()
