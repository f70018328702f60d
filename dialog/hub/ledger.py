"""A room's state in memory, and how commands become a batch: synchronous, stored by no one yet.

Inside a batch the state evolves as it is decided, so that each command sees the one before. If
the batch is not stored, the whole ledger is thrown away.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
import structlog

from dialog.forum import commands as c
from dialog.forum.board import Board
from dialog.forum.decide import decide, result, seal
from dialog.forum.events import Acted, Asked, Axis, Entry, Event, Fact, Redacted, Tap, Upvoted
from dialog.forum.evolve import Touched, begin, evolve
from dialog.forum.journal import Batch, Line, Opened, Place, Remembered, Tail
from dialog.forum.names import SYSTEM, Stream, Who
from dialog.forum.organising import next_tick
from dialog.forum.refusals import Code, Refusal
from dialog.forum.roles import STAFF
from dialog.hub import wire
from dialog.hub.likeness import Likeness
from dialog.hub.marks import marks

log = structlog.get_logger()

RECORDED = frozenset({"publish", "correct", "keep", "unpublish"})


@dataclass(frozen=True, slots=True)
class Done:
    """A command stored: ``seq`` is the head of the stream it was given from, ``result`` JSON."""

    key: str
    seq: int
    result: bytes


Reply = Done | Refusal
Answer = Callable[[Reply], None]


def unheard(_reply: Reply) -> None:
    """Answer a command of the server itself: nobody listens."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A command on its way, or why it is none, and whom to answer: in the order of asking."""

    command: c.Command | Refusal
    who: Who
    answer: Answer = unheard
    key: str = ""
    stream: Stream = Stream.FLOOR

    def tell(self, reply: Reply) -> None:
        """Answer; whoever cannot be answered must not cost the next one their answer."""
        try:
            self.answer(reply)
        except Exception:
            log.exception("answer fault", command=getattr(self.command, "do", ""))


class Undecided(Exception):  # noqa: N818 - it is said of a command
    """The command at this place of a batch met a fault of ours."""

    def __init__(self, place: int) -> None:
        """Keep the place."""
        super().__init__(place)
        self.place = place


@dataclass(slots=True)
class Draft:
    """A batch in the making: entries, the taps of the last one, replies and what it changed."""

    now: int
    entries: list[Entry] = field(default_factory=list)
    taps: list[Tap] = field(default_factory=list)
    remembered: list[Remembered] = field(default_factory=list)
    replies: list[tuple[Waiting, Reply | bytes]] = field(default_factory=list)
    touched: list[Touched] = field(default_factory=list)
    worded: set[int] = field(default_factory=set)
    recorded: bool = False
    sealed: bool = False


