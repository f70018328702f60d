"""What letters say: the same in text and HTML, in both languages, and safe whatever a title is."""

import re
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import unescape
from html.parser import HTMLParser
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest

from dialog.mail.letters import LETTERS, Link, Told, write
from dialog.mail.message import Content, message
from dialog.mail.relay import mailbox
from dialog.mail.rendering import as_html, as_text
from dialog.programme import Answerer, Video
from dialog.store.outbox import Kind

ZONE = ZoneInfo("Europe/Berlin")
LINK = "https://dialog.example/sessions/2026-12-08-x/mine/TOKEN-of-24_bytes-0123456789"
OWN: dict[str, dict[str, Any]] = {
    "signin": {"code": "012345"},
    "changed": {"starts": "2026-12-01T18:00:00+01:00"},
    "promise_due": {
        "question": 7,
        "days": 3,
        "by": "Abteilung 4",
        "until": "2026-12-18",
        "text": "Wann kommt das WLAN <b>?",
    },
    "subscribe": {"topics": ("Internet <i>",)},
    "notice": {
        "new": True,
        "summary": "Internet <b> & 5 G",
        "topics": "Internet <i>",
        "from": "2026-12-01",
        "until": "2026-12-31",
    },
    "barrier": {
        "barrier": "<b>Tab</b> springt.\n\nZweimal.",
        "where": "/archive",
        "aid": "NVDA",
        "reply": "a@example.org",
        "lang": "de",
    },
}
END = "https://dialog.example/subscription/end/TOKEN-of-24_bytes-0123456789"
KINDS = get_args(Kind)
ANY = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")
# Without anybody's words, a letter in English has none of these.
GERMAN = re.compile(r"\b(der|die|das|und|Sie|ist|nicht|wir|Ihre?|für|Uhr|zu)\b")


def told(kind: str, lang: str = "de", **more: Any) -> Told:
    """What is known when a letter is written, in words that are no language's."""
    given: dict[str, Any] = {
        "lang": lang,
        "operator": "Amt",
        "write_to": "dialog@example.org",
        "link": LINK,
        "name": "Kim",
        "title": "Internet <i>& Lernorte</i>",
        "answerer": Answerer("Dr. X", "Minister"),
        "opens": datetime(2026, 12, 1, 8, tzinfo=ZONE),
        "starts": datetime(2026, 12, 8, 18, tzinfo=ZONE),
        "ends": datetime(2026, 12, 8, 19, 30, tzinfo=ZONE),
        "video": Video(
            "https://video.example/r/1?a=b&c=d",
            "+49 89 1234",
            "4711#",
            datetime(2026, 12, 8, 17, 45, tzinfo=ZONE),
        ),
        "end": END if kind == "notice" else "",
        "told": OWN.get(kind, {}),
    }
    return Told(**(given | more))


