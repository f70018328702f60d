"""How a refusal becomes an HTTP answer: a status, and a page or a message that says the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dialog.forum.refusals import Code, Refusal
from dialog.hub import wire
from dialog.web import sentences
from dialog.web.language import chosen, language
from dialog.web.page import link, page
from dialog.web.passes import NOBODY
from dialog.web.visits import HEADER, number

STATUS: Mapping[Code, int] = {
    Code.MALFORMED: 422,
    Code.EMPTY: 422,
    Code.TOO_LONG: 422,
    Code.BAD_TEXT: 422,
    Code.INCOMPLETE: 422,
    Code.FORBIDDEN: 403,
    Code.MUTED: 403,
    Code.CONFIRM: 403,
    Code.UNKNOWN: 404,
    Code.GONE: 410,
    Code.CONFLICT: 409,
    Code.DUPLICATE: 409,
    Code.KEY_REUSED: 409,
    Code.STALE: 409,
    Code.CLOSED: 409,
    Code.PAUSED: 409,
    Code.TOO_BIG: 413,
    Code.TOO_FAST: 429,
    Code.TOO_MANY: 429,
    Code.BUSY: 503,
}
TYPED = ("text", "background", "note", "name")
RETRY_MS = 5_000
# Of which refusals the page leads to the sign-in.
TO_SIGN_IN = frozenset({"staff", "account"})
CODES = {403: Code.FORBIDDEN, 404: Code.UNKNOWN, 410: Code.GONE, 413: Code.TOO_BIG, 503: Code.BUSY}


@dataclass(frozen=True, slots=True)
class Spoken:
    """A refusal in words, for templates."""

    code: str
    fields: dict[str, Any]
    title: str
    sentence: str
    next: str


class Refused(Exception):  # noqa: N818 - it is said of a request
    """A request that ends with a refusal and an error page."""

    def __init__(self, refusal: Refusal) -> None:
        """Keep the refusal."""
        super().__init__(refusal.code.value)
        self.refusal = refusal


class Elsewhere(Exception):  # noqa: N818 - it is said of a request
    """A request for what has moved to another address."""

    def __init__(self, path: str) -> None:
        """Keep the address."""
        super().__init__(path)
        self.path = path


def spoken(request: Request, refusal: Refusal) -> Spoken:
    """Return a refusal in the words of the page's language."""
    given = {
        field.name: getattr(refusal, field.name)
        for field in fields(refusal)
        if field.name != "code" and getattr(refusal, field.name) is not None
    }
    said = sentences.refusal(refusal.code.value, language(request), given)
    return Spoken(refusal.code.value, given, said.title, said.sentence, said.next)


def as_message(refusal: Refusal, key: str | None) -> Response:
    """Return a refusal as the message that the websocket would send."""
    body = wire.refused(key, refusal)
    return Response(body, STATUS[refusal.code], retry(refusal), "application/json")


def wants_json(request: Request) -> bool:
    """Tell whether the client asked for a message instead of a page."""
    return "application/json" in request.headers.get("accept", "")


async def on_refused(request: Request, error: Exception) -> Response:
    """Answer a request that was refused before a page could be made."""
    assert isinstance(error, Refused)  # noqa: S101 - registered for this class only
    return await _refuse(request, error.refusal)


async def on_unavailable(request: Request, _fault: Exception) -> Response:
    """Answer what cannot be stored or read now, and offer to try the same again."""
    refusal = Refusal(Code.BUSY, field="storage", retry_ms=RETRY_MS)
    return await _refuse(request, refusal, again=True)


async def _refuse(request: Request, refusal: Refusal, *, again: bool = False) -> Response:
    if wants_json(request):
        return as_message(refusal, None)
    said, sent = spoken(request, refusal), await _sent(request)
    made = _error(request, STATUS[refusal.code], said, _words(sent), sent if again else None)
    made.headers.update(retry(refusal))
    return made


async def on_elsewhere(request: Request, error: Exception) -> Response:
    """Lead to the address that a request should have named."""
    assert isinstance(error, Elsewhere)  # noqa: S101 - registered for this class only
    return RedirectResponse(link(error.path, chosen(request)), 303)


async def on_http(request: Request, error: Exception) -> Response:
    """Answer an address that is not there, or a method it does not know."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    refusal = Refusal(CODES.get(error.status_code, Code.MALFORMED))
    if wants_json(request):
        return Response(wire.refused(None, refusal), error.status_code, None, "application/json")
    said = spoken(request, refusal)
    made = _error(request, error.status_code, said)
    made.headers.update(error.headers or {})
    return made


async def on_gone(_request: Request, _error: Exception) -> Response:
    """Answer nobody: whoever sent the request hung up before its end."""
    return Response(status_code=400)


async def on_fault(request: Request, _fault: Exception) -> Response:
    """Answer a request that met a fault of ours; what it was stands in the log only."""
    said = spoken(request, Refusal(Code.BUSY, field="fault"))
    answer = _error(request, 500, said)
    answer.headers[HEADER] = number()  # made outside of what numbers all others
    return answer


async def _sent(request: Request) -> dict[str, str]:
    """Return the form that was refused."""
    multipart = request.headers.get("content-type", "").startswith("multipart/")
    if request.method != "POST" or multipart:  # a file is not sent back
        return {}
    form = await request.form(max_files=0)
    return {name: text for name, text in form.items() if isinstance(text, str)}


def _words(sent: Mapping[str, str]) -> list[str]:
    """Return what someone wrote into a form: the page gives it back."""
    return [sent[name] for name in TYPED if sent.get(name, "").strip()]


def _error(
    request: Request,
    status: int,
    said: Spoken,
    typed: Sequence[str] = (),
    again: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Return the page of an error, for which no database need know who is there.

    With ``again`` it offers to send or ask for the same anew.
    """
    return page(
        request,
        "error",
        NOBODY,
        status=status,
        title=said.title,
        sentence=said.sentence,
        next_step=said.next,
        typed=typed,
        again=again,
        signin=said.fields.get("field") in TO_SIGN_IN,
    )


def retry(refusal: Refusal) -> dict[str, str]:
    """Return the header that says after how many seconds to come back, if the refusal does."""
    if refusal.retry_ms is None:
        return {}
    return {"retry-after": str(-(-refusal.retry_ms // 1000))}
