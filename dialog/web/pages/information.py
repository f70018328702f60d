"""Notices and calls for everyone: what is new, what still holds, and each one's permanent page."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode, urlsplit

from icalendar import Alarm, Calendar, Event
from starlette.requests import Request
from starlette.responses import Response

from dialog.archive.feed import Entry
from dialog.forum.names import SECOND
from dialog.forum.refusals import Code, Refusal
from dialog.store.notices import Link, Notice
from dialog.store.tables import NoticeKind, NoticeState
from dialog.web.announcement import plain, safe
from dialog.web.bulletin import instant, local, over
from dialog.web.catalogue import SOURCE
from dialog.web.catalogue import marked as N_  # noqa: N812 - the name that extraction knows
from dialog.web.errors import Refused
from dialog.web.language import chosen, language
from dialog.web.page import page
from dialog.web.pages.archive_search import paged
from dialog.web.pages.feeds import feed
from dialog.web.passes import NOBODY
from dialog.web.press import pressed
from dialog.web.published import keep_bulletin
from dialog.web.sentences import say
from dialog.web.site import Site, site_of

PATH: Final = "/information"
SIZE: Final = 20
LONGEST_TOPIC: Final = 60
MOST_ENTRIES: Final = 50
REMIND: Final = (7, 1)  # days before a deadline
FEED: Final = N_("Informationen für Helferinnen und Helfer")
DEADLINE: Final = N_("Frist: {title}")
UNTIL: Final = N_("Bis {time} Uhr")


class Answered(NamedTuple):
    """A published answer that a notice is about."""

    path: str
    text: str
    by: str
    starts: str
    language: str


async def listing(request: Request) -> Response:
    """Return what holds now, or what did before; of one topic, if the address names one."""
    site = site_of(request)
    public = await site.bulletin.public()
    keep_bulletin(request)
    now = local(site.clock())
    topic = request.query_params.get("topic", "")[:LONGEST_TOPIC]
    earlier = request.query_params.get("view") == "earlier"
    holding = [one for one in public if not over(one, now)]
    ended = [one for one in public if over(one, now)]
    of_topic = [one for one in (ended if earlier else holding) if topic in ("", *one.draft.topics)]
    calls = [one for one in of_topic if one.draft.kind is NoticeKind.CALL and not earlier]
    calls.sort(key=lambda one: one.draft.deadline)
    others = [one for one in of_topic if one not in calls]
    pages = max(1, -(-len(others) // SIZE))
    at = min(paged(request.query_params), pages)
    chosen_ones = {"topic": topic, "view": "earlier" if earlier else ""}
    return page(
        request,
        "information",
        NOBODY,
        calls=calls if at == 1 else [],
        notices=others[(at - 1) * SIZE : at * SIZE],
        topics=topics_of(holding),
        topic=topic,
        earlier=earlier,
        ended=len(ended),
        at=at,
        pages=pages,
        page_address=lambda n: address(**chosen_ones, page=str(n) if n > 1 else ""),
        address=address,
        mails=site.mails,
    )


async def show(request: Request) -> Response:
    """Return a notice; one that was withdrawn is gone."""
    site = site_of(request)
    notice = await found(request)
    versions = site.transcripts
    keep_bulletin(request, lambda: versions.version)
    return page(
        request,
        "notice",
        NOBODY,
        notice=notice,
        body=await pressed(safe, notice.draft.body),
        over=over(notice, local(site.clock())),
        answers=await answered(site, notice.draft.links),
        address=f"{site.base_url}{notice.path}",
        mails=site.mails,
    )


async def as_feed(request: Request) -> Response:
    """Return all notices as Atom, the latest change first."""
    site = site_of(request)
    public = await site.bulletin.public()
    keep_bulletin(request)
    host = urlsplit(site.base_url).hostname or "localhost"
    lang = chosen(request) or SOURCE
    latest = sorted(public, key=lambda one: one.changed, reverse=True)[:MOST_ENTRIES]
    entries = await pressed(lambda: [_entry(one, host, site.base_url) for one in latest])
    id_ = f"tag:{host},2026:{PATH}.atom"
    return feed(request, lang, id_, say(FEED, lang), f"{site.base_url}{PATH}", entries)


async def as_calendar(request: Request) -> Response:
    """Return the day of a call's deadline for everyone's calendar."""
    site = site_of(request)
    notice = await site.bulletin.get(request.path_params["slug"])
    if notice is None or notice.draft.kind is not NoticeKind.CALL:
        raise Refused(Refusal(Code.UNKNOWN, field="notice"))
    headers = {"content-disposition": f'attachment; filename="{notice.slug}.ics"'}
    body = _calendar(notice, site, language(request))
    return Response(body, 200, headers, "text/calendar; charset=utf-8")


async def found(request: Request) -> Notice:
    """Return the notice that an address names, or be refused."""
    notice = await site_of(request).bulletin.get(request.path_params["slug"])
    if notice is None:
        raise Refused(Refusal(Code.UNKNOWN, field="notice"))
    if notice.state is NoticeState.WITHDRAWN:
        raise Refused(Refusal(Code.GONE, field="notice"))
    return notice


async def answered(site: Site, links: tuple[Link, ...]) -> list[Answered]:
    """Return those answers that can be read now."""
    made = []
    for link in links:
        told = await site.records.get(link.slug)
        question = told.questions.get(link.question) if told else None
        if told and question and not question["removed"]:
            made.append(_answered(told.record, question))
    return made


def address(**given: str) -> str:
    """Return the address of the list with what is chosen in it."""
    told = {name: value for name, value in given.items() if value}
    return f"{PATH}?{urlencode(told)}" if told else PATH


def topics_of(notices: list[Notice]) -> list[tuple[str, int]]:
    """Return the topics of notices by name, and how many each has."""
    counts: dict[str, int] = {}
    for one in notices:
        for topic in one.draft.topics:
            counts[topic] = counts.get(topic, 0) + 1
    return sorted(counts.items(), key=lambda it: it[0].casefold())


def _answered(record: Mapping[str, Any], question: Mapping[str, Any]) -> Answered:
    path = f"/archive/{record['slug']}/{question['number']}"
    by = record["answerer"]["name"]
    return Answered(path, question["text"], by, record["starts"], record["language"])


def _entry(one: Notice, host: str, base_url: str) -> Entry:
    text = "\n\n".join(filter(None, (one.draft.summary, plain(one.draft.body))))
    moments = instant(one.published), instant(one.changed)
    id_ = f"tag:{host},{one.slug[:10]}:{one.path}"
    return Entry(id_, one.draft.title, f"{base_url}{one.path}", *moments, text)


def _calendar(notice: Notice, site: Site, lang: str) -> bytes:
    """Return a whole day: of a moment without length, some calendars show nothing."""
    draft = notice.draft
    day = local(draft.deadline)
    summary = say(DEADLINE, lang).format(title=draft.title)
    link = f"{site.base_url}{notice.path}"
    event = Event()
    event.add("uid", f"{notice.slug}@dialog-digital")
    event.add("dtstamp", datetime.fromtimestamp(site.clock() / SECOND, UTC))
    event.add("dtstart", day.date())
    event.add("dtend", day.date() + timedelta(days=1))
    event.add("summary", summary)
    event.add("url", link)
    event.add(
        "description",
        "\n".join(
            filter(None, (say(UNTIL, lang).format(time=f"{day:%H:%M}"), draft.summary, link))
        ),
    )
    event.add("sequence", notice.rev)
    event.add("transp", "TRANSPARENT")
    withdrawn = notice.state is NoticeState.WITHDRAWN
    event.add("status", "CANCELLED" if withdrawn else "CONFIRMED")
    for days in () if withdrawn else REMIND:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", -timedelta(days=days))
        alarm.add("description", summary)
        event.add_component(alarm)
    made = Calendar()
    made.add("prodid", "-//Dialog digital//DE")
    made.add("version", "2.0")
    made.add_component(event)
    return bytes(made.to_ical())
