"""A barrier that somebody reports: what arrives, what is refused, and that nothing stays."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import pytest

from dialog.store.outbox import Letter
from tests.live.client import Browser, Page
from tests.live.server import Server, running
from tests.mail.conftest import until
from tests.mail.post_office import PostOffice, post_office

PATH = "/accessibility/report"
LINK = "/sessions/2026-12-08-x/mine/geheimer-link-mit-24-zeichen"
WORDS = {
    "barrier": "Der Knopf „Unterstützen“ springt weg.\n\nDas war <b>zweimal</b> so.",
    "where": f"https://dialog.example{LINK}",
    "aid": "NVDA, Firefox",
    "reply": "kim@example.org",
}


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostOffice]:
    with post_office(tmp_path_factory.mktemp("post")) as opened:
        yield opened


@pytest.fixture(scope="module")
def server(post: PostOffice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that sends reports to a mailbox of their own."""
    settings = {"mail_relay": post.url, "barrier_mail": "barriere@example.org"}
    with running(tmp_path_factory.mktemp("server"), **settings, proxies="127.0.0.1") as started:  # type: ignore[arg-type]
        yield started


def form(browser: Browser, **words: str) -> dict[str, str]:
    """The form as a browser sends it, with these words."""
    return browser.get(PATH).fields | words


def send(server: Server, fields: dict[str, str], network: str = "198.51.100.7") -> Page:
    return server.browser().post(PATH, fields, x_forwarded_for=network)


async def arrived(post: PostOffice, *beginnings: str) -> list[str]:
    """What the reports say that begin so, once each has arrived."""

    def texts() -> list[str]:
        bodies = (one.get_body(("plain",)) for one in post.messages())
        said = [str(body.get_content()) for body in bodies if body]
        return [text for text in said if any(words in text for words in beginnings)]

    await until(lambda: len(texts()) >= len(beginnings))
    return texts()


async def test_a_report_arrives_in_its_own_words_and_leaves_nothing_here(server, post) -> None:
    fields = form(server.browser(), **WORDS)
    for again in (fields, fields):  # sent twice it is one report
        answer = send(server, again)
        assert (answer.status, answer.headers["location"]) == (303, f"{PATH}?sent=1")
    # After a change the same form is another one: nothing that was typed is lost.
    assert send(server, fields | {"barrier": "Jetzt geht es wieder."}).status == 303
    thanks = server.browser().get(f"{PATH}?sent=1&lang=de").text
    assert "Vielen Dank für Ihre Meldung" in thanks
    assert "<form" not in thanks
    texts = await arrived(post, "springt weg", "Jetzt geht es wieder")
    assert len(texts) == 2
    (said,) = [text for text in texts if "springt weg" in text]
    for words in ("Das war <b>zweimal</b> so.", "NVDA, Firefox", "kim@example.org"):
        assert words in said
    assert "https://dialog.example/sessions/2026-12-08-x/mine/…" in said
    assert "geheimer" not in said

    def left() -> set[tuple[str, ...]]:
        with closing(sqlite3.connect(server.folder / "data" / "dialog.sqlite3")) as opened:
            asked = "SELECT state, address, told FROM letters WHERE kind = 'barrier'"
            return set(opened.execute(asked).fetchall())

    await until(lambda: left() == {("sent", "", "{}")})


@pytest.mark.parametrize(
    "wrong, status, said",
    [
        ({"barrier": " "}, 422, "Bitte schreiben Sie, was nicht geht."),
        ({"barrier": "x" * 4_001}, 422, "Möglich sind höchstens 4000 Zeichen."),
        ({"where": "x" * 301}, 422, "Möglich sind höchstens 300 Zeichen."),
        ({"aid": "x" * 301}, 422, "Möglich sind höchstens 300 Zeichen."),
        ({"reply": "kim"}, 422, "Eine Adresse sieht so aus"),
        ({"barrier": "a\u202eb"}, 422, "Das geschieht manchmal beim Einfügen"),
        ({"token": "alt"}, 409, "Bitte senden Sie noch einmal ab."),
    ],
)
def test_what_is_refused_is_said_and_stays_in_the_form(server, wrong, status, said) -> None:
    fields = form(server.browser(), **WORDS) | wrong
    answer = send(server, fields)
    assert answer.status == status
    assert said in answer.text.replace("\xa0", " ")
    again = answer.fields
    for name in WORDS:
        assert again[name].replace("\r", "") == fields[name].replace("\r", "")
    assert again["token"] != "alt"


def test_one_network_may_report_so_often_and_is_told_when_again(server) -> None:
    for _ in range(5):
        fields = form(server.browser(), barrier=f"Viel: {uuid4().hex}")
        assert send(server, fields, "203.0.113.9").status == 303
    fields = form(server.browser(), barrier="Noch eine.")
    answer = send(server, fields, "203.0.113.9")
    assert answer.status == 429
    assert 60 < int(answer.headers["retry-after"]) <= 121
    assert "Noch eine." in answer.text
    assert send(server, fields, "203.0.113.10").status == 303


def test_without_mail_the_page_says_the_other_ways_and_loses_no_text(tmp_path) -> None:
    with running(tmp_path, operator_phone="+49 89 1234", operator_email="amt@example.org") as bare:
        browser = bare.browser()
        page = browser.get(f"{PATH}?lang=de").text
        assert "<form" not in page
        assert "kann Ihre Meldung nicht selbst zustellen" in page
        for way in ("tel:+49891234", "mailto:amt@example.org"):
            assert f'href="{way}"' in page
        answer = browser.post(PATH, {"token": bare.seal(""), **WORDS})
        assert answer.status == 403
        assert "springt weg" in answer.text
        assert "tel:+49891234" in answer.text


async def test_a_report_outlasts_a_relay_that_is_away_for_days(outbox, clock) -> None:
    day = 86_400_000
    report = Letter("barrier", "amt@example.org", "de", told=WORDS | {"lang": "de"})
    await outbox.put([report, Letter("test", "kim@example.org", "de")])
    clock.ahead = 2 * day
    await outbox.tidy()
    assert (await outbox.queue()).waiting == 1
    clock.ahead = 31 * day
    await outbox.tidy()
    assert (await outbox.queue()).waiting == 0
