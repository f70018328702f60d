"""The directory of integration guides, handed in as a table: looked at first, then taken over."""

import asyncio
from typing import Final, NamedTuple
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dialog.forum.names import Role
from dialog.forum.refusals import Code, Refusal
from dialog.forum.texts import clean
from dialog.rolls.guides import COLUMNS, Checked, check, table
from dialog.rolls.intake import from_file
from dialog.rolls.table import Roll, Unreadable
from dialog.store.guides import Directory, Guide
from dialog.web import forms
from dialog.web.entrance import Signed, programme_organiser
from dialog.web.errors import STATUS, spoken
from dialog.web.language import chosen
from dialog.web.page import link, page
from dialog.web.pages.invitations import LONGEST_NAME, handed_in
from dialog.web.pages.staff import numbered

OWN: Final = "/organiser/guides"
DONE: Final = frozenset({"taken", "dropped"})
WHY: Final = {
    "empty": Refusal(Code.EMPTY, field="guides"),
    "unreadable": Refusal(Code.MALFORMED, field="guides"),
    "old": Refusal(Code.MALFORMED, field="old"),
    "locked": Refusal(Code.MALFORMED, field="old"),
}


class Preview(NamedTuple):
    """A list that was handed in, and what would change: guides to come, districts that would go."""

    name: str
    file: str
    sheet: int
    sheets: tuple[str, ...]
    checked: Checked
    guides: tuple[Guide, ...]
    new: int
    lost: tuple[str, ...]


async def show(request: Request) -> Response:
    """Return the directory, beside a list that is looked at."""
    return await _page(request, await programme_organiser(request), None)


async def as_csv(request: Request) -> Response:
    """Return the directory as a table, or its headings alone: changed, it can be read in again."""
    entered = await programme_organiser(request)
    directory = await entered.site.bulletin.guides.all()
    headers = {
        "content-disposition": 'attachment; filename="integration-guides.csv"',
        "cache-control": "no-store",
        "x-robots-tag": "noindex",
    }
    return Response(table(directory.guides), 200, headers, "text/csv; charset=utf-8")


async def take_in(request: Request) -> Response:
    """Take a list in, to be looked at."""
    entered = await programme_organiser(request)
    form, file = await handed_in(request)
    refusal = forms.check(request, entered.visitor, form, "", Role.ORGANISER)
    if refusal is None and file is None:
        refusal = WHY["empty"]
    if refusal or file is None:
        return await _page(request, entered, refusal)
    name = clean((file.filename or "")[-LONGEST_NAME:], LONGEST_NAME, "name")
    try:
        roll = await from_file(name if isinstance(name, str) else "", await file.read())
    except Unreadable as fault:
        refusal = WHY.get(fault.why, Refusal(Code.TOO_BIG, field="guides"))
        return await _page(request, entered, refusal)
    if not any([(await asyncio.to_thread(check, one.rows)).columns for one in roll.sheets]):
        return await _page(request, entered, Refusal(Code.INCOMPLETE, field="guides"))
    body = await asyncio.to_thread(msgspec.json.encode, roll)
    kept = await entered.site.rolls.put("", body.decode())
    return _back(request, roll=kept)


async def act(request: Request) -> Response:
    """Take a list over, all of it and in the place of the one before, or drop it."""
    entered = await programme_organiser(request)
    form = await forms.read(request)
    refusal = forms.check(request, entered.visitor, form, "", Role.ORGANISER)
    if refusal:
        return await _page(request, entered, refusal)
    name, site = form.get("roll", ""), entered.site
    if form.get("do") == "drop":
        await site.rolls.drop("", name)
        return _back(request, done="dropped")
    if form.get("do") == "take":
        refusal = await _take(entered, form)
    else:
        refusal = Refusal(Code.MALFORMED, field="do")
    if refusal:
        return await _page(request, entered, refusal, name, form.get("sheet", ""))
    await site.rolls.drop("", name)
    await site.bulletin.renew()
    return _back(request, done="taken")


async def _take(entered: Signed, form: dict[str, str]) -> Refusal | None:
    """Take a list over, unless it or what it replaces is not what was seen."""
    preview = await _preview(entered, form.get("roll", ""), form.get("sheet", ""))
    if preview is None:
        return Refusal(Code.GONE, field="guides")
    guides = preview.guides
    same = bool(guides) and form.get("count") == str(len(guides))
    replace = entered.site.bulletin.guides.replace
    if same and await replace(guides, _seen(form.get("seen", ""))):
        return None
    return Refusal(Code.CONFLICT, field="guides")


def _back(request: Request, **place: str) -> Response:
    return RedirectResponse(link(f"{OWN}?{urlencode(place)}", chosen(request)), 303)


def _seen(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= len("1" * 16) else -1


async def _preview(entered: Signed, name: str, sheet: str) -> Preview | None:
    """Return a list and what comes of it; None where it is not there."""
    body = await entered.site.rolls.get("", name) if name else None
    if body is None:
        return None
    directory = await entered.site.bulletin.guides.all()
    return await asyncio.to_thread(_looked_through, name, body, sheet, directory)


def _looked_through(name: str, body: str, sheet: str, directory: Directory) -> Preview:
    roll = msgspec.json.decode(body, type=Roll)
    every = [check(one.rows) for one in roll.sheets]
    first = next((at for at, one in enumerate(every) if one.columns), 0)
    at = min(numbered(sheet), len(every) - 1) if sheet else first
    guides = tuple(Guide(**one.fields) for one in every[at].entries)
    known = set(directory.guides)
    there = {one.district for one in guides}
    lost = dict.fromkeys(one.district for one in directory.guides if one.district not in there)
    new = sum(one not in known for one in guides)
    sheets = tuple(one.name for one in roll.sheets)
    return Preview(name, roll.name, at, sheets, every[at], guides, new, tuple(lost))


async def _page(
    request: Request, entered: Signed, refusal: Refusal | None, roll: str = "", sheet: str = ""
) -> Response:
    directory = await entered.site.bulletin.guides.all()
    roll = roll or request.query_params.get("roll", "")
    preview = await _preview(entered, roll, sheet or request.query_params.get("sheet", ""))
    if preview is None and roll and refusal is None:
        refusal = Refusal(Code.GONE, field="guides")
    done = request.query_params.get("done", "")
    return page(
        request,
        "guide_list",
        entered.visitor,
        acting=Role.ORGANISER,
        status=STATUS[refusal.code] if refusal else 200,
        refusal=spoken(request, refusal) if refusal else None,
        directory=directory,
        districts=len({one.district for one in directory.guides}),
        preview=preview,
        columns=list(COLUMNS),
        done=done if done in DONE and not refusal else "",
    )
