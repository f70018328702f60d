"""The public archive: all records, one record, one question, and the record as JSON.

Everybody sees the same, so each page is made once and kept until a record changes.
"""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dialog.forum.refusals import Code, Refusal
from dialog.web.errors import Refused
from dialog.web.language import chosen
from dialog.web.page import page
from dialog.web.pages.archive_search import Asked
from dialog.web.passes import NOBODY
from dialog.web.shelf import keep
from dialog.web.site import site_of

KEPT_S = 60.0  # another process may have changed a record


async def listing(request: Request) -> Response:
    """Return the list of all records, and how many questions there are of each kind."""
    site = site_of(request)
    await site.library.settle()
    keep(request, site.library.stamp, lambda: site.library.stamp, KEPT_S)
    return page(
        request,
        "archive",
        NOBODY,
        transcripts=await site.transcripts.all(),
        facets=site.library.facets(),
        asked=Asked(),
        chosen_lang=chosen(request),
    )


async def transcript(request: Request) -> Response:
    """Return one record."""
    record = await _record(request)
    return page(request, "transcript", NOBODY, record=record)


async def answer(request: Request) -> Response:
    """Return one question with its answer, under its permanent address."""
    record = await _record(request)
    number = request.path_params["number"]
    question = next((q for q in record["questions"] if q["number"] == number), None)
    if question is None:
        raise Refused(Refusal(Code.UNKNOWN, number=number))
    address = f"{site_of(request).base_url}/archive/{record['slug']}/{number}"
    return page(request, "answer", NOBODY, record=record, question=question, address=address)


async def as_json(request: Request) -> Response:
    """Return one record as JSON."""
    record = await _record(request)
    body = msgspec.json.format(msgspec.json.encode(record))
    headers = {"access-control-allow-origin": "*"}
    return Response(body, 200, headers, "application/json")


def _keep(request: Request) -> None:
    """Keep what is read from now on until a record changes."""
    transcripts = site_of(request).transcripts
    keep(request, transcripts.version, lambda: transcripts.version, KEPT_S)


async def _record(request: Request) -> dict[str, Any]:
    _keep(request)
    record = await site_of(request).transcripts.get(request.path_params["slug"])
    if record is None:
        raise Refused(Refusal(Code.UNKNOWN))
    return record
