"""A room: one task owns one session's state; nobody else reads or changes it.

Commands wait decoded in a list. A batch is stored in one commit and only then answered. Everything
else (hello, pages, polls, ticks) is a request to the same task, served between two commits, and
gets values. A commit that fails throws the state away, opens it again from the journal, and
refuses its batch with ``busy``.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol, TypeVar

import structlog

from dialog.forum import commands as c
from dialog.forum.board import Board
from dialog.forum.journal import Batch, Opened
from dialog.forum.names import SYSTEM, Phase, Stream, Who
from dialog.forum.organising import next_tick
from dialog.forum.refusals import Code, Refusal
from dialog.forum.session import Session
from dialog.forum.transcript import Transcript, transcript
from dialog.forum.views import me
from dialog.hub import wire
from dialog.hub.closing import Close
from dialog.hub.connection import Connection
from dialog.hub.ledger import Ledger, Reply, Waiting
from dialog.hub.presence import Presence
from dialog.hub.sweep import Frame, Sweep

log = structlog.get_logger()
T = TypeVar("T")

WAITING_COMMANDS = 20_000
REOPEN_AFTER = 0.1
REOPEN_AT_MOST = 5.0


class Journal(Protocol):
    """What a room needs of whoever keeps its journal."""

    async def open(self, session: str) -> Opened:
        """Return the journal as stored; a session not yet known begins."""

    async def append(self, session: str, batch: Batch) -> None:
        """Store a batch wholly, or raise."""


@dataclass(frozen=True, slots=True)
class Timing:
    """In seconds: how often changes go out, how long a batch gathers, how often a heartbeat."""

    tick: float = 0.1
    window: float = 0.01
    heartbeat: float = float(wire.HEARTBEAT)


Publish = Callable[[str, Transcript], Awaitable[None]]


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
        timing: Timing | None = None,
    ) -> None:
        """Bind a room to its journal; ``clock`` gives ms UTC, ``publish`` takes the record."""
        self.slug = slug
        self.presence = Presence()
        self._journal = journal
        self._clock = clock
        self._timing = timing or Timing()
        self._publish = publish
        self._frame = frame
        self._sweep = Sweep(frame, self.presence)
        self._ledger: Ledger
        self._inbox: list[Waiting] = []
        self._requests: list[Callable[[], None]] = []
        self._movers: set[asyncio.Future[None]] = set()
        self._stir = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._tick_at = 0.0
        self._beat_at = 0.0
        self._patient_until = 0.0

    # --- from outside --------------------------------------------------------------------------

    async def start(self) -> None:
        """Open the journal and begin; a record that was not yet kept is kept now."""
        self._ledger = Ledger(await self._journal.open(self.slug))
        await self._record()
        self._task = asyncio.create_task(self._run(), name=f"room {self.slug}")

    async def stop(self) -> None:
        """Finish the commit under way and end; what still waits is refused."""
        self._stopping = True
        self._stir.set()
        if self._task is not None:
            await self._task
        self._wake_movers()
        for waiting in self._inbox:
            waiting.answer(Refusal(Code.BUSY, retry_ms=2_000))
        self._inbox.clear()

    def submit(self, waiting: Waiting) -> None:
        """Take a command in; its answer comes after the commit."""
        if len(self._inbox) >= WAITING_COMMANDS or self._stopping:
            waiting.answer(Refusal(Code.BUSY, retry_ms=1_000))
            return
        self._inbox.append(waiting)
        self._stir.set()

    async def ask(
        self, command: c.Command, who: Who, *, key: str = "", stream: Stream = Stream.FLOOR
    ) -> Reply:
        """Give a command and wait for its answer; a caller who leaves cancels nothing."""
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()

        def answer(reply: Reply) -> None:
            if not future.done():
                future.set_result(reply)

        self.submit(Waiting(command, who, answer, key, stream))
        return await future

    async def read(self, reader: Callable[[Session, Board], T]) -> T:
        """Return what ``reader`` makes of the state between two commits: values, never state."""
        if self._task is None or self._task.done():
            return reader(self._ledger.session, self._ledger.board)
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def serve() -> None:
            if future.done():
                return
            try:
                future.set_result(reader(self._ledger.session, self._ledger.board))
            except Exception as error:  # noqa: BLE001 - it belongs to whoever asked
                future.set_exception(error)

        self._requests.append(serve)
        self._stir.set()
        return await future

    async def enter(self, connection: Connection, epoch: str, seq: int) -> None:
        """Welcome a connection and bring it up to date; from then on it gets every tick."""
        await self.read(lambda session, board: self._enter(session, board, connection, epoch, seq))

    def leave(self, connection: Connection) -> None:
        """Forget a connection."""
        self.presence.leave(connection)

    def resync(self, connection: Connection) -> None:
        """Send a connection the whole stream, as soon as the room is between two commits."""
        self._requests.append(lambda: self._snapshot(connection, self._ledger.board))
        self._stir.set()

    async def updates(self, stream: Stream, who: Who, epoch: str, seq: int) -> list[bytes]:
        """Return the messages that bring a client without a socket up to date."""
        return await self.read(lambda s, board: self._updates(s, board, stream, who, epoch, seq))

    async def moved(self, stream: Stream, epoch: str, seq: int, wait: float) -> None:
        """Wait until a stream has moved beyond ``seq`` of ``epoch``, at most ``wait`` seconds."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._movers.add(future)
        try:
            here = await self.read(lambda _session, board: board.sheets[stream].seq)
            if (self.epoch, here) == (epoch, seq) and not self._stopping:
                await asyncio.wait({future}, timeout=wait)
        finally:
            self._movers.discard(future)

    @property
    def epoch(self) -> str:
        """The epoch of the journal: under another one numbers begin anew."""
        return self._ledger.epoch

    # --- the task ------------------------------------------------------------------------------

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._stopping:
            await self._wait(loop.time())
            try:
                await self._turn(loop)
            except Exception:
                log.exception("room fault", session=self.slug)
                await self._reopen()
        self._serve()

    async def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        """Answer what was asked, store what was commanded, tell what has changed."""
        self._serve()
        self._due(loop.time())
        if self._inbox:
            await asyncio.sleep(self._timing.window)
            self._serve()
            await self._commit()
            self._serve()
        await self._tell(loop.time())

    async def _wait(self, now: float) -> None:
        """Sleep until something is asked, or the next tick, heartbeat or phase is due."""
        until = [self._beat_at - now]
        if self._sweep.pending:
            until.append(self._tick_at - now)
        due = next_tick(self._ledger.session)
        if due is not None:
            until.append(max((due - self._clock()) / 1000, self._patient_until - now))
        timeout = min(until)
        if not self._stir.is_set() and timeout > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stir.wait(), timeout)
        self._stir.clear()

    def _serve(self) -> None:
        """Answer the requests that came in; nothing is being decided meanwhile."""
        requests, self._requests = self._requests, []
        for serve in requests:
            serve()

    async def _tell(self, now: float) -> None:
        """Send the tick and the heartbeat that are due."""
        ledger = self._ledger
        beat = now >= self._beat_at  # its deltas are a tick's too, and one's own comes first
        if self._sweep.pending and (beat or now >= self._tick_at):
            self._tick_at = now + self._timing.tick
            await self._tick(ledger)
        if beat:
            self._beat_at = now + self._timing.heartbeat
            await self._sweep.heartbeat(ledger.board, self._clock())

    async def _tick(self, ledger: Ledger) -> None:
        if self._sweep.dirty:
            await self._sweep.tick(ledger.session, ledger.board)
            self._wake_movers()
        else:
            self._sweep.catch_up(ledger.board)

    def _wake_movers(self) -> None:
        for future in self._movers:
            if not future.done():
                future.set_result(None)

    def _due(self, now: float) -> None:
        """Do what the clock asks for; after a commit that failed, not at once again."""
        due = next_tick(self._ledger.session)
        if due is not None and self._clock() >= due and now >= self._patient_until:
            self._inbox.insert(0, Waiting(c.Tick(), SYSTEM))

    # --- a commit ------------------------------------------------------------------------------

    async def _commit(self) -> None:
        """Decide what waits, store it in one commit, then answer in the order of asking."""
        waiting, self._inbox = self._inbox, []
        try:
            draft = self._ledger.draft(waiting, self._clock())
            if draft.entries:
                await self._journal.append(self.slug, self._ledger.batch(draft))
        except Exception:
            log.exception("commit failed", session=self.slug, commands=len(waiting))
            await self._start_over(waiting)
            return
        self._ledger.answer(draft)
        for touched in draft.touched:
            self._sweep.note(self._ledger.session, touched)
        for note in self._ledger.notes(draft):
            self.submit(note)
        if draft.recorded:
            await self._record()
        if draft.sealed:
            await self._reopen()
            for connection in self.presence.follow(Stream.FLOOR):
                connection.close(Close.OVER)

    async def _start_over(self, waiting: list[Waiting]) -> None:
        """Throw the state away, for it may hold what was not stored."""
        self._patient_until = asyncio.get_running_loop().time() + REOPEN_AT_MOST
        for one in waiting:
            one.answer(Refusal(Code.BUSY, retry_ms=1_000))
        await self._reopen()

    async def _reopen(self) -> None:
        """Open the journal again, however long that takes; everyone gets a snapshot."""
        delay = REOPEN_AFTER
        while not self._stopping:
            try:
                self._ledger = Ledger(await self._journal.open(self.slug))
            except Exception:
                log.exception("journal does not open", session=self.slug)
                await asyncio.sleep(delay)
                delay = min(REOPEN_AT_MOST, delay * 2)
            else:
                break
        self._sweep.forget()
        for connection in self.presence.everyone():
            self._snapshot(connection, self._ledger.board)

    async def _record(self) -> None:
        """Hand the public record on; one that fails is handed on at the next start."""
        session = self._ledger.session
        if session.phase is not Phase.PUBLISHED:
            return
        try:
            await self._publish(self.slug, transcript(session))
        except Exception:
            log.exception("record not kept", session=self.slug)

    # --- connections ---------------------------------------------------------------------------

    def _enter(
        self, session: Session, board: Board, connection: Connection, epoch: str, seq: int
    ) -> None:
        sheet, own = board.sheets[connection.stream], me(session, connection.who)
        hello = wire.welcome(self.epoch, sheet.seq, self._clock(), own, session.limits)
        connection.line.write(self._frame(hello))
        if epoch != self.epoch or not 0 < seq <= sheet.seq:
            self._snapshot(connection, board)
        elif seq < sheet.seq:
            connection.line.write(self._frame(wire.delta(sheet.delta(seq))))
        connection.seq = sheet.seq
        self.presence.enter(connection)

    def _snapshot(self, connection: Connection, board: Board) -> None:
        connection.line.write(self._sweep.whole(self.epoch, board, connection.stream))
        connection.seq = board.sheets[connection.stream].seq

    def _updates(
        self, session: Session, board: Board, stream: Stream, who: Who, epoch: str, seq: int
    ) -> list[bytes]:
        sheet = board.sheets[stream]
        messages = [wire.alone(self.epoch, sheet.seq, self._clock(), me(session, who))]
        if epoch != self.epoch or not 0 < seq <= sheet.seq:
            messages.append(wire.snapshot(self.epoch, sheet.snapshot()))
        elif seq < sheet.seq:
            messages.append(wire.delta(sheet.delta(seq)))
        return messages
