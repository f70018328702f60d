"""From a posted form to a command, and from its answer back to a page.

Every form carries a signed token, which names the pass and the role of the page it stands on, and
a key, under which its answer is remembered: sending it twice asks once.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import uuid4

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dialog.forum.names import Role, Stream, Who
from dialog.forum.refusals import Code, Refusal
from dialog.forum.roles import STAFF
from dialog.hub import wire
from dialog.hub.ledger import Done
from dialog.web.entrance import Entrance
from dialog.web.errors import STATUS, as_message, retry, wants_json
from dialog.web.language import chosen
from dialog.web.page import link
from dialog.web.passes import Visitor
from dialog.web.signing import unconfirmed
from dialog.web.site import Site, site_of

FIELDS = 60
LISTS = {"numbers": ",", "revs": ",", "sources": "\n"}
# What was ticked in a list of questions, each as "number.rev".
PICKED = {"numbers": 0, "revs": 1}
_STAMP = re.compile(r"(?:(?:([0-9]{1,2}):)?([0-9]{1,2}):)([0-9]{1,2})")

Again = Callable[[Refusal, dict[str, str]], Awaitable[Response]]


async def read(request: Request) -> dict[str, str]:
    """Return the fields of a form as strings; files are left out."""
    form: FormData = await request.form(max_files=0, max_fields=FIELDS)
    fields = {name: value for name, value in form.items() if not isinstance(value, UploadFile)}
    if "picked" in fields:
        fields["picked"] = ",".join(str(value) for value in form.getlist("picked"))
    return fields


def check(
    request: Request,
    visitor: Visitor,
    form: Mapping[str, str],
    slug: str,
    role: Role | None = None,
) -> Refusal | None:
    """Refuse a form whose token is not of this pass, session and role, too old, or came too late.

    Without a ``role`` it may come from any page of the session.
    """
    site = site_of(request)
    sealed = site.seals.read_form(form.get("token", ""))
    ours = sealed and (sealed.pass_id, sealed.slug) == (visitor.pass_id, slug)
    good = ours and role in (None, sealed and sealed.role)
    if not good or visitor.pass_id in site.hub.ended:
        return Refusal(Code.STALE, field="token")
    return None


def pace(site: Site, who: Who, slug: str, reader: object = None) -> Refusal | None:
    """Count one message of a person, or of one ``reader``; refuse it where they came too fast."""
    buckets = site.staff if who.role in STAFF else site.volunteers
    wait = buckets.take((slug, who.person or reader), site.clock() / 1000)
    return Refusal(Code.TOO_FAST, retry_ms=int(wait * 1000) + 1) if wait else None


async def command(
    request: Request,
    entrance: Entrance,
    form: Mapping[str, str],
    *,
    stream: Stream = Stream.FLOOR,
) -> Done | Refusal:
    """Give the command that a form stands for, and return its answer."""
    room, who = entrance.room, entrance.who
    refusal = check(request, entrance.visitor, form, room.slug, who.role)
    refusal = refusal or pace(entrance.site, who, room.slug)
    refusal = refusal or unconfirmed(entrance.site, entrance.visitor, form.get("do", ""))
    if refusal:
        return refusal
    try:
        order = wire.from_form(typed(form, room.now))
    except wire.Malformed:
        return Refusal(Code.MALFORMED)
    return await room.ask(order.command, who, key=order.key, stream=stream)


def typed(form: Mapping[str, str], now: int) -> dict[str, Any]:
    """Return a form's fields as its command has them: its own ones only, lists split.

    An empty field that may be absent is absent; a form's upvote was tapped when it arrived.
    """
    do = form.get("do", "")
    names = wire.fields(do) if wire.known(do) else ()
    given: dict[str, Any] = {"do": do, "key": form.get("key") or str(uuid4())}
    for name in names:
        value = form.get(name)
        if name == "intent":
            given[name] = now
        elif name in LISTS:
            parts = [part.strip() for part in (value or "").split(LISTS[name])]
            if name in PICKED and "picked" in form:
                parts = [[*pick.split("."), ""][PICKED[name]] for pick in picks(form)]
            given[name] = [part for part in parts if part]
        elif name == "minute" and value:
            given[name] = _seconds(value)
        elif value is not None and (value or wire.textual(do, name)):
            given[name] = value
    return given


def _seconds(value: str) -> str:
    """Return a place in the recording, 0:41:20, in seconds; anything else as it is."""
    found = _STAMP.fullmatch(value.strip())
    if found is None:
        return value
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return str(hours * 3600 + minutes * 60 + seconds)


def picks(form: Mapping[str, str]) -> list[str]:
    """Return what was ticked in a form's list of questions."""
    return form.get("picked", "").split(",")


async def answer(
    request: Request, reply: Done | Refusal, form: dict[str, str], back: str, again: Again
) -> Response:
    """Return the page again with what was typed and why not, or send the browser on to ``back``."""
    if wants_json(request):
        return message(reply, form.get("key"))
    if isinstance(reply, Refusal):
        made = await again(reply, form)
        made.status_code = STATUS[reply.code]
        made.headers.update(retry(reply))
        return made
    return RedirectResponse(link(back, chosen(request)), 303)


def message(reply: Done | Refusal, key: str | None) -> Response:
    """Return an answer as the message that the websocket would send."""
    if isinstance(reply, Refusal):
        return as_message(reply, key)
    body = wire.done(reply.key, reply.seq, reply.result)
    return Response(body, 200, media_type="application/json")


def back_to(form: Mapping[str, str], page: str) -> str:
    """Return where a form wants to go back to: its own page, another view of it at most."""
    wanted = form.get("back", "")
    own = wanted == page or wanted.startswith((f"{page}?", f"{page}#"))
    return wanted if own else page
