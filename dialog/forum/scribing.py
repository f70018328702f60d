"""What scribes do: take a question's answer in hand, save drafts, hand in, release."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from dialog.forum import commands as c
from dialog.forum.acting import Act, Decision, conflict, revised
from dialog.forum.events import Axis
from dialog.forum.names import Outcome, Who
from dialog.forum.question import STAGED, Answer, Draft, Question
from dialog.forum.refusals import Code, Refusal
from dialog.forum.session import Session
from dialog.forum.texts import clean, required

ANSWERED = frozenset({Outcome.ALOUD, Outcome.PROMISED, Outcome.WRITTEN, Outcome.REFERRED})
SOURCES = 8
_LINK = re.compile(r"https?://[^\s/?#]\S*")


def decide_scribing(session: Session, command: c.Scribing, who: Who, now: int) -> Decision:
    """Decide what a scribe asks for."""
    question = revised(session, command.number, command.rev)
    if isinstance(question, Refusal):
        return question
    if question.standing.review not in STAGED:
        return conflict(session, question)
    match command:
        case c.Take():
            return _take(session, question, who)
        case c.SaveDraft():
            return _draft(session, command, question, who, now)
        case c.HandIn():
            return _hand_in(session, command, question, who, now)
        case c.Release():
            return _release(session, question, who, now)
        case _:  # pragma: no cover
            assert_never(command)


def _take(session: Session, question: Question, who: Who) -> Decision:
    """Taking is the explicit way to take over from another scribe."""
    act = Act(session, c.Take.do)
    act.set(Axis.SCRIBE, question.number, who.person)
    return act.fact()


def _held(session: Session, question: Question, who: Who) -> Refusal | None:
    if question.scribe in (0, who.person):
        return None
    return replace(conflict(session, question), field="scribe", by=session.name(question.scribe))


def _draft(
    session: Session, command: c.SaveDraft, question: Question, who: Who, now: int
) -> Decision:
    text = clean(command.text, session.limits.answer, "text", lines=True)
    held = _held(session, question, who)
    if held or isinstance(text, Refusal):
        return held or text  # type: ignore[return-value]
    act = Act(session, command.do)
    draft = Draft(act.write(text), who.person, now) if text else None
    act.set(Axis.DRAFT, question.number, draft)
    act.set(Axis.SCRIBE, question.number, who.person)
    return act.fact()


def _hand_in(
    session: Session, command: c.HandIn, question: Question, who: Who, now: int
) -> Decision:
    refusal = _held(session, question, who) or _incomplete(command)
    if refusal:
        return refusal
    act = Act(session, command.do)
    answer = _answer(act, command, who, now)
    if isinstance(answer, Refusal):
        return answer
    if question.answer:
        answer = replace(answer, corrections=question.answer.corrections, kept=question.answer.kept)
    if not session.second_person:
        answer = replace(answer, released=True)
        act.settle(question, answer, now)
    act.set(Axis.ANSWER, question.number, answer)
    act.set(Axis.DRAFT, question.number, None)
    act.set(Axis.SCRIBE, question.number, 0)
    return act.fact()


def _incomplete(command: c.HandIn) -> Refusal | None:
    """Say what an answer lacks before its texts are looked at: an outcome, a promise's day."""
    if command.outcome not in ANSWERED:
        return Refusal(Code.MALFORMED, field="outcome")
    if command.outcome is Outcome.PROMISED and not _day(command.until):
        return Refusal(Code.INCOMPLETE, field="until")
    return None


def _day(text: str) -> str:
    """Return an ISO day as it is, and nothing for anything else."""
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _answer(act: Act, command: c.HandIn, who: Who, now: int) -> Answer | Refusal:
    """A promise needs someone who made it, a referral someone to go to, as it will be read."""
    limits = act.session.limits
    text = required(command.text, limits.answer, "text", lines=True)
    by = clean(command.by, limits.short, "by")
    to = clean(command.to, limits.short, "to")
    links = sources(command.sources, limits.short)
    for part in (text, by, to):
        if isinstance(part, Refusal):
            return part
    if isinstance(links, Refusal):
        return links
    if command.outcome is Outcome.PROMISED and not by:
        return Refusal(Code.INCOMPLETE, field="by")
    if command.outcome is Outcome.REFERRED and not to:
        return Refusal(Code.INCOMPLETE, field="to")
    return Answer(
        text=act.write(str(text)),
        kind=command.kind,
        outcome=command.outcome,
        author=who.person,
        at=now,
        by=act.write(str(by)),
        until=_day(command.until) if command.outcome is Outcome.PROMISED else "",
        to=act.write(str(to)),
        sources=tuple(map(act.write, links)),
        minute=command.minute,
    )


def sources(raw: Sequence[str], limit: int) -> tuple[str, ...] | Refusal:
    """Return links to sources as they are kept, or why they cannot be; empty ones are left out."""
    given = [source for source in raw if source]
    if len(given) > SOURCES:
        return Refusal(Code.TOO_MANY, field="sources", limit=SOURCES)
    links = []
    for source in given:
        link = clean(source, limit, "sources")
        if isinstance(link, Refusal):
            return link
        if not _LINK.fullmatch(link):
            return Refusal(Code.BAD_TEXT, field="sources")
        links.append(link)
    return tuple(links)


def _release(session: Session, question: Question, who: Who, now: int) -> Decision:
    answer = question.answer
    if answer is None:
        return Refusal(Code.UNKNOWN, field="answer", number=question.number)
    if answer.released:
        return None
    if answer.author == who.person:
        return Refusal(Code.FORBIDDEN, field="own", number=question.number)
    act = Act(session, c.Release.do)
    act.set(Axis.ANSWER, question.number, replace(answer, released=True))
    act.settle(question, answer, now)
    return act.fact()