class Read(HTMLParser):
    """The words and the links of a document."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.hrefs: set[str] = set()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self._open: list[str] = []
        self.feed(document)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self._open.append(tag)
        self.hrefs.update(value for name, value in attrs if name == "href" and value)

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        if "body" in self._open:
            self.words.append(data)


def squeezed(text: str) -> str:
    """A text without spaces, marks and stars, for comparing."""
    return re.sub(r"[\s:*]|--", "", text)


@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_both_parts_say_the_same_and_lead_to_the_same(kind, lang):
    said = write(kind, told(kind, lang))
    text, read = as_text(said, lang), Read(as_html(said, lang))
    assert set(ANY.findall(text)) == read.hrefs
    assert LINK in read.hrefs
    seen = squeezed("".join(read.words))
    # A button bears its words and beneath them the address; a text has each once.
    for block in said.blocks:
        if isinstance(block, Link):
            assert squeezed(block.href) in seen
    assert squeezed(text) == seen


@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_fetched_and_no_words_become_markup(kind, lang):
    said = write(kind, told(kind, lang))
    document = as_html(said, lang)
    read = Read(document)
    allowed = {"html", "head", "meta", "title", "style", "body", "main"}
    assert read.tags <= allowed | {"p", "a", "strong", "dl", "dt", "dd", "br"}
    assert not read.attributes & {"src", "style", "srcset", "background", "onclick"}
    assert "url(" not in document
    assert "@import" not in document
    assert f'<html lang="{lang}">' in document
    assert "prefers-color-scheme: dark" in document


@pytest.mark.parametrize("kind", KINDS)
def test_no_sentence_is_left_untranslated(kind):
    plain: dict[str, Any] = {"name": "", "video": None}
    for more in ({}, plain):
        said = write(kind, told(kind, "en", **more))
        found = GERMAN.findall(as_text(said, "en").replace("Wann kommt das WLAN", ""))
        assert not found, as_text(said, "en")


def composed(kind: Any, lang: str = "de", calendar: str = "", **more: Any) -> bytes:
    said = write(kind, told(kind, lang, **more))
    content = Content(
        lang, said.subject, as_text(said, lang), as_html(said, lang), calendar, "PUBLISH"
    )
    sender = mailbox("Dialog digital – Büro <dialog@example.org>")
    return message(
        content, "ab" * 16, "dialog.example", sender, "gast@example.org", 1_796_317_200_000
    )


def parsed(raw: bytes) -> EmailMessage:
    found = message_from_bytes(raw, policy=default)
    assert isinstance(found, EmailMessage)
    return found


@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_travels_as_ascii_with_the_headers_it_needs(kind, lang):
    raw = composed(kind, lang)
    assert raw.isascii()
    assert len(raw) < 30_000
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    made = parsed(raw)
    assert not made.defects
    assert made["message-id"] == f"<{'ab' * 16}@dialog.example>"
    assert made["auto-submitted"] == "auto-generated"
    assert made["to"] == "gast@example.org"
    assert made["from"].addresses[0].display_name == "Dialog digital – Büro"
    assert made["content-language"] == lang
    assert made["date"].datetime.year == 2026
    assert made["bcc"] is None
    assert [part.get_content_type() for part in made.iter_parts()] == ["text/plain", "text/html"]


def test_a_title_with_line_breaks_adds_no_header():
    made = parsed(composed("invitation", title="Internet\r\nBcc: wer@anders.example\nX: y"))
    assert made["bcc"] is None
    assert "\n" not in str(made["subject"])
    assert str(made["subject"]).startswith("Einladung: Internet Bcc: wer@anders.example X: y am")
    assert made["to"] == "gast@example.org"


def test_a_calendar_file_is_attached_with_its_method():
    made = parsed(composed("invitation", calendar="BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"))
    (file,) = made.iter_attachments()
    assert file.get_content_type() == "text/calendar"
    assert file.get_param("method") == "PUBLISH"
    assert file.get_filename() == "dialog.ics"
    assert file.get_content().splitlines() == ["BEGIN:VCALENDAR", "END:VCALENDAR"]


def test_a_sign_in_says_code_and_link():
    text = as_text(write("signin", told("signin")), "de")
    assert "Ihr Code: 012 345" in text
    assert f"Anmelden:\n{LINK}\n" in text
    assert "10\N{NO-BREAK SPACE}Minuten" in text


def test_whoever_got_a_role_is_told_which_and_how_to_sign_in():
    more: dict[str, Any] = {
        "told": {"roles": ["moderator", "scribe"]},
        "link": "https://dialog.example/signin",
    }
    text = as_text(write("signin", told("signin", **more)), "de")
    assert "Ihre Aufgabe: Moderation, Protokoll\n" in text
    assert "Dialog: Internet <i>& Lernorte</i>\n" in text
    assert "Anmelden:\nhttps://dialog.example/signin\n" in text
    assert "Code" not in text
    everywhere = write("signin", told("signin", **more, title="", starts=None))
    assert "Dialog: jeder, auch künftige\n" in as_text(everywhere, "de")


def test_an_invitation_says_what_when_who_and_how():
    text = as_text(write("invitation", told("invitation")), "de")
    assert "Guten Tag Kim,\n" in text
    assert "Thema: Internet <i>& Lernorte</i>\n" in text
    assert "Wann: Dienstag, 8. Dezember 2026, 18:00 bis 19:30\N{NO-BREAK SPACE}Uhr\n" in text
    assert "Es antwortet: Dr. X, Minister\n" in text
    assert "Bild und Ton: https://video.example/r/1?a=b&c=d\n" in text
    assert "Offen ab: Dienstag, 8. Dezember 2026, 17:45\N{NO-BREAK SPACE}Uhr\n" in text
    assert "Nur hören, per Telefon: +49 89 1234, Zugang 4711#\n" in text
    assert f"Zu Ihrem Dialog:\n{LINK}\n" in text
    assert "wenden Sie sich bitte an dialog@example.org" in text
    assert "Guten Tag,\n" in as_text(write("invitation", told("invitation", name="")), "de")


def test_a_test_says_so_before_it_shows_the_invitation():
    said = write("test", told("test"))
    assert said.subject.startswith("Test – Einladung: ")
    assert as_text(said, "de").startswith("*** Dies ist ein Test")
    assert "Dies ist ein Test" in as_html(said, "de")
    own = write("test", told("test", title="", starts=None))
    assert own.subject == "Testnachricht von Dialog digital"


def test_a_change_says_old_and_new_time_or_only_that_something_has_changed():
    moved = write("changed", told("changed"))
    text = as_text(moved, "de")
    assert moved.subject.startswith("Neuer Termin: ")
    assert "Bisher: Dienstag, 1. Dezember 2026, 18:00\N{NO-BREAK SPACE}Uhr\nThema" in text
    for same in ({}, {"starts": "2026-12-08T17:00:00+00:00"}):
        other = write("changed", told("changed", told=same))
        assert other.subject.startswith("Geänderte Angaben: ")
        assert "Bisher" not in as_text(other, "de")


@pytest.mark.parametrize(
    "days, lang, subject",
    [
        (14, "de", "Zusage fällig in 14 Tagen: Abteilung 4"),
        (1, "de", "Zusage fällig in 1 Tag: Abteilung 4"),
        (0, "de", "Zusage heute fällig: Abteilung 4"),
        (3, "en", "Promise due in 3 days: Abteilung 4"),
    ],
)
def test_a_promise_is_said_to_fall_due(days, lang, subject):
    known = told("promise_due", lang, told=OWN["promise_due"] | {"days": days})
    said = write("promise_due", known)
    assert said.subject.replace("\N{NO-BREAK SPACE}", " ") == subject


def test_what_names_a_case_is_not_mailed():
    known = told("promise_due", told=OWN["promise_due"] | {"text": ""})
    assert "nennt einen Einzelfall" in as_text(write("promise_due", known), "de")


def test_markup_in_a_title_is_text():
    document = as_html(write("invitation", told("invitation")), "de")
    assert "<i>" not in document
    assert "Internet &lt;i&gt;&amp; Lernorte&lt;/i&gt;" in document
    assert 'href="https://video.example/r/1?a=b&amp;c=d"' in document
    assert unescape("&lt;") == "<"


def test_there_is_a_letter_of_every_kind():
    assert set(LETTERS) == set(KINDS)
