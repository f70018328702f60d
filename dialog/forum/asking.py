"""What volunteers may do: ask, reword, name, withdraw, upvote, appeal and object."""

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from pyroaring import BitMap

from dialog.forum import commands as c
from dialog.forum.acting import Act, Decision, conflict, revised
from dialog.forum.events import Asked, Axis, Fact, Tap, Upvoted
from dialog.forum.names import (
    ASK_GRACE,
    INTENT_TIME,
    MINUTE,
    REWORD_GRACE,
    SECOND_LIST,
    Admission,
    Appealed,
    Field,
    Outcome,
    Phase,
    Review,
    Role,
    Show,
    Who,
)
from dialog.forum.question import Appeal, Question, Standing, Wording
from dialog.forum.ranking import comes_next
from dialog.forum.refusals import Code, Refusal
from dialog.forum.roles import STAFF
from dialog.forum.session import Session
from dialog.forum.texts import clean, required
from dialog.forum.traces import ASKER, ever

GONE = (Review.WITHDRAWN, Review.MERGED)
READ = (Review.APPROVED, Review.STAGE_ONLY, Review.MERGED)
OVER = (Phase.PUBLISHED, Phase.CANCELLED)


def decide_asking(session: Session, command: c.Asking, who: Who, now: int) -> Decision:
    """Decide what a volunteer asks for."""
    if isinstance(command, c.Upvote):
        return _upvote(session, command, who, now)
    if isinstance(command, c.Ask):
        return _ask(session, command, who, now)
    always = c.Withdraw | c.Consent | c.Name  # of which less than was shown is never barred
    refusal = None if isinstance(command, always) else _barred(session, who)
    question = session.questions.get(command.number)
    if refusal:
        return refusal
    if question is None or question.asker != who.person:
        return Refusal(Code.UNKNOWN, number=command.number)
    match command:
        case c.Reword():
            return _reword(session, command, question, now)
        case c.Withdraw():
            return _withdraw(session, command, question)
        case c.Consent():
            return _consent(session, command, question)
        case c.Name():
            return _name(session, command, question, who, now)
        case c.Appeal():
            return _appeal(session, command, question)
        case c.Object():
            return _object(session, question)
        case _:  # pragma: no cover
            assert_never(command)


def _barred(session: Session, who: Who) -> Refusal | None:
    """Say what stands in the way of a person; what is their own they may always take back."""
    if session.phase in OVER:
        return Refusal(Code.CLOSED, since=session.closed_at or None)
    if session.switches.paused:
        return Refusal(Code.PAUSED)
    return Refusal(Code.MUTED) if who.person in session.muted else None


def _uninvited(session: Session, who: Who) -> Refusal | None:
    """While only the invited take part, others read on; what staff enter is no matter of that."""
    concerned = who.role is Role.VOLUNTEER and who.admission is not Admission.INVITED
    if session.switches.invited and concerned:
        return Refusal(Code.FORBIDDEN, field="invited")
    return None


# --- ask ---------------------------------------------------------------------------------------


def _ask(session: Session, command: c.Ask, who: Who, now: int) -> Decision:
    """Volunteers ask for themselves; staff enter a question for someone and say on which way."""
    if bool(command.via) != (who.role in STAFF):
        return Refusal(Code.FORBIDDEN, field="via")
    free = command.via is not None
    refusal = _ask_closed(session, now) or (None if free else _barred(session, who))
    refusal = refusal or _uninvited(session, who) or _unshown(session, command, who)
    if refusal:
        return refusal
    act = Act(session, command.do)
    wording = _wording(act, command, who)
    if isinstance(wording, Refusal):
        return wording
    too_much = None if free else _too_much(session, who, now)
    if too_much:
        return too_much
    twin = _twin(session, dict(act.texts)[wording.text], who)
    if twin:
        return _duplicate(twin, who)
    fresh = not free and _fresh(session, who)
    if fresh and session.second >= SECOND_LIST:
        return _full()
    event = Asked(len(session.questions) + 1, wording, command.via, fresh)
    return Fact(event, tuple(act.texts))


def _unshown(session: Session, command: c.Ask, who: Who) -> Refusal | None:
    """Say whether the session lets nobody be shown like that; staff may leave a name out."""
    if command.via:
        barred = command.show not in session.shows
        return Refusal(Code.FORBIDDEN, field="show") if barred else None
    return _nameless_show(session, command.show, who)


def _nameless_show(session: Session, show: Show, who: Who) -> Refusal | None:
    """Refuse a way of being shown that this session has not, or that lacks the name it needs."""
    if show not in session.shows:
        return Refusal(Code.FORBIDDEN, field="show")
    if Show.ANONYMOUS not in session.shows and not who.name.strip():
        return Refusal(Code.INCOMPLETE, field="name")
    return None


def _fresh(session: Session, who: Who) -> bool:
    """Tell whether somebody is one of many new ones, and none of their questions was approved."""
    own = session.asked.get(who.person, ())
    return who.admission is Admission.NEW and all(session.questions[n].fresh for n in own)


def _full() -> Refusal:
    return Refusal(Code.BUSY, field="second", limit=SECOND_LIST, retry_ms=MINUTE)


