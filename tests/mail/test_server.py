"""The real server and a real relay: killed in the middle, two at once, and what arrives."""

import asyncio
import re
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from icalendar import Calendar

from dialog.programme.declaration import ZONE
from dialog.secret import kept_secret
from dialog.store.database import Database
from dialog.store.guests import Guests, Invited
from dialog.store.outbox import Letter, Outbox
from dialog.store.people import People
from tests.live.programme import declare
from tests.live.server import Server
from tests.live.team import signed_in
from tests.mail.conftest import PATIENCE_S, wall
from tests.mail.post_office import PostOffice

SPEAK = {2: "en", 3: "de-simple"}
MANY = 300


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait for what is to happen, for as long as a slow machine may take."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.02)


def holds(office: PostOffice, least: int) -> bool:
    return len(office.letters()) >= least


class Evening:
    """A server with one session, and its database seen from outside."""

    def __init__(self, folder: Path, office: PostOffice, url: str = "", **keys: Any) -> None:
        self.slug = declare(folder / "sessions", "probe", **(keys or {"starts": timedelta(days=3)}))
        settings = {
            "mail_relay": office.url,
            "mail_from": "Dialog digital <dialog@example.org>",
            "mail_per_minute": 60_000,
            "contact": "mailto:hilfe@example.org",
        }
        self.server = Server(folder, {"open": self.slug}, database_url=url, **settings)
        self.url = url or f"sqlite:///{folder}/data/dialog.sqlite3"
        self.secret = kept_secret(folder / "data")
        self.server.migrate()

    def invite(self, count: int) -> list[int]:
        """Put people on the list, and return who they are."""
        listed = [
            Invited(
                f"gast{n}@example.org",
                f"gast{n}@example.org",
                f"Gast {n}",
                SPEAK.get(n, "de"),
            )
            for n in range(1, count + 1)
        ]

        async def add(database: Database) -> Sequence[int]:
            people = People(database, self.secret, wall)
            return await Guests(database, people, wall).add(self.slug, listed)

        return list(self._do(add))

    def put(self, *letters: Letter) -> tuple[str, ...]:
        return self._do(lambda database: Outbox(database, wall).put(letters))

    def invitations(self, persons: list[int]) -> tuple[str, ...]:
        return self.put(
            *(
                Letter(
                    "invitation",
                    f"gast{n}@example.org",
                    SPEAK.get(n, "de"),
                    self.slug,
                    person,
                )
                for n, person in enumerate(persons, 1)
            )
        )

    def _do(self, work):
        async def run():
            database = Database(self.url)
            try:
                return await work(database)
            finally:
                await database.close()

        return asyncio.run(run())

    def ask(self, query: str) -> list[tuple]:
        if self.url.startswith("sqlite"):
            with closing(
                sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=30)
            ) as opened:
                rows = opened.execute(query).fetchall()
                opened.commit()
                return rows
        with psycopg.connect(self.url.replace("+psycopg", "", 1), autocommit=True) as opened:
            found = opened.execute(query)
            return found.fetchall() if found.description else []

    def states(self) -> dict[str, str]:
        return dict(self.ask("SELECT id, state FROM letters"))

    def waits(self) -> bool:
        return not set(self.states().values()) & {"waiting", "sending"}


@pytest.fixture
def begin(tmp_path, office) -> Iterator[Callable[..., Evening]]:
    """Declare a session; its server ends with the test."""
    made: list[Evening] = []

    def declared(url: str = "", **keys: Any) -> Evening:
        made.append(Evening(tmp_path, office, url, **keys))
        return made[-1]

    yield declared
    for evening in made:
        evening.server.stop()


@pytest.fixture
def evening(begin) -> Evening:
    return begin()


@pytest.fixture
def direct(begin) -> Evening:
    """An evening that runs, in which one scribe alone releases answers."""
    return begin(starts=timedelta(minutes=-10), goes_live="by_clock", release="direct")


def test_a_server_that_is_killed_again_and_again_sends_nothing_twice(evening, office):
    ids = evening.invitations(evening.invite(MANY))
    server = evening.server
    for kills in range(1, 4):
        server.start()
        wait_for(partial(holds, office, 60 * kills))
        server.kill()
    server.start()
    wait_for(evening.waits)
    arrived = Counter(office.ids())
    states = evening.states()
    unclear = {one for one, state in states.items() if state == "unclear"}
    assert set(states) == set(ids)
    assert set(states.values()) <= {"sent", "unclear"}
    assert len(unclear) <= 3
    assert max(arrived.values()) == 1
    assert set(ids) - unclear <= set(arrived)
    server.check_log()