class Ledger:
    """The session of a room with its board, its remembered answers and its likeness index."""

    def __init__(self, opened: Opened) -> None:
        """Add up a journal as it was stored."""
        self.epoch = opened.epoch
        self.session = begin(opened.texts)
        self.board = Board()
        for entry in opened.entries:
            self.board.follow(self.session, evolve(self.session, entry))
        self._remembered = {(r.person, r.key): r for r in opened.remembered}
        self._likeness = Likeness()
        for question in self.session.questions.values():
            self._likeness.put(question.number, self.session.text(question.wording.text))

    @property
    def place(self) -> Place:
        """How far this has come in the journal."""
        return Place(self.epoch, self.session.seq, self.session.last_text)

    def follow(self, tail: Tail) -> list[Touched]:
        """Add up what other processes have stored, and return what it touched."""
        session = self.session
        session.texts.update(tail.texts)
        session.last_text = max(session.last_text, *tail.texts, 0)
        self._remembered.update({(r.person, r.key): r for r in tail.remembered})
        followed = []
        for entry in tail.entries:
            touched = evolve(session, entry)
            self.board.follow(session, touched)
            followed.append(touched)
            for number in _worded(entry.event):
                self._likeness.put(number, session.text(session.questions[number].wording.text))
        return followed

    def draft(self, commands: list[Waiting], now: int) -> Draft:
        """Decide commands one after the other and return what is to be stored and answered.

        What the clock has made due by then comes first: nobody slips in after the end. Raise
        ``Undecided`` for a command that meets a fault of ours; the ledger is spoilt then.
        """
        draft = Draft(max(now, self.session.at))
        while (due := next_tick(self.session)) is not None and due <= draft.now:
            self._decide(draft, Waiting(c.Tick(), SYSTEM))
        for place, one in enumerate(commands):
            try:
                reply = self._decide(draft, one)
            except Exception as fault:
                raise Undecided(place) from fault
            draft.replies.append((one, reply))
        fact = seal(self.session)
        if fact is not None:
            self._apply(draft, SYSTEM, fact)
            draft.sealed = True
        self._close_taps(draft)
        return draft

    def batch(self, draft: Draft) -> Batch:
        """Return what a draft asks the journal to store."""
        numbers = {n for touched in draft.touched for n in touched.rows | touched.counts}
        lines = tuple(self._line(number) for number in sorted(numbers))
        remembered = tuple(draft.remembered)
        return Batch(tuple(draft.entries), remembered, lines, self.session.phase)

    def answer(self, draft: Draft) -> None:
        """Answer every command of a stored draft, in the order of asking."""
        for one, reply in draft.replies:
            if isinstance(reply, bytes):
                one.tell(Done(one.key, self.board.sheets[one.stream].seq, reply))
            else:
                one.tell(reply)

    def notes(self, draft: Draft) -> list[Waiting]:
        """Return what was found beside new texts, as commands of the server."""
        found = []
        for number in sorted(draft.worded):
            text = self.session.text(self.session.questions[number].wording.text)
            self._likeness.put(number, text)
            note = c.Note(number, self._likeness.alike(number), marks(text))
            found.append(Waiting(note, SYSTEM))
        return found

    def _decide(self, draft: Draft, one: Waiting) -> Reply | bytes:
        """Return a refusal, an earlier answer, or the result's JSON."""
        if isinstance(one.command, Refusal):
            return one.command
        said = b""
        if one.key and not isinstance(one.command, c.Upvote):
            said = wire.body(one.command)
            known = self._again(one, said)
            if known is not None:
                return known
        if one.who.role in STAFF:
            self._name(draft, one.who)
        decision = decide(self.session, one.command, one.who, draft.now)
        if isinstance(decision, Refusal):
            return decision
        entry = self._apply(draft, one.who, decision) if decision else None
        told = msgspec.json.encode(result(self.session, one.command, one.who, entry))
        if said and entry is not None:
            kept = Remembered(one.who.person, one.key, said, told)
            self._remembered[kept.person, kept.key] = kept
            draft.remembered.append(kept)
        return told

    def _again(self, one: Waiting, said: bytes) -> Refusal | bytes | None:
        """Answer as before under the same key, also within a batch.

        It is told with the head of the stream that asks now: another one has another head.
        """
        known = self._remembered.get((one.who.person, one.key))
        if known is None:
            return None
        return known.result if known.body == said else Refusal(Code.KEY_REUSED)

    def _name(self, draft: Draft, who: Who) -> None:
        """Whoever acts as staff stands in the journal by name, once."""
        enter = c.Enter(who.person, who.role, who.name)
        fact = decide(self.session, enter, SYSTEM, draft.now)
        if isinstance(fact, Fact):
            self._apply(draft, SYSTEM, fact)

    def _apply(self, draft: Draft, who: Who, fact: Fact) -> Entry:
        """Evolve with a fact; consecutive taps of a batch become one entry."""
        event = fact.event
        if isinstance(event, Upvoted):
            return self._tap(draft, event)
        self._close_taps(draft)
        entry = Entry(self.session.seq + 1, draft.now, who.person, event, fact.texts)
        self._evolve(draft, entry)
        draft.entries.append(entry)
        draft.worded |= _worded(event)
        draft.recorded = draft.recorded or recorded(event)
        return entry

    def _tap(self, draft: Draft, event: Upvoted) -> Entry:
        number = self.session.seq if draft.taps else self.session.seq + 1
        entry = Entry(number, draft.now, 0, event)
        draft.taps.extend(event.taps)
        self._evolve(draft, entry)
        return entry

    def _close_taps(self, draft: Draft) -> None:
        if draft.taps:
            event = Upvoted(tuple(draft.taps))
            draft.entries.append(Entry(self.session.seq, draft.now, 0, event))
            draft.taps = []

    def _evolve(self, draft: Draft, entry: Entry) -> None:
        touched = evolve(self.session, entry)
        self.board.follow(self.session, touched)
        draft.touched.append(touched)

    def _line(self, number: int) -> Line:
        question = self.session.questions[number]
        standing = question.standing
        return Line(
            number,
            question.asked,
            standing.review,
            standing.reason,
            standing.into,
            question.result.outcome,
            question.topic,
            self.session.upvotes(number),
            question.wording.text,
            question.rev,
        )


def recorded(event: Event) -> bool:
    """Tell whether an event changes what a published record says."""
    return isinstance(event, Redacted) or (isinstance(event, Acted) and event.act in RECORDED)


def _worded(event: Event) -> set[int]:
    """Return the questions whose words are others now."""
    if isinstance(event, Asked):
        return {event.number}
    changes = event.changes if isinstance(event, Acted) else ()
    return {change.subject for change in changes if change.axis is Axis.WORDING}
