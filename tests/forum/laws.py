"""The laws of an evening, checked after every step whatever was asked by whom.

The court keeps its own books: a session folded from the journal alone, clients that know only
snapshots and deltas, and a naive tally of voters. Where the rules and the books differ, it says so.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable

import msgspec

from dialog.forum import commands as c
from dialog.forum.acting import current
from dialog.forum.board import Board, Delta, Kept
from dialog.forum.decide import decide
from dialog.forum.events import Acted, Asked, Axis, Entry, Noted, Upvoted, overwrites
from dialog.forum.evolve import evolve, replay
from dialog.forum.names import (
    ASK_GRACE,
    REWORD_GRACE,
    SYSTEM,
    Outcome,
    Phase,
    Review,
    Role,
    Show,
    Stream,
    Who,
)
from dialog.forum.organising import next_tick
from dialog.forum.question import Answer, Question, Standing
from dialog.forum.refusals import Refusal
from dialog.forum.session import Session
from dialog.forum.transcript import transcript
from dialog.forum.undoing import FINAL
from dialog.forum.views import Row, me, own_rows, row, session_row
from tests.forum.evening import Evening

P, R = Phase, Review
PHASES = {
    (P.ANNOUNCED, P.OPEN),
    (P.OPEN, P.LIVE),
    (P.LIVE, P.CLOSED),
    (P.CLOSED, P.LIVE),
    (P.CLOSED, P.PUBLISHED),
    (P.ANNOUNCED, P.CANCELLED),
    (P.OPEN, P.CANCELLED),
    (P.LIVE, P.CANCELLED),
}
UNDECIDED = {R.WAITING, R.RETURNED, R.UNREVIEWED}
REVIEWS = {
    "approve": (UNDECIDED | {R.STAGE_ONLY}, {R.APPROVED}),
    "stage_only": (UNDECIDED | {R.APPROVED}, {R.STAGE_ONLY}),
    "return": (UNDECIDED | {R.APPROVED, R.STAGE_ONLY}, {R.RETURNED}),
    "return_all": (UNDECIDED | {R.APPROVED, R.STAGE_ONLY}, {R.RETURNED}),
    "hide": ({R.APPROVED, R.STAGE_ONLY}, {R.WAITING}),
    "merge": (UNDECIDED | {R.APPROVED}, {R.MERGED}),
    "merge_all": (UNDECIDED | {R.APPROVED}, {R.MERGED}),
    "unmerge": ({R.MERGED}, UNDECIDED | {R.APPROVED}),
    "reword": ({R.WAITING, R.RETURNED}, {R.WAITING}),
    "withdraw": (UNDECIDED | {R.APPROVED, R.STAGE_ONLY}, {R.WITHDRAWN}),
    "appeal": ({R.RETURNED}, {R.RETURNED}),
    "object": ({R.APPROVED}, {R.WAITING}),
    "name": ({R.APPROVED, R.STAGE_ONLY}, {R.WAITING}),
    "conclude": ({R.WAITING}, {R.UNREVIEWED}),
}
TOGETHER = {"merge_all", "return_all"}
JUDGING = {
    "approve",
    "stage_only",
    "return",
    "edit",
    "merge",
    "unmerge",
    "hide",
    "topic",
    "brief",
}
AFTER_CLOSING = {"withdraw", "reword", "appeal", "object", "consent", "name"}
AFTER_PUBLISHING = {"correct", "keep", "redact", "unpublish", "withdraw", "consent", "name"}
STAGED = {R.APPROVED, R.STAGE_ONLY}
CANARY = re.compile("«[^»]*»")

Picture = tuple[Row, dict[int, Row]]


class Tally:
    """Who supports what, kept the naive way: sets of people, and who was merged into whom."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self.own: dict[int, set[int]] = {}
        self.into: dict[int, int] = {}

    def follow(self, entry: Entry) -> None:
        """Count one entry."""
        match entry.event:
            case Asked(number, _, via):
                self.own[number] = set() if via else {entry.person}
            case Upvoted(taps):
                for tap in taps:
                    self._tap(tap.person, self.root(tap.number), on=tap.on)
            case Acted(_, changes):
                for change in changes:
                    if isinstance(change.after, Standing):
                        self.into[change.subject] = change.after.into
            case _:
                pass

    def root(self, number: int) -> int:
        """Return the kept question, and fail rather than walk in circles."""
        for _ in range(len(self.own) + 1):
            if not self.into.get(number):
                return number
            number = self.into[number]
        raise AssertionError("merges go round in circles")

    def tree(self, number: int) -> set[int]:
        """Return all questions whose way up leads by this one."""
        return {n for n in self.own if number in self._way(n)}

    def people(self, number: int) -> set[int]:
        """Return the union of the supporters of a merge tree."""
        return set().union(*(self.own[n] for n in self.tree(number)))

    def _way(self, number: int) -> list[int]:
        way = [number]
        while self.into.get(way[-1]):
            way.append(self.into[way[-1]])
        return way

    def _tap(self, person: int, kept: int, *, on: bool) -> None:
        if not on:
            for number in self.tree(kept):
                self.own[number].discard(person)
        elif person not in self.people(kept):
            self.own[kept].add(person)


