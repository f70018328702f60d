"""What organisers do: phases, switches, the end of the evening, and the record afterwards."""

from dataclasses import replace
from typing import assert_never

from dialog.forum import commands as c
from dialog.forum.acting import Act, Decision, conflict
from dialog.forum.events import Axis, Fact, Redacted, Stage
from dialog.forum.names import (
    BLACKENED,
    MINUTE,
    Field,
    Kind,
    Outcome,
    Phase,
    Review,
    Role,
    Who,
)
from dialog.forum.phase import FOLLOWS, due, next_due
from dialog.forum.question import STAGED, Answer, Correction, Kept, Question, Result, Standing
from dialog.forum.refusals import Code, Refusal
from dialog.forum.scribing import sources
from dialog.forum.session import Session
from dialog.forum.texts import clean, required
from dialog.forum.traces import ever, everything, texts_of

LONGEST = 24 * 60
Recording = c.Redact | c.Correct | c.Keep | c.Unpublish


def decide_organising(session: Session, command: c.Organising, who: Who, now: int) -> Decision:
    """Decide what an organiser asks for."""
    match command:
        case c.ChangePhase():
            return _phase(session, command, now)
        case c.Accept():
            return _accept(session, command, now)
        case c.Extend():
            return _extend(session, command)
        case c.Pause():
            act = Act(session, command.do)
            act.set(Axis.SWITCHES, 0, replace(session.switches, paused=command.on))
            return act.fact()
        case c.Banner():
            return _banner(session, command)
        case c.Conclude():
            return _conclude(session, command, who, now)
        case c.Publish():
            return _publish(session)
        case _:
            return _record(session, command, who, now)


def tick(session: Session, now: int) -> Decision:
    """Do what the clock has made due; late if the server slept, once however often it is asked."""
    act = Act(session, c.Tick.do)
    phase = due(session.phase, session.schedule, now, by_clock=session.by_clock)
    if phase:
        act.set(Axis.PHASE, 0, phase)
    until = session.schedule.questions_until
    if session.phase is Phase.LIVE and until and now >= until:
        act.set(Axis.SWITCHES, 0, replace(session.switches, questions=False))
    return act.fact()


def next_tick(session: Session) -> int | None:
    """Return the moment in ms UTC at which a tick will find something to do, if there is one."""
    moments = [next_due(session.phase, session.schedule, by_clock=session.by_clock)]
    if session.phase is Phase.LIVE and session.switches.questions:
        moments.append(session.schedule.questions_until)
    return min((moment for moment in moments if moment), default=None)


def _phase(session: Session, command: c.ChangePhase, now: int) -> Decision:
    if command.to is Phase.PUBLISHED:
        return Refusal(Code.MALFORMED, field="to")
    if command.to is session.phase:
        return None
    if command.to not in FOLLOWS[session.phase]:
        return Refusal(Code.CONFLICT, field="to", state=session.phase.value)
    if command.to is Phase.LIVE and now >= session.schedule.ends:
        # The clock would close it again at once: it needs a later end first.
        return Refusal(Code.INCOMPLETE, field="ends", since=session.schedule.ends)
    act = Act(session, command.do)
    act.set(Axis.PHASE, 0, command.to)
    return act.fact()


def _accept(session: Session, command: c.Accept, now: int) -> Decision:
    """Turn the switches; taking questions again after their end takes that end away."""
    schedule = session.schedule
    wanted = {
        "questions": command.questions,
        "upvotes": command.upvotes,
        "invited": command.invited,
    }
    turned = {name: on for name, on in wanted.items() if on is not None}
    act = Act(session, command.do)
    act.set(Axis.SWITCHES, 0, replace(session.switches, **turned))
    if command.questions and schedule.questions_until <= now:
        act.set(Axis.SCHEDULE, 0, replace(schedule, questions_until=0))
    return act.fact()


def _extend(session: Session, command: c.Extend) -> Decision:
    """Move the end, and with it the end of questions where that still lies ahead."""
    if not 1 <= command.minutes <= LONGEST:
        return Refusal(Code.MALFORMED, field="minutes", limit=LONGEST)
    longer = command.minutes * MINUTE
    until = session.schedule.questions_until
    moved = until + longer if until and session.switches.questions else until
    act = Act(session, command.do)
    schedule = replace(session.schedule, ends=session.schedule.ends + longer, questions_until=moved)
    act.set(Axis.SCHEDULE, 0, schedule)
    return act.fact()


