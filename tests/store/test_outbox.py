"""Mail on its way: put once, handed out once, and nobody's address when it has gone."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from dialog.forum.names import MINUTE
from dialog.store import backup, deletions
from dialog.store.database import Database
from dialog.store.outbox import LEASE, Kind, Letter, Outbox, Queue
from dialog.store.people import DAY
from dialog.store.tables import DELETIONS, LETTERS, Delivery

SLUG = "2026-11-24-verkehr"


@pytest.fixture
def outbox(database, clock) -> Outbox:
    """The letters of the database."""
    return Outbox(database, clock)


def letter(person: int = 1, kind: Kind = "invitation", **more: Any) -> Letter:
    """A letter to one of the invited."""
    return replace(Letter(kind, f"gast{person}@example.org", "de", SLUG, person), **more)


async def rows(database: Database) -> dict[str, dict]:
    """All letters as they are stored, by id."""
    found = await database.read(lambda c: c.execute(select(LETTERS)).mappings().all())
    return {row["id"]: dict(row) for row in found}


async def test_a_letter_is_handed_out_as_it_was_put(outbox, clock):
    put = letter(told={"before": "18:00", "„ä“": [1, 2]})
    (one,) = await outbox.put([put])
    taken = await outbox.take(clock.now)
    assert (taken.id, taken.tries, taken.made) == (one, 1, clock.now)
    assert taken.letter.told == put.told
    assert (taken.letter.kind, taken.letter.address) == ("invitation", "gast1@example.org")
    assert (taken.letter.slug, taken.letter.person, taken.letter.lang) == (SLUG, 1, "de")


async def test_a_letter_is_handed_out_once(outbox, clock):
    await outbox.put([letter()])
    assert await outbox.take(clock.now)
    assert await outbox.take(clock.now + DAY) is None


async def test_a_letter_waits_for_its_time(outbox, clock):
    await outbox.put([letter(due=clock.now + 5)])
    assert await outbox.take(clock.now + 4) is None
    assert await outbox.take(clock.now + 5)


async def test_a_sign_in_goes_before_three_hundred_invitations(outbox, clock):
    await outbox.put([letter(n) for n in range(1, 301)])
    (signin,) = await outbox.put([Letter("signin", "team@example.org", "de")])
    assert (await outbox.take(clock.now)).id == signin


async def test_a_sign_in_goes_before_any_number_of_subscriptions(outbox, clock):
    await outbox.put([Letter("subscribe", f"{n}@example.org", "de") for n in range(20)])
    (signin,) = await outbox.put([Letter("signin", "team@example.org", "de")])
    assert (await outbox.take(clock.now)).id == signin


async def test_all_letters_are_put_or_none(outbox):
    with pytest.raises(ValueError, match="header"):
        await outbox.put([letter(), letter(2, address="a@b.de\nBcc: c@d.de")])
    assert await outbox.queue() == Queue(0, 0)


@pytest.mark.parametrize(
    "address", ["", "nobody", "a b@c.de", "a@b.de\r", "a@b.de\u2028", "a\0@b.de", "a@b.de\u200e"]
)
async def test_an_address_that_no_header_bears_is_refused(outbox, address):
    with pytest.raises(ValueError, match="header"):
        await outbox.put([letter(address=address)])


async def test_what_is_put_once_is_sent_once(outbox, clock):
    reminder = letter(kind="reminder", once="2026-11-24")
    first, again = await outbox.put([reminder]), await outbox.put([reminder])
    assert first == again
    await outbox.take(clock.now)
    await outbox.sent(*first)
    await outbox.put([reminder])
    assert await outbox.take(clock.now) is None
    others = [letter(2, kind="reminder", once="2026-11-24"), letter(kind="reminder", once="2")]
    assert len({*first, *await outbox.put(others)}) == 3


async def test_of_a_letter_that_has_gone_no_address_is_left(outbox, database, clock):
    (one,) = await outbox.put([letter(told={"secret": "no"})])
    await outbox.take(clock.now)
    await outbox.sent(one)
    row = (await rows(database))[one]
    assert (row["state"], row["address"], row["told"]) == (Delivery.SENT, "", "{}")


async def test_what_a_letter_told_stays_known(outbox, clock):
    (one,) = await outbox.put([letter(told={"was": 1})])
    assert (await outbox.standing(SLUG))[1][0].told == {"was": 1}
    await outbox.take(clock.now)
    await outbox.sent(one, {"sequence": 3})
    assert (await outbox.standing(SLUG))[1][0].told == {"sequence": 3}


async def test_what_goes_first_does_not_hide_how_late_the_queue_is(outbox, clock):
    made = clock.now
    await outbox.put([letter(), Letter("signin", "team@example.org", "de")])
    clock.now += MINUTE
    assert await outbox.queue() == Queue(2, made)


async def test_what_the_relay_did_not_take_is_tried_again(outbox, clock):
    (one,) = await outbox.put([letter()])
    await outbox.take(clock.now)
    await outbox.later(one, clock.now + MINUTE, "450 später")
    assert await outbox.queue() == Queue(1, clock.now + MINUTE)
    assert await outbox.take(clock.now) is None
    assert (await outbox.take(clock.now + MINUTE)).tries == 2


async def test_what_failed_is_shown_with_its_reason_and_sent_again_by_hand(outbox, clock):
    (one,) = await outbox.put([letter()])
    await outbox.take(clock.now)
    await outbox.fail(one, "550 unbekannt")
    (told,) = await outbox.failed()
    assert (told.id, told.slug, told.person, told.fault) == (one, SLUG, 1, "550 unbekannt")
    assert (told.state, told.address, told.tries) == (Delivery.FAILED, "gast1@example.org", 1)
    assert await outbox.take(clock.now) is None
    assert await outbox.again(one)
    assert not await outbox.again(one)
    assert (await outbox.take(clock.now)).tries == 1
    assert await outbox.failed() == ()


async def test_what_an_ended_process_left_is_unclear_and_not_sent_by_itself(
    outbox, database, clock
):
    (one,) = await outbox.put([letter()])
    await outbox.take(clock.now)
    clock.now += LEASE + 1
    later = Outbox(database, clock)
    assert await later.recover() == 1
    assert [told.state for told in await later.failed()] == [Delivery.UNCLEAR]
    assert await later.take(clock.now + DAY) is None
    assert await later.again(one)
    again = await later.take(clock.now)
    assert again
    assert again.id == one


async def test_another_process_is_given_time_before_its_letter_is_unclear(outbox, database, clock):
    await outbox.put([letter()])
    await outbox.take(clock.now)
    # A SQLite file is one server's: whoever starts is alone.
    assert await outbox.recover() == (0 if database.shared else 1)


async def test_who_knows_better_than_unclear_is_believed(outbox, database, clock):
    (one,) = await outbox.put([letter()])
    await outbox.take(clock.now)
    clock.now += LEASE + 1
    await outbox.recover()
    await outbox.sent(one)
    assert (await rows(database))[one]["state"] == Delivery.SENT


async def test_two_processes_take_no_letter_twice(outbox, url, database, clock):
    await outbox.put([letter(n) for n in range(1, 101)])
    other = Database(url)
    try:
        boxes = outbox, Outbox(other, clock)

        async def all_of(box: Outbox) -> list[str]:
            found = []
            while taken := await box.take(clock.now):
                found.append(taken.id)
            return found

        one, two = await asyncio.gather(*map(all_of, boxes))
    finally:
        await other.close()
    assert len(one) + len(two) == 100 == len({*one, *two})


async def test_dropped_letters_are_not_sent_and_keep_no_address(outbox, database, clock):
    await outbox.put([letter(1), letter(2), letter(2, kind="reminder")])
    await outbox.put([letter(2, slug="2026-12-01-schule")])
    await outbox.drop(SLUG, [2], ["invitation", "reminder"])
    left = [await outbox.take(clock.now), await outbox.take(clock.now)]
    assert {(one.letter.slug, one.letter.person) for one in left} == {
        (SLUG, 1),
        ("2026-12-01-schule", 2),
    }
    gone = [row for row in (await rows(database)).values() if row["state"] == Delivery.DROPPED]
    assert [row["address"] for row in gone] == ["", ""]


async def test_all_persons_can_be_dropped_at_once(outbox, clock):
    await outbox.put([letter(1), letter(2)])
    await outbox.drop(SLUG, None, ["invitation"])
    assert await outbox.take(clock.now) is None


async def test_what_is_on_its_way_is_not_dropped(outbox, database, clock):
    (one,) = await outbox.put([letter()])
    await outbox.take(clock.now)
    await outbox.drop(SLUG, [1], ["invitation"])
    await outbox.sent(one)
    assert (await rows(database))[one]["state"] == Delivery.SENT


async def test_a_letter_without_anything_to_say_is_not_sent(outbox, database, clock):
    (one,) = await outbox.put([letter()])
    await outbox.take(clock.now)
    await outbox.void(one)
    row = (await rows(database))[one]
    assert (row["state"], row["address"]) == (Delivery.DROPPED, "")


async def test_it_stands_by_person_and_kind_how_the_last_letter_fared(outbox, clock):
    (first,) = await outbox.put([letter(1)])
    await outbox.take(clock.now)
    await outbox.fail(first, "550 nein")
    clock.now += 1
    (again,) = await outbox.put([letter(1)])
    await outbox.put([letter(1, kind="reminder"), letter(2)])
    standing = await outbox.standing(SLUG)
    assert {kind: one.state for one in standing[1] if (kind := one.kind)} == {
        "invitation": Delivery.WAITING,
        "reminder": Delivery.WAITING,
    }
    assert again in [one.id for one in standing[1]]
    assert [one.kind for one in standing[2]] == ["invitation"]
    assert await outbox.standing("2026-12-01-schule") == {}


async def test_the_last_letter_that_went_is_known_though_a_later_one_failed(outbox, clock):
    (first,) = await outbox.put([letter(1)])
    await outbox.take(clock.now)
    await outbox.sent(first, {"sequence": 4})
    clock.now += 1
    (again,) = await outbox.put([letter(1)])
    await outbox.take(clock.now)
    await outbox.fail(again, "550 nein")
    gone = await outbox.gone(SLUG, ["invitation", "changed"])
    assert {person: (one.id, one.told) for person, one in gone.items()} == {
        1: (first, {"sequence": 4})
    }
    assert await outbox.gone(SLUG, ["changed"]) == {}


async def test_addresses_are_forgotten_and_a_restored_database_forgets_them_again(
    outbox, database, clock, tmp_path
):
    failed, waits, asked = await outbox.put(
        [letter(1), letter(2, due=clock.now + DAY), letter(3, kind="transcript", due=clock.now + 9)]
    )
    await outbox.take(clock.now)
    await outbox.fail(failed, "550 nein")
    before = await rows(database)
    assert await outbox.forget(SLUG, but=["transcript"]) == 2
    left = await rows(database)
    assert {one: row["address"] for one, row in left.items() if row["address"]} == {
        asked: "gast3@example.org"
    }
    assert left[waits]["state"] == Delivery.DROPPED
    (report,) = await database.read(deletions.reports)
    assert set(report.letters) == {failed, waits}
    assert b"@" not in deletions.encode(report)

    def restore(connection) -> None:
        connection.execute(DELETIONS.delete())
        connection.execute(LETTERS.delete())
        connection.execute(LETTERS.insert(), list(before.values()))
        assert deletions.apply(connection, [report]) == [report]

    await database.write(restore)
    again = await rows(database)
    assert [one for one, row in again.items() if row["address"]] == [asked]
    assert await outbox.forget(SLUG, but=["transcript"]) == 0


async def test_sign_ins_are_gone_after_a_day(outbox, database, clock):
    await outbox.put([Letter("signin", "team@example.org", "de")])
    (stays,) = await outbox.put([letter()])
    clock.now += DAY
    await outbox.tidy()
    assert len(await rows(database)) == 2
    clock.now += 1
    await outbox.tidy()
    assert list(await rows(database)) == [stays]


async def test_nothing_of_a_restored_backup_is_sent_by_itself(outbox, database, url, clock):
    await outbox.put([letter(1), letter(2)])
    await outbox.take(clock.now)
    await asyncio.to_thread(backup.begin_anew, url, datetime.now(UTC))
    assert await outbox.take(clock.now + DAY) is None
    assert [one.state for one in await outbox.failed()] == [Delivery.UNCLEAR] * 2


async def test_who_waits_is_woken_by_a_letter(outbox):
    waiting = asyncio.create_task(outbox.wait(3_600))
    await asyncio.sleep(0)
    await outbox.put([letter()])
    await asyncio.wait_for(waiting, 60)
    await outbox.wait(0)
