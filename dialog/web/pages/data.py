"""What this server holds about a volunteer of a session, until when, and how it goes."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dialog.forum import commands as c
from dialog.forum.holdings import holdings
from dialog.forum.names import Role, Show, Stream
from dialog.forum.refusals import Code, Refusal
from dialog.forum.retention import Term, terms
from dialog.forum.views import Row, instant
from dialog.store.guests import Guest
from dialog.store.outbox import Kind
from dialog.web import forms
from dialog.web.entrance import Entrance, floor
from dialog.web.errors import STATUS, Refused
from dialog.web.language import chosen
from dialog.web.page import link
from dialog.web.pages.session import session_page
from dialog.web.passes import take
from dialog.web.picture import picture

ACTS = frozenset({"names", "consent", "forget", "transcript"})
LETTERS: Final[tuple[Kind, ...]] = (
    "invitation", "changed", "cancelled", "reminder", "transcript",
)  # fmt: skip


async def show(request: Request) -> Response:
    """Return what is held; whoever is not in, or not any more, is told the way in."""
    entrance = await floor(request)
    gone = request.query_params.get("gone") == "1"
    if entrance.who.role is not Role.VOLUNTEER and not gone:
        return RedirectResponse(
            link(f"/sessions/{entrance.dialog.slug}/join", chosen(request)), 303
        )
    return await _page(request, entrance, None)


async def as_json(request: Request) -> Response:
    """Return the same as a file to take along."""
    entrance = await floor(request)
    _volunteer(entrance)
    slug = entrance.dialog.slug
    told = {"session": slug, "title": entrance.dialog.title} | await _held(entrance)
    headers = {
        "cache-control": "no-store",
        "content-disposition": f'attachment; filename="{slug}-my-data.json"',
        "x-robots-tag": "noindex",
    }
    return Response(
        msgspec.json.format(msgspec.json.encode(told)), 200, headers, "application/json"
    )


async def act(request: Request) -> Response:
    """Take names back, give consent or take it back, or have everything deleted."""
    entrance = await floor(request)
    _volunteer(entrance)
    form = await forms.read(request)
    slug, who = entrance.dialog.slug, entrance.who
    refusal = forms.check(request, entrance.visitor, form, slug, who.role)
    refusal = refusal or forms.pace(entrance.site, who, slug)
    do = form.get("do", "")
    if not refusal and do not in ACTS:
        refusal = Refusal(Code.MALFORMED, field="do")
    refusal = refusal or await _give(entrance, do, on=form.get("on") == "1")
    if refusal:
        made = await _page(request, entrance, refusal)
        made.status_code = STATUS[refusal.code]
        return made
    if do == "transcript":
        await entrance.site.guests.ask(slug, who.person, on=form.get("on") == "1")
    if do == "names":
        await entrance.site.people.unname(slug, who.person)
    place = link(f"/sessions/{slug}/mine/data", chosen(request))
    if do != "forget":
        return RedirectResponse(place, 303)
    gone = link(f"/sessions/{slug}/mine/data?gone=1", chosen(request))
    return await _forget(entrance, RedirectResponse(gone, 303))


def _volunteer(entrance: Entrance) -> None:
    if entrance.who.role is not Role.VOLUNTEER:
        raise Refused(Refusal(Code.FORBIDDEN, field="role"))


async def _give(entrance: Entrance, do: str, *, on: bool) -> Refusal | None:
    """Give the commands of an act one after the other; the first that cannot be stored ends it."""
    room, who = entrance.room, entrance.who
    held = await room.read(lambda session, _board: holdings(session, who))
    for command in _commands(do, held["questions"], on=on):
        reply = await room.ask(command, who)
        if isinstance(reply, Refusal):
            return reply
    return None


def _commands(do: str, questions: list[Row], *, on: bool) -> Iterator[c.Command]:
    for row in questions if do != "transcript" else ():
        if do != "consent":
            yield c.Withdraw(row["number"], whole=do == "forget")
        elif row["show"] == Show.NAME and row["name"]:
            yield c.Consent(row["number"], on=on)


async def _forget(entrance: Entrance, away: Response) -> Response:
    """End what opens this person's questions, on every device."""
    site, slug = entrance.site, entrance.dialog.slug
    ended, others = await site.people.forget(slug, entrance.who.person)
    await site.outbox.drop(slug, [entrance.who.person], LETTERS)
    for number in ended:
        site.hub.revoke(number)
    for number in others:  # these passes open something else, which stays
        entrance.room.revoke(number)
    if entrance.visitor.pass_id in ended:
        take(away, site)
    return away


async def _held(entrance: Entrance) -> dict[str, Any]:
    """Return what is held about a volunteer, and until when the last of it goes."""
    site, slug, who = entrance.site, entrance.dialog.slug, entrance.who
    held, ends = await entrance.room.read(
        lambda session, _board: (holdings(session, who), terms(session))
    )
    private = await site.people.private_link(slug, who.person)
    guest = await site.guests.get(slug, who.person)
    return held | {
        "invitation": _invitation(guest) if guest else None,
        "name": who.name or None,
        "admission": who.admission.value,
        "since": instant(guest.opened if guest else await site.people.since(slug, who.person)),
        "private_link": f"{site.base_url}/sessions/{slug}/mine/{private}",
        "until": instant(ends.get(Term.PERSONS, 0)),
    }


def _invitation(guest: Guest) -> dict[str, Any]:
    return {
        "address": guest.address,
        "name": guest.name or None,
        "language": guest.lang,
        "since": instant(guest.made),
        "opened": instant(guest.opened),
        "joined": instant(guest.joined),
        "transcript": guest.asked,
    }


async def _page(request: Request, entrance: Entrance, refusal: Refusal | None) -> Response:
    view = await picture(entrance.room, Stream.FLOOR, entrance.who)
    inside = entrance.who.role is Role.VOLUNTEER
    return session_page(
        request,
        "data",
        entrance,
        view,
        refusal,
        held=await _held(entrance) if inside else None,
        sure=inside and request.query_params.get("confirm") == "forget",
    )
