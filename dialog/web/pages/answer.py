"""The permanent page of one question of a record."""

from collections.abc import Mapping
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dialog.archive import structured
from dialog.store.notices import Notice
from dialog.web.bulletin import local, over
from dialog.web.difference import Run, difference_in_full
from dialog.web.language import chosen
from dialog.web.page import link, page
from dialog.web.passes import NOBODY
from dialog.web.press import pressed
from dialog.web.published import address_of, keep_bulletin, parsed_of, unknown
from dialog.web.site import site_of


class Earlier(NamedTuple):
    """A text that stood until ``at``, and what the one after it changed."""

    at: str
    before: str
    changed: tuple[Run, ...]


async def answer(request: Request) -> Response:
    """Return a question with its answer; one taken out says why, a merged one leads on."""
    found = await parsed_of(request)
    record, number = found.record, request.path_params["number"]
    question = found.questions.get(number)
    if question is None:
        return await unknown(request, record, str(number))
    if question["number"] != number:
        path = f"/archive/{record['slug']}/{question['number']}#zusammengefuehrt"
        return RedirectResponse(link(path, chosen(request)), 303)
    if question["removed"]:
        return await pressed(
            page, request, "removed", NOBODY, status=410, record=record, question=question
        )
    site = site_of(request)
    notices = await site.bulletin.about(record["slug"], number)
    state = partial(site.records.state, record["slug"])
    if state()[0] == found.mark:  # else it has changed meanwhile, and this page is none to keep
        keep_bulletin(request, state)
    return await pressed(_page, request, record, question, notices)


def _page(
    request: Request,
    record: Mapping[str, Any],
    question: Mapping[str, Any],
    notices: tuple[Notice, ...],
) -> Response:
    said = question["answer"]
    kept = said and said["kept"]
    before, after = _beside(record, question)
    return page(
        request,
        "answer",
        NOBODY,
        record=record,
        question=question,
        address=f"{address_of(request, record)}/{question['number']}",
        page_of_questions=structured.question(record, question, site_of(request).base_url),
        corrections=_earlier(said) if said else [],
        corrections_of_kept=_earlier(kept) if kept else [],
        before=before,
        after=after,
        notices=[(one, over(one, local(site_of(request).clock()))) for one in notices],
    )


def _earlier(said: Mapping[str, Any]) -> list[Earlier]:
    """Return what stood there before, the latest first."""
    texts = [*(one["before"] for one in said["corrections"]), said["text"]]
    made = [
        Earlier(one["at"], before, difference_in_full(before, after))
        for one, (before, after) in zip(said["corrections"], pairwise(texts), strict=True)
    ]
    return made[::-1]


def _beside(
    record: Mapping[str, Any], question: Mapping[str, Any]
) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
    """Return the question before and the one after it in the record, past those taken out."""
    there = [q for q in record["questions"] if not q["removed"]]
    place = next(i for i, q in enumerate(there) if q["number"] == question["number"])
    after = there[place + 1] if place + 1 < len(there) else None
    return there[place - 1] if place else None, after
