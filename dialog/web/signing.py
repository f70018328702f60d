"""What the pages of signing in share: how somebody is let in, asked again, and led back."""

import asyncio
import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dialog.forum.names import MINUTE
from dialog.forum.refusals import Code, Refusal
from dialog.hub.limits import Buckets
from dialog.store.people import SignedIn
from dialog.web.language import chosen
from dialog.web.page import link
from dialog.web.passes import Visitor, give
from dialog.web.site import Site, site_of

CONFIRMED_MS = 10 * MINUTE
# What cannot be taken back, or gives others power: whoever left a browser open did not do it.
ASKS_AGAIN = frozenset({"publish", "redact", "unpublish", "roles"})
OWN = "/account"
SEVERAL_S = 90
_LOCAL = re.compile(r"(/[A-Za-z0-9._~-]+)+/?(\?[A-Za-z0-9._~=&%+/-]*)?(#[A-Za-z0-9_-]*)?")
LONGEST = 300
ANSWER_S = 0.3  # storing a sign-in and its letter takes less


def onward(wanted: str, otherwise: str = OWN) -> str:
    """Return where somebody wanted to go, if that is an address of this server."""
    local = len(wanted) <= LONGEST and _LOCAL.fullmatch(wanted)
    return wanted if local else otherwise


def confirmed(site: Site, at: int) -> bool:
    """Tell whether somebody showed of late that it is them; ``at`` is ms UTC."""
    return at > site.clock() - CONFIRMED_MS


def asks_again(visitor: Visitor, do: str) -> bool:
    """Tell whether a command asks again whoever signed in.

    A pass without an account has nothing to show once more.
    """
    return do in ASKS_AGAIN and visitor.holder is not None and visitor.holder.account is not None


def unconfirmed(site: Site, visitor: Visitor, do: str) -> Refusal | None:
    """Refuse what asks again, unless whoever signed in showed of late that it is them."""
    holder = visitor.holder
    sure = holder is None or not asks_again(visitor, do) or confirmed(site, holder.confirmed)
    return None if sure else Refusal(Code.CONFIRM)


def let_in(request: Request, entered: SignedIn, wanted: str) -> Response:
    """Hand out a pass and lead on; what this browser had before is closed everywhere."""
    site = site_of(request)
    for ended in entered.ended:
        site.hub.revoke(ended)
    away = RedirectResponse(link(onward(wanted), chosen(request)), 303)
    give(away, site, entered.token, site.bounds.staff_pass_s)
    return away


def too_often(buckets: Buckets, who: object, now: float, field: str) -> Refusal | None:
    """Count one try of an address or a network; where it was one too many, say how long to wait."""
    wait = buckets.take(who, now)
    if not wait:
        return None
    said = f"{field}_minutes" if wait > SEVERAL_S else field
    return Refusal(Code.TOO_FAST, field=said, retry_ms=int(wait * 1000) + 1)


async def by_code(
    request: Request, visitor: Visitor, form: Mapping[str, str]
) -> SignedIn | Refusal:
    """Let in whoever types the code of a sign-in that this browser asked for.

    A wrong one is refused after the same time, whether or not there is such a sign-in.
    """
    site, began = site_of(request), asyncio.get_running_loop().time()
    now = site.clock() / 1000
    refusal = too_often(site.guesses, ("signin", network(request)), now, "signin")
    if refusal:
        return refusal
    code = "".join(form.get("code", "").split())
    entered = await site.signins.enter(form.get("signin", ""), code, visitor.token)
    if entered is None:
        await answer_time(began)  # only a try at a sign-in that there is was stored
    return entered or Refusal(Code.FORBIDDEN, field="signin_code")


async def answer_time(began: float) -> None:
    """Wait until every answer takes as long, from when the loop's clock showed ``began``."""
    await asyncio.sleep(began + ANSWER_S - asyncio.get_running_loop().time())


def network(request: Request) -> bytes:
    """Return the name of the network that a request comes from."""
    address = request.client.host if request.client else ""
    return site_of(request).aliases.of(address)