@pytest.mark.postgres
def test_two_processes_send_nothing_twice(tmp_path, begin, office, fresh_postgres_url):
    evening = begin(fresh_postgres_url)
    ids = evening.invitations(evening.invite(MANY))
    other = Server(tmp_path, evening.server.slugs)
    other.environment = evening.server.environment | {"DIALOG_PORT": str(other.port)}
    other.log = tmp_path / "other"
    try:
        evening.server.begin()
        other.begin()
        evening.server.await_ready()
        other.await_ready()
        wait_for(evening.waits)
    finally:
        other.stop()
    assert Counter(office.ids()) == Counter(ids)
    assert set(evening.states().values()) == {"sent"}


def test_a_server_that_is_asked_to_end_finishes_the_letter_under_way(evening, office):
    evening.invitations(evening.invite(MANY))
    evening.server.start()
    wait_for(lambda: len(office.letters()) >= 20)
    evening.server.terminate()
    evening.server.wait()
    counted = Counter(evening.states().values())
    assert set(counted) <= {"sent", "waiting"}
    assert counted["sent"] == len(office.letters())


def test_an_invitation_leads_its_person_in_and_fits_a_calendar(evening, office):
    persons = evening.invite(3)
    evening.server.start()
    evening.invitations(persons)
    wait_for(lambda: len(office.letters()) == 3)
    made = {str(one["to"]): one for one in office.messages()}
    german, english = made["gast1@example.org"], made["gast2@example.org"]
    assert str(english["subject"]).startswith("Invitation: ")
    text = german.get_body(("plain",)).get_content()
    assert "Guten Tag Gast 1," in text
    assert "wenden Sie sich bitte an hilfe@example.org" in text
    link = re.search(rf"{evening.server.base}(/sessions/\S+/mine/\S+)", text)
    assert link
    browser = evening.server.browser()
    assert browser.get(link[1]).status == 200
    plain = made["gast3@example.org"].get_body(("plain",)).get_content()
    assert "wir laden Sie herzlich zum Dialog digital ein." in plain
    # No browser asks for it by itself.
    led = re.search(rf"{evening.server.base}(/sessions/\S+/mine/\S+lang=de-simple)", plain)
    assert led
    assert '<html lang="de-simple"' in evening.server.browser().get(led[1]).text
    event, method = event_of(german)
    assert method == "PUBLISH"
    assert event["uid"] == f"{evening.slug}@dialog-digital"
    assert event["status"] == "CONFIRMED"
    assert event["location"] == "https://video.example/probe"
    assert "089 99998-421" in event["description"]
    assert str(event["url"]) == f"{evening.server.base}{link[1]}"
    assert event["organizer"] == "mailto:dialog@example.org"
    (alarm,) = event.walk("VALARM")
    assert alarm["trigger"].dt == timedelta(hours=-1)
    on_page = Calendar.from_ical(browser.get(f"/sessions/{evening.slug}.ics").text)
    (shown,) = on_page.walk("VEVENT")
    assert (shown["uid"], shown["sequence"]) == (event["uid"], event["sequence"])
    assert "method" not in on_page
    assert "organizer" not in shown


def event_of(letter):
    """Return the event of a letter's calendar file, and its method."""
    (file,) = letter.iter_attachments()
    found = Calendar.from_ical(file.get_content())
    assert found.walk("VTIMEZONE")
    (event,) = found.walk("VEVENT")
    assert file.get_param("method") == str(found["method"])
    return event, str(found["method"])


def test_a_test_shows_the_invitation_and_leads_to_the_programme(evening, office):
    evening.server.start()
    evening.put(Letter("test", "team@example.org", "de", evening.slug))
    wait_for(lambda: len(office.letters()) == 1)
    (made,) = office.messages()
    text = made.get_body(("plain",)).get_content()
    assert str(made["subject"]).startswith("Test – Einladung: ")
    assert f"Zu Ihrem Dialog:\n{evening.server.base}\n" in text.replace("\r\n", "\n")
    assert "/mine/" not in text


