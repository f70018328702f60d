"""The page of invitations by forms alone: a list in, a look, and one button that sends."""

import io
import re
import sqlite3
from contextlib import closing
from html import unescape
from uuid import uuid4

import openpyxl
import pytest

from tests.live.client import TOLD, Browser, Page
from tests.live.server import Server


@pytest.fixture(scope="module")
def team(server: Server) -> Browser:
    """An organiser of the session that nobody else of this module changes."""
    return server.staff(server.slugs["open"], "organiser", "Olga Beispielname")


@pytest.fixture
def slug(server: Server) -> str:
    return server.slugs["open"]


@pytest.fixture
def here(slug) -> str:
    return f"/sessions/{slug}/organiser/invitations"


def stored(server: Server, query: str) -> list[tuple]:
    file = server.folder / "data" / "dialog.sqlite3"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        return database.execute(query).fetchall()


def hand_in(browser: Browser, here: str, *, text: str = "", file: bytes | None = None) -> Page:
    """Send the form of a list, as a browser does."""
    mark = uuid4().hex
    parts = {"token": browser.get(here).token, "key": str(uuid4()), "text": text}
    body = b"".join(
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in parts.items()
    )
    if file is not None:
        head = 'Content-Disposition: form-data; name="file"; filename="liste.xlsx"'
        body += f"--{mark}\r\n{head}\r\n\r\n".encode() + file + b"\r\n"
    body += f"--{mark}--\r\n".encode()
    kind = f"multipart/form-data; boundary={mark}"
    return browser.ask("POST", f"{here}/list", body, content_type=kind)


def fields(page: Page, do: str) -> dict[str, str]:
    """Return the hidden fields of a page's form that does something."""
    forms = re.findall(r"<form.*?</form>", page.text, re.DOTALL)
    form = next(one for one in forms if f'name="do" value="{do}"' in one)
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found}


