"""A referred question leads to the guide of its district, at once and after a reload."""

import json
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.looks import Looks
from tests.journeys.people import PHONE, People
from tests.live.server import Server
from tests.live.team import hand_in, signed_in

pytestmark = pytest.mark.browser

LIST = """Landkreis oder Stadt;Stelle;Name;Telefon;E-Mail
Landkreis Erding;Landratsamt;A. Muster;+49 (0)8122 555-0100;erding@example.org
Stadt Hof;Rathaus;B. Muster;;stadt-hof@example.org
Landkreis Hof;Landratsamt;C. Muster;;landkreis-hof@example.org
"""


def take_over(server: Server) -> None:
    """Let an organiser hand in a directory and take it over."""
    olga = signed_in(server, "olga@example.org")
    page = olga.get(hand_in(olga, LIST.encode()).headers["location"])
    said = {name: page.fields[name] for name in ("roll", "sheet", "count", "seen")}
    assert olga.submit("/organiser/guides", "/organiser/guides", do="take", **said).status == 303


class Team:
    """Staff who refer a question: one answers it, another one releases that."""

    def __init__(self, server: Server, slug: str) -> None:
        self.slug = slug
        self.people = {
            place: (one, server.page(one, slug, f"/{place}").token)
            for place in ("moderation", "scribe", "organiser")
            for one in (server.staff(slug, "organiser"),)
        }

    def refer(self, text: str) -> None:
        self.send("moderation", "approve", text)
        self.send("moderation", "now", text, order=True)
        said = {"text": "Vor Ort hilft man weiter.", "outcome": "referred", "to": "die Lotsin"}
        self.send("scribe", "answer", text, said)
        self.send("organiser", "release", text)
        self.send("moderation", "done", text, {"outcome": "referred"}, order=True)

    def send(
        self, place: str, do: str, text: str, more: Mapping[str, str] | None = None, *,
        order: bool = False,
    ) -> None:  # fmt: skip
        """Give a command about the question with this text, as it stands."""
        who, token = self.people[place]
        told = who.get(f"/sessions/{self.slug}/updates?stream=desk").json()[-1]
        row = next(row for row in told["questions"] if text in row["text"])
        seen = {"order_rev": told["session"]["order_rev"]} if order else {"rev": row["rev"]}
        about = "seen" if do == "done" else "number"
        said = {"type": "command", "key": str(uuid4()), "do": do, about: row["number"]}
        headers = {"content_type": "application/json", "x_dialog_token": token}
        body = json.dumps({**said, **seen, **(more or {})})
        done = who.ask("POST", f"/sessions/{self.slug}/commands", body, **headers)
        assert done.status == 200, (do, done.text)


def ask(page: Page, text: str, district: str) -> None:
    """Ask from the room's form, with a district."""
    opener = page.locator("[data-action=open-ask]")
    if opener.is_visible():
        opener.click()
    page.get_by_label("Ihre Frage", exact=True).fill(text)
    page.locator("summary", has_text="Name").first.click()
    page.get_by_label(re.compile("Landkreis oder Stadt")).first.fill(district)
    page.get_by_role("button", name="Frage einreichen").click()
    expect(page.locator("[data-own]", has_text=text)).to_be_visible()


def test_whoever_asked_sees_the_guide_of_their_district(
    people: People, server: Server, looks: Looks
) -> None:
    slug = server.slugs["live"]
    with ThreadPoolExecutor(1) as thread:  # this one belongs to the browser's loop
        thread.submit(take_over, server).result(120)
        team = thread.submit(Team, server, slug).result(60)
        anna = people.volunteer(slug, "Anna", size=PHONE)
        other = people.volunteer(slug, "Bert")
        here, both = "Wer hilft uns bei der Anmeldung?", "Wer hilft beim Umzug?"
        ask(anna, here, "lkr. erding")
        ask(other, both, "Hof")
        for text in (here, both):
            thread.submit(team.refer, text).result(60)
    own = anna.locator("[data-own]", has_text=here)
    expect(own.get_by_text("Ihre Ansprechperson vor Ort")).to_be_visible()
    expect(own.get_by_text("Landkreis Erding", exact=True)).to_be_visible()
    call = own.get_by_role("link", name="+49 (0)8122 555-0100")
    expect(call).to_have_attribute("href", "tel:+4981225550100")
    expect(own.get_by_role("link", name="erding@example.org")).to_be_visible()
    looks.at(anna, "room-referred")
    # Two fit: both are named, and nobody is sent to the wrong one in silence.
    theirs = other.locator("[data-own]", has_text=both)
    for place in ("Stadt Hof", "Landkreis Hof"):
        expect(theirs.get_by_text(place, exact=True)).to_be_visible()
    for page, text, place in ((anna, here, "Landkreis Erding"), (other, both, "Stadt Hof")):
        page.goto(f"/sessions/{slug}/mine")
        shown = page.locator("[data-own]", has_text=text)
        expect(shown.get_by_text(place, exact=True)).to_be_visible()
        expect(shown.get_by_role("link", name=re.compile("Alle Integrationslots"))).to_be_visible()
    looks.at(anna, "mine-referred")
    reader = people.page()
    reader.goto(f"/sessions/{slug}")
    expect(reader.get_by_text("erding@example.org")).to_have_count(0)
