"""A new organiser sets up, runs and publishes a session from an empty server, by its pages alone.

300 people are invited by mail. A mail scanner opens every link of every letter before anybody
does, and burns none. Nobody has a script.
"""

import io
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from openpyxl import Workbook

from dialog.web.templating import BERLIN
from tests.evening.paper import Reader
from tests.live.client import TOLD
from tests.live.server import Server
from tests.mail.post_office import PostOffice, post_office

PEOPLE = 300
QUESTIONS = 12
HANDS = 8
PATIENCE_S = 180
ORGANISER = "olga.ordner@amt.example"
TEAM = {"moderator": "Mona Morgen", "minister": "Pia Podium", "scribe": "Sami Schreiber"}
TITLE = "Wohnen nach der Unterkunft"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PostOffice]:
    with post_office(tmp_path / "post") as opened:
        yield opened


@pytest.fixture
def server(tmp_path: Path, office: PostOffice) -> Iterator[Server]:
    """An empty server: no session, no account, a relay."""
    (tmp_path / "sessions").mkdir()
    made = Server(tmp_path, {}, mail_relay=office.url, mail_per_minute=60_000)
    made.migrate()
    made.start()
    yield made
    made.stop()
    made.check_log()


def test_a_new_organiser_invites_300_runs_an_evening_and_publishes(
    server: Server, office: PostOffice
) -> None:
    evening = Evening(server, office)
    evening.first_sign_in()
    evening.declare()
    evening.gather_team()
    evening.invite()
    evening.scan()
    evening.open_links()
    evening.run()
    evening.publish()
    evening.afterwards()


