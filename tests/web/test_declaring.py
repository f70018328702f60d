"""Organisers make, copy, change, announce and postpone sessions by forms; their folders say it."""

import html
import io
import re
import shutil
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dialog.programme import read
from dialog.programme.declaration import ZONE
from tests.live.client import Browser, Page
from tests.live.programme import declare
from tests.live.server import Server
from tests.live.team import account, signed_in
from tests.rehearsal.copies import soon

NEW = "/organiser/new"
DAY = (datetime.now(UTC) + timedelta(days=60)).astimezone(ZONE).date()
OPENS = DAY - timedelta(days=14)
FORM = {
    "title": "Wohnen nach der Unterkunft",
    "intro": "Viele Familien dürfen ausziehen.\r\n\r\nUnd dann?",
    "topics": "Suche\r\nBürgschaft",
    "answerer.name": "Georg Muster",
    "answerer.office": "Staatsminister",
    "opens.day": f"{OPENS:%d.%m.%Y}",
    "opens.time": "09:00",
    "starts.day": DAY.isoformat(),
    "starts.time": "18:00",
    "ends.time": "19:30",
    "identity": "open",
    "goes_live": "by_hand",
    "release": "second_person",
    "languages": "de",
    "readers": "1",
    "names": "name,team",
}


@pytest.fixture(scope="module")
def olga(server: Server) -> Browser:
    """An organiser of the programme."""
    return signed_in(server, "olga@dialog.example", "Olga Ott")


def edit(slug: str) -> str:
    return f"/sessions/{slug}/organiser/edit"


def slug_of(page: Page) -> str:
    assert page.status == 303, page.text
    return re.search(r"/sessions/([^/]+)/organiser/edit", page.headers["location"])[1]  # type: ignore[index]


def made(olga: Browser, title: str, **fields: str) -> str:
    """Make a draft."""
    return slug_of(olga.submit(NEW, NEW, **(FORM | {"title": title} | fields)))


def save(olga: Browser, slug: str, do: str = "save", **fields: str) -> Page:
    """Change some fields of a session's form and send all of it."""
    page = olga.get(edit(slug))
    assert page.status == 200, page.text
    return olga.post(edit(slug), page.fields | {"do": do} | fields)


def test_a_draft_is_shown_to_the_team_alone_until_it_is_announced(server, olga) -> None:
    slug = made(olga, "Übergänge in die Schule")
    assert slug == f"{DAY}-uebergaenge-in-die-schule"
    assert read(server.folder / "sessions" / slug).draft
    for place in (f"/sessions/{slug}", f"/sessions/{slug}.ics", f"/sessions/{slug}/join"):
        assert server.browser().get(place).status == 404
    assert slug not in server.browser().get("/").text
    assert "Übergänge in die Schule" in olga.get("/organiser").text
    shown = olga.get(f"/sessions/{slug}/organiser/draft")
    assert "Noch sieht ihn nur das Team" in shown.text
    assert "Viele Familien dürfen ausziehen." in shown.text
    assert save(olga, slug, "announce").headers["location"].endswith("done=announced")
    page = server.browser().get(f"/sessions/{slug}")
    assert (page.status, "Georg Muster" in page.text) == (200, True)
    assert slug in server.browser().get("/").text
    assert "draft" not in (server.folder / "sessions" / slug / "session.toml").read_text("utf-8")


def test_all_that_is_wrong_is_told_and_all_that_was_typed_stays(server, olga) -> None:
    wrong = {
        "title": "",
        "ends.time": "17:00",
        "video.url": "ftp://nirgends",
        "starts.day": "31.2.",
    }
    page = olga.submit(NEW, NEW, **(FORM | wrong))
    assert page.status == 422
    assert "<title>Fehler:" in page.text
    told = re.findall(r'<li><a href="#([\w-]+)">', page.text)
    assert told == ["title", "starts", "video-url"]
    sent = FORM | wrong
    assert {name: page.fields.get(name) for name in sent} == sent
    english = olga.post(f"{NEW}?lang=en", page.fields)
    assert "The field is empty." in english.text
    late = olga.submit(NEW, NEW, **(FORM | {"ends.time": "17:00"}))
    assert "„Beginn“ liegt nicht vor „Ende“." in html.unescape(late.text)


