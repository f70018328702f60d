"""Writing notices and calls: a draft first, seen as it will look, then public, or withdrawn.

Of two who change the same one the second is told, and what they typed still stands there.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dialog.forum.names import SECOND, Role
from dialog.forum.refusals import Code, Refusal
from dialog.forum.texts import clean, required
from dialog.programme.form import words
from dialog.store.notices import Draft, Link, Notice
from dialog.store.tables import NoticeKind, NoticeState
from dialog.web import forms
from dialog.web.announcement import safe
from dialog.web.bulletin import local, over
from dialog.web.entrance import Signed, programme_organiser
from dialog.web.errors import STATUS, Refused, spoken
from dialog.web.language import chosen
from dialog.web.page import link, page
from dialog.web.pages.information import LONGEST_TOPIC, answered
from dialog.web.press import pressed
from dialog.web.site import Site
from dialog.web.templating import BERLIN

OWN: Final = "/organiser/information"
LIMITS: Final = {"title": 150, "summary": 300, "body": 8_000}
TOPICS: Final = 5
LINKS: Final = 20
LONGEST_LINE: Final = 400
LAST: Final = "23:59"
DONE: Final = frozenset({"saved", "published", "withdrawn", "deleted"})
_DAY: Final = re.compile(r"([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4})")
_TIME: Final = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})(?: ?Uhr)?")
_ANSWER: Final = re.compile(r"(?:/archive)?/?([0-9a-z-]{1,80})/([0-9]{1,9})")

Form = dict[str, str]


async def show(request: Request) -> Response:
    """Return all notices."""
    entered = await programme_organiser(request)
    notices = await entered.site.bulletin.notices.all()
    now = local(entered.site.clock())
    groups: dict[str, Any] = {"drafts": [], "holding": [], "over": [], "withdrawn": []}
    for one in notices:
        group = "drafts" if one.state is NoticeState.DRAFT else "withdrawn"
        if one.state is NoticeState.PUBLISHED:
            group = "over" if over(one, now) else "holding"
        groups[group].append(one)
    return page(
        request,
        "information_desk",
        entered.visitor,
        acting=Role.ORGANISER,
        readers=await entered.site.bulletin.subscriptions.count(),
        mails=entered.site.mails,
        done=_done(request),
        **groups,
    )


async def begin(request: Request) -> Response:
    """Return an empty form."""
    entered = await programme_organiser(request)
    kind = "call" if request.query_params.get("kind") == "call" else "notice"
    return await _page(request, entered, None, _filled(Draft(NoticeKind(kind))), None)


async def make(request: Request) -> Response:
    """Keep a new draft, show how it will look, or publish it at once."""
    entered = await programme_organiser(request)
    return await _act(request, entered, None)


async def edit(request: Request) -> Response:
    """Return the form of a notice."""
    entered = await programme_organiser(request)
    notice = await _noticed(request, entered)
    return await _page(request, entered, notice, _filled(notice.draft), None)


async def change(request: Request) -> Response:
    """Save, show, publish, withdraw or delete a notice."""
    entered = await programme_organiser(request)
    return await _act(request, entered, await _noticed(request, entered))


async def _noticed(request: Request, entered: Signed) -> Notice:
    notice = await entered.site.bulletin.notices.get(request.path_params["number"])
    if notice is None:
        raise Refused(Refusal(Code.UNKNOWN, field="notice"))
    return notice


async def _act(request: Request, entered: Signed, notice: Notice | None) -> Response:
    form = await forms.read(request)
    refusal = forms.check(request, entered.visitor, form, "", Role.ORGANISER)
    do = form.get("do", "")
    if not refusal and do == "preview":
        draft = await drafted(entered.site, form)
        shown = draft if isinstance(draft, Draft) else None
        failed = draft if isinstance(draft, Refusal) else None
        return await _page(request, entered, notice, form, failed, shown)
    place = refusal or await _do(entered, notice, do, form)
    if isinstance(place, Refusal):
        return await _page(request, entered, notice, form, place)
    await entered.site.bulletin.renew()
    return RedirectResponse(link(place, chosen(request)), 303)


async def _do(entered: Signed, notice: Notice | None, do: str, form: Form) -> str | Refusal:
    """Do what a form says, and return where to go on."""
    notices = entered.site.bulletin.notices
    conflict = Refusal(Code.CONFLICT, field="notice")
    rev = int(form["rev"]) if re.fullmatch(r"[0-9]{1,9}", form.get("rev", "")) else 0
    if do in ("withdraw", "delete") and notice:
        ask = notices.withdraw if do == "withdraw" else notices.drop
        done = "withdrawn" if do == "withdraw" else "deleted"
        return f"{OWN}?done={done}" if await ask(notice.number, rev) else conflict
    if do not in ("save", "publish"):
        return Refusal(Code.MALFORMED, field="do")
    draft = await drafted(entered.site, form)
    public = notice is not None and notice.state is NoticeState.PUBLISHED
    if isinstance(draft, Draft) and (do == "publish" or public):
        now = 0 if public else entered.site.clock()
        draft = _complete(draft, now) or draft
    if isinstance(draft, Refusal):
        return draft
    mail = form.get("mail") == "1" and entered.site.mails
    if notice is None:
        number, rev = await notices.make(draft), 0
    else:
        number = notice.number
        if not await notices.save(number, rev, draft, again=public and mail):
            return conflict
    if do == "save" or public:
        return f"{OWN}/{number}?done=saved"
    day = local(entered.site.clock()).date()
    if not await notices.publish(number, rev + 1, lambda n: _slug(draft, day, n), mail=mail):
        return conflict
    return f"{OWN}/{number}?done=published"


async def drafted(site: Site, form: Mapping[str, str]) -> Draft | Refusal:
    """Return what a form says, or what is wrong with it."""
    texts = {}
    for name, limit in LIMITS.items():
        gate = required if name == "title" else clean
        text = gate(form.get(name, ""), limit, name, lines=name == "body")
        if isinstance(text, Refusal):
            return text
        texts[name] = text
    topics, links = _topics(form.get("topics", "")), await _links(site, form.get("links", ""))
    days = {name: _day(form.get(name, ""), name) for name in ("from_", "until")}
    deadline = _deadline(form)
    for said in (topics, *days.values(), deadline, links):
        if isinstance(said, Refusal):
            return said
    kind = NoticeKind.CALL if form.get("kind") == "call" else NoticeKind.NOTICE
    call = kind is NoticeKind.CALL
    first, last = ("", "") if call else (str(days["from_"]), str(days["until"]))
    if first and last and last < first:
        return Refusal(Code.MALFORMED, field="until")
    assert not isinstance(topics, Refusal)  # noqa: S101 - looked at above
    assert not isinstance(links, Refusal)  # noqa: S101 - the same
    assert not isinstance(deadline, Refusal)  # noqa: S101 - the same
    return Draft(
        kind, **texts, topics=topics, from_=first, until=last,
        deadline=deadline if call else 0, links=links,
    )  # fmt: skip


def _complete(draft: Draft, now: int) -> Refusal | None:
    """Return what is missing before everybody may see it; ``now`` is ms UTC, 0 if it was public."""
    if not draft.body:
        return Refusal(Code.EMPTY, field="body")
    if draft.kind is NoticeKind.CALL and draft.deadline <= now:
        return Refusal(Code.INCOMPLETE, field="deadline")
    return None


def _topics(said: str) -> tuple[str, ...] | Refusal:
    found = []
    for part in re.split(r"[,;\n]", said):
        topic = clean(part, LONGEST_TOPIC, "topics")
        if isinstance(topic, Refusal):
            return topic
        if topic:
            found.append(topic)
    topics = tuple(dict.fromkeys(found))
    return topics if len(topics) <= TOPICS else Refusal(Code.TOO_LONG, field="topics")


async def _links(site: Site, said: str) -> tuple[Link, ...] | Refusal:
    """Return the published answers that are named, one in each line."""
    found: list[Link] = []
    for number, line in enumerate(said.splitlines(), 1):
        if not line.strip():
            continue
        named = _ANSWER.fullmatch(urlsplit(line.strip()[:LONGEST_LINE]).path.rstrip("/"))
        one = Link(named[1], int(named[2])) if named else None
        if one is None or len(found) == LINKS or not await answered(site, (one,)):
            return Refusal(Code.UNKNOWN, field="links", number=number)
        found.append(one)
    return tuple(dict.fromkeys(found))


def _day(said: str, field: str) -> str | Refusal:
    """Return a day as it is stored, from what a browser's field or a hand writes."""
    text = said.strip()
    named = _DAY.fullmatch(text)
    try:
        if named:
            return date(int(named[3]), int(named[2]), int(named[1])).isoformat()
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        return Refusal(Code.MALFORMED, field=field)


