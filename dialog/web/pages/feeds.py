"""What is new in the archive, for programs that ask again and again: Atom, sitemap, robots.txt."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from dialog.archive.addresses import page, question_page
from dialog.archive.feed import Entry, corrections, newest, of_question, of_record, tag
from dialog.archive.words import Words, utc
from dialog.forum.refusals import Code, Refusal
from dialog.store.notices import Notice
from dialog.web.bulletin import instant
from dialog.web.catalogue import SOURCE
from dialog.web.errors import Refused
from dialog.web.formats import words
from dialog.web.language import chosen
from dialog.web.press import pressed
from dialog.web.published import keep_all, keep_bulletin, record_of
from dialog.web.site import site_of
from dialog.web.templating import environment

BEGINNING = "1970-01-01T00:00:00Z"  # of a feed in which nothing has happened yet
MOST_PAGES = 50_000  # of one sitemap
ATOM = "application/atom+xml; charset=utf-8"
LISTED = ("/", "/archive", "/archive/promises", "/information", "/guides", "/help", "/rules")
UNLISTED = ("/enter/", "/archive/search", "/sessions/*/", "/subscription")

Record = Mapping[str, Any]
Told = Callable[[Record, Words, str], Iterable[Entry]]


async def archive(request: Request) -> Response:
    """Return new records, and what has changed in them since."""
    return await _of_all(request, "feed", "/archive", of_record)


async def corrected(request: Request) -> Response:
    """Return the corrections of all records."""
    return await _of_all(request, "feed.corrections", "/archive/corrections", corrections)


async def record(request: Request) -> Response:
    """Return one record, and what has changed in it since."""
    told, base_url = await record_of(request), site_of(request).base_url
    said = words(chosen(request) or told["language"])
    entries = await pressed(lambda: newest(of_record(told, said, base_url)))
    title = said.say("record", title=told["title"])
    id_ = tag(base_url, told, more=".atom")
    return feed(request, said.lang, id_, title, page(base_url, told), entries)


async def question(request: Request) -> Response:
    """Return one question, and what has changed in it since."""
    told, base_url = await record_of(request), site_of(request).base_url
    number = request.path_params["number"]
    asked = next((q for q in told["questions"] if q["number"] == number), None)
    if asked is None:
        raise Refused(Refusal(Code.UNKNOWN, number=number))
    if asked["removed"]:
        raise Refused(Refusal(Code.GONE, number=number))
    said = words(chosen(request) or told["language"])
    entries = newest(of_question(told, asked, said, base_url))
    id_ = tag(base_url, told, asked, ".atom")
    address = question_page(base_url, told, asked)
    return feed(request, said.lang, id_, asked["text"], address, entries)


async def sitemap(request: Request) -> Response:
    """Return the addresses of all pages that search engines may know."""
    site = site_of(request)
    notices = await site.bulletin.public()
    keep_bulletin(request, site.records.state)
    base_url, pages = site.base_url, [_notice(one, site.base_url) for one in notices]
    async for told in _records(request):
        pages += await pressed(_pages, told, base_url)
    first = [(f"{base_url}{path}", "") for path in LISTED]
    template = environment(SOURCE).get_template("sitemap.xml")
    listed = [*first, *pages][:MOST_PAGES]
    body = await pressed(template.render, pages=listed)
    return Response(body, 200, None, "application/xml; charset=utf-8")


async def robots(request: Request) -> Response:
    """Return what programs that collect pages leave alone."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in UNLISTED)]
    lines.append(f"Sitemap: {site_of(request).base_url}/sitemap.xml")
    return PlainTextResponse("\n".join(lines) + "\n")


async def _of_all(request: Request, title: str, path: str, told: Told) -> Response:
    """Return a feed over all records; of each no more is looked at than is shown in the end."""
    keep_all(request)
    base_url, said = site_of(request).base_url, words(chosen(request) or SOURCE)
    entries: list[Entry] = []
    async for one in _records(request):
        entries = await pressed(_added, entries, one, said, told, base_url)
    id_ = f"tag:{urlsplit(base_url).hostname},2026:{path}.atom"
    return feed(request, said.lang, id_, said.say(title), f"{base_url}/archive", entries)


async def _records(request: Request) -> AsyncIterator[Record]:
    site = site_of(request)
    for summary in await site.transcripts.all():
        told = await site.records.get(summary["slug"])
        if told is not None:
            yield told.record


def _added(
    entries: list[Entry], one: Record, said: Words, told: Told, base_url: str
) -> list[Entry]:
    return newest(chain(entries, told(one, said, base_url)))


def _notice(notice: Notice, base_url: str) -> tuple[str, str]:
    return f"{base_url}{notice.path}", instant(notice.changed)


def _pages(told: Record, base_url: str) -> list[tuple[str, str]]:
    """Return the addresses of a record and its questions, each with its last change."""
    found = [(page(base_url, told), told["changed"])]
    for asked in told["questions"]:
        if not asked["removed"]:
            moments = (told["published"], *(change["at"] for change in asked["changes"]))
            found.append((question_page(base_url, told, asked), max(moments, key=utc)))
    return found


def feed(
    request: Request, lang: str, id_: str, title: str, address: str, entries: list[Entry]
) -> Response:
    """Return a feed in a language; it leads to the page at ``address``."""
    site = site_of(request)
    body = (
        environment(lang)
        .get_template("feed.xml")
        .render(
            id=id_,
            title=title,
            updated=entries[0].updated if entries else BEGINNING,
            own=f"{site.base_url}{request.url.path}",
            address=address,
            operator=site.operator,
            entries=entries,
        )
    )
    return Response(body, 200, None, ATOM)
