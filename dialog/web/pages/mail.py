"""Mail for organisers of the programme: whether it leaves, what waits, what failed and why."""

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dialog.forum.names import Role
from dialog.forum.refusals import Code, Refusal
from dialog.store.outbox import Letter
from dialog.web import forms
from dialog.web.entrance import Signed, programme_organiser
from dialog.web.errors import Refused
from dialog.web.language import chosen
from dialog.web.page import link, page

OWN: Final = "/organiser/mail"
SHOWN: Final = 200


async def show(request: Request) -> Response:
    """Return whether mail leaves, what waits and what failed."""
    entered = await programme_organiser(request)
    site = entered.site
    stuck = await site.outbox.failed()
    titles = {one.slug: one.title for one in site.announcements.values()}
    return page(
        request,
        "mail",
        entered.visitor,
        acting=Role.ORGANISER,
        account=entered.account,
        mail=site.mail,
        fault=site.mail.fault(),
        queue=await site.outbox.queue(),
        stuck=stuck[:SHOWN],
        stuck_in_all=len(stuck),
        titles=titles,
        done=request.query_params.get("done", ""),
    )


async def act(request: Request) -> Response:
    """Send one letter again, or all that failed, or a test to oneself."""
    entered = await programme_organiser(request)
    form = await forms.read(request)
    refusal = forms.check(request, entered.visitor, form, "", Role.ORGANISER)
    if refusal:
        raise Refused(refusal)
    done = await _do(entered, form)
    return RedirectResponse(link(f"{OWN}?done={done}", chosen(request)), 303)


async def _do(entered: Signed, form: dict[str, str]) -> str:
    outbox, account = entered.site.outbox, entered.account
    match form.get("do"):
        case "again":
            return "again" if await outbox.again(form.get("letter", "")) else "gone"
        case "again_failed":
            return "again" if await outbox.again_failed() else "gone"
        case "test" if account.address:
            once = form.get("key", "")
            await outbox.put([Letter("test", account.address, account.lang, once=once)])
            return "test"
        case _:
            raise Refused(Refusal(Code.MALFORMED))
