"""What a page of the archive is made of, and until when it may be kept."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dialog.archive import addresses
from dialog.forum.journal import Unavailable
from dialog.forum.refusals import Code, Refusal
from dialog.web.errors import Refused, wants_json
from dialog.web.language import chosen
from dialog.web.page import page
from dialog.web.passes import NOBODY
from dialog.web.press import pressed
from dialog.web.records import LOOK_S, Parsed
from dialog.web.shelf import keep
from dialog.web.site import site_of

TYPED = 40  # signs of what was typed that are shown again


async def parsed_of(request: Request) -> Parsed:
    """Return the record that an address names; its page is kept until the record changes.

    Raise ``Refused`` where there is none.
    """
    slug, records = request.path_params["slug"], site_of(request).records
    _, today = records.state(slug)
    found = await records.get(slug)
    if found is None:
        raise Refused(Refusal(Code.UNKNOWN))
    keep(request, (found.mark, today), lambda: records.state(slug), LOOK_S, records.look)
    return found


async def record_of(request: Request) -> dict[str, Any]:
    """Return no more of it than the record itself."""
    return (await parsed_of(request)).record


def keep_all(request: Request) -> None:
    """Keep what is read from now on until any record changes."""
    records = site_of(request).records
    keep(request, records.state(), records.state, LOOK_S, records.look)


def keep_library(request: Request) -> None:
    """Keep what shows questions of all records until one changes, or a promise falls due."""
    library, records = site_of(request).library, site_of(request).records

    def state() -> tuple[object, ...]:
        return (library.version, library.reading, *records.state())

    keep(request, state(), state, LOOK_S, records.look)


def keep_bulletin(request: Request, *others: Callable[[], object]) -> None:
    """Keep what shows notices or guides until these change, a day ends, or one of ``others``."""
    bulletin, records = site_of(request).bulletin, site_of(request).records

    def state() -> list[object]:
        return [bulletin.state(), *(other() for other in others)]

    async def look() -> None:
        try:
            await bulletin.look()
        except Unavailable:  # then nothing is known to be still so
            bulletin.version += 1
        await records.look()

    keep(request, state(), state, LOOK_S, look)


async def unknown(request: Request, record: Mapping[str, Any], typed: str) -> Response:
    """Say that no question of a record has such a number, and let another one be typed."""
    if wants_json(request):
        raise Refused(Refusal(Code.UNKNOWN))
    return await pressed(
        page,
        request,
        "unknown",
        NOBODY,
        status=404,
        record=record,
        typed=typed[:TYPED],
        chosen=chosen(request),
    )


def address_of(request: Request, record: Mapping[str, Any]) -> str:
    """Return the permanent address of a record."""
    return addresses.page(site_of(request).base_url, record)


def today_of(request: Request) -> date:
    """Return the day on which promises are looked at."""
    _, today = site_of(request).records.state()
    return today