def test_what_is_over_is_not_sent(evening, office):
    person, withdrawn = evening.invite(2)
    evening.ask(f"UPDATE guests SET withdrawn = 1 WHERE person = {withdrawn}")
    old = Letter("signin", "team@example.org", "de", told={"signin": "ab" * 16})
    letters = [
        Letter("invitation", "gast2@example.org", "de", evening.slug, withdrawn),
        Letter("invitation", "gast9@example.org", "de", evening.slug, 999),
        Letter("cancelled", "gast1@example.org", "de", evening.slug, person),
        Letter("transcript", "gast1@example.org", "de", evening.slug, person),
        Letter("invitation", "gast1@example.org", "de", "2020-01-01-nirgends", 1),
        Letter("promise_due", "team@example.org", "de", evening.slug, told={"question": 1}),
        old,
    ]
    ids = evening.put(*letters)
    evening.ask(f"UPDATE letters SET made = made - 600000 WHERE id = '{ids[-1]}'")
    (good,) = evening.put(Letter("invitation", "gast1@example.org", "de", evening.slug, person))
    evening.server.start()
    wait_for(evening.waits)
    assert office.ids() == [good]
    assert evening.states() == dict.fromkeys(ids, "dropped") | {good: "sent"}
    evening.server.check_log()


def test_a_sign_in_arrives_with_a_code_that_works(evening, office):
    server = evening.server
    server.start()
    signed_in(server, "olga@example.org")
    browser = server.browser()
    sent = browser.submit("/signin", "/signin", address="olga@example.org")
    assert sent.status in {200, 303}, sent.text
    wait_for(lambda: len(office.letters()) == 1)
    (made,) = office.messages()
    text = made.get_body(("plain",)).get_content()
    code = re.search(r"Ihr Code: (\d{3}) (\d{3})", text)
    link = re.search(rf"{server.base}(/signin/\S+)", text)
    assert code
    assert link
    assert code[0] not in str(made["subject"])
    entered = browser.get(link[1])
    assert entered.status == 200
    followed = browser.submit(link[1], link[1])
    assert followed.status == 303
    assert evening.ask("SELECT address, told FROM letters") == [("", "{}")]
    page = "/signin?lang=en"
    server.browser().submit(page, page, address="olga@example.org")
    wait_for(lambda: len(office.letters()) == 2)
    texts = [one.get_body(("plain",)).get_content() for one in office.messages()]
    assert len([text for text in texts if "Your code" in text]) == 1


# --- what goes by itself -------------------------------------------------------------------------


def test_who_was_invited_is_reminded_once_a_day_before(begin, office):
    evening = begin(starts=timedelta(hours=20))
    early, late, withdrawn = evening.invite(3)
    evening.put(
        *(Letter("invitation", f"gast{n}@example.org", "de", evening.slug, p)
          for n, p in enumerate((early, late, withdrawn), 1))
    )  # fmt: skip
    day = 24 * 3_600_000
    evening.ask(f"UPDATE letters SET state = 'sent', at = at - {day}, made = made - {day}")
    evening.ask(f"UPDATE letters SET at = at + {day} WHERE person = {late}")
    evening.ask(f"UPDATE guests SET withdrawn = 1 WHERE person = {withdrawn}")
    for _ in range(2):
        evening.server.start()
        wait_for(lambda: len(office.letters()) == 1)
        wait_for(evening.waits)
        evening.server.stop()
    (made,) = office.messages()
    assert made["to"] == "gast1@example.org"
    assert str(made["subject"]).startswith("Erinnerung: ")
    assert event_of(made)[1] == "PUBLISH"


def give(team, evening: Evening, place: str, do: str, **fields: object) -> None:
    """Send a command as the form of a page does."""
    page = f"/sessions/{evening.slug}/{place}"
    answer = team.submit(page, page, do=do, **fields)
    assert answer.status == 303, answer.text


def rev(team, evening: Evening) -> int:
    told = team.get(f"/sessions/{evening.slug}/updates?stream=desk").json()
    return int(next(m for m in told if m["type"] == "snapshot")["questions"][0]["rev"])


def promised(team, evening: Evening, days: int) -> None:
    """Let a question be answered by a promise that falls due in so many days."""
    text = "Wann fährt der Bus?"
    give(team, evening, "moderation", "ask", text=text, via="hall", asker="")
    give(team, evening, "moderation", "approve", number=1, rev=rev(team, evening))
    until = datetime.now(ZONE).date() + timedelta(days=days)
    given = {"outcome": "promised", "by": "Referat G2", "until": until.isoformat()}
    told = {"number": 1, "rev": rev(team, evening), "text": "Wir prüfen es."}
    give(team, evening, "scribe", "answer", **told, **given)


