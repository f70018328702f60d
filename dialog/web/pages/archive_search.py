"""The archive's search, and what narrows it down; a search is neither kept nor logged."""

from collections.abc import Mapping
from typing import NamedTuple, Self
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dialog.archive import query
from dialog.archive.entries import Entry
from dialog.archive.facets import Choices
from dialog.archive.highlight import Marker, Piece
from dialog.archive.index import Found
from dialog.forum.names import SECOND
from dialog.forum.refusals import Code, Refusal
from dialog.web.errors import STATUS, retry, spoken
from dialog.web.language import chosen
from dialog.web.page import link, page
from dialog.web.passes import NOBODY
from dialog.web.press import pressed
from dialog.web.site import Site, site_of

ARCHIVE = "/archive"
SEARCH = "/archive/search"
LONGEST = 300
FARTHEST = 6  # digits of a page's number


class Asked(NamedTuple):
    """What an address asks for."""

    q: str = ""
    choices: Choices = Choices()
    page: int = 1
    exact: bool = False

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Self:
        """Return what an address asks for; what there is not in a field leaves it open."""
        chosen = Choices(*(given.get(name, "")[:LONGEST].strip() for name in Choices._fields))
        return cls(given.get("q", "").strip(), chosen, paged(given), given.get("exact") == "1")

    def address(self, **changes: object) -> str:
        """Return the address with some fields changed; another search begins with page 1."""
        fields: dict[str, object] = {"q": self.q[: query.LONGEST + 1], **self.choices._asdict()}
        fields |= {"exact": 1 if self.exact else ""} | changes
        told = {name: value for name, value in fields.items() if value}
        wanted = told.keys() - {"exact", "page"}
        return f"{SEARCH}?{urlencode(told)}" if wanted else ARCHIVE


class Hit(NamedTuple):
    """A question that was found: in pieces, and an excerpt of what else it says."""

    entry: Entry
    question: list[Piece]
    what: str
    excerpt: list[Piece]


def paged(given: Mapping[str, str]) -> int:
    """Return which page an address asks for, the first where it names none."""
    number = given.get("page", "")
    plain = number.isascii() and number.isdecimal() and len(number) <= FARTHEST
    return max(1, int(number)) if plain else 1


async def search(request: Request) -> Response:
    """Return a page of what was found; without anything to look for, the list of all records."""
    site, asked = site_of(request), Asked.of(request.query_params)
    if asked.address() == ARCHIVE:
        return RedirectResponse(link(ARCHIVE, chosen(request)), 303)
    refusal = _too_fast(request, site)
    if refusal:
        return await _shown(request, asked, None, refusal)
    await site.library.settle()
    sought = query.read(asked.q)
    found = await site.library.search(sought, asked.choices, page=asked.page, exactly=asked.exact)
    return await _shown(request, asked, found, None, cut=sought.cut)


async def _shown(
    request: Request, asked: Asked, found: Found | None, refusal: Refusal | None, cut: bool = False
) -> Response:
    """Render beside what else there is to do."""

    def render() -> Response:
        return page(
            request,
            "archive_search",
            NOBODY,
            status=STATUS[refusal.code] if refusal else 200,
            asked=asked,
            found=found,
            hits=_hits(found) if found else [],
            unquoted=query.unquoted(asked.q),
            page_address=lambda number: asked.address(page=number),
            refusal=spoken(request, refusal) if refusal else None,
            reading=site_of(request).library.reading,
            chosen_lang=chosen(request),
            cut=cut,
        )

    made = await pressed(render)
    if refusal:
        made.headers.update(retry(refusal))
    return made


def _too_fast(request: Request, site: Site) -> Refusal | None:
    """Count a search: of a network address, under a name that tells nothing of it, and of all."""
    now = site.clock() / SECOND
    alias = site.aliases.of(request.client.host if request.client else "")
    wait = site.searches_of_address.take(alias, now) or site.searches_of_archive.take("", now)
    wait_ms = int(wait * SECOND) + 1
    return Refusal(Code.TOO_FAST, field="search", retry_ms=wait_ms) if wait else None


def _hits(found: Found) -> list[Hit]:
    markers = {tongue: Marker(found.wanted, tongue) for tongue in found.wanted.forms}
    return [_hit(entry, markers[entry.tongue]) for entry in found.entries]


def _hit(entry: Entry, marker: Marker) -> Hit:
    """Show of all other texts the one that has most of what was looked for."""
    others = list(entry.others())
    best = max(others, key=lambda one: marker.distinct(one[1]), default=("", ""))
    if best[0] != "answer" and not marker.distinct(best[1]):
        best = ("", "")
    return Hit(entry, marker.whole(entry.text), best[0], marker.excerpt(best[1]))