def workbook(*rows: list[str]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def invite(browser: Browser, here: str, *addresses: str) -> None:
    """Take a list of addresses over."""
    TOLD.update(addresses)
    sent = hand_in(browser, here, text="\n".join(addresses))
    assert sent.status == 303, sent.text
    page = browser.get(sent.headers["location"])
    assert browser.post(here, fields(page, "take")).status == 303


def person(server: Server, address: str) -> int:
    query = f"SELECT person FROM guests WHERE key = '{address}'"
    return int(stored(server, query)[0][0])


def link_of(server: Server, browser: Browser, here: str, address: str) -> str:
    page = browser.get(f"{here}?person={person(server, address)}")
    found = re.search(r'class="copy">[^<]*?(/sessions/[^<]*)<', page.text)[1]  # type: ignore[index]
    TOLD.add(found.rpartition("/")[2])
    return found


def letters(server: Server, address: str) -> list[tuple]:
    query = f"SELECT kind, state FROM letters WHERE address = '{address}'"
    return stored(server, query)


def test_a_list_is_looked_at_corrected_and_taken_over_once(server, team, here) -> None:
    rows = [["Name", "E-Mail"], ["Erika", "erika@list.example"], ["Au", "asyl@gemeinde-au"]]
    rows += [["Erika", "ERIKA@list.example"], ["<b>Fett</b>", "fett@list.example"]]
    sent = hand_in(team, here, file=workbook(*rows))
    assert sent.status == 303
    place = sent.headers["location"]
    page = team.get(place)
    assert "Zeile 3: Endung fehlt" in page.text
    assert "Zeilen 2, 4" in page.text
    assert "2 Adressen übernehmen" in page.text
    assert "<b>Fett" not in page.text
    assert stored(server, "SELECT * FROM guests WHERE key LIKE '%list.example'") == []
    fixed = fields(page, "fix") | {"address-3": "asyl@list.example", "name-3": "Au"}
    again = team.post(here, fixed)
    page = team.get(again.headers["location"])
    assert "3 Adressen übernehmen" in page.text
    take = fields(page, "take")
    assert team.post(here, take | {"count": "4"}).status == 409
    assert stored(server, "SELECT * FROM guests WHERE key LIKE '%list.example'") == []
    done = team.post(here, take)
    assert (done.status, done.headers["location"]) == (303, f"{here}?done=taken")
    assert team.post(here, take).status == 410
    assert len(stored(server, "SELECT * FROM guests WHERE key LIKE '%list.example'")) == 3
    assert stored(server, "SELECT * FROM rolls WHERE body LIKE '%list.example%'") == []
    sent = hand_in(team, here, file=workbook(*rows))
    assert "Schon eingeladen" in team.get(sent.headers["location"]).text


def test_columns_and_heading_are_chosen(team, here) -> None:
    rows = ["Erika;a@x.example;b@y.example", "Bert;c@x.example;d@y.example"]
    place = hand_in(team, here, file="\n".join(rows).encode()).headers["location"]
    assert "2 Adressen übernehmen" in team.get(place).text
    chosen = team.get(f"{place}&of=0&sheet=0&heading=1&address=3&name=1&family=0&tongue=0")
    assert "1 Adresse übernehmen" in chosen.text
    wild = team.get(f"{place}&of=0&sheet=99&heading=999999999&address=77&name=-1&family=x")
    assert wild.status == 200
    drop = fields(team.get(place), "drop")
    assert team.post(here, drop).status == 303
    assert team.get(place).status == 410


def test_what_was_pasted_stays_where_it_cannot_be_read(team, here) -> None:
    refused = hand_in(team, here, text=" \n ;; \n")
    assert refused.status == 422
    assert "In der Liste steht nichts" in refused.text
    assert ";;" in refused.text
    refused = hand_in(team, here, file=b"PK\x03\x04nichts")
    assert refused.status == 422
    assert "Diese Datei ist nicht lesbar" in refused.text
    refused = hand_in(team, here, text="a@b.example\n" * 5_001)
    assert refused.status == 413
    assert "Diese Liste ist zu groß" in refused.text


def test_only_lists_may_be_large_and_only_of_organisers(server, slug, team, here) -> None:
    large = b"a@b.example\n" * 150_000
    assert len(large) > 1_500_000
    assert hand_in(team, here, file=large).status == 413  # too many lines, read to the end
    beyond = team.post(f"{here}/list", {"text": "x" * 2_200_000})
    assert (beyond.status, "Zu groß" in beyond.text) == (413, True)
    assert team.post(here, {"text": "x" * 70_000}).status == 413
    for other in (server.browser(), server.volunteer(slug), server.staff(slug, "moderator")):
        assert other.get(here).status == 403
        assert other.get(f"{here}.csv").status == 403
        kind = "multipart/form-data; boundary=x"
        answer = other.ask("POST", f"{here}/list", b"--x--\r\n", content_type=kind)
        assert answer.status == 403


def test_nothing_is_sent_before_it_is_said_and_then_once(server, team, here) -> None:
    invite(team, here, "send1@s.example", "send2@s.example")
    assert letters(server, "send1@s.example") == []
    page = team.get(f"{here}?confirm=send")
    send = fields(page, "send")
    assert f"{send['count']} Einladungen senden?" in page.text
    assert team.post(here, send | {"count": "1"}).status == 409
    assert letters(server, "send1@s.example") == []
    assert team.post(here, send).status == 303
    assert team.post(here, send).status == 409
    assert [kind for kind, _ in letters(server, "send1@s.example")] == ["invitation"]
    assert "send1@s.example" in team.get(f"{here}?q=send1&state=waiting").text


def test_a_test_mail_goes_to_an_address_that_is_one(server, team, here) -> None:
    form = {"do": "test", "lang": "de", "address": "kein at"}
    refused = team.submit(here, here, **form)
    assert refused.status == 422
    assert 'value="kein at"' in refused.text
    assert team.submit(here, here, **(form | {"address": "me@t.example"})).status == 303
    assert [kind for kind, _ in letters(server, "me@t.example")] == ["test"]


def test_one_person_is_added_changed_withdrawn_and_invited_again(server, slug, team, here) -> None:
    add = {"do": "add", "address": "eine@p.example", "name": "Eine", "lang": "en"}
    assert team.submit(here, here, **add).status == 303
    twice = team.submit(here, here, **(add | {"address": "EINE@p.example"}))
    assert (twice.status, "EINE@p.example" in twice.text) == (409, True)
    number = person(server, "eine@p.example")
    change = {"do": "change", "person": number, "name": "Eins", "lang": "de"}
    assert team.submit(here, here, **change, address="nix").status == 422
    assert team.submit(here, here, **change, address="eins@p.example").status == 303
    assert person(server, "eins@p.example") == number
    again = {"do": "again", "person": number}
    assert team.submit(here, here, **again).status == 303
    assert letters(server, "eins@p.example") == [("invitation", "waiting")]
    moved = change | {"address": "zwei@p.example"}
    assert team.submit(here, here, **moved).status == 303
    assert letters(server, "eins@p.example") == []
    assert "Noch nicht verschickt" in team.get(f"{here}?person={number}").text
    back = change | {"address": "eins@p.example"}
    assert team.submit(here, here, **back).status == 303
    assert team.submit(here, here, **again).status == 303
    assert letters(server, "eins@p.example") == [("invitation", "waiting")]
    link = link_of(server, team, here, "eins@p.example")
    guest = server.browser()
    assert guest.submit(link, link, name="Eins", asks="1", asked="1").status == 303
    assert guest.get(f"/sessions/{slug}/mine").status == 200
    assert team.submit(here, here, do="withdraw", person=number).status == 303
    assert guest.get(f"/sessions/{slug}/mine").status == 303
    assert letters(server, "eins@p.example") == []
    gone = server.browser().get(link)
    assert (gone.status, "Dieser Link gilt nicht mehr" in gone.text) == (410, True)
    assert team.submit(here, here, do="again", person=number).status == 409
    assert team.submit(here, here, do="renew", person=number).status == 303
    renewed = link_of(server, team, here, "eins@p.example")
    assert renewed != link
    assert server.browser().get(renewed).status == 200


def test_the_table_holds_no_formula_and_no_link(server, slug, team, here) -> None:
    TOLD.add("formel@c.example")
    add = {"do": "add", "address": "formel@c.example", "name": "=HYPERLINK(1)", "lang": "de"}
    assert team.submit(here, here, **add).status == 303
    answer = team.get(f"{here}.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert '"\'=HYPERLINK(1)"' in answer.text
    assert "/mine/" not in answer.text
    here_ = f"(SELECT id FROM sessions WHERE slug = '{slug}')"
    guests = stored(server, f"SELECT * FROM guests WHERE session = {here_}")
    assert answer.text.count("\n") == len(guests) + 1


def test_the_landing_page_greets_and_lets_choose(server, slug, team, here) -> None:
    add = {"do": "add", "address": "gast@l.example", "name": "Gerda Gast", "lang": "de"}
    assert team.submit(here, here, **add).status == 303
    link = link_of(server, team, here, "gast@l.example")
    guest = server.browser()
    for _ in range(3):
        assert guest.ask("HEAD", link).status == 200
        page = guest.get(link)
    assert (page.status, guest.cookie) == (200, "")
    assert "Gerda Gast" in page.text
    query = "SELECT opened, asked FROM guests WHERE key = 'gast@l.example'"
    assert stored(server, query) == [(0, 0)]
    bad = guest.submit(link, link, name="x\u202ey", asks="1", asked="1")
    assert (bad.status, "checked" in bad.text) == (422, True)
    assert stored(server, query) == [(0, 0)]
    done = guest.submit(link, link, name="Gerda", asks="1", asked="1")
    assert (done.status, done.headers["location"]) == (303, f"/sessions/{slug}")
    ((opened, asked),) = stored(server, query)
    assert (opened > 0, asked) == (True, 1)
    second = server.browser()
    page = second.get(link)
    assert 'value="Gerda"' in page.text
    assert "checked" in page.text
    assert second.submit(link, link, name="Gerda", asks="1").status == 303
    assert stored(server, query) == [(opened, 0)]
    one, other = (b.get(f"/sessions/{slug}/updates").json()[0]["me"] for b in (guest, second))
    assert one["person"] == other["person"]


def test_ones_own_data_show_the_address_and_let_it_go(server, slug, team, here) -> None:
    invite(team, here, "daten@d.example")
    link = link_of(server, team, here, "daten@d.example")
    guest = server.browser()
    assert guest.submit(link, link, name="", asks="1").status == 303
    own = f"/sessions/{slug}/mine/data"
    assert "daten@d.example" in guest.get(own).text
    assert guest.get(f"{own}.json").json()["invitation"]["transcript"] is False
    assert guest.submit(own, own, do="transcript", on="1").status == 303
    assert guest.get(f"{own}.json").json()["invitation"]["transcript"] is True
    assert guest.submit(own, own, do="forget").status == 303
    assert stored(server, "SELECT * FROM guests WHERE key = 'daten@d.example'") == []
    assert letters(server, "daten@d.example") == []


def test_by_invitation_only_one_comes_in_by_the_link_alone(server) -> None:
    slug = server.slugs["link"]
    team, here = server.staff(slug, "organiser"), f"/sessions/{slug}/organiser/invitations"
    invite(team, here, "nur@i.example")
    link = link_of(server, team, here, "nur@i.example")
    guest = server.browser()
    assert guest.get(f"/sessions/{slug}").status == 403
    assert guest.submit(link, link, name="Nur").status == 303
    assert guest.get(f"/sessions/{slug}").status == 200


@pytest.mark.parametrize("name", ["closed"])
def test_after_the_end_no_invitation_leaves(server, name) -> None:
    slug = server.slugs[name]
    team, here = server.staff(slug, "organiser"), f"/sessions/{slug}/organiser/invitations"
    invite(team, here, "spaet@e.example")
    page = team.get(here)
    assert 'aria-disabled="true"' in page.text
    assert "confirm=send" not in page.text
    assert team.submit(here, here, do="send", count="1").status == 409
    assert letters(server, "spaet@e.example") == []