def _banner(session: Session, command: c.Banner) -> Decision:
    text = clean(command.text, session.limits.short, "text")
    if isinstance(text, Refusal):
        return text
    act = Act(session, command.do)
    act.set(Axis.BANNER, 0, act.write(text))
    return act.fact()


def _conclude(session: Session, command: c.Conclude, who: Who, now: int) -> Decision:
    """Every question gets an end: open public ones not reached, undecided ones unreviewed."""
    if session.phase is not Phase.CLOSED:
        return Refusal(Code.CONFLICT, state=session.phase.value)
    act = Act(session, command.do)
    for question in session.questions.values():
        if question.standing.review is Review.WAITING:
            if not command.waiting:
                continue
            appeal = question.standing.appeal
            standing = Standing(Review.UNREVIEWED, by=who.person, appeal=appeal)
            act.set(Axis.STANDING, question.number, standing)
        elif question.stageable:
            act.set(Axis.RESULT, question.number, Result(left(question), now))
    act.set(Axis.STAGE, 0, Stage(past=session.stage.past))
    return act.fact()


def left(question: Question) -> Outcome:
    """Return how an open question ends when all is concluded.

    An answer released while its question was on the stage counts; it was not ended there.
    """
    answer = question.answer
    return answer.outcome if answer and answer.released else Outcome.NOT_REACHED


def _publish(session: Session) -> Decision:
    """Publishing waits for a decision and an outcome of every question, and for no answer to come.

    An answer already handed in has to be released, or nobody could release it any more.
    """
    if session.rehearsal:
        return Refusal(Code.FORBIDDEN, field="rehearsal")
    if Phase.PUBLISHED not in FOLLOWS[session.phase]:
        return Refusal(Code.CONFLICT, state=session.phase.value)
    waiting = session.reviews[Review.WAITING]
    undecided = waiting + sum(q.stageable for q in session.questions.values())
    if undecided:
        return Refusal(Code.INCOMPLETE, field="questions", open=undecided)
    unreleased = sum(map(_unreleased, session.questions.values()))
    if unreleased:
        return Refusal(Code.INCOMPLETE, field="answers", open=unreleased)
    act = Act(session, c.Publish.do)
    act.set(Axis.PHASE, 0, Phase.PUBLISHED)
    act.set(Axis.STAGE, 0, Stage(past=session.stage.past))
    return act.fact()


def _unreleased(question: Question) -> bool:
    return question.public and question.answer is not None and not question.answer.released


# --- the record --------------------------------------------------------------------------------


def _record(session: Session, command: Recording, who: Who, now: int) -> Decision:
    question = session.questions.get(command.number)
    if question is None:
        return Refusal(Code.UNKNOWN, number=command.number)
    match command:
        case c.Redact():
            return _redact(session, command, question)
        case c.Correct():
            return _correct(session, command, question, who, now)
        case c.Keep():
            return _keep(session, command, question, who, now)
        case c.Unpublish():
            return _unpublish(session, command, question)
        case _:  # pragma: no cover
            assert_never(command)


def _redact(session: Session, command: c.Redact, question: Question) -> Decision:
    if command.rev not in (0, question.rev):
        return conflict(session, question)
    earlier = ever(session, question, command.field)
    if command.field is Field.SOURCES:
        return _take_out(session, command, question, earlier)
    number = shown(session, question, command.field)
    body = session.text(number)
    placed = number and 0 <= command.start < command.end <= len(body)
    if not placed and (command.end or not earlier - {number}):
        return Refusal(Code.MALFORMED, field=command.field.value, length=len(body))
    black = body[: command.start] + BLACKENED + body[command.end :]
    texts = dict.fromkeys(sorted(earlier), BLACKENED)
    texts |= {number: black if command.end else body} if number else {}
    return Fact(Redacted(question.number, command.field), tuple(sorted(texts.items())))


