"""The public archive: all records.

Everybody sees the same, so each page is made once and kept until a record changes.
"""

from starlette.requests import Request
from starlette.responses import Response

from dialog.web.page import page
from dialog.web.passes import NOBODY
from dialog.web.published import keep_all
from dialog.web.site import site_of


async def listing(request: Request) -> Response:
    """Return the list of all records."""
    keep_all(request)
    transcripts = await site_of(request).transcripts.all()
    return page(request, "archive", NOBODY, transcripts=transcripts)
