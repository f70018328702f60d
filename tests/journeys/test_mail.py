"""An organiser looks after mail: what failed is sent again, and a change is told to the invited."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import expect

from dialog.secret import kept_secret
from dialog.store.database import Database
from dialog.store.guests import Guests, Invited
from dialog.store.outbox import Letter, Outbox
from dialog.store.people import People as Persons
from tests.journeys.looks import Looks
from tests.journeys.people import People
from tests.journeys.test_organising import signed_in
from tests.live.server import Server
from tests.mail.conftest import wall

pytestmark = pytest.mark.browser


async def told(server: Server, slug: str) -> None:
    """Let two people have invitations that tell of another time, and one letter have failed."""
    database = Database(f"sqlite:///{server.folder}/data/dialog.sqlite3")
    persons = Persons(database, kept_secret(server.folder / "data"), wall)
    guests, outbox = Guests(database, persons, wall), Outbox(database, wall)
    listed = [Invited(f"gast{n}@example.org", f"gast{n}@example.org") for n in (1, 2)]
    invited = await guests.add(slug, listed)
    to = "eine.sehr.lange.adresse.ohne.ende@helferkreis-unterfranken.example.org"
    letters = [Letter("invitation", "gast@example.org", "de", slug, n) for n in invited]
    try:
        await outbox.put([*letters, Letter("invitation", to, "de", slug, invited[0])])
        while taken := await outbox.take(wall()):
            if taken.letter.slug != slug:  # the other journey's
                await outbox.void(taken.id)
            elif taken.letter.address == to:
                await outbox.fail(taken.id, "550 5.1.1 <…@…> unknown")
            else:
                before = {"sequence": -1, "starts": "2026-01-01T18:00:00+01:00"}
                await outbox.sent(taken.id, before)
    finally:
        await database.close()


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_an_organiser_sends_again_what_failed_and_tells_of_a_change(
    people: People, server: Server, looks: Looks, script: bool
) -> None:
    slug = server.slugs["open" if script else "announced"]
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(told(server, slug))).result(60)
    page = signed_in(people, server, script=script)
    page.get_by_role("link", name="E-Mail", exact=True).click()
    expect(page.get_by_text("Es ist kein Mailserver eingestellt")).to_be_visible()
    expect(page.get_by_text("550 5.1.1 <…@…> unknown")).to_be_visible()
    if script:
        looks.at(page, "mail")
        looks.overflow(page, "mail")
    page.get_by_role("button", name="Noch einmal senden").first.click()
    expect(page.get_by_text("Wird noch einmal gesendet.")).to_be_visible()

    page.goto(f"/sessions/{slug}/organiser/edit")
    page.get_by_role("link", name="Mitteilung ansehen und senden").click()
    if script:
        looks.at(page, "notices")
        looks.overflow(page, "notices")
    page.get_by_role("button", name="2 Mitteilungen senden").click()
    expect(page.get_by_text("Die Mitteilungen gehen jetzt hinaus.")).to_be_visible()
    expect(page.get_by_text("Niemand muss etwas erfahren")).to_be_visible()
