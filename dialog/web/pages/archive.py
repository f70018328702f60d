"""The public archive: all records, one record, one question.

Everybody sees the same, so each page is made once and kept until a record changes.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dialog.forum.refusals import Code, Refusal
from dialog.web.errors import Refused
from dialog.web.page import page
from dialog.web.passes import NOBODY
from dialog.web.shelf import keep
from dialog.web.site import site_of

KEPT_S = 60.0  # another process may have changed a record


async def listing(request: Request) -> Response:
    """Return the list of all records."""
    keep_all(request)
    transcripts = await site_of(request).transcripts.all()
    return page(request, "archive", NOBODY, transcripts=transcripts)


async def transcript(request: Request) -> Response:
    """Return one record."""
    record = await record_of(request)
    return page(request, "transcript", NOBODY, record=record)


async def answer(request: Request) -> Response:
    """Return one question with its answer, under its permanent address."""
    record = await record_of(request)
    number = request.path_params["number"]
    question = next((q for q in record["questions"] if q["number"] == number), None)
    if question is None:
        raise Refused(Refusal(Code.UNKNOWN, number=number))
    address = f"{site_of(request).base_url}/archive/{record['slug']}/{number}"
    return page(request, "answer", NOBODY, record=record, question=question, address=address)


def keep_all(request: Request) -> None:
    """Keep what is read from now on until a record changes."""
    transcripts = site_of(request).transcripts
    keep(request, transcripts.version, lambda: transcripts.version, KEPT_S)


async def record_of(request: Request) -> dict[str, Any]:
    """Return the record that an address names, kept until a record changes."""
    keep_all(request)
    record = await site_of(request).transcripts.get(request.path_params["slug"])
    if record is None:
        raise Refused(Refusal(Code.UNKNOWN))
    return record
