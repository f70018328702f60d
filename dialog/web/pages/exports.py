"""A record in the formats that other programs read, and the whole archive in one file."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from icalendar import Calendar, Event
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from dialog.archive import schema
from dialog.archive.addresses import page
from dialog.archive.document import document
from dialog.archive.folder import encoded
from dialog.archive.markdown import markdown
from dialog.archive.pdf import NotSet
from dialog.archive.sheet import sheet
from dialog.archive.words import Words, utc
from dialog.forum.refusals import Code, Refusal
from dialog.web.errors import RETRY_MS, Refused
from dialog.web.formats import words
from dialog.web.language import chosen
from dialog.web.press import in_turns, pressed
from dialog.web.published import keep_all, record_of
from dialog.web.site import site_of

FOR_ALL = {"access-control-allow-origin": "*"}
MINUTE_S = 60

Record = Mapping[str, Any]


async def as_json(request: Request) -> Response:
    """Return one record as JSON, in the bytes in which it lies in its folder."""
    body = await pressed(encoded, await record_of(request))
    named = {"link": f'<{schema.PATH}>; rel="describedby"; type="application/schema+json"'}
    return Response(body, 200, FOR_ALL | named, "application/json")


async def as_csv(request: Request) -> Response:
    """Return one record as a table."""
    record = await record_of(request)
    said, base_url = _words(request, record), site_of(request).base_url
    body = await pressed(sheet, record, said, base_url)
    return Response(body, 200, _named(record, "csv"), "text/csv; charset=utf-8")


async def as_markdown(request: Request) -> Response:
    """Return one record as Markdown."""
    record = await record_of(request)
    said, base_url = _words(request, record), site_of(request).base_url
    told = await pressed(document, record, said, base_url)
    body = await pressed(markdown, told, in_turns)
    return Response(body, 200, _named(record, "md"), "text/markdown; charset=utf-8")


async def as_pdf(request: Request) -> Response:
    """Return one record as PDF."""
    record = await record_of(request)
    try:
        body = await site_of(request).formats.pdf(record, _words(request, record).lang)
    except NotSet as fault:
        raise Refused(Refusal(Code.BUSY, field="pdf", retry_ms=RETRY_MS * 6)) from fault
    return Response(body, 200, _named(record, "pdf", "inline"), "application/pdf")


async def as_calendar(request: Request) -> Response:
    """Return the session of a record as iCalendar: what invited to it now leads to its record."""
    record = await record_of(request)
    calendar = Calendar()
    calendar.add("prodid", "-//Dialog digital//DE")
    calendar.add("version", "2.0")
    calendar.add_component(_event(record, _words(request, record), site_of(request).base_url))
    calendar.add_missing_timezones()
    headers = _named(record, "ics")
    return Response(calendar.to_ical(), 200, headers, "text/calendar; charset=utf-8")


async def json_schema(request: Request) -> Response:
    """Return the schema of records."""
    keep_all(request)
    body = msgspec.json.format(msgspec.json.encode(schema.schema(site_of(request).base_url)))
    return Response(body, 200, FOR_ALL, "application/schema+json")


async def whole(request: Request) -> Response:
    """Return the whole archive in one file."""
    try:
        made = await site_of(request).formats.whole()
    except NotSet as fault:
        raise Refused(Refusal(Code.BUSY, field="pdf", retry_ms=RETRY_MS * 6)) from fault
    headers = {"etag": made.etag, "cache-control": "no-cache"}
    if made.etag in request.headers.get("if-none-match", ""):
        return Response(None, 304, headers)
    headers |= {
        "content-disposition": 'attachment; filename="dialog-digital.zip"',
        "content-length": str(made.size),
        "content-encoding": "identity",  # it is packed
    }
    return StreamingResponse(made.blocks(), 200, headers, "application/zip")


def _words(request: Request, record: Record) -> Words:
    """Return the words of the language asked for, else of the record's own."""
    return words(chosen(request) or record["language"])


def _named(record: Record, ending: str, how: str = "attachment") -> dict[str, str]:
    name = f"dialog-digital-{record['slug']}.{ending}"
    return {"content-disposition": f'{how}; filename="{name}"'}


def _event(record: Record, said: Words, base_url: str) -> Event:
    """Return the event under the identifier of its announcement, as a later version of it."""
    address, changed = page(base_url, record), utc(record["changed"])
    event = Event()
    event.add("uid", f"{record['slug']}@dialog-digital")
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("sequence", int(changed.timestamp()) // MINUTE_S)
    event.add("dtstart", _local(record["starts"], said))
    event.add("dtend", _local(record["ends"], said))
    event.add("summary", said.say("event", title=record["title"]))
    event.add("description", "\n".join((said.say("answered_by", **record["answerer"]), address)))
    event.add("url", address)
    event.add("status", "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    return event


def _local(moment: str, said: Words) -> datetime:
    return datetime.fromisoformat(moment).astimezone(said.zone)
