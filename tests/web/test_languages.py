"""Every page in the other languages: nothing stays German, and no link forgets the language."""

import html
import json
import re
import shutil
from collections import deque
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import parse_qs, urljoin, urlsplit
from uuid import uuid4

import pytest

from dialog.web.language import preferred
from dialog.web.templating import environment
from tests.live.client import Browser, Page
from tests.live.programme import evening
from tests.live.server import ROOT, Server
from tests.live.team import RELAY, signed_in
from tests.web.german import found

EXAMPLE = "2026-10-06-wohnen-und-ankommen"
VOID = frozenset({"meta", "link", "input", "br", "hr", "img", "wbr", "path", "use", "rect"})
SHOWN = (
    "aria-label",
    "title",
    "placeholder",
    "alt",
    "aria-roledescription",
    "data-ins",
    "data-del",
)
UNREAD = frozenset({"script", "style", "textarea", "option"})
# Typed texts that stand inside a sentence, and names: of people, offices, places, topics.
OWN = re.compile(
    r"Prüfung des Dialogs(: [\w-]+)?|Wohnen und Ankommen|Ministerium( für Integration)?|"
    r"Staatsminister|(Landkreis )?[\w.-]+ *(i\. Fichtelgebirge|a\. Inn)|Landkreis [\w-]+|"
    r"Nürnberg|Würzburg|München|Ö\.|Behördenwege|Flüchtlings- und Integrationsberatung im|"
    r"Erika Beispiel|\S*[/@]\S*|\S+\.(?:csv|json|xlsx|ics|zip|pdf|md)"
)


class Text(NamedTuple):
    """A piece of a page, in the language that it is marked with."""

    lang: str
    text: str


class Read(HTMLParser):
    """The texts of a page, each with its language, and where the page leads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[Text] = []
        self.hrefs: list[str] = []
        self._open: list[tuple[str, str]] = [("", "")]
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        lang = given.get("lang", self._open[-1][1])
        self.texts += [Text(lang, given[name]) for name in SHOWN if name in given]
        if tag in ("a", "area") and "hreflang" not in given and "href" in given:
            self.hrefs.append(given["href"])
        if tag not in VOID:
            self._open.append((tag, lang))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        while len(self._open) > 1 and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tag, lang = self._open[-1]
        if data.strip() and tag not in UNREAD:
            self.texts.append(Text(lang, data.strip()))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with sessions in every state, one published, and mail."""
    folder = tmp_path_factory.mktemp("languages")
    slugs = evening(folder / "sessions")
    shutil.copytree(ROOT / "sessions" / EXAMPLE, folder / "sessions" / EXAMPLE)
    started = Server(folder, slugs, staff_messages_per_10s=5_000, **RELAY)
    started.migrate()
    started.start()
    try:
        yield started
    finally:
        started.stop()
    started.check_log()


class Evening:
    """A session in which questions are in every state, through the forms of its pages."""

    def __init__(self, server: Server) -> None:
        self.slug = server.slugs["live"]
        self.base = f"/sessions/{self.slug}"
        self.olga = signed_in(server, "olga@dialog.example")
        self.desk = server.staff(self.slug, "moderator", "Mara Muster")
        self.stage = server.staff(self.slug, "minister", "Minna Muster")
        self.scribe = server.staff(self.slug, "scribe", "Sven Muster")
        self.amira = server.volunteer(self.slug, "Amira Muster")
        for number in range(1, 7):
            text = f"Wann kommt der Bus {uuid4().hex} in unser Dorf, und wer bezahlt ihn?"
            self.ask(text, "Der Bus fährt nur morgens.", number)
        for number in (1, 2, 3):
            self.give(self.desk, "moderation", "approve", number=number, rev=self.rev(number))
        self.give(
            self.desk, "moderation", "return", number=4, rev=self.rev(4),
            reason="unclear", note="Was ist gemeint?",
        )  # fmt: skip
        self.give(self.desk, "moderation", "stage_only", number=5, rev=self.rev(5))

    def ask(self, text: str, background: str, _number: int) -> None:
        address = f"{self.base}/questions"
        told = self.amira.submit(
            self.base, address, text=text, background=background, show="name", name="Amira Muster"
        )
        assert told.status == 303, told.text

    def rev(self, number: int) -> str:
        page = self.desk.get(f"{self.base}/moderation?number={number}").text
        found_ = re.search(r'name="rev" value="(\d+)"', page)
        assert found_, page
        return found_[1]

    def give(self, who: Browser, place: str, do: str, **fields: object) -> Page:
        address = f"{self.base}/{place}"
        told = who.submit(address, address, do=do, **fields)
        assert told.status == 303, told.text
        return told