def _take_out(
    session: Session, command: c.Redact, question: Question, earlier: set[int]
) -> Decision:
    """A source goes whole: half an address leads nowhere. Those of earlier answers all go."""
    now = texts_of(question.answer, Field.SOURCES)
    shown = [number for number in now if session.text(number)]
    if not 0 <= command.start < command.end <= len(shown):
        return Refusal(Code.MALFORMED, field=command.field.value, length=len(shown))
    gone = sorted({*shown[command.start : command.end], *(earlier - {*now})})
    return Fact(Redacted(question.number, command.field), tuple((n, "") for n in gone))


def shown(session: Session, question: Question, field: Field) -> int:
    """Return the number of a field's text as it stands now, 0 where there is none."""
    stands = (question.wording, question.answer)
    found = [number for value in stands for number in texts_of(value, field)]
    if field is Field.ANSWER and question.answer is None:
        # What was written for an answer that nobody has handed in can be blackened, too.
        return max(ever(session, question, field), default=0)
    return found[0] if found else 0


def _correct(
    session: Session, command: c.Correct, question: Question, who: Who, now: int
) -> Decision:
    """Replace a released answer and keep the earlier text, or add an answer in writing.

    Where a second person releases answers, a scribe alone corrects none: organisers do.
    """
    read = question.public and not question.removed and command.rev in (0, question.rev)
    refusal = _alone(session, question, who) or (None if read else conflict(session, question))
    if refusal or session.phase not in (Phase.CLOSED, Phase.PUBLISHED):
        return refusal or Refusal(Code.CONFLICT, state=session.phase.value)
    text = required(command.text, session.limits.answer, "text", lines=True)
    by = clean(command.by, session.limits.short, "by")
    links = sources(command.sources, session.limits.short)
    for part in (text, by):
        if isinstance(part, Refusal):
            return part
    if isinstance(links, Refusal):
        return links
    act = Act(session, command.do)
    number, answer = act.write(str(text)), question.answer
    released = answer is not None and answer.released
    if answer is None or not released:
        answer = Answer(number, Kind.VERBATIM, Outcome.WRITTEN, who.person, now, released=True)
    else:
        corrections = (*answer.corrections, Correction(now, answer.text))
        answer = replace(answer, text=number, corrections=corrections)
    told = act.write(str(by)), tuple(map(act.write, links))
    answer = replace(answer, by=told[0] or answer.by, sources=told[1] or answer.sources)
    act.set(Axis.ANSWER, question.number, answer)
    if not released:
        act.settle(question, answer, now)
    return act.fact()


def _alone(session: Session, question: Question, who: Who) -> Refusal | None:
    """Where a second person releases what is published, no scribe publishes alone."""
    if session.second_person and who.role is Role.SCRIBE:
        return Refusal(Code.FORBIDDEN, field="second", number=question.number)
    return None


def _keep(session: Session, command: c.Keep, question: Question, who: Who, now: int) -> Decision:
    """A promise is kept once; said in other words later, the first ones stay as they were."""
    answer, review = question.answer, question.standing.review
    alone = _alone(session, question, who)
    if alone:
        return alone
    if answer is None or answer.outcome is not Outcome.PROMISED or not answer.released:
        return conflict(session, question)
    if review not in STAGED or question.removed or command.rev not in (0, question.rev):
        return conflict(session, question)
    text = required(command.text, session.limits.answer, "text", lines=True)
    if isinstance(text, Refusal):
        return text
    act = Act(session, command.do)
    kept, number = answer.kept, act.write(text)
    if kept is None:
        kept = Kept(now, number)
    else:
        kept = Kept(kept.at, number, (*kept.corrections, Correction(now, kept.text)))
    act.set(Axis.ANSWER, question.number, replace(answer, kept=kept))
    return act.fact()


def _unpublish(session: Session, command: c.Unpublish, question: Question) -> Decision:
    """Take a question out for good: nothing that was said of it can be read by anyone after."""
    if session.phase is not Phase.PUBLISHED or not question.public or question.removed:
        return conflict(session, question)
    why = required(command.why, session.limits.short, "why")
    if isinstance(why, Refusal):
        return why
    act = Act(session, command.do)
    act.set(Axis.REMOVED, question.number, act.write(why))
    for part in session.tree(question.number):
        act.erase(question, everything(session, part), BLACKENED)
    return act.fact()