def test_a_copy_moves_to_the_same_day_of_the_week(server, olga) -> None:
    slug = server.slugs["code"]
    source = read(server.folder / "sessions" / slug)
    page = olga.get(f"{NEW}?from={slug}")
    fields = page.fields
    copied = slug_of(olga.post(NEW, fields))
    one = read(server.folder / "sessions" / copied)
    assert (one.title, one.intro, one.topics) == (source.title, source.intro, source.topics)
    assert one.starts.weekday() == source.starts.weekday()
    assert one.starts.time() == source.starts.time()
    assert one.starts > datetime.now(UTC) + timedelta(weeks=4)
    assert (one.draft, one.identity, one.code != source.code) == (True, "code", True)
    assert olga.get(f"{NEW}?from=2020-01-01-nirgends").status == 404
    assert olga.get(f"{NEW}?from=..%2F..%2Fetc").status == 404


def test_an_announced_session_that_moves_keeps_its_address(server, olga) -> None:
    slug = made(olga, "Verlegter Abend")
    assert save(olga, slug, "announce").status == 303
    before = server.browser().get("/").text
    later = DAY + timedelta(days=7)
    moved = {"starts.day": later.isoformat(), "ends.day": "", "title": "Verlegter Abend, neu"}
    assert save(olga, slug, **moved).status == 303
    one = read(server.folder / "sessions" / slug)
    assert (one.postponed, one.starts.date(), one.slug) == (True, later, slug)
    page = server.browser().get(f"/sessions/{slug}").text
    assert "Verlegter Abend, neu" in page
    assert f"{later.day}." in page
    soon(lambda: "Verlegter Abend, neu" in server.browser().get("/").text)
    assert "Verlegter Abend, neu" not in before
    assert save(olga, slug, **{"starts.day": DAY.isoformat(), "ends.day": ""}).status == 303
    assert not read(server.folder / "sessions" / slug).postponed


def test_a_draft_that_moves_has_another_name_and_can_be_deleted(server, olga) -> None:
    slug = made(olga, "Noch ungewiss")
    day = (DAY + timedelta(days=1)).isoformat()
    moved = slug_of(save(olga, slug, **{"starts.day": day, "ends.day": ""}))
    assert moved == f"{day}-noch-ungewiss"
    assert not (server.folder / "sessions" / slug).exists()
    again = made(olga, "Noch ungewiss", **{"starts.day": day})
    assert again == f"{moved}-2"
    asked = olga.get(f"{edit(moved)}?confirm=delete")
    assert "wirklich löschen" in asked.text
    gone = olga.post(edit(moved), asked.fields)
    assert gone.headers["location"] == "/organiser?done=deleted"
    assert not (server.folder / "sessions" / moved).exists()
    assert olga.get(edit(moved)).status == 404


def test_what_was_announced_is_never_deleted(server, olga) -> None:
    slug = server.slugs["open"]
    answer = save(olga, slug, "delete")
    assert answer.status == 409
    assert read(server.folder / "sessions" / slug).title


def test_what_a_hand_calls_a_draft_again_is_not_deleted(server, olga) -> None:
    slug = made(olga, "Doch wieder ein Entwurf")
    assert save(olga, slug, "announce").status == 303
    file = server.folder / "sessions" / slug / "session.toml"
    file.write_text("draft = true\n" + file.read_text("utf-8"), "utf-8")
    assert read(file.parent).draft
    asked = olga.get(f"{edit(slug)}?confirm=delete")
    assert olga.post(edit(slug), asked.fields | {"do": "delete"}).status == 409
    assert file.exists()


def test_of_two_organisers_the_second_is_told_and_sees_what_differs(server, olga) -> None:
    slug = made(olga, "Zu zweit")
    other = signed_in(server, "zweite@dialog.example", "Zweite Ott")
    first, second = (one.get(edit(slug)).fields for one in (olga, other))
    assert olga.post(edit(slug), first | {"do": "save", "answerer.name": "Ada Erste"}).status == 303
    mine = second | {"do": "save", "answerer.name": "Bea Zweite", "starts.time": "19:00"}
    told = other.post(edit(slug), mine)
    assert told.status == 409
    text = html.unescape(told.text)
    for said in ("jemand anderes", "Ada Erste", "Bea Zweite", f"{DAY} 19:00"):
        assert said in text
    assert told.fields["answerer.name"] == "Bea Zweite"
    assert read(server.folder / "sessions" / slug).answerer.name == "Ada Erste"
    assert other.post(edit(slug), told.fields | {"do": "save"}).status == 303
    assert read(server.folder / "sessions" / slug).answerer.name == "Bea Zweite"


