"""Notices by mail at a real server with a real relay: ordered, confirmed, sent, ended."""

import re
from collections.abc import Iterator
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.live.client import TOLD
from tests.live.team import signed_in
from tests.mail.post_office import PostOffice
from tests.mail.test_server import Evening, wait_for

HOUR_S = 3_600
NOTICE = {"kind": "notice", "body": "Text", "mail": "1", "do": "publish", "rev": "0"}


@pytest.fixture
def evening(tmp_path: Path, office: PostOffice) -> Iterator[Evening]:
    made = Evening(tmp_path, office)
    made.server.start()
    yield made
    made.server.stop()
    made.server.check_log()


def to(office: PostOffice, address: str, subject: str) -> list[EmailMessage]:
    """Return the letters to an address with this in their subject."""
    found = [one for one in office.messages() if one["to"] == address]
    return [one for one in found if subject in str(one["subject"])]


def text(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def path(message: EmailMessage, what: str) -> str:
    """Return the path of a link in a letter."""
    found = re.search(rf"http\S+/subscription/{what}/\S+", text(message))
    assert found
    TOLD.add(found[0].rpartition("/")[2])
    return urlsplit(found[0]).path


def order(evening: Evening, office: PostOffice, address: str, **fields: str) -> str:
    """Order notices and return the path of the link that confirms it."""
    browser = evening.server.browser()
    place = f"/subscription{'?lang=en' if fields.pop('lang', '') else ''}"
    done = browser.submit(place, place, address=address, **fields)
    assert done.status == 303, done.text
    subject = "Please confirm" if "lang=en" in place else "Bitte bestätigen"
    wait_for(lambda: bool(to(office, address, subject)))
    return path(to(office, address, subject)[-1], "confirm")


def test_notices_come_to_whoever_confirmed_and_end_with_one_click(evening, office) -> None:
    server, reader = evening.server, evening.server.browser()
    olga = signed_in(server, "olga@example.org")
    new = "/organiser/information/new"
    publish = partial(olga.submit, new, new, **NOTICE)
    assert publish(title="Vorher", topics="Kurse, Miete").status == 303
    links = {
        "anna@example.org": order(evening, office, "anna@example.org"),
        "bob@example.org": order(evening, office, "bob@example.org", lang="en"),
        "carla@example.org": order(evening, office, "carla@example.org", **{"topic-Miete": "1"}),
        "dora@example.org": order(evening, office, "dora@example.org"),
    }
    for address, link in links.items():
        for _ in range(3):  # scanners and previews look, and change nothing
            assert reader.get(link).status == 200
        if address != "dora@example.org":
            assert reader.submit(link, link).headers["location"] == "/subscription?done=confirmed"
            assert reader.get(link).status == 410
    confirmed = evening.ask("SELECT count(*) FROM subscriptions WHERE confirmed > 0")
    assert confirmed == [(3,)]

    assert publish(title="Neue Kurse", topics="Kurse", summary="Kurz gesagt").status == 303
    wait_for(lambda: bool(to(office, "bob@example.org", "Neue Kurse")))
    wait_for(lambda: bool(to(office, "anna@example.org", "Neue Kurse")))
    (letter,) = to(office, "anna@example.org", "Neue Kurse")
    assert "Kurz gesagt" in text(letter)
    assert "Keine E-Mails mehr erhalten" in text(letter)
    assert "No more e-mails" in text(to(office, "bob@example.org", "Neue Kurse")[0])
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    end = path(letter, "end")
    assert str(letter["List-Unsubscribe"]).strip() == f"<{server.base}{end}>"

    assert reader.get(end).status == 200
    assert reader.post(end, {"token": ""}).status == 409
    assert evening.ask("SELECT count(*) FROM subscriptions WHERE confirmed > 0") == [(3,)]
    done = server.browser().post(end, {"List-Unsubscribe": "One-Click"})  # as a mail program does
    assert (done.status, done.text) == (200, "OK")
    assert server.browser().post(end, {"List-Unsubscribe": "One-Click"}).status == 200
    assert reader.get(end).status == 410
    other = path(to(office, "bob@example.org", "Neue Kurse")[0], "end")
    assert reader.submit(other, other).headers["location"] == "/subscription?done=ended"

    assert publish(title="Neues zur Miete", topics="Miete").status == 303
    wait_for(lambda: bool(to(office, "carla@example.org", "Neues zur Miete")))
    assert not to(office, "carla@example.org", "Neue Kurse")  # it was of another topic
    for address in ("anna@example.org", "bob@example.org", "dora@example.org"):
        assert not to(office, address, "Neues zur Miete")
        assert not to(office, address, "Vorher")
    kept = evening.ask("SELECT key FROM subscriptions ORDER BY key")
    assert kept == [("carla@example.org",), ("dora@example.org",)]
    for table in ("letters", "deletions", "subscriptions"):
        assert "anna@example.org" not in str(evening.ask(f"SELECT * FROM {table}"))


def test_an_order_says_the_same_whatever_is_known_and_refuses_what_is_no_address(
    evening, office
) -> None:
    browser, place = evening.server.browser(), "/subscription"
    for _ in range(2):
        done = browser.submit(place, place, address="eva@example.org")
        assert (done.status, done.headers["location"]) == (303, "/subscription?done=asked")
    wait_for(lambda: len(to(office, "eva@example.org", "Bitte bestätigen")) == 2)
    first, second = (path(one, "confirm") for one in to(office, "eva@example.org", "Bitte"))
    assert sorted((browser.get(first).status, browser.get(second).status)) == [200, 410]
    wrong = browser.submit(place, place, address="eva@@example")
    assert wrong.status == 422
    assert 'value="eva@@example"' in wrong.text
    for _ in range(3):
        assert browser.submit(place, place, address="eva@example.org").status == 303
    for same in ("EVA@example.org", "eva+1@example.org"):  # one mailbox, however it is called
        often = browser.submit(place, place, address=same)
        assert often.status == 429
        assert int(often.headers["retry-after"]) > HOUR_S  # nobody's mailbox is flooded from here
    assert browser.submit(place, place, address="eve@example.org").status == 303