def nameless(evening, browser):
    """Let whoever signed in have no address, as those of whom a provider verified none."""
    evening.ask("UPDATE accounts SET key = 'subject x', address = '' WHERE key LIKE 'otto@%'")
    return browser


def test_whoever_has_no_address_gets_no_letter_and_is_told_so(evening, office):
    server = evening.server
    server.start()
    otto = nameless(evening, signed_in(server, "otto@example.org"))
    assert otto.get("/organiser/mail").status == 200
    assert otto.submit("/organiser/new", "/organiser/mail", do="test").status == 422
    assert otto.submit("/account", "/account/confirm", do="send").status == 403
    assert office.letters() == []
    server.check_log()


def test_staff_is_reminded_of_a_promise_once_each_and_not_when_it_is_kept(direct, office):
    evening, server = direct, direct.server
    server.start()
    signed_in(server, "olga@example.org")
    nameless(evening, signed_in(server, "otto@example.org"))
    team = server.staff(evening.slug, "organiser")
    promised(team, evening, 9)
    for _ in range(2):
        server.stop()
        server.start()
        wait_for(lambda: evening.waits() and len(office.letters()) == 1)
    (made,) = office.messages()
    assert str(made["to"]) == "olga@example.org"
    assert str(made["subject"]).replace("\N{NO-BREAK SPACE}", " ") == (
        "Zusage fällig in 9 Tagen: Referat G2"
    )
    text = made.get_body(("plain",)).get_content()
    assert "Frage 1: Wann fährt der Bus?" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert f"{server.base}/sessions/{evening.slug}/scribe?tab=promises" in text
    give(team, evening, "scribe", "keep", number=1, rev=rev(team, evening), text="Er fährt.")
    evening.put(Letter("promise_due", "olga@example.org", "de", evening.slug, told={"question": 1}))
    wait_for(evening.waits)
    assert len(office.letters()) == 1


def test_who_asked_for_it_is_told_of_the_record_once(direct, office):
    evening, server = direct, direct.server
    asked, _ = evening.invite(2)
    evening.ask(f"UPDATE guests SET asked = true WHERE person = {asked}")
    server.start()
    team = server.staff(evening.slug, "organiser")
    promised(team, evening, 90)
    give(team, evening, "organiser", "phase", to="closed")
    give(team, evening, "organiser", "conclude")
    give(team, evening, "organiser", "publish")
    wait_for(lambda: server.browser().get(f"/archive/{evening.slug}").status == 200)
    for _ in range(2):
        server.stop()
        server.start()
        wait_for(lambda: evening.waits() and len(office.letters()) == 1)
    (made,) = office.messages()
    assert str(made["to"]) == "gast1@example.org"
    assert f"{server.base}/archive/{evening.slug}" in made.get_body(("plain",)).get_content()
    assert not list(made.iter_attachments())


# --- the page ------------------------------------------------------------------------------------


def test_the_page_of_mail_tells_what_failed_and_sends_it_again(evening, office):
    server = evening.server
    server.start()
    team = signed_in(server, "olga@example.org")
    (person,) = evening.invite(1)
    evening.put(Letter("invitation", "never-1@example.org", "de", evening.slug, person))
    evening.put(Letter("invitation", "once-2@example.org", "de", evening.slug, person))
    wait_for(lambda: "failed" in evening.states().values())
    page = team.get("/organiser/mail")
    assert page.status == 200
    assert "never-1@example.org" in page.text
    assert "550 5.1.1 &lt;…@…&gt; nobody here is called that" in page.text
    assert "127.0.0.1" in page.text
    wait_for(lambda: evening.ask("SELECT 1 FROM letters WHERE fault LIKE '451%'") != [])
    assert "1 Nachricht" in team.get("/organiser/mail").text
    (one,) = [one for one, state in evening.states().items() if state == "failed"]
    done = team.submit("/organiser/mail", "/organiser/mail", do="again", letter=one)
    assert done.status == 303
    wait_for(
        lambda: (
            evening.ask(f"SELECT tries, state FROM letters WHERE id = '{one}'")[0] == (1, "failed")
        )
    )
    assert team.submit("/organiser/mail", "/organiser/mail", do="again_failed").status == 303
    assert team.submit("/organiser/mail", "/organiser/mail", do="test").status == 303
    wait_for(lambda: any("olga@example.org" in one["to"] for one in office.letters()))
    assert team.submit("/organiser/mail", "/organiser/mail", do="nonsense").status == 422
    assert server.browser().get("/organiser/mail").status == 403
    server.check_log()