class Evening:
    """What happens, step by step."""

    def __init__(self, server: Server, office: PostOffice) -> None:
        self.server, self.office = server, office
        self.organiser = Reader(server.browser())
        self.team: dict[str, Reader] = {}
        self.links: dict[str, str] = {}
        self.volunteers: dict[str, Reader] = {}
        self.base = ""

    # --- before --------------------------------------------------------------------------------

    def first_sign_in(self) -> None:
        """One command makes the first organiser; looking at the link leaves it as it is."""
        told = self.server.run("organiser", ORGANISER, "--name", "Olga Ordner")
        path = urlsplit(re.search(r"https?://\S+/signin/\S+", told.stdout)[0]).path  # type: ignore[index]
        TOLD.add(path.rpartition("/")[2])
        scanned(self.server, path)
        self.organiser.go(path)
        self.organiser.press("Anmelden")
        scanned(self.server, path, gone=True)
        assert "Olga Ordner" in self.organiser.go("/organiser").text

    def declare(self) -> None:
        """A slip is named and loses nothing; what is right is a draft, and then announced."""
        day = datetime.now(BERLIN) + timedelta(days=1)
        fields = {
            "title": TITLE,
            "intro": "Viele Familien dürfen ausziehen und finden keine Wohnung.",
            "topics": "Wohnungssuche\nMietverträge",
            "answerer.name": "Staatsministerin",
            "answerer.office": "Staatsministerium",
            "starts.day": f"{day:%Y-%m-%d}",
            "starts.time": "18:00",
            "ends.day": f"{day:%Y-%m-%d}",
            "ends.time": "17:00",
            "opens.day": f"{day - timedelta(days=2):%Y-%m-%d}",
            "opens.time": "09:00",
            "identity": "link",
            "words": "wohnen",
            "release": "second_person",
        }
        self.organiser.go("/organiser/new")
        refused = self.organiser.press("Entwurf anlegen", 422, **fields)
        assert TITLE in refused.text
        self.organiser.press("Entwurf anlegen", 200, **{"ends.time": "19:30"})
        slug = self.organiser.path.split("/")[2]
        assert slug == f"{day:%Y-%m-%d}-wohnen"
        self.base = f"/sessions/{slug}"
        assert self.server.browser().get(self.base).status == 404, "a draft is nobody's business"
        self.organiser.press("Ankündigen")
        assert TITLE in self.server.browser().get("/").text

    def gather_team(self) -> None:
        """Each gets a letter with a link of their own, and signs in with it."""
        for role, name in TEAM.items():
            address = f"{name.split()[1].lower()}@amt.example"
            self.organiser.go(f"{self.base}/organiser/staff")
            self.organiser.press(
                "Eintragen", 200, **{"address": address, "name": name, role: "1", "letter": "1"}
            )
            reader = self.team[role] = Reader(self.server.browser())
            reader.browser.may = frozenset({role})
            reader.go(in_letter(self.letter(address), "/signin"))
            reader.press("Anmeldelink senden", address=address)
            path = in_letter(self.letter(address, 2), "/signin/")
            scanned(self.server, path)
            reader.go(path)
            reader.press("Anmelden")
        ready = self.organiser.go(f"{self.base}/organiser/ready").text
        assert "Bereit?" in ready

    def letter(self, address: str, count: int = 1) -> EmailMessage:
        """Return the last of ``count`` letters that come to an address."""
        came: list[EmailMessage] = []

        def there() -> bool:
            came[:] = [one for one in self.office.messages() if one["to"] == address]
            return len(came) == count

        until(there)
        return max(came, key=lambda one: "/signin/" in text(one))

    # --- invitations ---------------------------------------------------------------------------

    def invite(self) -> None:
        """A spreadsheet comes in, is looked at, taken over, and only then sent."""
        page = f"{self.base}/organiser/invitations"
        self.organiser.go(page)
        shown = self.organiser.hand_in("Datei ansehen", {"file": ("helferkreise.xlsx", workbook())})
        assert f"{PEOPLE}\N{NO-BREAK SPACE}Adressen übernehmen" in shown.text.replace(
            "300 ", "300\N{NO-BREAK SPACE}"
        )
        assert "asylkreis@gemeinde-au" in shown.text
        self.organiser.press(f"{PEOPLE} Adressen übernehmen")
        before = len(self.office.letters())
        self.organiser.press("Testmail an mich")
        until(lambda: len(self.office.letters()) == before + 1)
        self.organiser.go(page)
        self.organiser.go(f"{page}?confirm=send")
        self.organiser.press(f"{PEOPLE} Einladungen senden")
        until(lambda: len(self.office.letters()) == before + 1 + PEOPLE)
        for message in self.office.messages():
            if str(message["to"]).startswith("helfer"):
                self.links[str(message["to"])] = in_letter(message, f"{self.base}/mine/")
        assert len(set(self.links.values())) == PEOPLE

    def scan(self) -> None:
        """A scanner opens all that stands in the letters, and none of it counts as anybody."""
        with ThreadPoolExecutor(HANDS) as hands:
            list(hands.map(lambda path: scanned(self.server, path), self.links.values()))
        counts = self.organiser.go(f"{self.base}/organiser/invitations").text
        assert re.search(r">\s*geöffnet\s*</dt>\s*<dd[^>]*>\s*0\s*<", counts), counts

    def open_links(self) -> None:
        """Everybody comes in by their link, from a second device as the same person."""
        with ThreadPoolExecutor(HANDS) as hands:
            list(hands.map(self.open_link, self.links))

    def open_link(self, address: str) -> None:
        reader = self.volunteers[address] = Reader(self.server.browser())
        reader.go(self.links[address])
        wanted = {"asked": "1"} if address.startswith("helfer1@") else {}
        reader.press("Am Dialog teilnehmen", 200, **wanted)
        assert reader.path.split("?")[0] == self.base

    # --- the evening ---------------------------------------------------------------------------

    def run(self) -> None:
        """Questions, support, review, stage, answers; the end."""
        askers = list(self.volunteers.values())[:QUESTIONS]
        for number, reader in enumerate(askers, 1):
            reader.go(self.base)
            reader.press("Frage einreichen", text=f"Wie kommt Familie {number} zu einer Wohnung?")
        again = Reader(self.server.browser())
        again.go(self.links[next(iter(self.volunteers))])
        again.press("Am Dialog teilnehmen")
        assert "Wie kommt Familie 1 zu" in again.go(f"{self.base}/mine").text
        desk = self.team["moderator"]
        for number in range(1, QUESTIONS + 1):
            desk.go(f"{self.base}/moderation?number={number}")
            desk.press("Freigeben")
        with ThreadPoolExecutor(HANDS) as hands:
            list(hands.map(self.support, self.volunteers.values()))
        self.organiser.go(f"{self.base}/organiser?confirm=begin")
        self.organiser.press("Dialog beginnen")
        for number in range(3):
            self.answer(number)
        self.organiser.go(f"{self.base}/organiser?confirm=close")
        self.organiser.press("Dialog beenden")

    def support(self, reader: Reader) -> None:
        page = reader.go(f"{self.base}/questions/3")
        if 'aria-pressed="false"' in page.text:
            reader.press("Unterstützen")

    def answer(self, number: int) -> None:
        stage, scribe = self.team["minister"], self.team["scribe"]
        stage.go(f"{self.base}/stage")
        stage.press("Nächste Frage")
        scribe.go(f"{self.base}/scribe")
        scribe.press("Zur Freigabe geben", text=f"Antwort {number}: Das Amt hilft bei der Suche.")
        self.organiser.go(f"{self.base}/scribe?tab=release")
        self.organiser.press("Freigeben")

    # --- after it ------------------------------------------------------------------------------

    def publish(self) -> None:
        """What is left gets an end, and the record is public."""
        self.organiser.go(f"{self.base}/organiser?tab=publish&confirm=unreached")
        self.organiser.press("„Nicht mehr behandelt“ setzen")
        self.organiser.go(f"{self.base}/organiser?tab=publish&confirm=publish")
        self.organiser.press("Protokoll veröffentlichen")

    def afterwards(self) -> None:
        """The record is read by everyone; links still lead to one's own questions; mail follows."""
        slug = self.base.rpartition("/")[2]
        record = self.server.browser().get(f"/archive/{slug}")
        assert record.status == 200
        assert "Antwort 2: Das Amt hilft" in record.text
        figures = self.server.browser().get(f"/archive/{slug}.json").json()
        assert len(figures["questions"]) == QUESTIONS
        assert max(one["upvotes"] for one in figures["questions"]) == PEOPLE
        told = [a for a in self.links if a.startswith("helfer1@")]
        until(lambda: any(f"/archive/{slug}" in text(m) for m in self.office.messages()
                          if m["to"] in told))  # fmt: skip
        again = Reader(self.server.browser())
        again.go(self.links[next(iter(self.volunteers))])
        again.press("Meine Fragen öffnen")
        assert "Wie kommt Familie 1 zu" in again.go(f"{self.base}/mine").text


