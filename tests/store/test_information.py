"""Notices, subscriptions and guides as stored: nobody is overtaken in silence, nothing stays."""

import pytest
from sqlalchemy import text

from dialog import meters
from dialog.store.deletions import Report, apply, decode, encode, reports
from dialog.store.guides import Guide, Guides
from dialog.store.notices import Draft, Link, Notices
from dialog.store.outbox import Letter, Outbox
from dialog.store.people import DAY
from dialog.store.rolls import Rolls
from dialog.store.subscriptions import GOOD_MS, Subscriptions
from dialog.store.tables import NoticeKind, NoticeState

DRAFT = Draft(NoticeKind.CALL, "Preis", "Kurz", "Text", ("Ehrenamt", "Preise"), deadline=9,
              links=(Link("b", 2), Link("a", 3), Link("b", 2)))  # fmt: skip


@pytest.fixture
def notices(database, clock) -> Notices:
    return Notices(database, clock)


@pytest.fixture
def subscriptions(database, clock) -> Subscriptions:
    return Subscriptions(database, "geheim", clock)


async def rows(database, query: str) -> list[tuple]:
    return await database.read(lambda c: [tuple(row) for row in c.execute(text(query))])


async def test_a_notice_is_kept_as_it_was_written(notices) -> None:
    number = await notices.make(DRAFT)
    found = await notices.get(number)
    assert found is not None
    assert found.draft == DRAFT._replace(links=(Link("b", 2), Link("a", 3)))
    assert (found.state, found.slug, found.published, found.rev) == (NoticeState.DRAFT, "", 0, 1)
    assert await notices.mark() == (0, 0)  # drafts move no public page


async def test_whoever_saw_an_older_state_changes_nothing(notices) -> None:
    number = await notices.make(DRAFT)
    assert await notices.save(number, 1, DRAFT._replace(title="Neu"))
    assert not await notices.save(number, 1, DRAFT._replace(title="Alt"))
    assert not await notices.publish(number, 1, lambda _n: "a", mail=True)
    assert not await notices.withdraw(number, 1)
    assert not await notices.drop(number, 1)
    found = await notices.get(number)
    assert found is not None
    assert (found.draft.title, found.rev, found.state) == ("Neu", 2, NoticeState.DRAFT)
    assert await notices.drop(number, 2)
    assert await notices.get(number) is None
    assert await notices.make(DRAFT) > number  # a page that is still open names no other one


async def test_addresses_are_given_once_and_stay(notices, clock) -> None:
    first, second = await notices.make(DRAFT), await notices.make(DRAFT)
    names = lambda n: f"preis-{n}"  # noqa: E731
    assert await notices.publish(first, 1, names, mail=True)
    assert await notices.publish(second, 1, names, mail=False)
    told = {one.number: (one.slug, one.edition, one.mailed) for one in await notices.all()}
    assert told == {first: ("preis-1", 1, 0), second: ("preis-2", 0, 0)}
    before = await notices.mark()
    assert await notices.withdraw(first, 2)
    assert await notices.mark() != before
    withdrawn = await notices.get(first)
    assert withdrawn is not None
    assert withdrawn.mailed == 1  # nobody is told of it any more
    assert not await notices.drop(first, 3)
    assert await notices.publish(first, 3, lambda _n: "anders", mail=False)
    again = await notices.get(first)
    assert again is not None
    assert (again.slug, again.published) == ("preis-1", withdrawn.published)


async def test_an_order_holds_once_confirmed_and_each_link_is_good_once(
    subscriptions, database, clock
) -> None:
    id_ = await subscriptions.ask("a@x", "A@x", "en", ("Kurse",))
    one = await subscriptions.get(id_)
    assert one is not None
    links = subscriptions.links(one)
    assert await subscriptions.readers() == ()
    assert await subscriptions.offered(links.confirm) == one
    assert await subscriptions.confirm(links.confirm)
    assert not await subscriptions.confirm(links.confirm)
    assert await subscriptions.offered(links.confirm) is None
    (reader,) = await subscriptions.readers()
    assert (reader.address, reader.topics) == ("A@x", ("Kurse",))
    stored = str(await rows(database, "SELECT * FROM subscriptions"))
    assert links.confirm not in stored
    assert links.end not in stored
    # Asked again by whomever: nothing changes before it is confirmed again.
    clock.now += 1
    assert await subscriptions.ask("a@x", "b@x", "de", ()) == id_
    (still,) = await subscriptions.readers()
    assert (still.address, still.lang, still.topics) == ("A@x", "en", ("Kurse",))
    newer = subscriptions.links(still)
    assert newer.end == links.end
    assert await subscriptions.confirm(newer.confirm)
    assert (await subscriptions.readers())[0].topics == ()


