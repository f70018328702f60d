"""What the four pages of staff share: a POST is a command, its answer the page again."""

import re
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from dialog.forum.names import Role, Stream
from dialog.forum.refusals import Refusal
from dialog.web import forms
from dialog.web.entrance import Entrance, staff

_NUMBER = re.compile("[0-9]{1,9}")

Show = Callable[[Request, Entrance, dict[str, str], Refusal | None], Awaitable[Response]]


async def shown(request: Request, role: Role, show: Show) -> Response:
    """Return a page of staff."""
    return await show(request, await staff(request, role), {}, None)


async def commanded(request: Request, role: Role, stream: Stream, show: Show) -> Response:
    """Give the command of a form, and return to the page."""
    entrance = await staff(request, role)
    form = await forms.read(request)
    reply = await forms.command(request, entrance, form, stream=stream)

    async def again(refusal: Refusal, typed: dict[str, str]) -> Response:
        return await show(request, entrance, typed, refusal)

    return await forms.answer(request, reply, form, forms.back_to(form, request.url.path), again)


def number(text: str) -> int:
    """Return the number that a query or a form names, 0 for none."""
    return int(text) if _NUMBER.fullmatch(text) else 0