@pytest.fixture(scope="module")
def played(server: Server) -> Evening:
    """That session."""
    return Evening(server)


def shape(address: str) -> str:
    """What kind of page an address is: one question's is like another's."""
    split = urlsplit(address)
    path = re.sub(r"\d+(?=/|$|\.)", "N", re.sub(r"\d{4}-\d\d-\d\d-[\w-]+", "S", split.path))
    asked = parse_qs(split.query)
    told = sorted(f"{k}={v[0] if k in ('tab', 'dialog') else ''}" for k, v in asked.items())
    return f"{path}?{'&'.join(told)}"


def crawl(browser: Browser, starts: list[str], within: str) -> Iterator[tuple[str, Page, Read]]:
    """Yield the pages that are reached by links, one of each kind, beneath some addresses."""
    ahead, met = deque(starts), set(map(shape, starts))
    while ahead:
        address = ahead.popleft()
        page = browser.get(address)
        if not page.headers.get("content-type", "").startswith("text/html"):
            continue
        read = Read(page.text)
        yield address, page, read
        for href in read.hrefs:
            onward = urljoin(f"{browser.base}{address}", href).partition("#")[0]
            path = onward.removeprefix(browser.base)
            if re.match(within, path) and shape(onward) not in met:
                met.add(shape(onward))
                ahead.append(path)


ROLES = ("reader", "volunteer", "moderator", "minister", "scribe", "organiser")
# A private link is kept on paper: it is the same in every language.
ROOM = r"/sessions/(?![\w-]+/mine/[\w-]{32})"
PUBLIC, TEAM = r"/(?!static)", r"/(organiser|account|sessions)\b"


def walk(role: str, played: Evening, server: Server) -> Iterator[tuple[str, Page, Read]]:
    """Yield the pages of a role, in English; public ones are the reader's."""
    own = played.base
    browser, within, pages = {
        "reader": (server.browser(), PUBLIC, ["/", own, "/archive", "/signin", "/enter/nothing"]),
        "volunteer": (played.amira, ROOM, [own, f"{own}/mine", f"{own}/mine/data"]),
        "moderator": (played.desk, ROOM, [f"{own}/moderation"]),
        "minister": (played.stage, ROOM, [f"{own}/stage", f"{own}/beamer", f"{own}/overlay"]),
        "scribe": (played.scribe, ROOM, [f"{own}/scribe"]),
        "organiser": (played.olga, TEAM, ["/organiser", "/account", f"{own}/organiser"]),
    }[role]
    yield from crawl(browser, [f"{page}?lang=en" for page in pages], within)


@pytest.mark.parametrize("role", ROLES)
def test_no_page_is_left_in_german(role: str, played: Evening, server: Server) -> None:
    left, forgot = [], []
    for address, _page, read in walk(role, played, server):
        left += [
            f"{address}: {text!r}"
            for lang, text in read.texts
            if lang == "en" and found(OWN.sub("", text.replace("\xa0", " ")))
        ]
        forgot += [f"{address}: {href}" for href in read.hrefs if forgets(href)]
    assert not left, "\n".join(left)
    assert not forgot, "\n".join(forgot)


def forgets(href: str) -> bool:
    """Tell whether a link leads to a page of ours in whatever language the browser prefers."""
    path = urlsplit(href).path
    return href.startswith("/") and "lang=en" not in href and "." not in path


TEXTS = json.loads((ROOT / "tests" / "tongues.json").read_text("utf-8"))
FOREIGN = {lang: text for text, _, lang in TEXTS if lang in ("ar", "fa", "uk", "zh")}


