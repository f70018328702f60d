"""An evening that ended while nobody looked is live again at the next start."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dialog.app import Application
from dialog.demo import server
from dialog.demo.server import Show
from dialog.demo.sessions import Evening, stage
from dialog.forum.commands import ChangePhase
from dialog.forum.names import Phase, Stream
from dialog.hub.room import Room
from dialog.operating import demonstration
from dialog.store.migrate import migrate

SOURCE = Path(__file__).resolve().parents[2] / "sessions"


def room_of(application: Application, evening: Evening) -> Room:
    room = application.hub.room(evening.slug)
    assert room is not None
    return room


async def end(application: Application) -> None:
    await application.drain()
    await application.close()


async def test_a_closed_evening_is_live_again(tmp_path: Path):
    settings = demonstration(tmp_path, 8000)
    migrate(settings.database)
    now = datetime.now(UTC)
    first = stage(SOURCE, settings.sessions, now - timedelta(hours=2), over=False)
    application = Application(settings)
    await application.start()
    room = room_of(application, first)
    while await room.read(lambda session, _board: session.phase) is not Phase.CLOSED:
        seq = await room.read(lambda _session, board: board.sheets[Stream.FLOOR].seq)
        await room.moved(Stream.FLOOR, room.epoch, seq, 5)
    await end(application)

    again = stage(SOURCE, settings.sessions, now, over=False)
    assert again == Evening(first.slug, revived=True)
    told: list[dict[str, Any]] = []
    show = Show(Application(settings), again, told.append)
    await show.application.start()
    await show.listening(8000)
    room = room_of(show.application, again)
    row = await room.read(lambda _session, board: board.sheets[Stream.FLOOR].session)
    assert (row["phase"], row["accepts"]["questions"]) == ("live", True)
    ((links,),) = ([links["roles"]] for links in told)
    assert links["volunteer"].endswith(f"/sessions/{first.slug}/join")
    await show.drain()
    await show.application.close()


async def test_one_that_was_cancelled_is_known_to_be(tmp_path: Path):
    settings = demonstration(tmp_path, 8000)
    migrate(settings.database)
    evening = stage(SOURCE, settings.sessions, datetime.now(UTC), over=False)
    show = Show(Application(settings), evening, lambda _links: None)
    await show.application.start()
    await show.listening(8000)
    await room_of(show.application, evening).ask(
        ChangePhase(Phase.CANCELLED), server.ORGANISER, stream=Stream.DESK
    )
    await show.drain()
    await show.application.close()
    assert await server._phase(settings.database, evening.slug) is Phase.CANCELLED
