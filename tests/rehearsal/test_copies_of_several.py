"""A rehearsal at several processes of one database: each takes it in, and it goes from all."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from dialog.programme.copying import remove
from dialog.store.database import Database
from dialog.store.rehearsals import erase
from tests.chaos.cluster import Cluster
from tests.chaos.several import several
from tests.live.client import Browser, Live
from tests.live.programme import declare
from tests.rehearsal.copies import made, soon

pytestmark = pytest.mark.postgres


def test_what_one_process_writes_the_others_take_in(
    tmp_path: Path, postgres_cluster: Cluster, nginx_path: str
) -> None:
    running = timedelta(minutes=-10)
    real = declare(tmp_path / "sessions", "laeuft", starts=running, goes_live="by_clock")
    with several(tmp_path, {"live": real}, postgres_cluster, nginx_path) as processes:
        slug = declare(tmp_path / "sessions", "dazu", starts=timedelta(days=3))

        def shows(browser: Browser, where: str, text: str) -> bool:
            return text in browser.get(f"/sessions/{where}").text

        readers = [process.browser() for process in processes.processes]
        for reader in readers:
            soon(partial(shows, reader, slug, "Prüfung des Dialogs: dazu"))
        team = processes.front.staff(real, "organiser")
        edit = f"/sessions/{real}/organiser/edit"
        fields = team.get(edit).fields | {"do": "save", "title": "Anders", "topics": "Neu"}
        assert team.post(edit, fields).status == 303
        for reader in readers:
            soon(partial(shows, reader, real, "Anders"))
        said = processes.ask("SELECT count(*) FROM journal WHERE kind = 'declared'")
        assert said == [(3,)], "each of two was declared once, and one of them once more"


async def erased(url: str, slug: str) -> None:
    database = Database(url)
    try:
        await erase(database, slug)
    finally:
        await database.close()


async def test_what_others_store_while_it_is_deleted_goes_too(
    tmp_path: Path, postgres_cluster: Cluster, nginx_path: str
) -> None:
    running = timedelta(minutes=-10)
    real = declare(tmp_path / "sessions", "laeuft", starts=running, goes_live="by_clock")
    with several(tmp_path, {"live": real}, postgres_cluster, nginx_path) as processes:
        copy = made(processes.front, real)
        page = f"/sessions/{copy.slug}"

        def answers(browser: Browser, status: int) -> bool:
            return browser.get(page).status == status

        readers = [process.browser() for process in processes.processes]
        for reader in readers:
            soon(partial(answers, reader, 200))
        guests = [process.volunteer(copy.slug) for process in processes.processes]
        async with AsyncExitStack() as lines:
            lives = [await lines.enter_async_context(Live(guest, copy.slug)) for guest in guests]
            await erased(postgres_cluster.url(processes.database), copy.slug)
            asked = [live.command("ask", text="Kommt das noch an?") for live in lives]
            assert "done" not in {told["type"] for told in await asyncio.gather(*asked)}
        remove(tmp_path / "sessions", copy.slug)
        for reader in readers:
            soon(partial(answers, reader, 404))

        def stored() -> set[str]:
            return {slug for (slug,) in processes.ask("SELECT slug FROM sessions")}

        soon(lambda: stored() == {real})
