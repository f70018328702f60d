"""Making, copying, changing and announcing a session: its folder is written from a form.

What was typed is checked as a file is, and stands on the page again with all that is wrong. Whoever
saves says what they have seen: of two at once the second is told and sees what differs.
"""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dialog.forum.decide import decide
from dialog.forum.names import SECOND, SYSTEM, Phase, Role
from dialog.forum.refusals import Code, Refusal
from dialog.programme import Declaration, DeclarationError, Fault, folders, read
from dialog.programme.declaration import ZONE
from dialog.programme.folders import Moved
from dialog.programme.form import day_of, entered, filled, words
from dialog.programme.reading import INTRO, REHEARSAL, TOML, listed
from dialog.programme.table import File
from dialog.web import forms, sentences
from dialog.web.announcement import announce, declare
from dialog.web.entrance import programme_organiser, staff
from dialog.web.errors import STATUS, Refused, Spoken, retry, spoken
from dialog.web.language import chosen, language
from dialog.web.news import untold
from dialog.web.page import link, page
from dialog.web.passes import Visitor, visitor
from dialog.web.site import Site, site_of

AHEAD = timedelta(weeks=4)
WEEK = timedelta(weeks=1)
RETRY_MS = 5_000
EMPTY = {
    "opens.time": "09:00",
    "starts.time": "18:00",
    "ends.time": "19:30",
    "identity": "open",
    "goes_live": "by_hand",
    "release": "second_person",
    "names": "name,team,anonymous",
    "languages": "de",
    "readers": "1",
    "limits.text": "300",
    "limits.background": "1000",
    "limits.waiting": "5",
    "limits.ask_seconds": "20",
}
# what a form does not send where nothing is ticked
UNTICKED = {"readers": "", "hold": ""}
# how the fields follow each other on the page
PLACES = {
    name: place
    for place, name in enumerate(
        (
            "title", "intro", "topics", "answerer.name", "answerer.office", "starts", "ends",
            "opens", "questions_until", "goes_live", "words", "video.url", "video.phone",
            "video.pin", "video.from", "identity", "code", "names", "readers", "release",
            "languages", "recording.url", "recording.starts", "limits.text", "limits.background",
            "limits.waiting", "limits.ask_seconds", "hold",
        ),
        1,
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Desk:
    """Who writes which folder; none has no name yet.

    ``office`` tells that they organise the programme, and not this session alone.
    """

    site: Site
    visitor: Visitor
    slug: str = ""
    office: bool = True

    @property
    def folder(self) -> Path:
        """The session's folder."""
        return self.site.sessions / self.slug


@dataclass(frozen=True, slots=True)
class Said:
    """What is said beside a form: why it was not taken, and where it stands.

    A folder that cannot be read is ``broken`` and has no form.
    """

    refusal: Refusal | None = None
    faults: tuple[Fault, ...] = ()
    theirs: Declaration | None = None
    phase: Phase | None = None
    untold: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    broken: bool = False


# --- a new one -----------------------------------------------------------------------------------


async def begin(request: Request) -> Response:
    """Return the form of a new session, empty or with what another one says."""
    entrance = await programme_organiser(request)
    desk = Desk(entrance.site, entrance.visitor)
    source = request.query_params.get("from", "")
    fields = dict(EMPTY)
    if source:
        if source not in {one.name for one in await asyncio.to_thread(_known, desk.site)}:
            raise Refused(Refusal(Code.UNKNOWN, field="folder"))
        one = await _read(desk.site.sessions / source)
        if isinstance(one, Declaration):
            fields = filled(_again(one, desk.site.clock())) | {"words": source[11:]}
    return _page(request, desk, fields, Said(source=source))


async def make(request: Request) -> Response:
    """Write the folder of a new draft."""
    entrance = await programme_organiser(request)
    desk = Desk(entrance.site, entrance.visitor)
    form = UNTICKED | await forms.read(request)
    refusal = forms.check(request, desk.visitor, form, "", Role.ORGANISER)
    if refusal:
        return _page(request, desk, form, Said(refusal))
    root = desk.site.sessions
    slug = await asyncio.to_thread(folders.free, root, _named(form))
    try:
        one = entered(form, root / slug, {"draft": True})
        await asyncio.to_thread(folders.create, root, one)
    except DeclarationError as error:
        return _page(request, desk, form, Said(faults=error.faults))
    except (Moved, OSError) as error:
        return _page(request, desk, form, Said(_unwritten(error)))
    return _onward(request, f"/sessions/{slug}/organiser/edit?done=made")


# --- one there is --------------------------------------------------------------------------------


async def show(request: Request) -> Response:
    """Return a session's form as its folder says it."""
    desk = await enter(request)
    seen, one = await asyncio.to_thread(_as_it_is, desk.folder)
    if isinstance(one, DeclarationError):
        return _page(request, desk, {}, Said(faults=one.faults, broken=True))
    fields = filled(one) | {"seen": seen, "words": desk.slug[11:]}
    room = desk.site.hub.room(desk.slug)
    phase = await room.read(lambda session, _board: session.phase) if room else None
    said = Said(phase=phase, untold=await untold(desk.site, desk.slug))
    return _page(request, desk, fields, said, one)


async def change(request: Request) -> Response:
    """Write a session's folder, announce a draft, or delete it."""
    desk = await enter(request)
    form = UNTICKED | await forms.read(request)
    _seen, before = await asyncio.to_thread(_as_it_is, desk.folder)
    if isinstance(before, DeclarationError):
        return _page(request, desk, form, Said(faults=before.faults, broken=True))
    refusal = forms.check(request, desk.visitor, form, desk.slug, Role.ORGANISER)
    if refusal:
        return _page(request, desk, form, Said(refusal), before)
    if form.get("do") == "delete":
        return await _delete(request, desk, form, before)
    announcing = before.draft and form.get("do") == "announce"
    try:
        one = await _entered(desk, form, before, announcing=announcing)
        seen = form.get("seen", "")
        await asyncio.to_thread(folders.replace, desk.site.sessions, desk.slug, one, seen)
    except DeclarationError as error:
        return _page(request, desk, form, Said(faults=error.faults), before)
    except Moved as error:
        seen, theirs = await asyncio.to_thread(_as_it_is, desk.folder)
        said = Said(_unwritten(error), theirs=theirs if isinstance(theirs, Declaration) else None)
        return _page(request, desk, form | {"seen": seen}, said, before)
    except OSError as error:
        return _page(request, desk, form, Said(_unwritten(error)), before)
    await desk.site.look()
    done = "announced" if announcing else "saved"
    return _onward(request, f"/sessions/{one.slug}/organiser/edit?done={done}")


async def export(request: Request) -> Response:
    """Return a session's folder as a ZIP file."""
    desk = await enter(request)
    one = await _read(desk.folder)
    if isinstance(one, DeclarationError):
        raise Refused(Refusal(Code.INCOMPLETE, field="folder"))
    headers = {
        "content-disposition": f'attachment; filename="{desk.slug}.zip"',
        "cache-control": "no-store",
    }
    return Response(folders.packed(one), 200, headers, "application/zip")


async def preview(request: Request) -> Response:
    """Return what the page of a session will show before it begins."""
    desk = await enter(request)
    one = await _read(desk.folder)
    if isinstance(one, DeclarationError):
        raise Refused(Refusal(Code.INCOMPLETE, field="folder"))
    session = {"phase": "announced", "starts": one.starts, "ends": one.ends}
    return page(
        request,
        "draft",
        desk.visitor,
        acting=Role.ORGANISER,
        slug=desk.slug,
        dialog=announce(one),
        session=session,
        draft=one.draft,
    )


async def _delete(
    request: Request, desk: Desk, form: dict[str, str], before: Declaration
) -> Response:
    if desk.site.hub.room(desk.slug):  # a file calls it a draft, and people are in it
        refused = Said(Refusal(Code.CONFLICT, field="folder"))
        return _page(request, desk, filled(before) | form, refused, before)
    try:
        seen = form.get("seen", "")
        await asyncio.to_thread(folders.discard, desk.site.sessions, desk.slug, seen)
    except (Moved, OSError, ValueError, DeclarationError) as error:
        return _page(request, desk, filled(before) | form, Said(_unwritten(error)), before)
    return _onward(request, "/organiser?done=deleted")


async def enter(request: Request) -> Desk:
    """Let organisers of the programme in, and those of this session where it is announced."""
    site, slug = site_of(request), str(request.path_params["slug"])
    guest = await visitor(request)
    holder = guest.holder
    office = holder is not None and Role.ORGANISER in holder.offices
    if not office:
        guest = (await staff(request, Role.ORGANISER)).visitor
    known = await asyncio.to_thread(_known, site)
    if slug not in {one.name for one in known}:
        raise Refused(Refusal(Code.UNKNOWN, field="folder"))
    return Desk(site, guest, slug, office)


async def _entered(
    desk: Desk, form: Mapping[str, str], before: Declaration, *, announcing: bool
) -> Declaration:
    """Return what a form declares; raise ``DeclarationError`` with all that is wrong."""
    slug, day = desk.slug, day_of(form)
    standing: dict[str, object] = {"draft": before.draft and not announcing}
    if before.draft:
        named = _named(form)
        if named != slug:
            slug = await asyncio.to_thread(folders.free, desk.site.sessions, named)
    elif day and not slug.startswith(day.isoformat()):
        standing["postponed"] = True
    one = entered(form, desk.site.sessions / slug, standing)
    file = File(desk.folder / TOML)
    if announcing and one.ends.timestamp() * SECOND <= desk.site.clock():
        _fault(file, "ends", "past")
    room = desk.site.hub.room(slug)
    if room is not None:
        told, now = declare(one), room.now
        decided = await room.read(lambda session, _board: decide(session, told, SYSTEM, now))
        if isinstance(decided, Refusal):
            _fault(file, "ends", "ended")
    if file.faults:
        raise DeclarationError(file.faults)
    return one


def _fault(file: File, key: str, code: str) -> None:
    """Keep a fault that only a form can have: its words stand with the pages."""
    file.faults.append(Fault(file.path, key, code, "", "", "", ""))


def _named(form: Mapping[str, str]) -> str:
    """Return the name of a folder for what a form says; a bad one is told as a fault."""
    day = day_of(form)
    stem = words(form.get("words", "")) or words(form.get("title", ""))
    return f"{day.isoformat() if day else '2000-01-01'}-{stem or 'dialog'}"


def _again(one: Declaration, now: int) -> Declaration:
    """Return a session some weeks later, on the same day of the week and at the same hours."""
    ahead = datetime.fromtimestamp(now / SECOND, UTC) + AHEAD
    weeks = max(1, -(-(ahead - one.starts.astimezone(UTC)) // WEEK))

    def later(moment: datetime) -> datetime:
        wall = datetime.combine(moment.date() + weeks * WEEK, moment.time(), ZONE)
        return datetime.fromtimestamp(wall.timestamp(), ZONE)

    video, until = one.video, one.questions_until
    code = f"{secrets.randbelow(10**6):06}" if one.identity == "code" else None
    return replace(
        one,
        opens=later(one.opens),
        starts=later(one.starts),
        ends=later(one.ends),
        questions_until=until and later(until),
        video=video and replace(video, from_=later(video.from_)),
        recording=None,
        code=code,
        draft=True,
        postponed=False,
    )


def _known(site: Site) -> list[Path]:
    """Return the folders of sessions that are no rehearsals; none where they cannot be read."""
    if not site.sessions.is_dir():
        return []
    return [one for one in listed(site.sessions) if not REHEARSAL.fullmatch(one.name)]


def _as_it_is(folder: Path) -> tuple[str, Declaration | DeclarationError]:
    """Return a folder's mark with what it says."""
    seen = folders.mark(folder)
    try:
        return seen, read(folder)
    except DeclarationError as error:
        return seen, error


async def _read(folder: Path) -> Declaration | DeclarationError:
    return (await asyncio.to_thread(_as_it_is, folder))[1]


def _unwritten(error: Exception) -> Refusal:
    if isinstance(error, OSError):
        return Refusal(Code.BUSY, field="folder", retry_ms=RETRY_MS)
    return Refusal(Code.CONFLICT, field="folder")


def _onward(request: Request, path: str) -> Response:
    return RedirectResponse(link(path, chosen(request)), 303)


def _page(
    request: Request,
    desk: Desk,
    fields: Mapping[str, str],
    said: Said,
    one: Declaration | None = None,
) -> Response:
    lang, query = language(request), request.query_params
    told = [(_key(fault), *sentences.fault(fault, lang)) for fault in said.faults]
    told.sort(key=lambda fault: PLACES.get(fault[0], 0))
    status = 200
    if said.refusal or (told and not said.broken):
        status = STATUS[said.refusal.code if said.refusal else Code.MALFORMED]
    made = page(
        request,
        "declaring",
        desk.visitor,
        acting=Role.ORGANISER,
        slug=desk.slug,
        status=status,
        folder=desk.slug,
        office=desk.office,
        form={"seen": ""} | dict(fields),
        one=one,
        faults=told,
        twice=[_key(fault) for fault in said.faults if fault.code == "twice_that_night"],
        differs=_differing(fields, said.theirs),
        label=lambda key: sentences.label(key, lang),
        sure=query.get("confirm", "") if request.method == "GET" else "",
        done=query.get("done", "") if request.method == "GET" else "",
        refusal=_spoken(request, said),
        phase=said.phase,
        untold=said.untold,
        source=said.source,
        broken=said.broken,
    )
    made.headers["x-robots-tag"] = "noindex"
    if said.refusal:
        made.headers.update(retry(said.refusal))
    return made


def _spoken(request: Request, said: Said) -> Spoken | None:
    if said.refusal:
        return spoken(request, said.refusal)
    return spoken(request, Refusal(Code.MALFORMED, field="fields")) if said.faults else None


def _key(fault: Fault) -> str:
    """Return the field that a fault belongs to; entries of a list belong to their list."""
    if not fault.key:
        return "intro" if fault.file.name == INTRO else ""
    key = fault.key.partition("[")[0]
    return {"slug": "words", "answerer": "answerer.name"}.get(key, key)


def _differing(fields: Mapping[str, str], theirs: Declaration | None) -> list[tuple[str, str, str]]:
    """Return of each field that somebody else has changed what it says there and here."""
    if theirs is None:
        return []
    known = filled(theirs)
    moments: dict[str, None] = {}
    for name in known:
        key, _, part = name.rpartition(".")
        moments[key if part in ("day", "time", "fold") else name] = None
    found = []
    for name in moments:
        there, here = (_value(values, name) for values in (known, fields))
        if there != here:
            found.append((name, there, here))
    return found


def _value(fields: Mapping[str, str], name: str) -> str:
    if f"{name}.day" in fields or f"{name}.time" in fields:
        return f"{fields.get(f'{name}.day', '')} {fields.get(f'{name}.time', '')}".strip()
    return fields.get(name, "").replace("\r\n", "\n").strip()
