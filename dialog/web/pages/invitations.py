"""Who is invited to a session: a list in, a look at it, and nothing sent before it is said."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, cast
from urllib.parse import urlencode

import msgspec
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dialog.forum.names import Phase, Role, Stream
from dialog.forum.refusals import Code, Refusal
from dialog.forum.texts import clean
from dialog.rolls import address as addresses
from dialog.rolls.choice import Choice, guess
from dialog.rolls.intake import from_file, from_paste
from dialog.rolls.sifting import NAME, Sifted, correct, sift
from dialog.rolls.table import MOST_BYTES, Roll, Unreadable
from dialog.store.guests import Invited
from dialog.store.outbox import Kind, Letter
from dialog.web import forms
from dialog.web.catalogue import LANGUAGES, SOURCE
from dialog.web.entrance import Entrance, staff
from dialog.web.errors import STATUS
from dialog.web.invited import Invitation, Invitations, as_table, invitations
from dialog.web.language import chosen, language
from dialog.web.news import untold
from dialog.web.page import link
from dialog.web.pages.session import session_page
from dialog.web.pages.staff import numbered
from dialog.web.picture import picture

AT_ONCE: Final = 50
FAULTS, DOUBLES, LINES = 20, 20, 5
LONGEST_NAME: Final = 120
UPCOMING = (Phase.ANNOUNCED, Phase.OPEN, Phase.LIVE)
MAIL: Final[tuple[Kind, ...]] = (
    "invitation", "changed", "cancelled", "reminder", "transcript",
)  # fmt: skip
DONE: Final = frozenset({
    "taken", "dropped", "test", "sent", "again", "added", "changed", "withdrawn", "renewed",
})  # fmt: skip
WHY: Final = {
    "empty": Refusal(Code.EMPTY, field="list"),
    "unreadable": Refusal(Code.MALFORMED, field="list"),
    "old": Refusal(Code.MALFORMED, field="old"),
    "locked": Refusal(Code.MALFORMED, field="old"),
}
EMPTY: Final = dict.fromkeys(("do", "address", "name", "lang", "text"), "")

Form = dict[str, str]
Place = Mapping[str, str | int]


class Preview:
    """A list that was handed in: what is chosen in it, and what comes of it."""

    def __init__(self, name: str, roll: Roll, sheet: int, choice: Choice, sifted: Sifted) -> None:
        self.name = name
        self.roll = roll
        self.sheet = sheet
        self.choice = choice
        self.sifted = sifted

    @property
    def rows(self) -> list[list[str]]:
        """The rows of the sheet that is looked at."""
        return self.roll.sheets[self.sheet].rows

    @property
    def query(self) -> dict[str, str | int]:
        """The list and what is chosen in it, as fields of a form or an address."""
        return {"roll": self.name, "sheet": self.sheet, **self.choice._asdict()}

    @property
    def columns(self) -> list[str]:
        """How the columns are called: by their headings, else empty."""
        heading = self.rows[self.choice.heading - 1] if self.choice.heading else []
        wide = max(map(len, self.rows))
        return [heading[at].strip() if at < len(heading) else "" for at in range(wide)]

    @property
    def first(self) -> list[tuple[int, list[str]]]:
        """The first rows below the heading, with their numbers."""
        return [*enumerate(self.rows, 1)][self.choice.heading :][:LINES]


async def show(request: Request) -> Response:
    """Return who is invited and how far each is, beside a list that is looked at."""
    return await _page(request, await staff(request, Role.ORGANISER), {}, None)


async def as_csv(request: Request) -> Response:
    """Return all invitations as a table, without their links."""
    entrance = await staff(request, Role.ORGANISER)
    found = await _invitations(entrance)
    headers = {
        "content-disposition": f'attachment; filename="{entrance.dialog.slug}-invitations.csv"',
        "cache-control": "no-store",
        "x-robots-tag": "noindex",
    }
    made = await asyncio.to_thread(as_table, found, language(request))
    return Response(made, 200, headers, "text/csv; charset=utf-8")


async def take_in(request: Request) -> Response:
    """Take a list in, from a file or as pasted text, to be looked at."""
    entrance = await staff(request, Role.ORGANISER)
    form, file = await handed_in(request)
    refusal = _refused(request, entrance, form)
    if refusal:
        return await _page(request, entrance, form, refusal)
    try:
        if file is None:
            roll = await from_paste("", form.get("text", ""))
        else:
            name = clean((file.filename or "")[-LONGEST_NAME:], LONGEST_NAME, "name")
            content = await file.read()
            roll = await from_file(name if isinstance(name, str) else "", content)
    except Unreadable as fault:
        refusal = WHY.get(fault.why, Refusal(Code.TOO_BIG, field="list"))
        return await _page(request, entrance, form, refusal)
    body = await asyncio.to_thread(msgspec.json.encode, roll)
    name = await entrance.site.rolls.put(entrance.dialog.slug, body.decode())
    return _back(request, entrance, {"roll": name})


async def handed_in(request: Request) -> tuple[Form, UploadFile | None]:
    """Return the fields of the form of a list, and its file, if one was chosen."""
    form = await request.form(max_files=1, max_fields=5, max_part_size=MOST_BYTES)
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    file = form.get("file")
    chosen_one = isinstance(file, UploadFile) and bool(file.filename or file.size)
    return fields, file if isinstance(file, UploadFile) and chosen_one else None


async def act(request: Request) -> Response:
    """Do what a form of the page says."""
    entrance = await staff(request, Role.ORGANISER)
    form = await forms.read(request)
    refusal = _refused(request, entrance, form)
    deed = DEEDS.get(form.get("do", ""))
    if not refusal and deed is None:
        refusal = Refusal(Code.MALFORMED, field="do")
    done = refusal or await cast("Deed", deed)(entrance, form)
    if isinstance(done, Refusal):
        return await _page(request, entrance, form, done)
    return _back(request, entrance, done)


def _refused(request: Request, entrance: Entrance, form: Form) -> Refusal | None:
    slug, who = entrance.dialog.slug, entrance.who
    refusal = forms.check(request, entrance.visitor, form, slug, who.role)
    return refusal or forms.pace(entrance.site, who, slug)


def _back(request: Request, entrance: Entrance, place: Place) -> Response:
    path = f"/sessions/{entrance.dialog.slug}/organiser/invitations"
    query = f"?{urlencode(place)}" if place else ""
    return RedirectResponse(link(path + query, chosen(request)), 303)


# --- a list that was handed in -------------------------------------------------------------------


async def _preview(entrance: Entrance, asked: Mapping[str, str]) -> Preview | None:
    """Return the list that is asked for and what comes of it; None where it is not there."""
    slug, name = entrance.dialog.slug, asked.get("roll", "")
    body = await entrance.site.rolls.get(slug, name)
    if body is None:
        return None
    known = {one.key for one in await entrance.site.guests.all(slug)}
    return await asyncio.to_thread(_looked_through, name, body, dict(asked), known)


def _looked_through(name: str, body: str, asked: dict[str, str], known: set[str]) -> Preview:
    roll = msgspec.json.decode(body, type=Roll)
    sheet = min(numbered(asked.get("sheet", "")), len(roll.sheets) - 1)
    rows = roll.sheets[sheet].rows
    choice = guess(rows)
    # Another sheet means other columns: what was chosen for the one before is left.
    if asked.get("address") and asked.get("of", str(sheet)) == str(sheet):
        wide = max(map(len, rows))
        given = {field: numbered(asked.get(field, "")) for field in Choice._fields}
        columns = {field: n if n <= wide else 0 for field, n in given.items()}
        heading = min(given["heading"], len(rows))
        choice = Choice(**columns | {"heading": heading, "address": columns["address"] or 1})
    return Preview(name, roll, sheet, choice, sift(rows, choice, known))


async def _take(entrance: Entrance, form: Form) -> Place | Refusal:
    preview = await _preview(entrance, form)
    if preview is None:
        return Refusal(Code.GONE, field="list")
    if str(len(preview.sifted.valid)) != form.get("count"):
        return Refusal(Code.CONFLICT, field="list")
    slug = entrance.dialog.slug
    invited = [Invited(o.key, o.address, o.name, o.lang) for o in preview.sifted.valid]
    await entrance.site.guests.add(slug, invited)
    await entrance.site.rolls.drop(slug, preview.name)
    return {"done": "taken"}


async def _fix(entrance: Entrance, form: Form) -> Place | Refusal:
    preview = await _preview(entrance, form)
    if preview is None:
        return Refusal(Code.GONE, field="list")
    await asyncio.to_thread(_correct, preview, form)
    body = await asyncio.to_thread(msgspec.json.encode, preview.roll)
    await entrance.site.rolls.replace(entrance.dialog.slug, preview.name, body.decode())
    return preview.query


def _correct(preview: Preview, form: Form) -> None:
    for fault in preview.sifted.faults:
        typed = form.get(f"address-{fault.row}")
        if typed is not None:
            name = form.get(f"name-{fault.row}", fault.name)
            signs = addresses.LONGEST * 2
            correct(preview.rows, preview.choice, fault.row, typed[:signs], name[:signs])


async def _drop(entrance: Entrance, form: Form) -> Place | Refusal:
    await entrance.site.rolls.drop(entrance.dialog.slug, form.get("roll", ""))
    return {"done": "dropped"}


# --- letters -------------------------------------------------------------------------------------


async def _closed(entrance: Entrance) -> Refusal | None:
    """Return why no mail leaves, None where it may."""
    if entrance.dialog.rehearsal:
        return Refusal(Code.FORBIDDEN, field="mail")
    phase = await entrance.room.read(lambda session, _board: session.phase)
    return None if phase in UPCOMING else Refusal(Code.CLOSED, field="mail")


async def _test(entrance: Entrance, form: Form) -> Place | Refusal:
    if entrance.dialog.rehearsal:
        return Refusal(Code.FORBIDDEN, field="mail")
    to = addresses.read(form.get("address", ""))
    if isinstance(to, addresses.Flaw):
        return Refusal(Code.MALFORMED, field="address")
    letter = Letter("test", to.written, _lang(form), entrance.dialog.slug)
    await entrance.site.outbox.put([letter])
    return {"done": "test"}


async def _send(entrance: Entrance, form: Form) -> Place | Refusal:
    found = await _invitations(entrance)
    return await _put(entrance, form, found.unsent, "sent")


async def _again(entrance: Entrance, form: Form) -> Place | Refusal:
    found, person = await _invitations(entrance), numbered(form.get("person", ""))
    if not person:
        return await _put(entrance, form, found.unopened, "again")
    letters = [o for o in found.all if o.guest.person == person and o.state != "withdrawn"]
    done = await _put(entrance, form | {"count": "1"}, letters, "again")
    return done if isinstance(done, Refusal) else {**done, "person": person}


async def _put(entrance: Entrance, form: Form, to: list[Invitation], done: str) -> Place | Refusal:
    """Put an invitation for each into the outbox, unless the number is another one than was said.

    The same form sent twice sends once.
    """
    refusal = await _closed(entrance)
    if refusal or not to or str(len(to)) != form.get("count"):
        return refusal or Refusal(Code.CONFLICT, field="list")
    letters = [_letter(entrance, one, done, form.get("key", "")) for one in to]
    await entrance.site.outbox.put(letters)
    return {"done": done}


def _letter(entrance: Entrance, one: Invitation, done: str, key: str) -> Letter:
    # The first one is the same whoever sends it; each further one is another.
    guest = one.guest
    once = key if done == "again" else f"{guest.key} {one.at}"
    slug, person = entrance.dialog.slug, guest.person
    return Letter("invitation", guest.address, guest.lang, slug, person, once=once)


# --- one person ----------------------------------------------------------------------------------


def _invited(form: Form) -> Invited | Refusal:
    """Return whom a form names."""
    to = addresses.read(form.get("address", ""))
    if isinstance(to, addresses.Flaw):
        return Refusal(Code.MALFORMED, field="address")
    name = clean(form.get("name", ""), NAME, "name")
    if isinstance(name, Refusal):
        return name
    return Invited(to.key, to.written, name, _lang(form))


def _lang(form: Form) -> str:
    """Return in which language letters are wanted."""
    lang = form.get("lang", "")
    return lang if lang in LANGUAGES else SOURCE


async def _add(entrance: Entrance, form: Form) -> Place | Refusal:
    invited = _invited(form)
    if isinstance(invited, Refusal):
        return invited
    new = await entrance.site.guests.add(entrance.dialog.slug, [invited])
    return {"done": "added", "person": new[0]} if new else Refusal(Code.DUPLICATE, field="address")


async def _change(entrance: Entrance, form: Form) -> Place | Refusal:
    slug, person = entrance.dialog.slug, numbered(form.get("person", ""))
    invited = _invited(form)
    if isinstance(invited, Refusal):
        return invited
    before = await entrance.site.guests.get(slug, person)
    if before is None:
        return Refusal(Code.GONE)
    if not await entrance.site.guests.change(slug, person, invited):
        return Refusal(Code.DUPLICATE, field="address")
    if before.address != invited.address:  # what waits would still go to the old one
        await entrance.site.outbox.drop(slug, [person], MAIL)
    return {"done": "changed", "person": person}


async def _withdraw(entrance: Entrance, form: Form) -> Place | Refusal:
    site, slug = entrance.site, entrance.dialog.slug
    person = numbered(form.get("person", ""))
    ended, others = await site.guests.withdraw(slug, person)
    await site.outbox.drop(slug, [person], MAIL)
    for number in ended:
        site.hub.revoke(number)
    for number in others:  # these passes open something else, which stays
        entrance.room.revoke(number)
    return {"done": "withdrawn", "person": person}


async def _renew(entrance: Entrance, form: Form) -> Place | Refusal:
    person = numbered(form.get("person", ""))
    renewed = await entrance.site.guests.invite_again(entrance.dialog.slug, person)
    return {"done": "renewed", "person": person} if renewed else Refusal(Code.GONE)


Deed = Callable[[Entrance, Form], Awaitable[Place | Refusal]]
DEEDS: Final[Mapping[str, Deed]] = {
    "take": _take,
    "fix": _fix,
    "drop": _drop,
    "test": _test,
    "send": _send,
    "again": _again,
    "add": _add,
    "change": _change,
    "withdraw": _withdraw,
    "renew": _renew,
}
SHEETS = frozenset({"send", "again", "withdraw"})


# --- the page ------------------------------------------------------------------------------------


async def _invitations(entrance: Entrance) -> Invitations:
    site, slug = entrance.site, entrance.dialog.slug
    guests, letters = await site.guests.all(slug), await site.outbox.standing(slug)
    return await asyncio.to_thread(invitations, guests, letters)


async def _page(
    request: Request, entrance: Entrance, form: Form, refusal: Refusal | None
) -> Response:
    site, slug = entrance.site, entrance.dialog.slug
    asked = {**request.query_params, **form}
    all_ = await _invitations(entrance)
    preview = await _preview(entrance, asked) if asked.get("roll") else None
    if asked.get("roll") and preview is None and refusal is None:
        refusal = Refusal(Code.GONE, field="list")
    state = asked.get("state", "")
    found = await asyncio.to_thread(all_.found, state, asked.get("q", "")[:LONGEST_NAME])
    pages = max(1, -(-len(found) // AT_ONCE))
    at = min(max(1, numbered(asked.get("page", ""))), pages)
    person = numbered(asked.get("person", ""))
    one = next((one for one in all_.all if one.guest.person == person), None)
    good = one is not None and one.state != "withdrawn"
    private = await site.people.private_link(slug, person) if good else ""
    account = entrance.visitor.holder.account if entrance.visitor.holder else None
    view = await picture(entrance.room, Stream.DESK, entrance.who)
    return session_page(
        request,
        "invitations",
        entrance,
        view,
        refusal,
        status=STATUS[refusal.code] if refusal else 200,
        all=all_,
        counts=all_.counts,
        found=found[(at - 1) * AT_ONCE : at * AT_ONCE],
        hits=len(found),
        at=at,
        pages=pages,
        asked={"state": state, "q": asked.get("q", "")},
        one=one,
        private_link=f"{site.base_url}/sessions/{slug}/mine/{private}" if private else "",
        preview=preview,
        faults=FAULTS,
        doubles=DOUBLES,
        form=EMPTY | form,
        done=asked["done"] if asked.get("done") in DONE and not refusal else "",
        confirm=asked["confirm"] if asked.get("confirm") in SHEETS else "",
        closed=await _closed(entrance),
        untold=await untold(site, slug),
        own_address=account.address if account else "",
    )
