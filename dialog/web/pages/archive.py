"""The public archive: all records, and one as JSON.

Everybody sees the same, so each page is made once and kept until a record changes.
"""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dialog.web.language import chosen
from dialog.web.page import page
from dialog.web.pages.archive_search import Asked
from dialog.web.passes import NOBODY
from dialog.web.press import pressed
from dialog.web.published import keep_library, record_of
from dialog.web.site import site_of


async def listing(request: Request) -> Response:
    """Return the list of all records, and how many questions there are of each kind."""
    site = site_of(request)
    await site.library.settle()
    keep_library(request)
    return page(
        request,
        "archive",
        NOBODY,
        transcripts=await site.transcripts.all(),
        facets=await site.library.facets(),
        asked=Asked(),
        chosen_lang=chosen(request),
    )


async def as_json(request: Request) -> Response:
    """Return one record as JSON."""
    record = (await record_of(request)).record
    body = await pressed(lambda: msgspec.json.format(msgspec.json.encode(record)))
    headers = {"access-control-allow-origin": "*"}
    return Response(body, 200, headers, "application/json")
