"""All promises of all records: what is overdue, what is open, what was kept."""

import datetime as dt
from functools import partial
from typing import NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from dialog.archive.entries import Entry
from dialog.archive.highlight import Marker, Wanted
from dialog.forum.promises import Due
from dialog.web.page import page
from dialog.web.pages.archive_search import paged
from dialog.web.passes import NOBODY
from dialog.web.press import pressed
from dialog.web.published import keep_library, today_of
from dialog.web.site import site_of

ADDRESS = "/archive/promises"
SIZE = 20
GROUPS = (Due.OVERDUE, Due.OPEN, Due.KEPT)
NOTHING = Wanted({})


class Promised(NamedTuple):
    """A promise as it stands today: ``days`` are left until its day, below zero once it is past."""

    entry: Entry
    due: Due
    days: int


async def show(request: Request) -> Response:
    """Return a page of all promises: unkept ones by their day, kept ones the latest first.

    It is good until a record changes or the day ends.
    """
    site = site_of(request)
    await site.library.settle()
    keep_library(request)
    entries, reading = await site.library.promised(), site.library.reading
    return await pressed(_page, request, entries, today_of(request), reading=reading)


def _page(request: Request, entries: list[Entry], today: dt.date, *, reading: bool) -> Response:
    """Show the beginning of each group, or a page of the one that an address names."""
    promises = _standing(entries, today)
    groups = {due: [one for one in promises if one.due is due] for due in GROUPS}
    named = request.query_params.get("due", "")
    shown = [due for due in GROUPS if due == named] or GROUPS
    pages = max(1, -(-len(groups[shown[0]]) // SIZE)) if len(shown) == 1 else 1
    at = min(paged(request.query_params), pages)
    first = (at - 1) * SIZE
    return page(
        request,
        "archive_promises",
        NOBODY,
        today=today,
        excerpt=Marker(NOTHING, "de").excerpt,
        groups=[(due.value, groups[due][first : first + SIZE]) for due in shown],
        sums={due.value: len(every) for due, every in groups.items()},
        sessions=len({one.entry.evening.slug for one in promises}),
        at=at,
        pages=pages,
        page_address=partial(_address, shown[0]),
        further=None if len(shown) == 1 else _address,
        reading=reading,
    )


def _address(due: str, number: int) -> str:
    return f"{ADDRESS}?{urlencode({'due': str(due), 'page': number})}"


def _standing(entries: list[Entry], today: dt.date) -> list[Promised]:
    found = [one for entry in entries if (one := _promised(entry, today))]
    kept = [one for one in found if one.due is Due.KEPT]
    unkept = [one for one in found if one.due is not Due.KEPT]
    unkept.sort(key=lambda one: (one.days, one.entry.path))
    kept.sort(key=_kept_at, reverse=True)
    return unkept + kept


def _promised(entry: Entry, today: dt.date) -> Promised | None:
    answer = entry.question.answer
    if answer is None or answer.until is None:
        return None
    days = (answer.until - today).days
    due = Due.KEPT if answer.kept else Due.OVERDUE if days < 0 else Due.OPEN
    return Promised(entry, due, days)


def _kept_at(one: Promised) -> tuple[dt.datetime, str]:
    answer = one.entry.question.answer
    assert answer is not None  # noqa: S101 - it was kept
    assert answer.kept is not None  # noqa: S101 - the same
    return answer.kept.at, one.entry.path