def until(condition: Callable[[], object]) -> None:
    """Wait for what is to come, for as long as a slow machine may take."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def scanned(server: Server, path: str, *, gone: bool = False) -> None:
    """Look at an address as filters of mail and prefetching browsers do."""
    for headers in ({}, {"purpose": "prefetch"}, {"sec_purpose": "prefetch;prerender"}):
        for method in ("HEAD", "GET"):
            page = server.browser().ask(method, path, **headers)
            assert page.status == (410 if gone else 200), (path, page.status)


def text(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def in_letter(message: EmailMessage, part: str) -> str:
    """Return the path of the link in a letter that has this part."""
    links = re.findall(r"https?://\S+", text(message))
    path = next(urlsplit(link).path for link in links if part in link)
    TOLD.add(path.rpartition("/")[2])
    return path


def workbook() -> bytes:
    """A list as circles of helpers keep it: with headings, doubles, and a slip."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Helferkreis", "Name", "E-Mail"])
    for number in range(PEOPLE):
        sheet.append(["Kreis Au", f"Helferin {number}", f"helfer{number}@kreis.example"])
    sheet.append(["Kreis Au", "", "HELFER7@kreis.example"])
    sheet.append(["Kreis Au", "ohne Endung", "asylkreis@gemeinde-au"])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()
