"""Notices by mail: who is told of which one, and what is so when the letter is written."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from dialog.mail.delivery import Void
from dialog.mail.letters import Told
from dialog.store.notices import Notice
from dialog.store.outbox import Letter
from dialog.store.subscriptions import Subscription
from dialog.store.tables import NoticeState
from dialog.web.bulletin import local
from dialog.web.site import Site

AT_ONCE: Final = 500  # rooms' batches get their turn between


async def put(site: Site) -> None:
    """Put the letters of notices into the outbox that subscribers were not told of yet.

    Where that ends in the middle, it begins anew; each letter is kept once.
    """
    if not site.mails:
        return
    notices = site.bulletin.notices
    due = [one for one in await notices.all() if one.edition > one.mailed]
    for notice in due:
        if notice.state is not NoticeState.PUBLISHED:
            continue
        letters = _letters(notice, await site.bulletin.subscriptions.readers())
        for start in range(0, len(letters), AT_ONCE):
            await site.outbox.put(letters[start : start + AT_ONCE])
        await notices.mailed(notice.number, notice.edition)


def _letters(notice: Notice, readers: Sequence[Subscription]) -> list[Letter]:
    topics = set(notice.draft.topics)
    return [
        Letter(
            "notice",
            one.address,
            one.lang,
            told={"notice": notice.number, "subscription": one.id, "new": notice.edition == 1},
            once=f"{notice.number} {notice.edition} {one.id}",
        )
        for one in readers
        if not one.topics or topics.intersection(one.topics)
    ]


async def circular(site: Site, told: Told, letter: Letter) -> Told:
    """Return what a letter to a subscriber says now.

    Raise ``Void`` where the subscription has ended, or what it was about is over.
    """
    subscriptions = site.bulletin.subscriptions
    one = await subscriptions.get(str(letter.told["subscription"]))
    if one is None:
        raise Void
    links = subscriptions.links(one)
    if letter.kind == "subscribe":
        if letter.told["asked"] != one.asked or await subscriptions.offered(links.confirm) is None:
            raise Void
        link = f"{site.base_url}/subscription/confirm/{links.confirm}"
        return replace(told, link=link, told={"topics": one.wanted})
    notice = await site.bulletin.notices.get(int(letter.told["notice"]))
    if notice is None or notice.state is not NoticeState.PUBLISHED or not one.confirmed:
        raise Void
    draft = notice.draft
    return replace(
        told,
        link=f"{site.base_url}{notice.path}",
        end=f"{site.base_url}/subscription/end/{links.end}",
        title=draft.title,
        ends=local(draft.deadline) if draft.deadline else None,
        told={
            "new": letter.told["new"],
            "summary": draft.summary,
            "topics": ", ".join(draft.topics),
            "from": draft.from_,
            "until": draft.until,
        },
    )
