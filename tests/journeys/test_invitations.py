"""Invitations in a browser: a real file is chosen, looked at and sent; no scanner opens a link."""

import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.looks import Looks
from tests.journeys.people import ANSWERED, PHONE, People
from tests.live.client import TOLD
from tests.live.server import Server

pytestmark = pytest.mark.browser

MORE = ("einladen", "ohne-skript", "gescannt")
LINKS = 300


def spreadsheet(folder: Path, domain: str, count: int = 3) -> Path:
    """Write a list as it comes: a title, headings, people, one address that lacks its ending."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Helferkreise"])
    sheet.append(["Vorname", "Nachname", "E-Mail"])
    for number in range(count):
        sheet.append(["Erika", f"Nr. {number}", f"e{number}@{domain}.example"])
    sheet.append(["Au", "Kreis", f"asyl@{domain}"])
    file = folder / "helferkreise.xlsx"
    book.save(file)
    return file


def stored(server: Server, query: str) -> list[tuple]:
    file = server.folder / "data" / "dialog.sqlite3"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        return database.execute(query).fetchall()


def organise(people: People, slug: str, **options: object) -> Page:
    page = people.staff(slug, "organiser", "Olga Beispielname", **options)
    page.goto(f"/sessions/{slug}/organiser/invitations")
    return page


def take_over(page: Page, file: Path) -> None:
    page.get_by_label("Datei", exact=True).set_input_files(file)
    page.get_by_role("button", name="Datei ansehen").click()
    page.get_by_role("button", name=re.compile("Adressen übernehmen")).click()
    expect(page.get_by_role("heading", name="Die Adressen sind übernommen")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_a_list_becomes_invitations(
    people: People, server: Server, looks: Looks, tmp_path: Path, script: bool
) -> None:
    slug = server.slugs["einladen" if script else "ohne-skript"]
    page = organise(people, slug, script=script)
    at = looks if script else None
    if at:
        at.at(page, "invitations-none")
    file = spreadsheet(tmp_path, "skript" if script else "plain")
    page.get_by_label("Datei", exact=True).set_input_files(file)
    page.get_by_role("button", name="Datei ansehen").click()
    expect(page.get_by_text("Zeile 6: Endung fehlt")).to_be_visible()
    expect(page.get_by_role("button", name="3 Adressen übernehmen")).to_be_visible()
    if at:
        at.at(page, "invitations-preview")
        at.overflow(page, "invitations-preview")
    domain = file.stem and ("skript" if script else "plain")
    page.get_by_role("textbox", name="Adresse Zeile 6").fill(f"asyl@{domain}.example")
    page.get_by_role("button", name="Berichtigungen prüfen").click()
    page.get_by_role("button", name="4 Adressen übernehmen").click()
    expect(page.get_by_role("heading", name="Die Adressen sind übernommen")).to_be_visible()
    expect(page.get_by_text("Noch nichts verschickt")).to_be_visible()
    page.get_by_role("link", name="4 Einladungen senden").click()
    expect(page.get_by_role("heading", name="4 Einladungen senden?")).to_be_visible()
    if at:
        at.at(page, "invitations-sure")
    page.get_by_role("button", name="4 Einladungen senden").click()
    expect(page.locator(".guest .st").first).to_have_text("Wartet auf den Versand")
    if at:
        at.at(page, "invitations-sent")
        at.overflow(page, "invitations-sent")
    page.get_by_role("link", name=f"e1@{domain}.example").click()
    link = page.locator(".copy").inner_text()
    TOLD.add(link.rpartition("/")[2])
    if at:
        at.at(page, "invitations-person")
    guest = people.page(script=script, size=PHONE)
    guest.goto(link)
    expect(guest.get_by_label("Ihr Name")).to_have_value("Erika Nr. 1")
    if at:
        at.at(guest, "invitation-landing")
        at.overflow(guest, "invitation-landing")
    guest.get_by_label("Protokoll per E-Mail zuschicken").check()
    guest.get_by_role("button", name="Am Dialog teilnehmen").click()
    expect(guest).to_have_url(re.compile(f"/sessions/{slug}$"))
    page.get_by_role("link", name="Einladung zurückziehen …").click()
    page.get_by_role("button", name="Zurückziehen").click()
    expect(page.get_by_role("heading", name="Die Einladung ist zurückgezogen")).to_be_visible()
    with people.expecting(ANSWERED.format(410), ANSWERED.format(403)):
        guest.goto(link)
        expect(guest.get_by_role("heading", name="Dieser Link gilt nicht mehr")).to_be_visible()
        if at:
            at.at(guest, "invitation-gone")


def test_what_was_typed_stays_and_the_wrong_is_named(
    people: People, server: Server, looks: Looks
) -> None:
    page = organise(people, server.slugs["einladen"])
    page.get_by_label("E-Mail-Adresse").fill("kein at")
    page.get_by_label("Name (freiwillig)").fill("Erika")
    with people.expecting(ANSWERED.format(422)):
        page.get_by_role("button", name="Hinzufügen").click()
        expect(page.get_by_label("E-Mail-Adresse")).to_have_value("kein at")
    expect(page.get_by_label("Name (freiwillig)")).to_have_value("Erika")
    looks.at(page, "invitations-refused")
    page.goto(f"/sessions/{server.slugs['einladen']}/organiser/invitations?lang=en")
    expect(page.get_by_role("heading", name="Invitations", exact=True)).to_be_visible()


def test_no_scanner_burns_a_link_or_opens_one(people: People, server: Server, tmp_path) -> None:
    """HEAD, GET, and a browser that prefetches and follows all that 300 mails lead to."""
    slug = server.slugs["gescannt"]
    page = organise(people, slug)
    take_over(page, spreadsheet(tmp_path, "scan", LINKS))
    here = f"/sessions/{slug}/organiser/invitations"
    persons = [n for (n,) in stored(server, "SELECT person FROM guests WHERE key LIKE '%@scan.%'")]
    assert len(persons) == LINKS
    links = dict.fromkeys(persons, "")
    for person in persons:
        page.goto(f"{here}?person={person}")
        links[person] = page.locator(".copy").inner_text()
    TOLD.update(link.rpartition("/")[2] for link in links.values())
    assert len(set(links.values())) == LINKS
    before = content(server)
    with ThreadPoolExecutor(4) as scanners:
        paths = [link.removeprefix(server.base) for link in links.values()]
        for method in ("HEAD", "GET", "OPTIONS"):
            asked = scanners.map(lambda path, m=method: server.browser().ask(m, path).status, paths)
            assert set(asked) <= {200, 405}, method
    scanner = people.page()
    for link in links.values():
        scanner.goto(link)
    hints = "".join(f'<link rel="prefetch" href="{link}">' for link in links.values())
    rules = '{"prerender": [{"source": "document", "eagerness": "immediate"}]}'
    anchors = "".join(f'<a href="{link}">Einladung</a>' for link in links.values())
    mail = f'{hints}<script type="speculationrules">{rules}</script>{anchors}'
    fetched: set[str] = set()
    scanner.on("requestfinished", lambda request: fetched.add(request.url))
    scanner.route("**/mail.html", lambda route: route.fulfill(body=mail, content_type="text/html"))
    scanner.goto("/mail.html")
    deadline = 60_000
    while not set(links.values()) <= fetched and deadline > 0:
        scanner.wait_for_timeout(250)
        deadline -= 250
    assert set(links.values()) <= fetched
    scanner.goto(links[persons[0]])
    followed = [a.get_attribute("href") or "" for a in scanner.locator("a[href]").all()]
    for path in followed:
        if path.startswith("/"):
            scanner.request.get(path)
    assert content(server) == before
    assert stored(
        server, "SELECT count(*) FROM guests WHERE opened > 0 AND key LIKE '%@scan.%'"
    ) == [(0,)]
    guest = people.page(size=PHONE)
    guest.goto(links[persons[-1]])
    guest.get_by_role("button", name="Am Dialog teilnehmen").click()
    expect(guest).to_have_url(re.compile(f"/sessions/{slug}$"))


def content(server: Server) -> dict[str, list[tuple]]:
    """Return what is stored of people, passes and the invited."""
    tables = ("guests", "people", "grants", "invitations", "letters", "journal")
    return {table: sorted(stored(server, f"SELECT * FROM {table}"), key=repr) for table in tables}
