"""The integration guide of one's district: found however its name is written."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dialog.rolls.district import LONGEST, place
from dialog.store.guides import Guide
from dialog.web.bulletin import Near
from dialog.web.language import chosen
from dialog.web.page import page
from dialog.web.passes import NOBODY
from dialog.web.published import keep_bulletin
from dialog.web.site import site_of
from dialog.web.templating import called


async def show(request: Request) -> Response:
    """Return the directory, or who is there for the district that the address names."""
    site = site_of(request)
    asked = _asked(request)
    directory = await site.bulletin.directory()
    near = site.bulletin.near(asked)
    if not asked:
        keep_bulletin(request)
    return page(
        request,
        "guides",
        NOBODY,
        asked=asked,
        near=near,
        districts=sorted({one.district for one in directory.guides}, key=place),
        made=directory.made,
        chosen_lang=chosen(request),
    )


async def as_json(request: Request) -> Response:
    """Return who is there for the district that the address names, as JSON."""
    bulletin = site_of(request).bulletin
    await bulletin.look()
    near = bulletin.near(_asked(request))
    return JSONResponse(told(near), headers={"cache-control": "no-store"})


def _asked(request: Request) -> str:
    return " ".join(request.query_params.get("district", "")[:LONGEST].split())


def told(near: Near) -> dict[str, list[dict[str, Any]]]:
    """Return guides as JSON has them."""
    return {"meant": [*map(_told, near.meant)], "alike": [*map(_told, near.alike)]}


def _told(guide: Guide) -> dict[str, str]:
    return guide._asdict() | {"call": called(guide.phone)}