def _asks_taken(session: Session) -> bool:
    return session.asking and session.switches.questions


def _ask_closed(session: Session, now: int) -> Refusal | None:
    """Questions are taken until a minute after their end, so that no started one is lost."""
    if _asks_taken(session):
        return None
    ended = session.asks_ended
    if ended and now <= ended + ASK_GRACE and session.phase in (Phase.LIVE, Phase.CLOSED):
        return None
    return Refusal(Code.CLOSED, since=ended or None)


def _too_much(session: Session, who: Who, now: int) -> Refusal | None:
    own = [session.questions[n] for n in session.asked.get(who.person, ())]
    if own and now < own[-1].asked + session.limits.ask_ms:
        return Refusal(Code.TOO_FAST, retry_ms=own[-1].asked + session.limits.ask_ms - now)
    waiting = sum(q.standing.review is Review.WAITING for q in own)
    if waiting >= session.limits.waiting:
        return Refusal(Code.TOO_MANY, limit=session.limits.waiting)
    return None


def _wording(act: Act, command: c.Ask, who: Who) -> Wording | Refusal:
    limits = act.session.limits
    parts: dict[str, int] = {}
    for field, raw in _parts(command, who):
        limit = {"text": limits.text, "background": limits.background}.get(field, limits.name)
        gate = required if field == "text" else clean
        body = gate(raw, limit, field, lines=field == "background")
        if isinstance(body, Refusal):
            return body
        parts[field] = act.write(body)
    show = command.show
    return Wording(
        parts["text"],
        background=parts["background"],
        name=parts.get("name", 0),
        district=parts["district"],
        show=show,
        archive=command.archive and show is Show.NAME,
    )


def _parts(command: c.Ask, who: Who) -> Iterator[tuple[str, str]]:
    yield "text", command.text
    yield "background", command.background
    yield "district", command.district
    if command.show is not Show.ANONYMOUS:
        yield "name", command.asker if command.via else who.name


def _twin(session: Session, text: str, who: Who) -> Question | None:
    """Return the asker's own question in the same words, or a public one."""
    for question in session.twins(text):
        mine = question.asker == who.person and question.standing.review not in GONE
        if mine or question.public:
            return question
    return None


def _duplicate(twin: Question, who: Who) -> Refusal:
    """A public question in the same words is one to support; one's own is there already."""
    field = "text" if twin.asker == who.person else "public"
    return Refusal(Code.DUPLICATE, field=field, number=twin.number)


# --- upvote ------------------------------------------------------------------------------------


def _upvote(session: Session, command: c.Upvote, who: Who, now: int) -> Decision:
    refusal = _barred(session, who) or _upvotes_closed(session)
    if refusal:
        return refusal
    uninvited = _uninvited(session, who)
    if command.on and uninvited:
        return uninvited
    if command.number not in session.questions:
        return Refusal(Code.UNKNOWN, number=command.number)
    kept = session.root(command.number)
    if not kept.public:
        return Refusal(Code.UNKNOWN, number=command.number)
    intent = min(command.intent, now)
    if intent < now - INTENT_TIME:
        return Refusal(Code.STALE, number=command.number)
    last = _last_tap(session, who.person, kept)
    if last is None and intent <= session.taps.floor:
        return Refusal(Code.STALE, number=command.number)
    if last is not None and intent <= last:
        return None
    return Fact(Upvoted((Tap(who.person, command.number, command.on, intent),)))


def _last_tap(session: Session, person: int, kept: Question) -> int | None:
    """Return the intent of a person's latest tap on any question of a merge tree."""
    if not kept.merged:
        return session.taps.intent(person, kept.number)
    tree = (question.number for question in session.tree(kept.number))
    intents = (session.taps.intent(person, number) for number in tree)
    return max((intent for intent in intents if intent is not None), default=None)


def _upvotes_closed(session: Session) -> Refusal | None:
    if session.asking and session.switches.upvotes:
        return None
    return Refusal(Code.CLOSED, since=session.closed_at or None)


# --- one's own question ------------------------------------------------------------------------


def _reword(session: Session, command: c.Reword, question: Question, now: int) -> Decision:
    current = revised(session, command.number, command.rev)
    if isinstance(current, Refusal):
        return current
    if question.standing.review not in (Review.WAITING, Review.RETURNED):
        return conflict(session, question)
    over = _rewording_over(session, now)
    if over:
        return over
    if question.fresh and not question.second and session.second >= SECOND_LIST:
        return _full()
    text = required(command.text, session.limits.text, "text")
    background = clean(command.background, session.limits.background, "background", lines=True)
    if isinstance(text, Refusal):
        return text
    if isinstance(background, Refusal):
        return background
    act = Act(session, command.do)
    wording = replace(question.wording, edited=False)
    wording = replace(wording, text=act.write(text), background=act.write(background))
    act.set(Axis.WORDING, question.number, wording)
    act.stand(question, Standing(appeal=_closed(question.standing.appeal)))
    return act.fact()


def _rewording_over(session: Session, now: int) -> Refusal | None:
    if not _asks_taken(session) and now > session.asks_ended + REWORD_GRACE:
        return Refusal(Code.CLOSED, since=session.asks_ended)
    return None