def picture(session: Session, stream: Stream) -> Picture:
    """Return a stream as it is when nobody remembers anything: every row made anew."""
    made = {number: row(session, stream, number) for number in session.questions}
    shown = {n: r | {"upvotes": session.upvotes(n)} for n, r in made.items() if r is not None}
    return session_row(session, stream), shown


def applied(before: Picture, delta: Delta) -> Picture:
    """Return what a client that knows only ``before`` makes of a delta."""
    session, rows = before[0], dict(before[1])
    for number in delta.gone:
        rows.pop(number, None)
    for changed in delta.questions:
        number = changed["number"]
        if changed.keys() == {"number", "upvotes"}:
            assert number in rows, "a count came for a question that the client does not know"
        rows[number] = rows.get(number, {}) | changed
    return delta.session if delta.session is not None else session, rows


class Court:
    """Watches an evening step by step."""

    def __init__(self, evening: Evening) -> None:
        """Take the evening's journal so far into the books."""
        self.evening = evening
        self.books = Session()
        self.board = Board()
        self.tally = Tally()
        self.read = 0
        self.broken = True
        self.known: dict[Stream, dict[int, Picture]] = {s: {0: ({}, {})} for s in Stream}
        self._read()
        self.check()

    # --- steps ---------------------------------------------------------------------------------

    def step(self, command: c.Command, who: Who) -> Entry | None:
        """Let one command happen and check every law; return its entry."""
        self.broken = True
        session = self.evening.session
        decision = self.evening.decide(command, who)
        assert decision == self.evening.decide(command, who), "deciding depends on nothing else"
        assert session == self.books, "deciding changes nothing"
        phase, at, seqs = session.phase, self.evening.now, self._seqs()
        ended = session.asks_ended
        self.evening.do(command, who)
        entries = self.evening.journal[self.read :]
        for entry in entries:
            self.judge(entry, command, who, phase)
            self._book(entry)
        if entries and phase is Phase.CLOSED and who.role is Role.VOLUNTEER:
            self.late(command, at - ended)
        assert isinstance(decision, Refusal) or decision is None or entries
        if len(entries) == 1:
            self.moved(seqs, entries[0])
        self.check()
        return entries[0] if entries else None

    def batch(self, upvotes: Iterable[tuple[c.Upvote, Who]]) -> None:
        """Let many taps happen in one entry and check every law."""
        self.broken = True
        self.evening.tap_batch(upvotes)
        self._read()
        self.check()

    def _read(self) -> None:
        for entry in self.evening.journal[self.read :]:
            self._book(entry)

    def _book(self, entry: Entry) -> None:
        self.board.follow(self.books, evolve(self.books, entry))
        self.tally.follow(entry)
        self.read += 1

    def _seqs(self) -> dict[Stream, int]:
        return {stream: sheet.seq for stream, sheet in self.evening.board.sheets.items()}

    def _remember(self) -> None:
        for stream, seq in self._seqs().items():
            self.known[stream][seq] = picture(self.books, stream)

    # --- laws of one entry, before the books have it -------------------------------------------

    def judge(self, entry: Entry, command: c.Command, who: Who, phase: Phase) -> None:
        """Check that this entry may stand in the journal at all."""
        assert entry.number == self.books.seq + 1
        if phase is Phase.PUBLISHED and who is not SYSTEM:
            assert command.do in AFTER_PUBLISHING
        if phase is Phase.CANCELLED and who is not SYSTEM:
            assert command.do in ("redact", "keep", "withdraw", "consent", "name")
        event = entry.event
        if not isinstance(event, Acted):
            assert isinstance(command, c.Serving | c.Publish) or not isinstance(event, Noted)
            return
        for change in event.changes:
            assert change.before == current(self.books, change.axis, change.subject)
            assert change.before != change.after or event.erased
            if change.axis is Axis.PHASE:
                assert (change.before, change.after) in PHASES
        if event.undoes:
            self._judge_undo(event)
        else:
            self._judge_review(event)
        if event.act in JUDGING | TOGETHER:
            self._judge_person(event, who)

    def _judge_review(self, event: Acted) -> None:
        for change in event.changes:
            if change.axis is Axis.STANDING:
                before, after = change.before, change.after
                assert isinstance(before, Standing)
                assert isinstance(after, Standing)
                assert before.review in REVIEWS[event.act][0], event
                assert after.review in REVIEWS[event.act][1], event

    def _judge_undo(self, event: Acted) -> None:
        undone = self.evening.acted(event.undoes)
        assert event.act not in FINAL
        inverse = tuple(change.inverse for change in reversed(undone.changes))
        assert event.changes[: len(inverse)] == inverse
        more = event.changes[len(inverse) :]
        assert [change.axis for change in more] in ([], [Axis.STAGE])

    def _judge_person(self, event: Acted, who: Who) -> None:
        for change in event.changes:
            if not change.subject:
                continue
            question = self.books.questions[change.subject]
            assert question.asker != who.person, "nobody decides on a question of their own"
            appeal = question.standing.appeal
            if appeal and appeal.open and who.role is not Role.ORGANISER:
                assert question.standing.by != who.person, "another one decides on an appeal"

    def late(self, command: c.Command, ms: int) -> None:
        """Check what volunteers may still do after closing."""
        if command.do == "ask":
            assert ms <= ASK_GRACE
        else:
            assert command.do in AFTER_CLOSING
        if command.do == "reword":
            assert ms <= REWORD_GRACE

    def moved(self, before: dict[Stream, int], entry: Entry) -> None:
        """Check that a stream's number moves when something visible changed, and only then.

        What overwrites texts may move a row in which nothing shows it: read later, they were so
        from the beginning.
        """
        for stream, sheet in self.evening.board.sheets.items():
            changed = picture(self.books, stream) != self.known[stream][before[stream]]
            moved = sheet.seq != before[stream]
            assert moved == changed or (moved and overwrites(entry.event)), stream

    # --- laws of the state ---------------------------------------------------------------------

    def check(self) -> None:
        """Check the laws that hold at every moment."""
        session = self.evening.session
        assert session == self.books, "the journal adds up to the state"
        assert self.evening.board.sheets == self.board.sheets, "and to the streams"
        self.check_streams(3)
        self.check_stage()
        self.check_voters()
        self.check_counts()
        self.check_secrets()
        self.check_clock()
        self._remember()
        self.broken = False

    def check_streams(self, samples: int) -> None:
        """Check that snapshot, and any earlier state with its delta, are the state as it is."""
        for stream, sheet in self.evening.board.sheets.items():
            fresh = picture(self.books, stream)
            whole = sheet.snapshot()
            assert (whole.session, {r["number"]: r for r in whole.questions}) == fresh
            known = self.known[stream]
            ago = sorted(known)
            for seq in {ago[0], *ago[-samples:], ago[sheet.seq * 7 % len(ago)]}:
                delta = sheet.delta(seq)
                assert applied(known[seq], delta) == fresh, (stream, seq)
                assert (delta.start, delta.end) == (seq, sheet.seq)
            assert list(sheet.recent.values()) == sorted(sheet.recent.values())

    def check_stage(self) -> None:
        """Check that only reviewed questions stand on the stage, and only open ones are next."""
        stage, questions = self.books.stage, self.books.questions
        assert len(set(stage.order)) == len(stage.order)
        assert stage.now not in stage.order
        assert all(questions[number].stageable for number in stage.order)
        assert not stage.now or questions[stage.now].standing.review in STAGED
        assert bool(stage.now) == bool(stage.since)

    def check_voters(self) -> None:
        """Check sets, counts, index and merge trees against the naive tally."""
        session = self.books
        index: dict[int, set[int]] = {}
        for number, question in session.questions.items():
            into = question.standing.into
            assert self.tally.into.get(number, 0) == into
            assert bool(into) == (question.standing.review is R.MERGED)
            below = sorted(n for n, q in session.questions.items() if q.standing.into == number)
            assert list(question.merged) == below
            assert session.root(number).number == self.tally.root(number)
            people = self.tally.people(number)
            assert session.upvotes(number) == len(people)
            if session.voters_sealed is None:
                assert set(session.supporters(number)) == people
                assert set(question.voters) == self.tally.own[number]
                for person in question.voters:
                    index.setdefault(person, set()).add(number)
        assert {person: set(numbers) for person, numbers in session.upvoted.items()} == index
        everyone: set[int] = set().union(*self.tally.own.values())
        assert session.voters == len(everyone)

    def check_counts(self) -> None:
        """Check every figure by counting again."""
        session = self.books
        questions = session.questions.values()
        reviews = Counter(q.standing.review for q in questions)
        outcomes = Counter(q.result.outcome for q in questions if q.public)
        assert +session.reviews == reviews
        assert +session.outcomes == outcomes
        assert session.second == sum(q.fresh and q.standing.review is R.WAITING for q in questions)
        desk = session_row(session, Stream.DESK)["counts"]
        assert desk["received"] == len(questions) == sum(desk[r.value] for r in R)
        assert desk["approved"] == desk["public"] == sum(desk[o.value] for o in Outcome)
        assert desk["public"] == desk["open"] + desk["answered"] + desk["not_reached"]
        figures = transcript(session).figures
        assert figures.received == len(questions)
        assert sum(figures.outcomes.values()) == figures.approved - outcomes[Outcome.OPEN]
        if session.phase is Phase.PUBLISHED:
            assert not outcomes[Outcome.OPEN]
            assert not figures.waiting

    def check_clock(self) -> None:
        """Check that a tick does something exactly when one is due."""
        due = next_tick(self.books)
        fact = decide(self.books, c.Tick(), SYSTEM, self.evening.now)
        assert (fact is not None) == (due is not None and due <= self.evening.now)

    # --- secrets -------------------------------------------------------------------------------

    def check_secrets(self) -> None:
        """Check that no stream holds a word it must not."""
        session = self.books
        public = self._public()
        assert _found(picture(session, Stream.FLOOR)) <= public
        assert _found(picture(session, Stream.STAGE)) <= public | self._staged()
        for person in session.asked:
            own = self._own(person)
            assert _found(own_rows(session, person)) <= own
            assert _found(me(session, Who(person, Role.VOLUNTEER))) <= own
        record = transcript(session)
        assert _found(record.questions) <= public | self._recorded()

    def _texts(self, *numbers: int) -> set[str]:
        return _found([self.books.text(number) for number in numbers])

    def _public(self) -> set[str]:
        shown = self._texts(self.books.banner)
        for question in self.books.questions.values():
            if question.standing.review is R.APPROVED and not question.removed:
                shown |= self._worded(question)
        return shown

    def _worded(self, question: Question) -> set[str]:
        wording, answer = question.wording, question.answer
        shown = self._texts(wording.text, wording.background, wording.district)
        if wording.show is Show.NAME:
            shown |= self._texts(wording.name)
        return shown | (self._answered(answer) if answer and answer.released else set())

    def _answered(self, answer: Answer) -> set[str]:
        kept = answer.kept.text if answer.kept else 0
        return self._texts(answer.text, answer.by, answer.to, kept, *answer.sources)

    def _staged(self) -> set[str]:
        session = self.books
        shown = self._texts(session.message.text if session.message else 0)
        for question in session.questions.values():
            if question.standing.review in STAGED:
                shown |= self._worded(question) | self._texts(question.briefing)
                people = [question.scribe]
                if question.draft:
                    shown |= self._texts(question.draft.text)
                    people.append(question.draft.by)
                if question.answer:
                    shown |= self._answered(question.answer)
                    people.append(question.answer.author)
                shown |= _found([session.name(person) for person in people])
        return shown

    def _own(self, person: int) -> set[str]:
        shown: set[str] = set()
        for question in self.books.questions.values():
            if question.asker == person:
                standing, original = question.standing, question.original
                appeal = standing.appeal.text if standing.appeal else 0
                shown |= self._worded(question) | self._texts(standing.note, appeal)
                if original:
                    shown |= self._texts(original.text, original.background)
                shown |= self._texts(question.removed)
        return shown

    def _recorded(self) -> set[str]:
        shown: set[str] = set()
        for question in self.books.questions.values():
            if question.removed:
                shown |= self._texts(question.removed)
            elif question.public:
                tree = self.tally.tree(question.number)
                shown |= self._texts(*(self.books.questions[n].wording.text for n in tree))
                if question.answer and question.answer.released:
                    kept = question.answer.kept
                    before = question.answer.corrections + (kept.corrections if kept else ())
                    shown |= self._texts(*(old.before for old in before))
        return shown

    # --- the end -------------------------------------------------------------------------------

    def adjourn(self) -> None:
        """Check, once, what is too much for every step: replays, and every resume ever possible."""
        evening = self.evening
        assert replay(evening.journal) == evening.session
        bare = [Entry(e.number, e.at, e.person, e.event) for e in evening.journal]
        assert replay(bare, evening.session.texts) == evening.session
        if evening.session.voters_sealed is not None:
            self.check_purged()
        for stream, sheet in evening.board.sheets.items():
            fresh = picture(self.books, stream)
            for seq, known in self.known[stream].items():
                assert applied(known, sheet.delta(seq)) == fresh
        self.check_kept()
        self.check_redo()

    def check_kept(self) -> None:
        """Check that a board kept halfway, and begun again from the session, goes on the same."""
        session, board = Session(), Board()
        for entry in self.evening.journal:
            if entry.number == len(self.evening.journal) // 2:
                stored = msgspec.json.encode(board.kept())
                board = Board.begin(session, msgspec.json.decode(stored, type=Kept))
            board.follow(session, evolve(session, entry))
        for one in (board, Board.begin(session, board.kept())):
            assert one.sheets == self.evening.board.sheets
            for stream, sheet in one.sheets.items():
                whole = self.evening.board.sheets[stream]
                assert all(sheet.delta(seq) == whole.delta(seq) for seq in self.known[stream])

    def check_purged(self) -> None:
        """Check that a published journal adds up to the same without its taps."""
        session, board = Session(), Board()
        for entry in self.evening.journal:
            tapped = isinstance(entry.event, Upvoted)
            event = Upvoted(()) if tapped else entry.event
            purged = Entry(entry.number, entry.at, entry.person, event, entry.texts)
            board.follow(session, evolve(session, purged))
        assert session == self.evening.session
        for stream, sheet in board.sheets.items():
            shown = sheet.snapshot()
            rows = {row["number"]: row for row in shown.questions}
            assert (shown.session, rows) == picture(session, stream)

    def check_redo(self) -> None:
        """Check that whatever can be undone now comes back to the letter when undone twice."""
        for number in list(self.books.deeds):
            copy = replay(self.evening.journal)
            before = _axes(copy)
            undone = _undo(copy, number, self.evening.now)
            if undone is None:
                continue
            for change in undone.changes:
                assert current(copy, change.axis, change.subject) == change.after
            redone = _undo(copy, copy.seq, self.evening.now)
            if redone is None:
                assert _was_hidden_since(copy, undone), "undo of an undo is redo"
            else:
                assert _axes(copy) == before


def _undo(session: Session, event: int, now: int) -> Acted | None:
    """Undo as an organiser who never asked anything."""
    fact = decide(session, c.Undo(event), Who(99, Role.ORGANISER), now)
    if fact is None or isinstance(fact, Refusal):
        return None
    evolve(session, Entry(session.seq + 1, now, 99, fact.event, fact.texts))
    assert isinstance(fact.event, Acted)
    return fact.event


def _was_hidden_since(session: Session, undone: Acted) -> bool:
    """Tell the one case without a redo: a question made public again, merged into a hidden one."""
    return any(
        isinstance(change.before, Standing)
        and change.before.into
        and not session.root(change.before.into).public
        for change in undone.changes
    )


def _axes(session: Session) -> list[object]:
    own = [axis for axis in Axis if hasattr(session, axis.value)]
    asked = [axis for axis in Axis if axis not in own]
    return [current(session, axis, 0) for axis in own if axis is not Axis.MUTED] + [
        (number, axis, current(session, axis, number))
        for number in session.questions
        for axis in asked
    ]


def _found(shown: object) -> set[str]:
    return set(CANARY.findall(json.dumps(shown, ensure_ascii=False)))
