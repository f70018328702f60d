"""What moderators may do with a question, with a participant, and towards the stage."""

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from dialog.forum import commands as c
from dialog.forum.acting import Act, Decision, conflict, judged, mergeable, overtaken
from dialog.forum.events import Axis, Claimed, Fact, Message
from dialog.forum.names import CLAIM_TIME, Reason, Review, Show, Who
from dialog.forum.question import Appeal, Question, Standing
from dialog.forum.refusals import Code, Refusal
from dialog.forum.session import Session
from dialog.forum.texts import clean, required
from dialog.forum.undoing import undo

R = Review
FROM: Mapping[str, frozenset[Review]] = {
    "approve": frozenset({R.WAITING, R.STAGE_ONLY, R.RETURNED, R.UNREVIEWED}),
    "stage_only": frozenset({R.WAITING, R.APPROVED, R.RETURNED, R.UNREVIEWED}),
    "return": frozenset({R.WAITING, R.APPROVED, R.STAGE_ONLY, R.RETURNED, R.UNREVIEWED}),
    "hide": frozenset({R.APPROVED, R.STAGE_ONLY}),
    "merge": frozenset({R.WAITING, R.APPROVED, R.RETURNED, R.UNREVIEWED}),
    "unmerge": frozenset({R.MERGED}),
    "edit": frozenset({R.WAITING, R.APPROVED, R.STAGE_ONLY, R.UNREVIEWED}),
    "topic": frozenset(R),
    "brief": frozenset({R.WAITING, R.APPROVED, R.STAGE_ONLY}),
}
TOGETHER = {"merge_all": "merge", "return_all": "return"}
Judging = (
    c.Approve | c.StageOnly | c.Return | c.Edit | c.Merge | c.Unmerge | c.Hide | c.Topic | c.Brief
)


def decide_moderating(session: Session, command: c.Moderating, who: Who, now: int) -> Decision:
    """Decide what a moderator asks for."""
    match command:
        case c.Claim():
            return _claim(session, command, who, now)
        case c.Undo():
            return undo(session, command, who)
        case c.Mute() | c.Unmute():
            return _mute(session, command)
        case c.Message():
            return _message(session, command, now)
        case c.MergeAll():
            return _merge_all(session, command, who)
        case c.ReturnAll():
            return _return_all(session, command, who)
        case _:
            question = judged(session, command.number, command.rev, who)
            if isinstance(question, Refusal):
                return question
            if question.standing.review not in FROM[command.do]:
                return conflict(session, question)
            return _judge(session, command, question, who)


def _judge(session: Session, command: Judging, question: Question, who: Who) -> Decision:
    match command:
        case c.Approve():
            return _stand(session, command.do, question, Standing(R.APPROVED, by=who.person))
        case c.StageOnly():
            return _stand(session, command.do, question, Standing(R.STAGE_ONLY, by=who.person))
        case c.Hide():
            return _stand(session, command.do, question, Standing(by=who.person))
        case c.Return():
            return _return(session, command, question, who)
        case c.Merge():
            return _merge(session, command, question, who)
        case c.Unmerge():
            return _unmerge(session, question)
        case c.Edit():
            return _edit(session, command, question)
        case c.Topic():
            return _topic(session, command, question)
        case c.Brief():
            return _brief(session, command, question)
        case _:  # pragma: no cover
            assert_never(command)


def _stand(session: Session, act_name: str, question: Question, standing: Standing) -> Decision:
    act = Act(session, act_name)
    act.stand(question, replace(standing, appeal=_decided(question)))
    return act.fact()


def _decided(question: Question) -> Appeal | None:
    """An appeal once decided stays closed for good."""
    appeal = question.standing.appeal
    return replace(appeal, open=False) if appeal else None


def _return(session: Session, command: c.Return, question: Question, who: Who) -> Decision:
    return _give_back(session, command, [question], who)


def _return_all(session: Session, command: c.ReturnAll, who: Who) -> Decision:
    group = _group(session, command, who)
    return group if isinstance(group, Refusal) else _give_back(session, command, group, who)


def _give_back(
    session: Session, command: c.Return | c.ReturnAll, questions: list[Question], who: Who
) -> Decision:
    for question in questions:
        appeal = question.standing.appeal
        if question.standing.review is R.RETURNED and not (appeal and appeal.open):
            return conflict(session, question)
    note = clean(command.note, session.limits.background, "note", lines=True)
    if isinstance(note, Refusal):
        return note
    if not note and command.reason in (Reason.ALREADY_ANSWERED, Reason.NOT_OURS):
        return Refusal(Code.INCOMPLETE, field="note")
    act = Act(session, command.do)
    standing = Standing(R.RETURNED, reason=command.reason, note=act.write(note), by=who.person)
    for question in questions:
        act.stand(question, replace(standing, appeal=_decided(question)))
    return act.fact()


def _merge(session: Session, command: c.Merge, question: Question, who: Who) -> Decision:
    return _put_together(session, command, [question], who)


def _merge_all(session: Session, command: c.MergeAll, who: Who) -> Decision:
    group = _group(session, command, who)
    if isinstance(group, Refusal):
        return group
    gone = [question for question in group if question.number != command.into]
    if not gone:
        return Refusal(Code.INCOMPLETE, field="numbers")
    return _put_together(session, command, gone, who)