def _closed(appeal: Appeal | None) -> Appeal | None:
    return replace(appeal, open=False) if appeal else None


def _withdraw(session: Session, command: c.Withdraw, question: Question) -> Decision:
    """Withdraw wholly, or only name, district and background once others have taken it up.

    Those go from every wording it ever had, for good.
    """
    act = Act(session, command.do)
    gone = question.standing.review is Review.WITHDRAWN
    if command.whole and not (gone or session.phase in OVER or _taken_up(session, question)):
        act.stand(question, Standing(Review.WITHDRAWN))
    elif not gone:
        act.set(Axis.WORDING, question.number, _nameless(question.wording))
    act.erase(question, ever(session, question, *ASKER))
    return act.fact()


def _nameless(wording: Wording) -> Wording:
    bare = replace(wording, background=0, name=0, district=0)
    return replace(bare, show=Show.ANONYMOUS, archive=False)


def _consent(session: Session, command: c.Consent, question: Question) -> Decision:
    """A name that is not shown is in no record, so there is nothing to agree to."""
    wording = question.wording
    if command.on and (wording.show is not Show.NAME or not wording.name):
        return Refusal(Code.CONFLICT, field="archive", number=question.number)
    act = Act(session, command.do)
    act.set(Axis.WORDING, question.number, replace(wording, archive=command.on))
    return act.fact()


def _name(session: Session, command: c.Name, question: Question, who: Who, now: int) -> Decision:
    """Show less at once and take it from every earlier wording; show more once it was reviewed.

    What nobody has reviewed yet, or nobody reads any more, simply stands there anew.
    """
    old, standing = question.wording, question.standing
    refusal = _nameless_show(session, command.show, who)
    if refusal:
        return refusal
    act = Act(session, command.do)
    new = _named(act, command, old, who)
    if isinstance(new, Refusal):
        return new
    more = bool(act.texts) or (new.show is Show.NAME is not old.show)
    refusal = (_barred(session, who) or _rewording_over(session, now)) if more else None
    if refusal:
        return refusal
    if standing.review is Review.WITHDRAWN:
        return conflict(session, question)
    act.set(Axis.WORDING, question.number, new)
    if more and standing.review in READ and _reads_more(old, new):
        if standing.review is Review.MERGED or not _movable(session, question):
            return conflict(session, question)
        act.stand(question, Standing(appeal=_closed(standing.appeal)))
    gone = ever(session, question, Field.NAME) - {new.name}
    gone |= ever(session, question, Field.DISTRICT) - {new.district}
    act.erase(question, gone)
    return act.fact()


def _named(act: Act, command: c.Name, old: Wording, who: Who) -> Wording | Refusal:
    """Return a wording with name and district as given; what stays the same keeps its number."""
    given = {
        "name": "" if command.show is Show.ANONYMOUS else who.name,
        "district": command.district,
    }
    parts: dict[str, int] = {}
    for field, raw in given.items():
        body = clean(raw, act.session.limits.name, field)
        if isinstance(body, Refusal):
            return body
        number = getattr(old, field)
        parts[field] = number if act.session.text(number) == body else act.write(body)
    same = command.show is Show.NAME and parts["name"] == old.name
    worn = replace(old, name=parts["name"], district=parts["district"])
    return replace(worn, show=command.show, archive=old.archive and same)


def _reads_more(old: Wording, new: Wording) -> bool:
    """Tell whether everyone would read something of the asker that was not there before."""
    shown = new.name if new.show is Show.NAME else 0
    before = old.name if old.show is Show.NAME else 0
    return shown not in (0, before) or new.district not in (0, old.district)


def _movable(session: Session, question: Question) -> bool:
    """Tell whether a public question may still go back to the queue."""
    return question.number != session.stage.now and question.result.outcome is Outcome.OPEN


def _taken_up(session: Session, question: Question) -> bool:
    number = question.number
    return (
        session.stage.now == number
        or question.result.outcome is not Outcome.OPEN
        or question.standing.review is Review.MERGED
        or bool(question.merged)
        or bool(session.supporters(number) - BitMap([question.asker]))
        or comes_next(session, question)
    )


def _appeal(session: Session, command: c.Appeal, question: Question) -> Decision:
    if question.standing.review is not Review.RETURNED or question.standing.appeal:
        return conflict(session, question)
    text = clean(command.text, session.limits.background, "text", lines=True)
    if isinstance(text, Refusal):
        return text
    act = Act(session, command.do)
    appeal = Appeal(Appealed.APPEAL, act.write(text))
    act.stand(question, replace(question.standing, appeal=appeal))
    return act.fact()


def _object(session: Session, question: Question) -> Decision:
    """Bring an edited question back to the queue; once it was decided again, that is final."""
    if not (question.public and question.wording.edited) or question.standing.appeal:
        return conflict(session, question)
    if not _movable(session, question):
        return conflict(session, question)
    act = Act(session, c.Object.do)
    act.stand(question, Standing(by=question.standing.by, appeal=Appeal(Appealed.OBJECT)))
    return act.fact()
