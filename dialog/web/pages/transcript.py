"""A published record: the whole of it, its contents by topic, its figures as a picture."""

from collections.abc import Iterator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dialog.archive import structured
from dialog.forum.names import BLACKENED, Role
from dialog.web.figures import figures
from dialog.web.language import chosen, language
from dialog.web.page import link, page
from dialog.web.passes import NOBODY, Visitor
from dialog.web.press import pressed
from dialog.web.published import address_of, parsed_of, record_of, today_of, unknown
from dialog.web.site import site_of
from dialog.web.templating import render

FEW = 60  # so many numbers can be looked over; beyond that one types the number


async def transcript(request: Request) -> Response:
    """Return one record."""
    return await pressed(shown, request, await record_of(request))


def shown(
    request: Request,
    record: Mapping[str, Any],
    visitor: Visitor = NOBODY,
    /,
    *,
    acting: Role = Role.READER,
    slug: str = "",
    preview: Mapping[str, Any] | None = None,
) -> HTMLResponse:
    """Return the page of a record; a ``preview`` says what its makers need to know beside."""
    return page(
        request,
        "transcript",
        visitor,
        record=record,
        address=address_of(request, record),
        event=structured.event(record, site_of(request).base_url),
        figures=figures(record, today_of(request), language(request)),
        topics={topic: len(questions) for topic, questions in _by_topic(record).items()},
        blackened=any(BLACKENED in text for q in record["questions"] for text in _texts(q)),
        chosen=chosen(request),
        few=len(record["questions"]) <= FEW,
        acting=acting,
        slug=slug,
        preview=preview,
    )


def _texts(question: Mapping[str, Any]) -> Iterator[str]:
    answer = question["answer"] or {"text": "", "kept": None}
    kept = answer["kept"] or {"text": ""}
    for text in (question["text"], question["background"], question["asker"]):
        yield text or ""
    yield answer["text"]
    yield kept["text"]


async def contents(request: Request) -> Response:
    """Return the questions of a record in one line each, by topic."""
    record = await record_of(request)
    return await pressed(
        page,
        request,
        "contents",
        NOBODY,
        record=record,
        address=address_of(request, record),
        topics=_by_topic(record),
        chosen=chosen(request),
    )


async def jump(request: Request) -> Response:
    """Lead to a question of the record by the number that somebody typed."""
    found = await parsed_of(request)
    typed = request.query_params.get("n", "").strip()
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0  # noqa: PLR2004 - as in the addresses
    question = found.questions.get(number)
    if question is None:
        return await unknown(request, found.record, typed)
    path = f"/archive/{found.record['slug']}#f{question['number']}"
    return RedirectResponse(link(path, chosen(request)), 303)


async def picture(request: Request) -> Response:
    """Return the figures of a record as a picture that stands on its own."""
    record, lang = await record_of(request), language(request)
    shown = figures(record, today_of(request), lang)
    drawn = await pressed(render, "figures", lang, record=record, figures=shown)
    return Response(drawn, 200, {"vary": "Accept-Language"}, "image/svg+xml")


def _by_topic(record: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the questions by topic, in the order of the topics and of the evening."""
    found: dict[str, list[dict[str, Any]]] = {topic: [] for topic in record["topics"]}
    for question in record["questions"]:
        found.setdefault(question["topic"] or "", []).append(question)
    return {topic: questions for topic, questions in found.items() if questions}