def test_every_page_shows_other_scripts_in_their_language(played: Evening, server: Server) -> None:
    """One asker types each of them; wherever the text stands, it bears its language."""
    slug = server.slugs["direct"]
    base = f"/sessions/{slug}"
    asker = server.volunteer(slug, "أميرة Beispiel")
    desk = server.staff(slug, "moderator", "Mara Muster")
    for number, text in enumerate(FOREIGN.values(), 1):
        asker.submit(base, f"{base}/questions", text=text, background=text, show="name")
        page = f"{base}/moderation"
        rev = re.search(r'name="rev" value="(\d+)"', desk.get(f"{page}?number={number}").text)
        assert rev, number
        told = desk.submit(page, page, do="approve", number=number, rev=rev[1])
        assert told.status == 303, told.text
    asked = (("", asker), ("/mine", asker), ("/mine/data", asker), ("/questions", asker))
    for place, who in (*asked, *((f"/questions/{n}", asker) for n in range(1, 5))):
        for lang in ("de", "en", "de-simple"):
            page = who.get(f"{base}{place}?lang={lang}").text
            shown = {text: own for own, text in Read(page).texts if text in FOREIGN.values()}
            assert shown, place
            assert all(FOREIGN[own] == text for text, own in shown.items()), (place, shown)
    for place, role in (("stage", "minister"), ("organiser", "organiser")):
        page = server.staff(slug, role, f"{role} Muster").get(f"{base}/{place}").text
        shown = {text: own for own, text in Read(page).texts if text in FOREIGN.values()}
        assert all(FOREIGN[own] == text for text, own in shown.items()), (place, shown)


@pytest.mark.parametrize(
    "lang, count, day, moment, ordinal",
    [
        ("de", "12.345 Fragen", "3. November 2026", "Dienstag", "3."),
        ("de-simple", "12.345 Fragen", "3. November 2026", "Dienstag", "3."),
        ("en", "12,345 questions", "3 November 2026", "Tuesday", "3"),
    ],
)
def test_counts_days_and_their_forms(
    lang: str, count: str, day: str, moment: str, ordinal: str
) -> None:
    said = environment(lang).from_string(
        '{{ ngettext("%(num)s Frage", "%(num)s Fragen", n) }}|{{ at|day }}|{{ at|weekday }}|'
        "{{ at|day_number }}|{{ n|n }}"
    )
    many, *dates, number = said.render(n=12_345, at="2026-11-03").replace("\xa0", " ").split("|")
    assert (many, *dates) == (count, day, moment, ordinal)
    assert number == count.split(maxsplit=1)[0]
    one = said.render(n=1, at="2026-11-03").partition("|")[0].replace("\xa0", " ")
    assert one == {"en": "1 question"}.get(lang, "1 Frage")


def test_a_browser_may_prefer_plain_german() -> None:
    assert preferred("de-simple, en;q=0.9") == "de-simple"
    assert preferred("de-AT, en;q=0.9") == "de"


def test_a_page_is_had_in_the_other_languages_with_what_was_asked(server: Server) -> None:
    browser = server.browser()
    page = browser.get("/archive/search?q=Kurs&lang=en")
    found_ = dict(re.findall(r'<a href="([^"]*)" lang="([\w-]+)" hreflang', page.text))
    assert {lang: html.unescape(href) for href, lang in found_.items()} == {
        "de": "/archive/search?q=Kurs&lang=de",
        "de-simple": "/archive/search?q=Kurs&lang=de-simple",
    }
    assert '<b aria-current="true">English</b>' in page.text
    assert not browser.cookie
    plain = browser.get("/archive/search?q=Kurs&lang=de-simple")
    assert '<html lang="de-simple"' in plain.text
    assert "Einfache Sprache" in plain.text


def test_what_a_form_was_answered_with_leads_to_a_page_in_the_other_languages(
    played: Evening,
) -> None:
    """An address that only takes forms cannot be looked at: the page above it can."""
    for path, form in (
        ("questions/1/upvote", {"on": "vielleicht"}),
        ("questions", {"text": ""}),
        ("similar", {}),
        ("moderation", {"do": "nichts"}),
    ):
        address = f"{played.base}/{path}"
        refused = played.amira.post(address, form)
        assert refused.status >= 400
        found_ = re.findall(r'<a href="([^"]*)" lang="([\w-]+)" hreflang', refused.text)
        assert len(found_) == 2, path
        for href, _lang in found_:
            assert played.amira.get(html.unescape(href)).status in (200, 403), (path, href)
