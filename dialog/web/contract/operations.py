"""What the table of addresses does not say by itself: fields, media types, further answers.

An address that is not here is a page: it takes the parameters in its path and ``lang``, and answers
HTML. Everything else about it is read from its route, its handler and its module.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dialog.forum.roles import VOLUNTEERS
from dialog.hub import wire
from dialog.programme import form
from dialog.rolls.choice import Choice

HTML: Final = "text/html"
JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
FILES: Final = "multipart/form-data"
ICS: Final = "text/calendar"
CSV: Final = "text/csv"
ATOM: Final = "application/atom+xml"
ZIP: Final = "application/zip"
TEXT: Final = "text/plain"
ANY: Final = "*/*"

# What the fields of addresses and forms say; one name says the same everywhere.
FIELDS: Final[Mapping[str, str]] = {
    "address": "A mail address; of a list that was handed in, the column of the addresses.",
    "answer": "A published answer that is referred to, as `slug/number`.",
    "asked": "`1`: mail me the record once it is published.",
    "asks": "Says that `asked` stood in the form, ticked or not.",
    "back": "Where to go on after success: another view of the same page.",
    "code": "The code to join with, or of a sign-in.",
    "confirm": "Asks once more before something that cannot be taken back.",
    "count": "How many the page said it would be about; another number is refused as `conflict`.",
    "district": "A district or city, however its name is written.",
    "dialog": "The sheet that lies over the page.",
    "do": "What to do.",
    "done": "What was just done, to be said on the page.",
    "drip": "`1`: in two pieces.",
    "due": "Only promises that stand so.",
    "earlier": "`1`: earlier wordings only.",
    "epoch": "The epoch of what the client has.",
    "error": "What the provider says instead of a code.",
    "exact": "`1`: only what was typed, and nothing that resembles it.",
    "family": "The column of the family names, 0 for none.",
    "field": "A text of a question; of sources with its place, `sources:0`.",
    "file": "A list of addresses as XLSX, CSV or text.",
    "from": "The session that is copied; in a blackening, where the passage begins.",
    "gone": "`1`: everything was deleted.",
    "heading": "The row of the headings, 0 for none.",
    "hid": "The question that was just hidden.",
    "into": "The question into which another one is merged.",
    "intro": "The introduction, in Markdown.",
    "iss": "The provider's name, as it gives it.",
    "key": "Under this key the answer is remembered: the same form sent twice acts once.",
    "kind": "A notice, or a call with a deadline.",
    "lang": "The language of the answer; else that of `Accept-Language`.",
    "languages": "The session's languages, with commas.",
    "letter": "A letter that is sent again; of a new account, `1` to tell it by mail.",
    "mark": "Only questions that bear this mark.",
    "n": "A question's number, as somebody typed it.",
    "name": "A name; of a list that was handed in, the column of the names.",
    "names": "How askers can be shown, with commas.",
    "next": "Where to go after signing in: an address of this server.",
    "number": "A question, an account or a pass by its number.",
    "of": "The sheet for which the columns were chosen.",
    "on": "`1` for yes, `0` for no.",
    "own": "The checksum of what is one's own that the client has; the poll ends when it differs.",
    "page": "Which page of a list, from 1.",
    "passage": "The words that are to be blackened, as they stand there.",
    "person": "An invited person by number.",
    "picked": "Questions that were ticked, each as `number.rev`; may stand several times.",
    "q": "What is looked for.",
    "remove": "The account that is to be removed; the page asks once more.",
    "roll": "A list that was handed in and is looked at.",
    "seen": "What stood there when the page was made; another state is refused as `conflict`.",
    "sent": "`1`: the report was just sent.",
    "seq": "The number of what the client has.",
    "session_state": "The provider's own, left unread.",
    "sheet": "Which sheet of a workbook, from 0.",
    "signin": "Which sign-in a code belongs to.",
    "slug": "A rehearsal.",
    "state": "Only what stands so; of the provider's answer, the state it was given.",
    "stream": "The stream that is followed.",
    "tab": "Which part of the page.",
    "text": "What somebody typed.",
    "to": "The phase that is wanted.",
    "token": "The form token of a page; it is good for a day, this pass and this session.",
    "tongue": "The column of the languages, 0 for none.",
    "topic": "Only this topic.",
    "topics": "The session's topics, one a line.",
    "version": "The version of an answer that is compared.",
    "view": "Which view of the page.",
    "wait": "For so many seconds at most, 25 if nothing is said, 0 for not at all.",
    "why": "Said to everyone before the session is cancelled.",
    "words": "The words of the session's address.",
    "year": "Only records of this year.",
    "answerer": "Only answers of this person.",
    "outcome": "Only questions that ended so.",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """What is said of one address and method; names with spaces, ``name=a|b`` where it is a choice.

    A form also has the fields of its ``commands``, and ``reads`` are its media types.
    ``sends`` is the media type of success, ``shape`` its schema; ``takes`` and ``tells`` are the
    schemas of JSON that it takes or answers where that is asked for. ``more`` are statuses beside
    those that all addresses of its kind have, ``key`` is what it wants to be shown.
    """

    query: str = ""
    form: str = ""
    commands: frozenset[str] = frozenset()
    sends: str = HTML
    shape: str = ""
    reads: tuple[str, ...] = (FORM,)
    takes: str = ""
    tells: str = ""
    more: tuple[int, ...] = ()
    key: str = ""


ALL = frozenset(wire.COMMANDS)
DESK = "number page hid"
ROOM = "/sessions/{slug}"
MOMENTS = " ".join(f"{key}.day {key}.time {key}.fold=1|2|" for key in form.MOMENTS)
DECLARED = " ".join((*form.TEXTS, *form.SWITCHES, *form.NUMBERS, MOMENTS))
DECLARING = f"intro topics names languages words seen do=save|announce|delete {DECLARED}"
ROLES = "organiser moderator minister scribe"
NAMED = "do=add|roles|remove|rename number name address letter"
CHOICE = " ".join(("roll sheet of", *Choice._fields))
INVITING = (
    "do=take|fix|drop|test|send|again|add|change|withdraw|renew count person name lang=de|en "
    f"address-* name-* {CHOICE}"
)

NOTICE = (
    "kind=call|notice title summary body topics from_ until deadline.day deadline.time "
    "links mail rev"
)
ONE_CLICK = "List-Unsubscribe=One-Click"  # of a mail program, which has no token (RFC 8058)
# Between the server and its own command; for all others it is not there.
UNTOLD = frozenset({"/doctor"})


def _record(sends: str, shape: str = "") -> Operation:
    return Operation(sends=sends, shape=shape, more=(304,))


OPERATIONS: Final[Mapping[str, Operation]] = {
    "GET /": Operation(more=(304,)),
    "GET /signin": Operation("next", more=(303,)),
    "POST /signin": Operation(form="address next"),
    "GET /signin/code": Operation("next", more=(303,)),
    "POST /signin/code": Operation(form="signin code next address"),
    "GET /signin/oidc": Operation("next", more=(303,)),
    "POST /signin/oidc": Operation(form="do=confirm| next"),
    "GET /signin/callback": Operation(
        "code state error iss session_state", more=(303, 400, 403, 404)
    ),
    "GET /account": Operation(more=(303,)),
    "POST /account": Operation(form="do=end|end_others|speak|sign_out number lang=de|en"),
    "GET /account/confirm": Operation("next"),
    "POST /account/confirm": Operation(form="do=send| signin code next"),
    f"GET {ROOM}.ics": Operation(sends=ICS),
    f"GET {ROOM}": Operation(more=(304,)),
    f"POST {ROOM}/join": Operation(form="name code back=mine|"),
    f"POST {ROOM}/mine": Operation(commands=VOLUNTEERS - {"ask", "upvote"}),
    f"GET {ROOM}/mine/data": Operation("confirm=forget gone=1"),
    f"POST {ROOM}/mine/data": Operation(form="do=names|consent|forget|transcript on"),
    f"GET {ROOM}/mine/data.json": Operation(sends=JSON, shape="Held"),
    f"POST {ROOM}/mine/{{token}}": Operation(form="name asks asked"),
    f"GET {ROOM}/questions": Operation("page"),
    f"POST {ROOM}/questions": Operation(commands=frozenset({"ask"})),
    f"GET {ROOM}/questions/{{number}}": Operation(more=(304,)),
    f"POST {ROOM}/questions/{{number}}/upvote": Operation(
        form="text background show district archive", commands=frozenset({"upvote"})
    ),
    f"POST {ROOM}/similar": Operation(
        form="text background show district archive", takes="Typed", tells="Similar"
    ),
    f"POST {ROOM}/commands": Operation(
        sends=JSON, shape="Done", reads=(), takes="Command", key="form"
    ),
    f"GET {ROOM}/updates": Operation(
        "stream=floor|stage|desk epoch seq own wait", sends=JSON, shape="Updates", more=(422,)
    ),
    f"POST {ROOM}/rehearsal": Operation(sends=JSON, shape="Rehearsed", reads=(), key="rehearsal"),
    f"GET {ROOM}/beamer": Operation(more=(304,)),
    f"GET {ROOM}/overlay": Operation(more=(304,)),
    f"GET {ROOM}/moderation": Operation(
        f"{DESK} tab=queue|order|log into q state topic mark answer "
        "dialog=approve|return|merge|edit|ask|group|search"
    ),
    f"POST {ROOM}/moderation": Operation(commands=ALL),
    f"GET {ROOM}/moderation/log.csv": Operation(sends=CSV),
    f"GET {ROOM}/stage": Operation(f"{DESK} view=now|list|background|note"),
    f"POST {ROOM}/stage": Operation(commands=ALL),
    f"GET {ROOM}/scribe": Operation(f"{DESK} version tab=now|open|release|promises|versions"),
    f"POST {ROOM}/scribe": Operation(commands=ALL),
    f"GET {ROOM}/scribe/promises.ics": Operation(sends=ICS),
    f"GET {ROOM}/organiser": Operation(
        f"{DESK} tab=evening|publish confirm=begin|cancel|close|pause|publish|conclude|unreached"
    ),
    f"POST {ROOM}/organiser": Operation(form="why passage from earlier field", commands=ALL),
    f"GET {ROOM}/organiser/staff": Operation("remove"),
    f"POST {ROOM}/organiser/staff": Operation(form=f"{NAMED} {ROLES}"),
    "GET /organiser/staff": Operation("remove"),
    "POST /organiser/staff": Operation(form=f"{NAMED} {ROLES}"),
    f"GET {ROOM}/organiser/preview": Operation(more=(409,)),
    f"GET {ROOM}/organiser/notices": Operation("done=sent"),
    f"POST {ROOM}/organiser/notices": Operation(form="do=changed|cancelled count"),
    f"GET {ROOM}/organiser/invitations": Operation(
        f"page q state person done confirm=send|again|withdraw {CHOICE}", more=(410,)
    ),
    f"POST {ROOM}/organiser/invitations": Operation(form=INVITING),
    f"POST {ROOM}/organiser/invitations/list": Operation(form="text file", reads=(FILES, FORM)),
    f"GET {ROOM}/organiser/invitations.csv": Operation(sends=CSV),
    f"GET {ROOM}/organiser/edit": Operation("done confirm", more=(422,)),
    f"POST {ROOM}/organiser/edit": Operation(form=DECLARING),
    f"GET {ROOM}/organiser/draft": Operation(more=(422,)),
    f"GET {ROOM}/organiser/folder.zip": Operation(sends=ZIP, more=(422,)),
    f"GET {ROOM}/organiser/ready": Operation(DESK),
    f"POST {ROOM}/organiser/ready": Operation(commands=ALL),
    f"POST {ROOM}/organiser/rehearsals": Operation(form="do=make|links|end slug"),
    "GET /organiser": Operation("done"),
    "GET /organiser/mail": Operation("done"),
    "POST /organiser/mail": Operation(form="do=again|again_failed|test letter"),
    "GET /organiser/new": Operation("from", more=(404,)),
    "POST /organiser/new": Operation(form=DECLARING),
    "GET /archive": Operation(more=(304,)),
    "GET /archive/search": Operation("q topic year answerer outcome exact=1 page", more=(303, 429)),
    "GET /archive/promises": Operation("due=overdue|open|kept page", more=(304,)),
    "GET /archive/feed.atom": _record(ATOM),
    "GET /archive/corrections.atom": _record(ATOM),
    "GET /archive/all.zip": _record(ZIP),
    "GET /archive/schema/dialog-transcript-2.json": _record("application/schema+json"),
    "GET /archive/{slug}.json": _record(JSON, shape="Record.Record"),
    "GET /archive/{slug}.csv": _record(CSV),
    "GET /archive/{slug}.md": _record("text/markdown"),
    "GET /archive/{slug}.pdf": _record("application/pdf"),
    "GET /archive/{slug}.ics": _record(ICS),
    "GET /archive/{slug}.atom": _record(ATOM),
    "GET /archive/{slug}/{number}.atom": Operation(sends=ATOM, more=(304, 410)),
    "GET /archive/{slug}": Operation(more=(304,)),
    "GET /archive/{slug}/contents": Operation(more=(304,)),
    "GET /archive/{slug}/question": Operation("n", more=(303,)),
    "GET /archive/{slug}/figures.svg": _record("image/svg+xml"),
    "GET /archive/{slug}/{number}": Operation(more=(303, 304, 410)),
    "GET /sitemap.xml": _record("application/xml"),
    "GET /robots.txt": Operation(sends=TEXT),
    "GET /healthz": Operation(sends=TEXT),
    "GET /readyz": Operation(sends=TEXT),
    "GET /information": Operation("topic view=earlier page", more=(304,)),
    "GET /information/feed.atom": _record(ATOM),
    "GET /information/{slug}": Operation(more=(304, 410)),
    "GET /information/{slug}.ics": Operation(sends=ICS),
    "GET /organiser/information": Operation("done"),
    "GET /organiser/information/new": Operation("kind=call|notice"),
    "POST /organiser/information/new": Operation(form=f"do=preview|save|publish {NOTICE}"),
    "GET /organiser/information/{number}": Operation("done confirm=withdraw|delete"),
    "POST /organiser/information/{number}": Operation(
        form=f"do=preview|save|publish|withdraw|delete {NOTICE}"
    ),
    "GET /subscription": Operation("done"),
    "POST /subscription": Operation(form="address topic-*"),
    "POST /subscription/end/{token}": Operation(form=ONE_CLICK, sends=TEXT),
    "GET /guides": Operation("district", more=(304,)),
    "GET /guides.json": Operation("district", sends=JSON, shape="Guides"),
    "GET /organiser/guides": Operation("done roll sheet", more=(410,)),
    "POST /organiser/guides": Operation(form="do=take|drop roll sheet count seen"),
    "POST /organiser/guides/list": Operation(form="file", reads=(FILES, FORM)),
    "GET /organiser/guides.csv": Operation(sends=CSV),
    "GET /help": Operation(more=(304,)),
    "GET /help/short": Operation(more=(304,)),
    "GET /help/{role}": Operation(more=(304,)),
    "GET /rules": Operation(more=(304,)),
    "GET /imprint": Operation(more=(303, 304)),
    "GET /privacy": Operation(more=(303, 304)),
    "GET /accessibility": Operation(more=(303, 304)),
    "GET /accessibility/report": Operation("sent=1", more=(303,)),
    "POST /accessibility/report": Operation(form="barrier where aid reply"),
    "GET /.well-known/security.txt": Operation(sends=TEXT, more=(404,)),
    "GET /openapi.json": Operation(sends=JSON, more=(304,)),
    "GET /asyncapi.json": Operation(sends=JSON, more=(304,)),
    "GET /static/{path}": _record(ANY),
    "GET /developers": Operation(more=(304,)),
}
