"""Runs the demonstration: the data folder, the programme, the server, and whoever plays."""

import asyncio
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from dialog.app import Application, clock, server
from dialog.demo import bulletin, links, script, sessions
from dialog.demo.play import Play
from dialog.forum.board import Board
from dialog.forum.commands import Accept, ChangePhase
from dialog.forum.names import SYSTEM_PERSON, Phase, Role, Stream, Who
from dialog.forum.session import Session
from dialog.hub.ledger import Ledger
from dialog.operating import demonstration
from dialog.programme import DeclarationError
from dialog.store.database import Database
from dialog.store.journal import Journal
from dialog.store.lock import InUse, lock
from dialog.store.migrate import migrate
from dialog.web.places import folder

HOST: Final = "127.0.0.1"
OVER: Final = (Phase.PUBLISHED, Phase.CANCELLED)
SOON_LIVE: Final = (Phase.ANNOUNCED, Phase.OPEN)
LIVE_WITHIN_S: Final = 10.0
ORGANISER: Final = Who(SYSTEM_PERSON, Role.ORGANISER, "Vorführung")
PLAYERS: Final = {
    "moderator": (Role.MODERATOR, "J. Brandl (simuliert)"),
    "podium": (Role.MINISTER, "Podium (simuliert)"),
    "scribe": (Role.SCRIBE, "T. Wirth (simuliert)"),
    "releaser": (Role.SCRIBE, "M. Ostermann (simuliert)"),
}

Tell = Callable[[dict[str, object]], None]


def run(data: Path, port: int, *, tell: Tell, play: bool, seed: int) -> None:
    """Run the demonstration in a data folder until a signal ends it.

    ``tell`` is called once with the links of all roles, when the session is live. ``play`` lets
    simulated people take part, who do what ``seed`` decides.
    """
    with _listener(port) as listener, ExitStack() as held:
        port = listener.getsockname()[1]
        settings = demonstration(data, port)
        held.enter_context(_alone(settings.database))
        migrate(settings.database)
        evening = _staged(data, settings.sessions, settings.database)
        show = Show(Application(settings), evening, tell)
        if play:
            read = script.read(settings.sessions / evening.slug, seed)
            show.play = Play(data, settings.base_url, evening.slug, read, seed)
        with _quiet_signals():
            server(show.application, show.listening, show.drain).run([listener])


class Show:
    """An application with its evening: brought to life, told about, played."""

    def __init__(self, application: Application, evening: sessions.Evening, tell: Tell) -> None:
        """Prepare; set ``play`` for an evening with players."""
        self.application = application
        self.play: Play | None = None
        self._evening = evening
        self._tell = tell

    async def listening(self, _port: int) -> None:
        """See that the session is live, tell the links and let the players in."""
        await self._live()
        await bulletin.fill(self.application.database, clock())
        people, slug = self.application.people, self._evening.slug
        base = self.application.settings.base_url
        accounts, signins = self.application.accounts, self.application.signins
        self._tell(await links.make(people, accounts, signins, base, slug))
        if self.play:
            entrances = {
                who: (await links.invite(people, base, slug, role, name)).removeprefix(base)
                for who, (role, name) in PLAYERS.items()
            }
            self.play.start(entrances)

    async def drain(self) -> None:
        """Send the players home, then close as any server does."""
        if self.play:
            await self.play.stop()
        await self.application.drain()

    async def _live(self) -> None:
        """Wait until the clock has opened the session; one that was over is opened again."""
        room = self.application.hub.room(self._evening.slug)
        if room is None:
            raise RuntimeError(f"{self._evening.slug} has no room")
        if self._evening.revived:
            await room.ask(ChangePhase(Phase.LIVE), ORGANISER, stream=Stream.DESK)
            await room.ask(Accept(questions=True), ORGANISER, stream=Stream.DESK)
        async with asyncio.timeout(LIVE_WITHIN_S):
            while True:
                phase, seq = await room.read(_phase_and_seq)
                if phase not in SOON_LIVE:
                    return
                await room.moved(Stream.FLOOR, room.epoch, seq, LIVE_WITHIN_S)


def _phase_and_seq(session: Session, board: Board) -> tuple[Phase, int]:
    return session.phase, board.sheets[Stream.FLOOR].seq


def _staged(data: Path, root: Path, database: str) -> sessions.Evening:
    """Return the evening, with the programme in ``root`` as it should be."""
    # By one of its sessions: an installed package has no other folder of theirs beside it.
    source = folder(f"sessions/{sessions.EVENING}").parent
    begun = sessions.evenings(root)
    over = bool(begun) and asyncio.run(_phase(database, begun[-1])) in OVER
    try:
        return sessions.stage(source, root, datetime.now(UTC), over=over)
    except DeclarationError as error:
        sys.exit("\n".join(fault.told("de") for fault in error.faults))
    except OSError as error:
        sys.exit(f"Die Vorführung kann {data} nicht einrichten: {error.strerror or error}")


async def _phase(database: str, slug: str) -> Phase:
    """Return in which phase a session was left."""
    opened = Database(database)
    try:
        return Ledger(await Journal(opened).open(slug)).session.phase
    finally:
        await opened.close()


@contextmanager
def _alone(database: str) -> Iterator[None]:
    """Hold the data folder, or say that another demonstration has it."""
    try:
        with lock(database):
            yield
    except InUse:
        sys.exit(
            "In diesem Ordner läuft schon eine Vorführung. Beenden Sie sie, oder wählen Sie mit "
            "--data einen anderen."
        )


@contextmanager
def _listener(port: int) -> Iterator[socket.socket]:
    """Hold the port before anything is written, or say that another program has it."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError:
            sys.exit(
                f"Port {port} ist schon belegt. Beenden Sie, was dort läuft, oder wählen Sie mit "
                f"--port einen anderen."
            )
        yield listener


@contextmanager
def _quiet_signals() -> Iterator[None]:
    """Let a signal only end the server: uvicorn raises it once more when everything is closed."""
    kept = {one: signal.signal(one, _nothing) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in kept.items():
            signal.signal(one, handler)


def _nothing(_signal: int, _frame: object) -> None:
    """Do nothing."""
