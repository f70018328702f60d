"""The public archive: all records.

Everybody sees the same, so each page is made once and kept until a record changes.
"""

from starlette.requests import Request
from starlette.responses import Response

from dialog.web.language import chosen
from dialog.web.page import page
from dialog.web.pages.archive_search import Asked
from dialog.web.passes import NOBODY
from dialog.web.published import keep_library
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
        reading=site.library.reading,
        chosen_lang=chosen(request),
    )
