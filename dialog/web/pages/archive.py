"""The public archive: all records, and one as JSON.

Everybody sees the same, so each page is made once and kept until a record changes.
"""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dialog.web.page import page
from dialog.web.passes import NOBODY
from dialog.web.press import pressed
from dialog.web.published import keep_all, record_of
from dialog.web.site import site_of


async def listing(request: Request) -> Response:
    """Return the list of all records."""
    keep_all(request)
    transcripts = await site_of(request).transcripts.all()
    return page(request, "archive", NOBODY, transcripts=transcripts)


async def as_json(request: Request) -> Response:
    """Return one record as JSON."""
    record = (await record_of(request)).record
    body = await pressed(lambda: msgspec.json.format(msgspec.json.encode(record)))
    headers = {"access-control-allow-origin": "*"}
    return Response(body, 200, headers, "application/json")