def _deadline(form: Mapping[str, str]) -> int | Refusal:
    """Return when a call ends (ms UTC, 0: not said), in Bavaria's time."""
    if form.get("kind") != "call" or not form.get("deadline.day", "").strip():
        return 0
    day = _day(form["deadline.day"], "deadline")
    clock = _TIME.fullmatch(form.get("deadline.time", "").strip() or LAST)
    if isinstance(day, Refusal) or clock is None:
        return Refusal(Code.MALFORMED, field="deadline")
    try:
        moment = datetime.combine(
            date.fromisoformat(day), time(int(clock[1]), int(clock[2])), BERLIN
        )
        return int(moment.timestamp()) * SECOND
    except (ValueError, OverflowError):
        return Refusal(Code.MALFORMED, field="deadline")


def _slug(draft: Draft, day: date, count: int) -> str:
    """Return the n-th address to try: 2027-01-04-neue-regeln-fuer-sprachkurse."""
    name = words(draft.title) or ("aufruf" if draft.kind is NoticeKind.CALL else "information")
    return f"{day:%Y-%m-%d}-{name}" + (f"-{count}" if count > 1 else "")


def _filled(draft: Draft) -> Form:
    """Return the fields that say a draft."""
    end = local(draft.deadline)
    called = bool(draft.deadline)
    return {
        "kind": draft.kind.value,
        "title": draft.title,
        "summary": draft.summary,
        "body": draft.body,
        "topics": ", ".join(draft.topics),
        "from_": draft.from_,
        "until": draft.until,
        "deadline.day": end.date().isoformat() if called else "",
        "deadline.time": f"{end:%H:%M}" if called else LAST,
        "links": "\n".join(f"/archive/{one.slug}/{one.question}" for one in draft.links),
    }


async def _page(
    request: Request,
    entered: Signed,
    notice: Notice | None,
    form: Mapping[str, str],
    refusal: Refusal | None,
    preview: Draft | None = None,
) -> Response:
    site = entered.site
    typed: dict[str, Any] = _filled(Draft()) | dict(form)
    confirm = request.query_params.get("confirm", "") if not refusal and not preview else ""
    return page(
        request,
        "notice_desk",
        entered.visitor,
        acting=Role.ORGANISER,
        status=STATUS[refusal.code] if refusal else 200,
        refusal=spoken(request, refusal) if refusal else None,
        notice=notice,
        form=typed,
        limits=LIMITS,
        rev=form.get("rev") or (notice.rev if notice else 0),
        preview=preview,
        body=await pressed(safe, preview.body) if preview else None,
        answers=await answered(site, preview.links) if preview else [],
        confirm=confirm if confirm in ("withdraw", "delete") and notice else "",
        readers=await site.bulletin.subscriptions.count(),
        mails=site.mails,
        done=_done(request),
    )


def _done(request: Request) -> str:
    done = request.query_params.get("done", "")
    return done if done in DONE else ""
