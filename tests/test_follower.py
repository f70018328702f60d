"""Who follows the folders of sessions; the running server is tried in tests/web and tests/live."""

import time
from datetime import timedelta
from pathlib import Path

from dialog.edge.frames import text_frame
from dialog.follower import Follower
from dialog.forum.journal import Unavailable
from dialog.hub.hub import Hub
from dialog.programme import Declaration
from dialog.store.database import Database
from tests.live.programme import declare


async def test_one_that_cannot_be_taken_in_now_holds_up_no_other(tmp_path: Path) -> None:
    root = tmp_path / "sessions"
    first, second = (declare(root, name, starts=timedelta(days=2)) for name in ("a-eins", "b-zwei"))
    taken: list[str] = []

    async def take(declaration: Declaration) -> None:
        if declaration.slug == first and not taken:
            raise Unavailable
        taken.append(declaration.slug)

    database = Database(f"sqlite:///{tmp_path}/dialog.db")
    follower = Follower(root, database, Hub(text_frame), lambda: time.time_ns() // 1_000_000, take)
    try:
        await follower.look()
        assert taken == [second]
        await follower.look()
        assert taken == [second, first]
        await follower.look()
        assert taken == [second, first]
    finally:
        await database.close()
