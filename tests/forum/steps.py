"""Steps of an evening nobody planned: any command by anyone, with right and wrong numbers.

A step holds small draws only; which command they make depends on the evening as it stands, so
that most steps are sensible and reach deep, and some are not.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from dialog.forum import commands as c
from dialog.forum.names import (
    MINUTE,
    SECOND,
    SYSTEM,
    Field,
    Kind,
    Outcome,
    Phase,
    Reason,
    Review,
    Role,
    Show,
    Via,
    Who,
)
from dialog.forum.phase import FOLLOWS, Schedule
from dialog.forum.question import Mark, Question
from dialog.forum.roles import MAY
from tests.forum.evening import (
    ANNA,
    BORIS,
    CARLA,
    DORA,
    INGE,
    MARA,
    MARA_ASKING,
    MINISTER,
    MORITZ,
    NORA,
    OLGA,
    READER,
    SCHEDULE,
    SELMA,
    SVEN,
    TOPICS,
    Evening,
)

VOLUNTEERS = (ANNA, BORIS, CARLA, DORA, NORA, INGE, MARA_ASKING)
EVERYONE = (*VOLUNTEERS, MARA, MORITZ, SVEN, SELMA, MINISTER, OLGA, READER, SYSTEM)
WAITS = (0, 1, 7, SECOND, 40 * SECOND, MINUTE + 1, 5 * MINUTE, 16 * MINUTE)


@dataclass(frozen=True, slots=True)
class Step:
    """One command's draws: what, how long after the last, by whom, and three free choices."""

    do: str
    wait: int = 0
    who: int = 0
    one: int = 0
    two: int = 0
    three: int = 0

    def whom(self) -> Who:
        """Return someone who may give the command, one time in sixteen just anyone."""
        able = [who for who in EVERYONE if self.do in MAY[who.role]]
        who = able[self.who % len(able)]
        if self.who % 16 == 15:
            who = EVERYONE[self.who // 16 % len(EVERYONE)]
        return replace(who, name=self.canary("name")) if who.role is Role.VOLUNTEER else who

    def command(self, evening: Evening) -> c.Command:
        """Return the command these draws make at this hour."""
        return MAKERS[self.do](evening, self, self.whom())

    def canary(self, field: str) -> str:
        """Return a text that can be found again wherever it should not be."""
        return f"«{field}{self.one}.{self.two}.{self.three}.{self.who}»"

    def maybe(self, field: str, draw: int) -> str:
        """Return a text that can be found again, or none."""
        return self.canary(field) if draw % 3 else ""


Suits = Callable[[Question], bool]
Maker = Callable[[Evening, Step, Who], c.Command]


def _pick(numbers: Sequence[int], draw: int) -> int:
    """Return one of the numbers, or one that does not exist."""
    return numbers[draw % len(numbers)] if numbers and draw % 17 else draw - 1


def _number(evening: Evening, draw: int, suits: Suits = bool) -> int:
    """Return a question's number, three times in four of one that suits."""
    questions = evening.session.questions
    suiting = [number for number in questions if suits(questions[number])]
    return _pick(suiting if suiting and draw % 4 else list(questions), draw)


def _own(evening: Evening, step: Step, who: Who, suits: Suits = bool) -> int:
    questions = evening.session.questions
    own = evening.session.asked.get(who.person, [])
    suiting = [number for number in own if suits(questions[number])]
    return _pick(suiting or own, step.one)


def _coming(evening: Evening, draw: int) -> int:
    return _number(evening, draw, _stageable)


def _stageable(question: Question) -> bool:
    return question.stageable


def _public(question: Question) -> bool:
    return question.public


def _waiting(question: Question) -> bool:
    return question.standing.review in (Review.WAITING, Review.UNREVIEWED)


def _returned(question: Question) -> bool:
    return question.standing.review in (Review.WAITING, Review.RETURNED)


def _merged(question: Question) -> bool:
    return question.standing.review is Review.MERGED


def _edited(question: Question) -> bool:
    return question.public and question.wording.edited


def _pending(question: Question) -> bool:
    return question.answer is not None and not question.answer.released


def _promised(question: Question) -> bool:
    answer = question.answer
    return answer is not None and answer.outcome is Outcome.PROMISED


def _rev(evening: Evening, number: int, draw: int) -> int:
    question = evening.session.questions.get(number)
    return question.rev if question and draw % 13 else draw


def _ask(_evening: Evening, step: Step, who: Who) -> c.Command:
    staff = who.role in (Role.MODERATOR, Role.ORGANISER)
    return c.Ask(
        f"Was ist mit {step.canary('text')}",
        background=step.maybe("background", step.two),
        show=tuple(Show)[step.three % 3],
        district=step.maybe("district", step.one),
        via=tuple(Via)[step.two % 4] if staff else None,
        asker=step.maybe("asker", step.three) if staff else "",
    )


def _reword(evening: Evening, step: Step, who: Who) -> c.Command:
    number = _own(evening, step, who, _returned)
    rev = _rev(evening, number, step.two)
    return c.Reword(number, rev, step.canary("reword"), step.maybe("rebackground", step.three))


def _upvote(evening: Evening, step: Step, who: Who) -> c.Command:
    late = (0, 0, 0, 1, 5, SECOND, 11 * MINUTE, -MINUTE)[step.two % 8]
    return c.Upvote(_number(evening, step.one, _public), step.three % 3 > 0, evening.now - late)


def _judging(make: Callable[[int, int], c.Command], suits: Suits = bool) -> Maker:
    def maker(evening: Evening, step: Step, who: Who) -> c.Command:
        number = _number(evening, step.one, suits)
        return make(number, _rev(evening, number, step.two))

    return maker


def _return(evening: Evening, step: Step, who: Who) -> c.Command:
    number = _number(evening, step.one)
    reason = tuple(Reason)[step.three % 9]
    return c.Return(number, _rev(evening, number, step.two), reason, step.maybe("note", step.two))


def _edit(evening: Evening, step: Step, who: Who) -> c.Command:
    number = _number(evening, step.one)
    question = evening.session.questions.get(number)
    same = evening.session.text(question.wording.text) if question else ""
    return c.Edit(
        number,
        _rev(evening, number, step.two),
        step.canary("edit") if step.three % 3 else same,
        step.maybe("editbackground", step.two),
        (None, "", step.canary("editname"))[step.three % 3],
    )


def _merge(evening: Evening, step: Step, who: Who) -> c.Command:
    number = _number(evening, step.one)
    return c.Merge(number, _rev(evening, number, step.two), _number(evening, step.three, _public))


def _several(evening: Evening, step: Step) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return a few questions, most of them different and still waiting, and their revisions."""
    picked = [_number(evening, step.one + i, _waiting) for i in range(step.two % 4)]
    numbers = tuple(picked if step.two % 7 == 6 else dict.fromkeys(picked))
    revs = [_rev(evening, number, step.two + i) for i, number in enumerate(numbers)]
    return numbers, tuple(revs[: -1 if step.two % 23 == 22 else None])


def _merge_all(evening: Evening, step: Step, who: Who) -> c.Command:
    numbers, revs = _several(evening, step)
    kept = _number(evening, step.three, _public)
    into = numbers[step.three % len(numbers)] if numbers and step.three % 3 else kept
    return c.MergeAll(numbers, revs, into)


def _return_all(evening: Evening, step: Step, who: Who) -> c.Command:
    reason = tuple(Reason)[step.three % 9]
    return c.ReturnAll(*_several(evening, step), reason, step.maybe("note", step.three))


def _undo(evening: Evening, step: Step, who: Who) -> c.Command:
    deeds = list(evening.session.deeds)
    return c.Undo(_pick(deeds[-6:] if step.two % 3 else deeds, step.one))


def _topic(evening: Evening, step: Step, who: Who) -> c.Command:
    number = _number(evening, step.one)
    topic = (*TOPICS, "", "Wetter")[step.three % 4]
    return c.Topic(number, _rev(evening, number, step.two), topic)


def _brief(evening: Evening, step: Step, who: Who) -> c.Command:
    number = _number(evening, step.one)
    return c.Brief(number, _rev(evening, number, step.two), step.maybe("briefing", step.three))


def _seen(evening: Evening, draw: int) -> tuple[int, int | None]:
    session = evening.session
    if draw % 11 == 10:
        return session.order_rev - 1, None
    return session.order_rev, session.stage.now or None


def _order(evening: Evening, step: Step, who: Who) -> c.Command:
    count = step.three % 4
    numbers = tuple(_coming(evening, step.one + i) for i in range(count))
    return c.Order(numbers, _seen(evening, step.two)[0])


def _phase(evening: Evening, step: Step, who: Who) -> c.Command:
    following = sorted(FOLLOWS[evening.session.phase] - {Phase.CANCELLED})
    if step.one % 8 == 7 or not following:
        return c.ChangePhase(tuple(Phase)[step.two % 6])
    return c.ChangePhase(following[step.two % len(following)])


def _hand_in(evening: Evening, step: Step, who: Who) -> c.Command:
    number = _number(evening, step.one, _public if step.two % 3 else _stageable)
    outcome = (*Outcome, Outcome.PROMISED)[step.three % 7]
    return c.HandIn(
        number,
        _rev(evening, number, step.two),
        step.canary("answer"),
        tuple(Kind)[step.two % 2],
        outcome,
        by=step.canary("by"),
        until=("2026-12-18", "2026-12-18", "morgen")[step.two % 3],
        to=step.maybe("to", step.one),
        sources=(f"https://example.org/{step.canary('source')}",) if step.two % 2 else (),
        minute=step.one or None,
    )


def _redact(evening: Evening, step: Step, who: Who) -> c.Command:
    number = _number(evening, step.one)
    return c.Redact(number, step.two % 5, step.three % 9, tuple(Field)[step.three % len(Field)])


def _declare(evening: Evening, step: Step, who: Who) -> c.Command:
    later = step.one % 3 * MINUTE
    schedule = Schedule(SCHEDULE.opens, SCHEDULE.starts, SCHEDULE.ends + later, SCHEDULE.ends)
    limits = evening.session.limits
    return c.Declare(schedule, TOPICS, bool(step.two % 2), True, bool(step.three % 2), limits)


def _enter(evening: Evening, step: Step, who: Who) -> c.Command:
    staff = (MARA, MORITZ, SVEN, OLGA)[step.one % 4]
    return c.Enter(staff.person, staff.role, step.canary("staff") if step.two % 2 else staff.name)


def _note(evening: Evening, step: Step, who: Who) -> c.Command:
    alike = (_number(evening, step.two),) if step.two % 2 else ()
    marks = (Mark("phone", step.three, step.three + 5),) if step.three % 2 else ()
    return c.Note(_number(evening, step.one), alike, marks)


MAKERS: dict[str, Maker] = {
    "ask": _ask,
    "reword": _reword,
    "withdraw": lambda e, s, who: c.Withdraw(_own(e, s, who), s.two % 3 > 0),
    "consent": lambda e, s, who: c.Consent(_own(e, s, who), s.two % 3 > 0),
    "name": lambda e, s, who: c.Name(
        _own(e, s, who), tuple(Show)[s.two % 3], s.maybe("district", s.three)
    ),
    "upvote": _upvote,
    "appeal": lambda e, s, who: c.Appeal(_own(e, s, who, _returned), s.maybe("appeal", s.two)),
    "object": lambda e, s, who: c.Object(_own(e, s, who, _edited)),
    "claim": lambda e, s, _: c.Claim(_number(e, s.one)),
    "approve": _judging(c.Approve, _waiting),
    "stage_only": _judging(c.StageOnly),
    "return": _return,
    "edit": _edit,
    "merge": _merge,
    "merge_all": _merge_all,
    "return_all": _return_all,
    "unmerge": _judging(c.Unmerge, _merged),
    "hide": _judging(c.Hide, _public),
    "undo": _undo,
    "topic": _topic,
    "brief": _brief,
    "mute": lambda e, s, _: c.Mute(s.one % 6),
    "unmute": lambda e, s, _: c.Unmute((sorted(e.session.muted) or [s.one])[0]),
    "message": lambda e, s, _: c.Message(s.maybe("message", s.one)),
    "order": _order,
    "now": lambda e, s, _: c.Now(_coming(e, s.one), *_seen(e, s.two)),
    "next": lambda e, s, _: c.Next(_coming(e, s.one), *_seen(e, s.two)),
    "done": lambda e, s, _: c.Done(*_seen(e, s.two), (*Outcome, Outcome.ALOUD)[s.three % 7]),
    "back": lambda e, s, _: c.Back(*_seen(e, s.two)),
    "acknowledge": lambda e, s, _: c.Acknowledge(),
    "blank": lambda e, s, _: c.Blank(s.one % 3 == 0),
    "take": lambda e, s, _: c.Take(n := _coming(e, s.one), _rev(e, n, s.two)),
    "draft": lambda e, s, _: c.SaveDraft(
        n := _coming(e, s.one), _rev(e, n, s.two), s.maybe("draft", s.three)
    ),
    "answer": _hand_in,
    "release": _judging(c.Release, _pending),
    "phase": _phase,
    "accept": lambda e, s, _: c.Accept(
        (None, True, False)[s.one % 3],
        (None, True, True)[s.two % 3],
        (None, False, None, False, None, None, True)[s.three % 7],
    ),
    "extend": lambda e, s, _: c.Extend(s.one * 5),
    "pause": lambda e, s, _: c.Pause(s.one % 5 == 0),
    "banner": lambda e, s, _: c.Banner(s.maybe("banner", s.one)),
    "conclude": lambda e, s, _: c.Conclude(s.one % 3 > 0),
    "publish": lambda e, s, _: c.Publish(),
    "redact": _redact,
    "correct": lambda e, s, _: c.Correct(_number(e, s.one, _public), s.maybe("correct", s.two)),
    "keep": lambda e, s, _: c.Keep(_number(e, s.one, _promised), s.maybe("keep", s.two)),
    "unpublish": lambda e, s, _: c.Unpublish(_number(e, s.one, _public), s.maybe("why", s.two)),
    "declare": _declare,
    "enter": _enter,
    "note": _note,
    "tick": lambda e, s, _: c.Tick(),
    "purge": lambda e, s, _: c.Purge(),
}

# How often each comes: the everyday of an evening often, its turning points seldom.
OFTEN = ("ask", "upvote", "approve", "merge", "undo", "now", "next", "answer", "return", "edit")
SELDOM = ("phase", "publish", "conclude", "pause", "declare", "tick", "mute", "accept", "purge")
WEIGHTED = (*MAKERS, *OFTEN * 5, *[do for do in MAKERS if do not in SELDOM] * 3)
