"""Notices by mail: asked for, confirmed from the mailbox, ended by whoever has the letter.

Whatever is typed, the answer is the same: nobody learns who gets notices. A GET changes nothing;
mail programs that end a subscription for their user send a POST of their own (RFC 8058).
"""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from dialog.forum.refusals import Code, Refusal
from dialog.rolls.address import Flaw, read
from dialog.store.outbox import Letter
from dialog.web import forms
from dialog.web.errors import STATUS, Refused, retry, spoken
from dialog.web.language import chosen, language
from dialog.web.page import link, page
from dialog.web.pages.information import topics_of
from dialog.web.passes import Visitor, visitor
from dialog.web.signing import answer_time, network, too_often
from dialog.web.site import Site, site_of

OWN: Final = "/subscription"
ONE_CLICK: Final = ("List-Unsubscribe", "One-Click")
MOST_TOPICS: Final = 20


async def show(request: Request) -> Response:
    """Return the form, or what became of it."""
    return await _page(request, await visitor(request), {}, None)


async def ask(request: Request) -> Response:
    """Send a letter to an address, with which it can be confirmed."""
    site, guest = site_of(request), await visitor(request)
    began = asyncio.get_running_loop().time()
    form = await forms.read(request)
    refusal = forms.check(request, guest, form, "")
    to = read(form.get("address", ""))
    refusal = refusal or _refused(request, site, to if isinstance(to, Flaw) else to.key)
    if refusal or isinstance(to, Flaw):
        return await _page(request, guest, form, refusal)
    lang = language(request)
    topics = tuple(one for one in await _topics(site) if form.get(f"topic-{one}") == "1")
    id_ = await site.bulletin.subscriptions.ask(to.key, to.written, lang, topics)
    one = await site.bulletin.subscriptions.get(id_)
    if one is not None:
        told = {"subscription": id_, "asked": one.asked}
        await site.outbox.put([Letter("subscribe", one.address, lang, told=told)])
    await answer_time(began)
    return RedirectResponse(link(f"{OWN}?done=asked", chosen(request)), 303)


async def offer(request: Request) -> Response:
    """Return the button that confirms; scanners that open the link change nothing."""
    found = await site_of(request).bulletin.subscriptions.offered(request.path_params["token"])
    return await _landing(request, "confirm", found is not None, found.wanted if found else ())


async def confirm(request: Request) -> Response:
    """Let a subscription hold from now on."""
    await _checked(request)
    if not await site_of(request).bulletin.subscriptions.confirm(request.path_params["token"]):
        raise Refused(Refusal(Code.GONE, field="subscription"))
    return RedirectResponse(link(f"{OWN}?done=confirmed", chosen(request)), 303)


async def leave(request: Request) -> Response:
    """Return the button that ends a subscription; one that has ended is said to have."""
    found = await site_of(request).bulletin.subscriptions.ends(request.path_params["token"])
    return await _landing(request, "end", found is not None, ())


async def end(request: Request) -> Response:
    """End a subscription, asked to by its page or by a mail program; twice is as good as once."""
    form = await forms.read(request)
    by_program = form.get(ONE_CLICK[0]) == ONE_CLICK[1]
    if not by_program:
        await _checked(request)
    await site_of(request).bulletin.subscriptions.end(request.path_params["token"])
    if by_program:
        return PlainTextResponse("OK", 200, {"cache-control": "no-store"})
    return RedirectResponse(link(f"{OWN}?done=ended", chosen(request)), 303)


async def _checked(request: Request) -> None:
    refusal = forms.check(request, await visitor(request), await forms.read(request), "")
    if refusal:
        raise Refused(refusal)


def _refused(request: Request, site: Site, key: str | Flaw) -> Refusal | None:
    """Refuse what is no address, and whoever asks too often: also for what ends in one mailbox."""
    now = site.clock() / 1000
    if not site.mails:
        return Refusal(Code.FORBIDDEN, field="no_letters")
    if isinstance(key, Flaw):
        return Refusal(Code.MALFORMED, field="address")
    local, _, domain = key.rpartition("@")
    mailbox = local.partition("+")[0], domain
    counted = (
        (site.signins_of_network, ("subscribe", network(request))),
        (site.subscriptions_of_address, mailbox),
        (site.subscriptions_in_all, "all"),
    )
    refusals = (too_often(buckets, who, now, "subscribe") for buckets, who in counted)
    return next(filter(None, refusals), None)


async def _topics(site: Site) -> list[str]:
    """Return what one can choose: what public notices are about, the usual ones first."""
    counts = topics_of(list(await site.bulletin.public()))
    counts.sort(key=lambda it: -it[1])
    return [name for name, _ in counts[:MOST_TOPICS]]


async def _landing(request: Request, do: str, usable: bool, topics: tuple[str, ...]) -> Response:
    return page(
        request,
        "subscription_link",
        await visitor(request),
        status=200 if usable else 410,
        do=do,
        usable=usable,
        topics=topics,
    )


async def _page(
    request: Request, guest: Visitor, form: dict[str, str], refusal: Refusal | None
) -> Response:
    site = site_of(request)
    made = page(
        request,
        "subscription",
        guest,
        status=STATUS[refusal.code] if refusal else 200,
        refusal=spoken(request, refusal) if refusal else None,
        form={"address": ""} | form,
        topics=await _topics(site),
        mails=site.mails,
        done=request.query_params.get("done", "") if not refusal else "",
    )
    made.headers.update(retry(refusal) if refusal else {})
    return made