def test_a_relay_that_is_away_is_told_on_the_page(evening, office):
    office.close()
    evening.server.start()
    team = signed_in(evening.server, "olga@example.org")
    evening.invitations(evening.invite(1))
    wait_for(lambda: "Zurzeit geht nichts hinaus" in team.get("/organiser/mail").text)
    office.open()
    wait_for(evening.waits)
    assert "Zurzeit geht nichts hinaus" not in team.get("/organiser/mail").text
    assert len(office.letters()) == 1


# --- changes -------------------------------------------------------------------------------------


def move(evening: Evening, days: int) -> None:
    """Let the session begin some days later, by its folder."""
    file = evening.server.folder / "sessions" / evening.slug / "session.toml"
    text = file.read_text("utf-8")

    def later(found: re.Match[str]) -> str:
        moment = datetime.fromisoformat(found[2]).astimezone(ZONE) + timedelta(days=days)
        return f"{found[1]} = {moment.isoformat()}"

    text = re.sub(r"(?m)^(starts|ends) = (\S+)$", later, text)
    file.write_text(text if "postponed" in text else f"postponed = true\n{text}", "utf-8")


def notices(evening: Evening, team, count: int, kind: str) -> None:
    """Wait until so many are to be told, and tell them."""
    path = f"/sessions/{evening.slug}/organiser/notices"
    noun = {"changed": "Mitteilungen", "cancelled": "Absagen"}[kind]
    label = f"{count} {noun} senden"
    wait_for(lambda: label in team.get(path).text)
    assert team.submit(path, path, do=kind, count=count + 1).status == 409
    forged = {"token": "erfunden", "key": "x", "do": kind, "count": count}
    assert team.post(path, forged).status in {403, 409}
    done = team.submit(path, path, do=kind, count=count)
    assert done.status == 303
    assert "Niemand muss etwas erfahren" in team.get(path).text


def test_who_was_invited_is_told_of_a_new_date_and_of_a_cancellation(evening, office):
    persons = evening.invite(3)
    evening.server.start()
    evening.invitations(persons[:2])
    wait_for(lambda: evening.waits() and len(office.letters()) == 2)
    invited = next(one for one in office.messages() if one["to"] == "gast1@example.org")
    first = event_of(invited)[0]
    team = evening.server.staff(evening.slug, "organiser")
    path = f"/sessions/{evening.slug}/organiser/notices"
    assert "Niemand muss etwas erfahren" in team.get(path).text

    move(evening, 7)
    notices(evening, team, 2, "changed")
    wait_for(lambda: evening.waits() and len(office.letters()) == 4)
    changed = to_first(office, "Neuer Termin: ")
    text = changed.get_body(("plain",)).get_content()
    assert re.search(r"Bisher: \w+, \d", text)
    event, method = event_of(changed)
    assert (method, event["uid"]) == ("PUBLISH", first["uid"])
    assert event["sequence"] == first["sequence"] + 1
    assert event["dtstart"].dt.date() == first["dtstart"].dt.date() + timedelta(days=7)

    desk = f"/sessions/{evening.slug}/organiser"
    done = team.submit(desk, desk, do="phase", to="cancelled")
    assert done.status == 303, done.text
    notices(evening, team, 2, "cancelled")
    wait_for(lambda: evening.waits() and len(office.letters()) == 6)
    cancelled = to_first(office, "Abgesagt: ")
    event, method = event_of(cancelled)
    assert (method, event["status"]) == ("CANCEL", "CANCELLED")
    assert event["sequence"] == first["sequence"] + 2
    assert not event.walk("VALARM")
    assert {str(one["to"]) for one in office.messages()} == {
        "gast1@example.org",
        "gast2@example.org",
    }
    evening.server.check_log()


def to_first(office: PostOffice, subject: str):
    """Return the letter to the first guest with this subject."""
    found = [one for one in office.messages() if str(one["subject"]).startswith(subject)]
    return next(one for one in found if one["to"] == "gast1@example.org")
