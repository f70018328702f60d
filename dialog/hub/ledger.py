"""A room's state in memory, and how commands become a batch: synchronous, stored by no one yet.

Inside a batch the state evolves as it is decided, so that each command sees the one before. If
the batch is not stored, the whole ledger is thrown away.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice

import structlog

from dialog import meters
from dialog.forum import commands as c
from dialog.forum.board import Board
from dialog.forum.decide import decide, result, seal
from dialog.forum.events import (
    Acted,
    Asked,
    Axis,
    Entry,
    Event,
    Fact,
    Purged,
    Redacted,
    Sealed,
    Tap,
    Upvoted,
)
from dialog.forum.evolve import Touched, evolve
from dialog.forum.journal import Batch, Line, Opened, Place, Remembered, Tail
from dialog.forum.likeness import Likeness
from dialog.forum.names import SYSTEM, Stream, Who
from dialog.forum.organising import next_tick
from dialog.forum.refusals import Code, Refusal
from dialog.forum.roles import STAFF
from dialog.forum.session import Session
from dialog.hub import wire
from dialog.hub.digest import Digest
from dialog.hub.marks import marks
from dialog.hub.suggestions import Suggestions

log = structlog.get_logger()

# A small session is compared whole from the start; of a large one, opening must not wait for it.
READ_AT_ONCE = 2_000
READ_ON = 20
COMPARED = 10  # of those that come in one moment: suggestions for a person, who reads no more
RECORDED = frozenset({"publish", "correct", "keep", "unpublish", "withdraw"})


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


@dataclass(slots=True, eq=False)  # frozen it would take twice as long to make, for every tap
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
    """A batch in the making: entries, the taps of the last one, replies and what it changed.

    What taps have ``tapped`` is followed and told once for all of an entry.
    """

    now: int
    entries: list[Entry] = field(default_factory=list)
    taps: list[Tap] = field(default_factory=list)
    tapped: Touched = field(default_factory=Touched)
    remembered: list[Remembered] = field(default_factory=list)
    replies: list[tuple[Waiting, Reply | bytes]] = field(default_factory=list)
    touched: list[Touched] = field(default_factory=list)
    worded: set[int] = field(default_factory=set)
    recorded: bool = False
    sealed: bool = False


def count(draft: Draft) -> None:
    """Count the answers of a stored draft by what they are."""
    told = Counter(r.code.value if isinstance(r, Refusal) else "done" for _, r in draft.replies)
    for answer, times in told.items():
        meters.ANSWERS.labels(answer).inc(times)


class Ledger:
    """The session of a room with its board, its remembered answers and what resembles what."""

    def __init__(self, opened: Opened) -> None:
        """Add up a journal as it was stored."""
        self.epoch = opened.epoch
        state = opened.added_up()
        self.session, self._board = state.session, state.board
        self._unsettled = True
        self._digests = {stream: Digest(sheet) for stream, sheet in self._board.sheets.items()}
        # Two strings each and no objects: a large evening has a hundred thousand.
        self._remembered: dict[str, bytes] = {}
        self._remember(opened.remembered)
        self._likeness = Likeness(self._text)
        self._unread = iter(tuple(self.session.questions))
        self._read_on(READ_AT_ONCE)
        self.suggestions = Suggestions(self.session)

    @property
    def board(self) -> Board:
        """The streams as they are, their windows brought up to date where something has changed."""
        self._settle()
        return self._board

    @property
    def revised(self) -> int:
        """The number of the last entry that changed more than counts for readers."""
        return self._board.sheets[Stream.FLOOR].revised

    def digest(self, stream: Stream) -> str:
        """Return the digest of a stream as it was last told."""
        return self._digests[stream].now()

    @property
    def place(self) -> Place:
        """How far this has come in the journal."""
        return Place(self.epoch, self.session.seq, self.session.last_text)

    def follow(self, tail: Tail) -> list[Touched]:
        """Add up what other processes have stored, and return what it touched."""
        session = self.session
        session.texts.update(tail.texts)
        session.last_text = max(session.last_text, *tail.texts, 0)
        self._remember(tail.remembered)
        followed = []
        for entry in tail.entries:
            touched = evolve(session, entry)
            self._board.follow(session, touched)
            self.suggestions.note(touched.rows)
            self._settle_for_others()
            followed.append(touched)
            for number in _worded(entry.event):
                self._likeness.put(number)
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
        self._close_taps(draft)
        self._settle_for_others()
        return draft

    def batch(self, draft: Draft) -> Batch:
        """Return what a draft asks the journal to store."""
        numbers = {n for touched in draft.touched for n in touched.rows | touched.counts}
        lines = tuple(line(self.session, number) for number in sorted(numbers))
        remembered = tuple(draft.remembered)
        return Batch(tuple(draft.entries), remembered, lines, self.session.phase)

    def answer(self, draft: Draft) -> None:
        """Answer every command of a stored draft, in the order of asking."""
        for one, reply in draft.replies:
            if isinstance(reply, bytes):
                one.tell(Done(one.key, self._board.sheets[one.stream].seq, reply))
            else:
                one.tell(reply)

    def notes(self, draft: Draft) -> list[Waiting]:
        """Return what was found beside new texts, as commands of the server."""
        found = []
        # Together they take as long as one: nobody's upvote waits for suggestions.
        compared = min(len(draft.worded), COMPARED)
        for place, number in enumerate(sorted(draft.worded)):
            self._likeness.put(number)
            alike = self._likeness.alike(number, 1 / compared) if place < compared else ()
            found.append(Waiting(c.Note(number, alike, marks(self._text(number))), SYSTEM))
        self._read_on(READ_ON)
        return found

    def _settle(self) -> None:
        if self._unsettled:
            self._board.settle(self.session)
            self._unsettled = False

    def _settle_for_others(self) -> None:
        """Note that something has changed.

        Whoever comes from another process has its window of any number that it may have read: this
        one has to know what its own was then. Alone it is enough to know it when somebody reads.
        """
        self._unsettled = True
        if self._board.extent.same:
            self._settle()

    def _text(self, number: int) -> str:
        return self.session.text(self.session.questions[number].wording.text)

    def _read_on(self, count: int) -> None:
        """Take some more of the questions that were there at the opening into the index."""
        for number in islice(self._unread, count):
            if number not in self._likeness:
                self._likeness.put(number)

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
        told = wire.encode(result(self.session, one.command, one.who, entry))
        if said and entry is not None:
            kept = Remembered(one.who.person, one.key, said, told)
            self._remember((kept,))
            draft.remembered.append(kept)
        return told

    def _again(self, one: Waiting, said: bytes) -> Refusal | bytes | None:
        """Answer as before under the same key, also within a batch.

        It is told with the head of the stream that asks now: another one has another head.
        """
        known = self._remembered.get(f"{one.who.person} {one.key}")
        if known is None:
            return None
        return known[len(said) :] if known.startswith(said) else Refusal(Code.KEY_REUSED)

    def _remember(self, answers: Iterable[Remembered]) -> None:
        """Keep the hash of each command, which is always as long, and its answer behind it."""
        for one in answers:
            self._remembered[f"{one.person} {one.key}"] = one.body + one.result

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
        self._follow(draft, evolve(self.session, entry))
        draft.entries.append(entry)
        draft.worded |= _worded(event)
        draft.recorded = draft.recorded or recorded(event)
        draft.sealed = draft.sealed or isinstance(event, Sealed | Purged)
        return entry

    def _tap(self, draft: Draft, event: Upvoted) -> Entry:
        number = self.session.seq if draft.taps else self.session.seq + 1
        entry = Entry(number, draft.now, 0, event)
        draft.taps.extend(event.taps)
        evolve(self.session, entry, draft.tapped)
        return entry

    def _close_taps(self, draft: Draft) -> None:
        if draft.taps:
            event = Upvoted(tuple(draft.taps))
            draft.entries.append(Entry(self.session.seq, draft.now, 0, event))
            self._follow(draft, draft.tapped)
            draft.taps, draft.tapped = [], Touched()

    def _follow(self, draft: Draft, touched: Touched) -> None:
        self._board.follow(self.session, touched)
        self.suggestions.note(touched.rows)
        self._unsettled = True
        draft.touched.append(touched)


def line(session: Session, number: int) -> Line:
    """Return a question's line for the tables that pages, search and statistics read."""
    question = session.questions[number]
    standing = question.standing
    return Line(
        number,
        question.asked,
        standing.review,
        standing.reason,
        standing.into,
        question.result.outcome,
        question.topic,
        session.upvotes(number),
        question.wording.text,
        question.rev,
    )


def recorded(event: Event) -> bool:
    """Tell whether an event changes what a published record says."""
    if isinstance(event, Acted):
        return event.act in RECORDED
    return isinstance(event, Redacted | Purged)


def _worded(event: Event) -> set[int]:
    """Return the questions whose words are others now."""
    if isinstance(event, Asked):
        return {event.number}
    changes = event.changes if isinstance(event, Acted) else ()
    return {change.subject for change in changes if change.axis is Axis.WORDING}
