"""A room: one task owns one session's state; nobody else reads or changes it.

Commands wait decoded in a list. A batch is stored in one commit and only then answered. Everything
else (hello, pages, polls, ticks) is a request to the same task, served between two commits, and
gets values. A commit that fails throws the state away, opens it again from the journal, and
refuses its batch with ``busy``; until a trial can be stored, so is what comes after it, at once.

Where other processes serve the same session, what they have stored is added up first: before a
batch is decided, under the lock that keeps them out, and whenever one of them tells of news.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Container, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

import structlog

from dialog.forum import commands as c
from dialog.forum.board import Board
from dialog.forum.events import Upvoted
from dialog.forum.evolve import Touched
from dialog.forum.journal import Batch, Opened, Overtaken, Place, Tail, Unavailable
from dialog.forum.names import Phase, Role, Stream, Who
from dialog.forum.organising import next_tick
from dialog.forum.refusals import Code, Refusal
from dialog.forum.session import Session
from dialog.forum.transcript import Transcript, transcript
from dialog.forum.views import Row, me, row
from dialog.hub import wire
from dialog.hub.backoff import Backoff
from dialog.hub.clock import Onward
from dialog.hub.closing import Close
from dialog.hub.connection import NOTHING, Connection
from dialog.hub.digest import mark
from dialog.hub.inbox import Inbox
from dialog.hub.ledger import Draft, Ledger, Reply, Undecided, Waiting, count, recorded
from dialog.hub.limits import Spent
from dialog.hub.pollers import Pollers
from dialog.hub.presence import Presence
from dialog.hub.sweep import Frame, Sweep

log = structlog.get_logger()
T = TypeVar("T")

LOOKS = 4  # at what others stored, in a tick at most: no screen shows more
BEHIND_S = 1.0


class Journal(Protocol):
    """What a room needs of whoever keeps its journal."""

    async def open(self, session: str) -> Opened:
        """Return the journal as stored; a session not yet known begins."""

    async def append(
        self, session: str, place: Place, make: Callable[[Tail], Batch | None]
    ) -> None:
        """Store wholly what is made for what others stored since a place, or raise.

        Nobody else stores anything meanwhile; for None nothing is stored.
        """

    async def tail(self, session: str, place: Place) -> Tail:
        """Return what others have stored since a place."""

    async def trial(self, session: str) -> None:
        """Write and leave nothing, or raise."""


@dataclass(frozen=True, slots=True)
class Timing:
    """In seconds: how often changes go out, how long a batch gathers, how often a heartbeat."""

    tick: float = 0.1
    window: float = 0.007
    heartbeat: float = float(wire.HEARTBEAT)


Publish = Callable[[str, Transcript], Awaitable[None]]
Charge = Callable[[Spent], None]


def unlimited(_spent: Spent) -> None:
    """Let what people do at other processes count for nothing."""


@dataclass(slots=True)
class Turn:
    """One commit: what others had stored before it, what waited by then, what was decided."""

    tail: Tail | None = None
    followed: list[Touched] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    draft: Draft | None = None


class Room:
    """One session while it is held in memory."""

    def __init__(
        self,
        slug: str,
        journal: Journal,
        *,
        clock: Callable[[], int],
        frame: Frame,
        publish: Publish,
        charge: Charge = unlimited,
        timing: Timing | None = None,
    ) -> None:
        """Bind a room to its journal; ``clock`` gives ms UTC, ``publish`` takes the record.

        ``charge`` is told of what people sent to other processes.
        """
        self.slug = slug
        self.presence = Presence()
        self.resyncs: Counter[str] = Counter()
        self._journal = journal
        self._clock = Onward(clock)
        self._timing = timing or Timing()
        self._publish = publish
        self._charge = charge
        self._frame = frame
        self._stir = asyncio.Event()
        self._sweep = Sweep(frame, self.presence, self._clock, self._stir.set)
        self._ledger: Ledger
        self._inbox = Inbox(self._stir.set)
        self._requests: list[Callable[[], None]] = []
        self._pollers = Pollers()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._tick_at = 0.0
        self._beat_at = 0.0
        self._look_at = 0.0
        self._unrecorded = Backoff()
        self._whole = False
        self._behind = False

    # --- from outside --------------------------------------------------------------------------

    async def start(self) -> None:
        """Open the journal and begin; a record that was not yet kept is kept now."""
        await self._open()
        await self._record()
        self._task = asyncio.create_task(self._run(), name=f"room {self.slug}")

    async def stop(self) -> None:
        """Finish the commit under way and end; what still waits is refused.

        Who is cancelled while that commit hangs ends the room as well.
        """
        self._stopping = True
        self._inbox.close()
        self._stir.set()
        try:
            if self._task is not None:
                await self._task
            await self._sweep.end()
        finally:
            self._pollers.wake()
            self._inbox.clear()
            if self.resyncs:
                log.info("resyncs", session=self.slug, **self.resyncs)

    def submit(self, waiting: Waiting) -> None:
        """Take a command in; its answer comes after the commit, or at once where none works."""
        self._inbox.put(waiting)

    async def ask(
        self,
        command: c.Command | Refusal,
        who: Who,
        *,
        key: str = "",
        stream: Stream = Stream.FLOOR,
    ) -> Reply:
        """Give a command and wait for its answer; a caller who leaves cancels nothing."""
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()

        def answer(reply: Reply) -> None:
            if not future.done():
                future.set_result(reply)

        self.submit(Waiting(command, who, answer, key, stream))
        return await future

    async def read(self, reader: Callable[[Session, Board], T]) -> T:
        """Return what ``reader`` makes of the state between two commits: values, never state.

        Raise ``Unavailable`` while the journal is out of reach and the state spoilt.
        """
        if self._task is None or self._task.done():
            return reader(*self._state())
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def serve() -> None:
            if future.done():
                return
            try:
                future.set_result(reader(*self._state()))
            except Exception as error:  # noqa: BLE001 - it belongs to whoever asked
                future.set_exception(error)

        self._requests.append(serve)
        self._stir.set()
        return await future

    async def similar(self, text: str) -> list[Row]:
        """Return up to three public questions that resemble a text, as the floor shows them."""

        def find(session: Session, _board: Board) -> list[Row]:
            numbers = self._ledger.suggestions.like(text)
            rows = ((n, row(session, Stream.FLOOR, n)) for n in numbers)
            return [made | {"upvotes": session.upvotes(n)} for n, made in rows if made]

        return await self.read(find)

    async def enter(
        self, connection: Connection, epoch: str, seq: int, ended: Container[int] = ()
    ) -> None:
        """Welcome a connection and bring it up to date; from then on it gets every tick.

        One whose pass has ``ended`` while it waited for its turn is sent away.
        """

        def welcome(session: Session, _board: Board) -> None:
            if connection.pass_id in ended:
                connection.close(Close.PASS_ENDED)
            else:
                self._enter(session, connection, epoch, seq)

        await self.read(welcome)

    def leave(self, connection: Connection) -> None:
        """Forget a connection."""
        self.presence.leave(connection)
        self._sweep.leave(connection)

    def resync(self, connection: Connection, why: str) -> None:
        """Send a connection everything, as soon as the room is between commits; count it."""
        self.resyncs[why] += 1

        def serve() -> None:
            if self._whole:
                self._sweep.anew(self._ledger, connection)

        self._requests.append(serve)
        self._stir.set()

    def seen(self, connection: Connection, numbers: Sequence[int]) -> None:
        """Count what stood on a screen, whenever the room is between commits: it is not urgent."""

        def serve() -> None:
            if self._whole:
                shown = self._ledger.board.sheets[Stream.FLOOR].shown
                self._sweep.impressions.note(connection, numbers, shown)

        self._requests.append(serve)

    async def little_seen(self) -> list[int]:
        """Return the numbers of some questions that few have seen."""
        return await self.read(lambda _s, board: self._offer(board))

    def _offer(self, board: Board) -> list[int]:
        return self._sweep.impressions.offer(board.sheets[Stream.FLOOR])

    async def updates(self, stream: Stream, who: Who, epoch: str, seq: int) -> list[bytes]:
        """Return the messages that bring a client without a socket up to date."""
        return await self.read(lambda s, _board: self._updates(s, stream, who, epoch, seq))

    async def moved(
        self,
        stream: Stream,
        epoch: str,
        seq: int,
        wait: float,
        *,
        pass_id: int = 0,
        own: tuple[Who, str] | None = None,
    ) -> None:
        """Wait until there is more than ``seq`` of ``epoch``, or ``pass_id`` has ended.

        More is also another state of a person's ``own`` than the one named: some moves no stream.
        After ``wait`` seconds it is enough.
        """
        with self._pollers.waiting(pass_id) as news:
            there = await self.read(lambda _s, board: board.sheets[stream].seq)
            alone = own is None or own[1] == await self.read(lambda s, _b: mark(me(s, own[0])))
            if seq > self._ledger.place.head:  # another process was quicker
                self.heard(seq)
                wait = min(wait, BEHIND_S)
            if self.epoch == epoch and seq >= there and alone and not self._stopping:
                await asyncio.wait({news}, timeout=wait)

    def revoke(self, pass_id: int) -> None:
        """Close every connection of a pass that has ended, and let its polls wait no longer."""
        for connection in self.presence.everyone():
            if connection.pass_id == pass_id:
                connection.close(Close.PASS_ENDED)
        self._pollers.revoke(pass_id)

    def rename(self, person: int, name: str) -> None:
        """Let a volunteer's pages that are live here speak by another name from now on."""
        for connection in self.presence.everyone():
            who = connection.who
            if who.person == person and who.role is Role.VOLUNTEER:
                connection.who = replace(who, name=name)

    def heard(self, head: int, epoch: str = "") -> None:
        """Look at the journal soon if it stands elsewhere; a head or epoch of before is no news."""
        place = self._ledger.place
        if head > place.head or epoch not in ("", place.epoch):
            self._behind = True
            self._stir.set()

    @property
    def passes(self) -> set[int]:
        """The passes with which anybody is here."""
        return {c.pass_id for c in self.presence.everyone()} | self._pollers.passes

    @property
    def epoch(self) -> str:
        """The epoch of the journal: under another one numbers begin anew."""
        return self._ledger.epoch

    @property
    def revised(self) -> tuple[str, int]:
        """What is another whenever readers see more than other counts."""
        return self._ledger.epoch, self._ledger.revised

    @property
    def now(self) -> int:
        """The room's time in ms UTC: it never goes back, whatever the machine's clock does."""
        return self._clock()

    @property
    def storing(self) -> bool:
        """Tell whether what is commanded can be stored."""
        return self._inbox.storing

    def _state(self) -> tuple[Session, Board]:
        """Return the state if it is what is stored, and nothing else."""
        if not self._whole:
            raise Unavailable("the journal does not open")
        return self._ledger.session, self._ledger.board

    # --- the task ------------------------------------------------------------------------------

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while not self._stopping:
                await self._wait(loop.time())
                try:
                    await self._turn(loop)
                except Exception:
                    log.exception("room fault", session=self.slug)
                    await self._reopen()
        except asyncio.CancelledError:
            self._whole = False  # nobody knows whether the commit under way will be stored
            raise
        finally:
            self._serve()

    async def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        """Answer what was asked, store what was commanded, tell what has changed."""
        self._serve()
        if not self._inbox.storing:
            await self._try(loop.time())
        if (self._inbox or self._due()) and self._inbox.storing:
            await self._inbox.gather(self._timing.window)
            self._serve()
            await self._commit()
            self._serve()
        elif self._behind and self._whole and loop.time() >= self._look_at:
            await self._catch_up()
            self._look_at = loop.time() + self._timing.tick / LOOKS
            self._serve()
        if self._unrecorded.on and not self._unrecorded.left(loop.time()):
            await self._record()
        if self._whole:
            self._tell(loop.time())

    async def _wait(self, now: float) -> None:
        """Sleep until something is asked, or the next tick, heartbeat, phase or try is due."""
        timeout = min(self._moments(now), default=self._timing.heartbeat)
        if not self._stir.is_set() and timeout > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stir.wait(), timeout)
        self._stir.clear()

    def _moments(self, now: float) -> Iterator[float]:
        """Return in how many seconds something has to be done without being asked."""
        if not self._inbox.storing:
            yield self._inbox.left(now)
        if self._unrecorded.on:
            yield self._unrecorded.left(now)
        if self._whole and not self._sweep.busy:
            yield self._beat_at - now
            if self._behind:
                yield self._look_at - now
            if self._sweep.pending:
                yield self._tick_at - now
        due = next_tick(self._ledger.session)
        if due is not None and self._inbox.storing:
            yield (due - self._clock()) / 1000

    def _serve(self) -> None:
        """Answer the requests that came in; nothing is being decided meanwhile."""
        requests, self._requests = self._requests, []
        for serve in requests:
            serve()

    def _tell(self, now: float) -> None:
        """Send the tick and the heartbeat that are due, once the tick before has reached all."""
        beat = now >= self._beat_at
        if self._sweep.busy or not (beat or (self._sweep.pending and now >= self._tick_at)):
            return
        self._tick_at = now + self._timing.tick
        if beat:
            self._beat_at = now + self._timing.heartbeat
        if not (beat or self._sweep.dirty):
            self._sweep.catch_up(self._ledger)
            return
        self._sweep.tick(self._ledger, beat=beat)
        self._pollers.wake()

    def _due(self) -> bool:
        """Tell whether the clock asks for something."""
        due = next_tick(self._ledger.session)
        return due is not None and self._clock() >= due

    # --- a commit ------------------------------------------------------------------------------

    async def _commit(self) -> None:
        """Decide what waits, store it in one commit, then answer in the order of asking."""
        turn = Turn()
        try:
            await self._journal.append(
                self.slug, self._ledger.place, lambda tail: self._make(turn, tail)
            )
        except Overtaken:
            await self._begin_anew()
            return
        except Undecided as fault:
            log.exception("command fault", session=self.slug)
            await self._set_aside(turn.waiting, fault.place)
            return
        except Exception as fault:  # noqa: BLE001 - whatever it is, nothing was stored
            await self._fail(turn.waiting, fault)
            return
        await self._tell_done(turn)

    def _make(self, turn: Turn, tail: Tail) -> Batch | None:
        """Add up what others have stored, then decide all that waits by now."""
        turn.tail, turn.followed = tail, self._follow(tail)
        self._behind = False
        turn.waiting = self._inbox.take()
        turn.draft = draft = self._ledger.draft(turn.waiting, self._clock())
        return self._ledger.batch(draft) if draft.entries else None

    async def _tell_done(self, turn: Turn) -> None:
        """Answer what is stored now, and let the next tick tell of it."""
        draft, tail = turn.draft, turn.tail
        if draft is None or tail is None:
            raise RuntimeError("a commit without a decision")
        if draft.entries:
            self._inbox.stored()
        self._ledger.answer(draft)
        count(draft)
        self._note(turn.followed + draft.touched)
        for note in self._ledger.notes(draft):
            self.submit(note)
        if draft.sealed:
            await self._reopen()
        elif draft.recorded or _records(tail):
            await self._record()

    def _note(self, followed: list[Touched]) -> None:
        for touched in followed:
            self._sweep.note(self._ledger.session, touched)

    def _dismiss(self) -> None:
        """Let those go who follow the floor: what their passes opened has ended."""
        for connection in self.presence.follow(Stream.FLOOR):
            connection.close(Close.OVER)

    # --- other processes -------------------------------------------------------------------------

    async def _catch_up(self) -> None:
        """Add up what other processes have stored; out of reach, the next one to tell is heard."""
        self._behind = False
        try:
            tail = await self._journal.tail(self.slug, self._ledger.place)
            followed = self._follow(tail)
        except Unavailable:
            return
        except Overtaken:
            await self._begin_anew()
            return
        self._note(followed)
        if _records(tail):
            await self._record()

    def _follow(self, tail: Tail) -> list[Touched]:
        """Add up a tail, or raise ``Overtaken``; what people did elsewhere counts here, too."""
        if tail.epoch != self.epoch:
            raise Overtaken
        followed = self._ledger.follow(tail)
        for last in tail.entries[-1:]:
            self._clock.not_before(last.at)
        for (person, staff), messages in self._spent(tail).items():
            self._charge(Spent(self.slug, person, staff, messages))
        return followed

    def _spent(self, tail: Tail) -> Counter[tuple[int, bool]]:
        """Return how many messages of people, as staff or not, a tail comes from."""
        spent = Counter[tuple[int, bool]]()
        staff = self._ledger.session.staff
        for entry in tail.entries:
            if isinstance(entry.event, Upvoted):
                spent.update((tap.person, False) for tap in entry.event.taps)
            elif entry.person:
                spent[entry.person, entry.person in staff] += 1
        return spent

    async def _begin_anew(self) -> None:
        """Open a journal that has another epoch."""
        await self._reopen()
        self._stir.set()  # what waited still waits

    # --- what fails ------------------------------------------------------------------------------

    async def _set_aside(self, waiting: list[Waiting], place: int) -> None:
        """Refuse the one command that met a fault of ours, and take the others once more."""
        refusal = Refusal(Code.BUSY, field="fault", retry_ms=1_000)
        waiting[place] = replace(waiting[place], command=refusal)
        self._inbox.put_back(waiting)
        await self._reopen()

    async def _fail(self, waiting: list[Waiting], fault: Exception) -> None:
        """Refuse what was not stored, and what came meanwhile, and begin again from what was.

        Whoever keeps the journal tells that it is unavailable: once, and not for every room.
        """
        self._inbox.put_back(waiting)
        if self._inbox.failed() and not isinstance(fault, Unavailable):
            log.error("commit failed", session=self.slug, exc_info=fault)
        await self._reopen()

    async def _try(self, now: float) -> None:
        """Find out, once it is time, whether something can be stored; only then take commands."""
        if self._inbox.left(now):
            return
        try:
            await self._journal.trial(self.slug)
        except Exception:  # noqa: BLE001 - the first of them was told
            self._inbox.failed()
            return
        if not self._whole:
            await self._reopen()
        if self._whole:
            self._inbox.tried()

    async def _open(self) -> None:
        """Add up the journal; what stands in it has happened, whatever a clock says."""
        self._behind = False
        self._ledger = Ledger(await self._journal.open(self.slug))
        self._clock.not_before(self._ledger.session.at)
        self._whole = True

    async def _reopen(self) -> None:
        """Throw the state away, for it may hold what was not stored; everyone gets a snapshot.

        What others stored, or a commit that nobody heard of, may have published it or changed the
        record: that is handed on, and under a new epoch volunteers part.
        """
        before, known, self._whole = self.epoch, self._whole, False
        try:
            await self._open()
        except Exception as fault:
            self._inbox.failed()
            if known and not isinstance(fault, Unavailable):
                log.exception("journal does not open", session=self.slug)
            return
        self._sweep.forget()
        if self.epoch != before:
            self._sweep.impressions.forget()
        for connection in self.presence.everyone():
            self._sweep.anew(self._ledger, connection)
        if self._ledger.session.phase is Phase.PUBLISHED:
            await self._record()
            if self.epoch != before:
                self._dismiss()

    async def _record(self) -> None:
        """Hand the public record on; one that fails is handed on a little later."""
        session = self._ledger.session
        if session.phase is not Phase.PUBLISHED:
            return
        try:
            await self._publish(self.slug, transcript(session))
        except Exception:
            if self._unrecorded.met(asyncio.get_running_loop().time()):
                log.exception("record not kept", session=self.slug)
        else:
            self._unrecorded.over()

    # --- connections ---------------------------------------------------------------------------

    def _enter(self, session: Session, connection: Connection, epoch: str, seq: int) -> None:
        head, own = self._head(connection.stream), me(session, connection.who)
        hello = wire.welcome(self.epoch, head, self._clock(), own, session.limits)
        connection.line.write(self._frame(hello))
        connection.seq = self._resumable(connection.stream, epoch, seq)
        connection.since = self._clock()
        self.presence.enter(connection)
        self._sweep.send(self._ledger, connection)

    def _head(self, stream: Stream) -> int:
        return self._ledger.board.sheets[stream].seq

    def _resumable(self, stream: Stream, epoch: str, seq: int) -> int:
        """Return the number from which a client goes on, ``NOTHING`` where it has to start anew."""
        sheet = self._ledger.board.sheets[stream]
        return seq if epoch == self.epoch and sheet.resumable(seq) else NOTHING

    def _updates(
        self, session: Session, stream: Stream, who: Who, epoch: str, seq: int
    ) -> list[bytes]:
        head, since = self._head(stream), self._resumable(stream, epoch, seq)
        little = self._offer(self._ledger.board) if stream is Stream.FLOOR else None
        messages = [wire.alone(self.epoch, head, self._clock(), me(session, who), little)]
        if since != head:
            messages.append(self._sweep.rows(self._ledger, stream, since))
        return messages


def _records(tail: Tail) -> bool:
    """Tell whether a tail changes what a published record says.

    Every process hands the record on then: whoever was late with an older one is soon here, too.
    """
    return any(recorded(entry.event) for entry in tail.entries)