def _put_together(
    session: Session, command: c.Merge | c.MergeAll, questions: list[Question], who: Who
) -> Decision:
    if command.into not in session.questions:
        return Refusal(Code.UNKNOWN, field="into", number=command.into)
    kept = session.root(command.into)
    act = Act(session, command.do)
    standing = Standing(R.MERGED, into=kept.number, by=who.person)
    for question in questions:
        if not mergeable(session, question, kept) or session.stage.now == question.number:
            return conflict(session, kept)
        act.stand(question, replace(standing, appeal=_decided(question)))
    return act.fact()


def _group(
    session: Session, command: c.MergeAll | c.ReturnAll, who: Who
) -> list[Question] | Refusal:
    """Return the questions to decide on together, or why not, of the first that stands against."""
    numbers, revs = command.numbers, command.revs
    if len(numbers) != len(revs) or len(set(numbers)) != len(numbers):
        return Refusal(Code.MALFORMED, field="numbers")
    if not numbers:
        return Refusal(Code.INCOMPLETE, field="numbers")
    group: list[Question] = []
    for number, rev in zip(numbers, revs, strict=True):
        question = judged(session, number, rev, who)
        if isinstance(question, Refusal):
            return question
        if question.standing.review not in FROM[TOGETHER[command.do]]:
            return conflict(session, question)
        group.append(question)
    return group


def _unmerge(session: Session, question: Question) -> Decision:
    before = question.before_merge or Standing()
    return _stand(session, c.Unmerge.do, question, before)


def _edit(session: Session, command: c.Edit, question: Question) -> Decision:
    limits = session.limits
    bodies: list[str] = []
    for raw, limit, field in (
        (command.text, limits.text, "text"),
        (command.background, limits.background, "background"),
        (command.asker or "", limits.name, "asker"),
    ):
        gate = required if field == "text" else clean
        body = gate(raw, limit, field, lines=field == "background")
        if isinstance(body, Refusal):
            return body
        bodies.append(body)
    return _edited(session, question, bodies, named=command.asker is not None)


def _edited(session: Session, question: Question, bodies: list[str], *, named: bool) -> Decision:
    """Keep the numbers of texts that stay the same, so that nothing looks edited that is not."""
    text, background, name = bodies
    act = Act(session, c.Edit.do)
    old = question.wording
    new = replace(
        old,
        text=_kept_or_new(act, old.text, text),
        background=_kept_or_new(act, old.background, background),
    )
    if named:
        kept = _kept_or_new(act, old.name, name)
        new = replace(new, name=kept, show=old.show if name else Show.ANONYMOUS)
    worded = (new.text, new.background) != (old.text, old.background)
    act.set(Axis.WORDING, question.number, replace(new, edited=old.edited or worded))
    return act.fact()


def _kept_or_new(act: Act, number: int, body: str) -> int:
    return number if act.session.text(number) == body else act.write(body)


def _topic(session: Session, command: c.Topic, question: Question) -> Decision:
    if command.topic and command.topic not in session.topics:
        return Refusal(Code.UNKNOWN, field="topic")
    act = Act(session, command.do)
    act.set(Axis.TOPIC, question.number, command.topic)
    return act.fact()


def _brief(session: Session, command: c.Brief, question: Question) -> Decision:
    text = clean(command.text, session.limits.background, "text", lines=True)
    if isinstance(text, Refusal):
        return text
    seen = command.seen
    if seen is not None and seen.replace("\r\n", "\n") != session.text(question.briefing):
        return _overwriting(session, Axis.BRIEFING, question.number)
    act = Act(session, command.do)
    act.set(Axis.BRIEFING, question.number, act.write(text))
    return act.fact()


def _claim(session: Session, command: c.Claim, who: Who, now: int) -> Decision:
    """A claim of another that still runs stays; a claim never blocks anything."""
    question = session.questions.get(command.number)
    if question is None:
        return Refusal(Code.UNKNOWN, number=command.number)
    claim = question.claim
    if claim and claim.by != who.person and claim.until > now:
        return None
    return Fact(Claimed(question.number, now + CLAIM_TIME))


def _mute(session: Session, command: c.Mute | c.Unmute) -> Decision:
    if command.person not in session.asked:
        return Refusal(Code.UNKNOWN, field="person")
    act = Act(session, command.do)
    act.set(Axis.MUTED, command.person, isinstance(command, c.Mute))
    return act.fact()


def _message(session: Session, command: c.Message, now: int) -> Decision:
    """Send a word to the stage; an empty one takes the last one away, but none that was unseen."""
    standing = session.message
    if command.seen is not None and standing and not standing.read and standing.at != command.seen:
        return _overwriting(session, Axis.MESSAGE, 0)
    text = clean(command.text, session.limits.short, "text")
    if isinstance(text, Refusal):
        return text
    act = Act(session, command.do)
    act.set(Axis.MESSAGE, 0, Message(act.write(text), now) if text else None)
    return act.fact()


def _overwriting(session: Session, axis: Axis, subject: int) -> Refusal:
    """Return the refusal that tells whose words would be overwritten unseen."""
    refusal = Refusal(Code.CONFLICT, field=axis.value, number=subject or None)
    return overtaken(session, refusal, {(axis, subject)})