async def test_what_nobody_confirms_goes_after_two_days(subscriptions, clock) -> None:
    confirmed = await subscriptions.ask("a@x", "a@x", "de", ())
    one = await subscriptions.get(confirmed)
    assert one is not None
    assert await subscriptions.confirm(subscriptions.links(one).confirm)
    id_ = await subscriptions.ask("b@x", "b@x", "de", ())
    late = await subscriptions.get(id_)
    assert late is not None
    clock.now += GOOD_MS - 1
    await subscriptions.forget()
    assert await subscriptions.get(id_) is not None
    clock.now += 1
    assert not await subscriptions.confirm(subscriptions.links(late).confirm)
    await subscriptions.forget()
    assert await subscriptions.get(id_) is None
    assert await subscriptions.count() == 1


async def test_a_guessed_link_costs_no_turn_of_the_writer(subscriptions) -> None:
    await subscriptions.ask("anna@example.org", "anna@example.org", "de", ())
    before = writes()
    assert not await subscriptions.confirm("geraten")
    assert not await subscriptions.end("geraten")
    assert writes() == before


def writes() -> float:
    """Return how many transactions this process has written."""
    (told,) = meters.WRITE_SECONDS.collect()
    return next(one.value for one in told.samples if one.name.endswith("_count"))


async def test_an_end_leaves_no_address_and_holds_after_a_restore(
    subscriptions, database, clock
) -> None:
    id_ = await subscriptions.ask("a@x", "a@x", "de", ())
    one = await subscriptions.get(id_)
    assert one is not None
    links = subscriptions.links(one)
    outbox = Outbox(database, clock)
    await outbox.put([Letter("notice", "a@x", "de"), Letter("signin", "a@x", "de")])
    assert await subscriptions.ends(links.end) == one
    assert await subscriptions.end(links.end)
    assert not await subscriptions.end(links.end)
    assert await rows(database, "SELECT kind FROM letters") == [("signin",)]
    (report,) = await database.read(reports)
    assert report.subscriptions == [id_]
    assert b"a@x" not in encode(report)
    assert decode(encode(report)) == report
    # An older database comes back, which knows of no end.
    await database.write(lambda c: c.execute(text("DELETE FROM deletions")))
    row = {"id": id_, "key": "a@x", "address": "a@x", "lang": "de", "topics": "", "wanted": ""}
    columns = {**row, "asked": 1, "confirmed": 1}
    names, places = ", ".join(columns), ", ".join(f":{name}" for name in columns)
    query = text(f"INSERT INTO subscriptions ({names}, ending) VALUES ({places}, :ending)")
    await database.write(lambda c: c.execute(query, {**columns, "ending": b"x"}))
    assert await database.write(lambda c: apply(c, [report])) == [report]
    assert await subscriptions.get(id_) is None


def test_reports_of_before_name_no_subscriptions() -> None:
    told = Report("0" * 32, 1, "a")
    older = encode(told).replace(b' "subscriptions": [],\n', b"")
    assert b"subscriptions" not in older
    assert decode(older) == told


async def test_notices_wait_longer_than_other_letters_without_a_session(database, clock) -> None:
    outbox = Outbox(database, clock)
    await outbox.put([Letter("notice", "a@x", "de"), Letter("subscribe", "a@x", "de")])
    clock.now += 2 * DAY
    await outbox.tidy()
    assert await rows(database, "SELECT kind FROM letters") == [("notice",)]
    clock.now += 6 * DAY
    await outbox.tidy()
    assert await rows(database, "SELECT kind FROM letters") == []


async def test_a_directory_replaces_the_one_that_was_seen_and_no_other(database, clock) -> None:
    guides = Guides(database, clock)
    erding, hof = Guide("Erding", name="A"), Guide("Hof", "Amt", mail="b@x")
    assert await guides.replace([erding, hof], 0)
    first = await guides.all()
    assert first.guides == (erding, hof)
    assert not await guides.replace([hof], 0)
    mark = await guides.mark()
    assert await guides.replace([hof], first.made)  # in the same millisecond it is another one
    assert (await guides.all()).guides == (hof,)
    assert await guides.mark() != mark


async def test_a_list_of_guides_belongs_to_no_session_and_goes_after_a_day(database, clock) -> None:
    rolls = Rolls(database, clock)
    name, other = await rolls.put("", "[1]"), await rolls.put("a", "[2]")
    assert await rolls.get("", name) == "[1]"
    assert await rolls.get("a", name) is None
    assert await rolls.get("", other) is None
    await rolls.drop("", other)
    assert await rolls.get("a", other) == "[2]"
    clock.now += DAY
    await rolls.forget()
    assert await rows(database, "SELECT id FROM rolls") == []
