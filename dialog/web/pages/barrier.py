"""Reporting a barrier: by mail to the operator, from a form that asks for nothing but the words."""

import re
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dialog.forum.refusals import Code, Refusal
from dialog.forum.texts import clean, required
from dialog.store.accounts import addressable
from dialog.store.outbox import Letter
from dialog.web import forms
from dialog.web.errors import STATUS, retry, spoken
from dialog.web.language import chosen, language
from dialog.web.page import link, page
from dialog.web.passes import Visitor, visitor
from dialog.web.signing import network, too_often
from dialog.web.site import Site, site_of

OWN: Final = "/accessibility/report"
FIELDS: Final = ("barrier", "where", "aid", "reply")
LONGEST: Final = 4_000
LONGEST_LINE: Final = 300
# Whoever has such an address is let in: none travels by mail.
_SECRET: Final = re.compile(r"(/(?:mine|enter|signin|confirm|end)/)[^\s/?#]{16,}")


async def show(request: Request) -> Response:
    """Return the form, or lead to the operator's own."""
    address = site_of(request).operator.barrier
    if address.startswith(("https://", "http://")):
        return RedirectResponse(address, 303)
    return _page(request, await visitor(request), {}, None)


async def report(request: Request) -> Response:
    """Put a report into the outbox; where it is not taken, what was typed stands there again."""
    site, guest = site_of(request), await visitor(request)
    form = await forms.read(request)
    refusal = forms.check(request, guest, form, "")
    told = refusal or _told(site, form)
    if not isinstance(told, Refusal):
        told = _too_often(request) or told
    if isinstance(told, Refusal):
        return _page(request, guest, form, told)
    told["lang"] = language(request)
    once = f"{form.get('key', '')} {told}"  # sent again after a change it is another one
    to = site.particulars.reports_to
    await site.outbox.put([Letter("barrier", to, "de", told=told, once=once)])
    return RedirectResponse(link(f"{OWN}?sent=1", chosen(request)), 303)


def offered(site: Site) -> bool:
    """Tell whether a report goes anywhere."""
    return site.mails and bool(site.particulars.reports_to)


def _told(site: Site, form: dict[str, str]) -> dict[str, str] | Refusal:
    """Return what a report says, or why it cannot be sent."""
    if not offered(site):
        return Refusal(Code.FORBIDDEN, field="no_reports")
    told = {"barrier": required(form.get("barrier", ""), LONGEST, "barrier", lines=True)}
    for name in ("where", "aid"):
        told[name] = clean(form.get(name, ""), LONGEST_LINE, f"barrier_{name}")
    reply = form.get("reply", "").strip()
    if reply and not addressable(reply):
        told["reply"] = Refusal(Code.INCOMPLETE, field="address")
    found = next((one for one in told.values() if isinstance(one, Refusal)), None)
    return found or {
        name: _SECRET.sub(r"\1…", str(text)) for name, text in (told | {"reply": reply}).items()
    }


def _too_often(request: Request) -> Refusal | None:
    site, now = site_of(request), site_of(request).clock() / 1000
    return too_often(site.barriers, network(request), now, "barrier") or too_often(
        site.barriers_in_all, "all", now, "barrier"
    )


def _page(
    request: Request, guest: Visitor, form: dict[str, str], refusal: Refusal | None
) -> Response:
    site = site_of(request)
    made = page(
        request,
        "barrier",
        guest,
        status=STATUS[refusal.code] if refusal else 200,
        refusal=spoken(request, refusal) if refusal else None,
        form={name: form.get(name, "") for name in (*FIELDS, "key")},
        offered=offered(site),
        sent=refusal is None and request.query_params.get("sent") == "1",
        particulars=site.particulars,
        sender=site.mail.sender,
    )
    made.headers.update(retry(refusal) if refusal else {})
    return made
