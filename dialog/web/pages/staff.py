"""What the four pages of staff share: a POST is a command, its answer the page again.

A page says its template, the role of its address, the stream it shows, and what it shows beside
what all of them show.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dialog.forum.names import Role, Stream
from dialog.forum.refusals import Refusal
from dialog.hub.ledger import Done
from dialog.web import forms
from dialog.web.entrance import Entrance, staff
from dialog.web.errors import wants_json
from dialog.web.pages.session import session_page
from dialog.web.picture import Picture, picture

_NUMBER = re.compile("[0-9]{1,9}")


def numbered(text: str) -> int:
    """Return the number that a text says, 0 for none."""
    return int(text) if _NUMBER.fullmatch(text) else 0


@dataclass(frozen=True, slots=True)
class Desk:
    """One request to a page of staff: who asks, what is asked for, and how the room stands."""

    entrance: Entrance
    view: Picture
    query: Mapping[str, str]
    form: Mapping[str, str] = field(default_factory=dict)

    def chosen(self, name: str, choices: frozenset[str], default: str = "") -> str:
        """Return a choice that the address makes, among those there are."""
        wanted = self.query.get(name, default)
        return wanted if wanted in choices else default

    def number(self, name: str = "number") -> int:
        """Return the number that the form or the address names, 0 for none."""
        return numbered(self.form.get(name) or self.query.get(name, ""))


@dataclass(frozen=True, slots=True)
class StaffPage:
    """A page of staff; ``shows`` gives its template what only this page needs.

    A command of ``staying`` stores a part of its form at most: all of it stands on the next page.
    """

    template: str
    role: Role
    stream: Stream
    shows: Callable[[Desk], Awaitable[dict[str, Any]]]
    staying: frozenset[str] = frozenset()

    async def show(self, request: Request) -> Response:
        """Return the page."""
        return await self._page(request, await staff(request, self.role), {}, None)

    async def act(self, request: Request) -> Response:
        """Give the command of a form, and return to the page."""
        entrance = await staff(request, self.role)
        form = await forms.read(request)
        reply = await forms.command(request, entrance, form, stream=self.stream)

        async def again(refusal: Refusal, typed: dict[str, str]) -> Response:
            return await self._page(request, entrance, typed, refusal)

        stays = isinstance(reply, Done) and form.get("do") in self.staying
        if stays and not wants_json(request):
            return await self._page(request, entrance, form, None)
        back = forms.back_to(form, request.url.path)
        return await forms.answer(request, reply, form, back, again)

    async def _page(
        self, request: Request, entrance: Entrance, form: dict[str, str], refusal: Refusal | None
    ) -> Response:
        view = await picture(entrance.room, self.stream, entrance.who)
        shown = await self.shows(Desk(entrance, view, request.query_params, form))
        return session_page(
            request,
            self.template,
            entrance,
            view,
            refusal,
            rows=view.rows,
            now_row=view.now,
            next=view.next,
            ranking=view.ranking,
            form=form,
            hid=Desk(entrance, view, request.query_params).number("hid"),
            **shown,
        )