def test_only_organisers_come_here(server, olga) -> None:
    slug = server.slugs["live"]
    scribe = account(server, "Theo Wirth")
    one = server.staff(slug, "organiser", "Anna Abend")
    for page in ("/organiser", NEW):
        for browser in (server.browser(), scribe, one, server.volunteer(slug)):
            assert browser.get(page).status == 403, page
    token = one.get(f"/sessions/{slug}/organiser").token
    assert one.post(NEW, FORM | {"token": token}).status == 403
    draft, moderator = made(olga, "Nur für das Programm"), server.staff(slug, "moderator")
    for path in ("edit", "draft", "folder.zip"):
        assert one.get(f"/sessions/{slug}/organiser/{path}").status == 200
        assert scribe.get(f"/sessions/{slug}/organiser/{path}").status == 403
        assert moderator.get(f"/sessions/{slug}/organiser/{path}").status == 403
        assert one.get(f"/sessions/{draft}/organiser/{path}").status in (403, 404)
        assert olga.get(f"/sessions/2030-01-01-nichts/organiser/{path}").status == 404
    with zipfile.ZipFile(
        io.BytesIO(one.get(f"/sessions/{slug}/organiser/folder.zip").body)
    ) as packed:
        assert packed.namelist() == [f"{slug}/session.toml", f"{slug}/intro.de.md"]


def test_a_running_evening_refuses_an_end_that_is_over_and_takes_the_rest(server, olga) -> None:
    slug = server.slugs["live"]
    team = server.staff(slug, "organiser")
    page = f"/sessions/{slug}/organiser"
    assert team.submit(page, page, do="extend", minutes=30).status == 303
    ends = team.get(f"/sessions/{slug}/updates?wait=0").json()[1]["session"]["ends"]
    past = datetime.now(ZONE) - timedelta(minutes=2)
    refused = save(
        team, slug, **{"ends.day": past.date().isoformat(), "ends.time": f"{past:%H:%M}"}
    )
    assert refused.status == 422
    assert "wäre schon vorbei" in refused.text
    assert save(team, slug, topics="Sprachkurse\nSchule").status == 303
    told = team.get(f"/sessions/{slug}/updates?wait=0").json()[1]["session"]
    assert (told["phase"], told["ends"]) == ("live", ends)
    assert read(server.folder / "sessions" / slug).topics == ("Sprachkurse", "Schule")


def test_a_folder_written_by_hand_is_taken_in_and_a_faulty_one_changes_nothing(
    server, olga
) -> None:
    root = server.folder / "sessions"
    slug = declare(root, "von-hand", starts=timedelta(days=3))
    soon(lambda: server.browser().get(f"/sessions/{slug}").status == 200)
    file = root / slug / "session.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("Prüfung des Dialogs", "Anders"), "utf-8")
    soon(lambda: "Anders: von-hand" in server.browser().get(f"/sessions/{slug}").text)
    soon(lambda: "Anders: von-hand" in server.browser().get("/").text)
    file.write_text("kaputt [", "utf-8")
    soon(lambda: f"{slug}/session.toml" in server.log.read_text("utf-8"))
    assert "Anders: von-hand" in server.browser().get(f"/sessions/{slug}").text
    assert "lässt sich nicht lesen" in olga.get(edit(slug)).text
    assert slug in olga.get("/organiser").text
    shutil.rmtree(root / slug)
    other = declare(root, "danach", starts=timedelta(days=3))
    soon(lambda: server.browser().get(f"/sessions/{other}").status == 200)
    assert "Anders: von-hand" in server.browser().get(f"/sessions/{slug}").text
    said = server.log.read_text("utf-8").count(f"{slug}/session.toml")
    assert said == 1


def test_a_folder_that_cannot_be_written_loses_nothing(server, olga, tmp_path: Path) -> None:
    slug = made(olga, "Ohne Platz")
    before = (server.folder / "sessions" / slug / "session.toml").read_bytes()
    fields = olga.get(edit(slug)).fields
    real = tmp_path / slug
    (server.folder / "sessions" / slug).rename(real)
    (server.folder / "sessions" / slug).symlink_to(real, target_is_directory=True)
    refused = olga.post(edit(slug), fields | {"do": "save", "title": "Neuer Titel"})
    assert refused.status == 503
    assert "Neuer Titel" in refused.text
    assert "nicht beschreiben" in refused.text
    assert (real / "session.toml").read_bytes() == before
    assert sorted(path.name for path in real.iterdir()) == ["intro.de.md", "session.toml"]
