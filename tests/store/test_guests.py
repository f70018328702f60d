"""Invited people: one person each from the first day on, and nothing of them after their time."""

import asyncio

import pytest
from sqlalchemy import text

from dialog.forum.names import Admission, Role
from dialog.store.deletions import apply, reports
from dialog.store.guests import Guests, Invited
from dialog.store.people import DAY
from dialog.store.rolls import Rolls
from dialog.store.tables import PEOPLE

ANNA, BERT = (
    Invited("anna@example.org", "Anna@example.org", "Anna A.", "en"),
    Invited("bert@example.org", "bert@example.org"),
)


@pytest.fixture
def guests(database, people, clock) -> Guests:
    """The invited people of the database."""
    return Guests(database, people, clock)


def many(count: int) -> list[Invited]:
    return [Invited(f"p{n}@example.org", f"p{n}@example.org") for n in range(count)]


async def rows(database, query: str) -> list[tuple]:
    return await database.read(lambda c: [tuple(row) for row in c.execute(text(query))])


async def test_whoever_is_invited_is_a_person_with_a_link(guests, people, database) -> None:
    _, before = await people.join(None, "a", "Vorher")
    assert await guests.add("a", [ANNA, BERT]) == (2, 3)
    _, after = await people.join(None, "a", "Danach")
    assert (before.person, after.person) == (1, 4)
    found = await rows(database, "SELECT role, name, admission FROM people WHERE number = 2")
    assert found == [(Role.VOLUNTEER.value, "", Admission.INVITED.value)]
    link = await people.private_link("a", 2)
    assert (await guests.by_link(link)).address == "Anna@example.org"
    _, grant = await people.follow(link, None)
    assert (grant.person, grant.role) == (2, Role.VOLUNTEER)
    _, elsewhere = await people.follow(link, None)
    assert elsewhere.person == 2


async def test_a_list_taken_over_twice_changes_nothing(guests, database) -> None:
    await guests.add("a", [ANNA, BERT, ANNA])
    before = await rows(database, "SELECT * FROM guests ORDER BY number")
    assert await guests.add("a", [BERT, ANNA]) == ()
    assert await rows(database, "SELECT * FROM guests ORDER BY number") == before
    assert len(before) == 2
    assert await guests.add("b", [ANNA]) == (1,)


async def test_two_lists_at_once_give_every_number_once(guests) -> None:
    one, other = many(60)[:40], many(60)[20:]
    found = await asyncio.gather(guests.add("a", one), guests.add("a", other))
    persons = [*found[0], *found[1]]
    assert sorted(persons) == list(range(1, 61))
    assert len(await guests.all("a")) == 60


async def test_two_thousand_at_once(guests, database) -> None:
    assert len(await guests.add("a", many(2_000))) == 2_000
    assert await rows(database, "SELECT count(DISTINCT link) FROM people") == [(2_000,)]


async def test_opening_is_noted_once(guests, people, clock) -> None:
    await guests.add("a", [ANNA])
    link = await people.private_link("a", 1)
    clock.now += 5
    await guests.open(link, "Anna", asked=True)
    opened = clock.now
    clock.now += 5
    await guests.open(link, None, asked=None)
    found = await guests.get("a", 1)
    assert (found.opened, found.called, found.asked, found.name) == (
        opened,
        "Anna",
        True,
        "Anna A.",
    )
    await guests.ask("a", 1, on=False)
    assert not (await guests.get("a", 1)).asked
    await guests.open("niemandes", "Fremd", asked=True)


async def test_who_was_there_is_noted_once(guests, people, clock) -> None:
    await guests.add("a", many(3))
    _, other = await people.join(None, "a", "ohne Einladung")
    await guests.join("a", {1, 3, other.person, 99})
    first = clock.now
    clock.now += 1
    await guests.join("a", range(1, 1_500))
    assert [one.joined for one in await guests.all("a")] == [first, clock.now, first]


async def test_a_corrected_address_keeps_the_person(guests, people) -> None:
    await guests.add("a", [ANNA, BERT])
    link = await people.private_link("a", 1)
    to = Invited("anna@example.com", "anna@example.com", "Anna")
    assert await guests.change("a", 1, to)
    assert not await guests.change("a", 2, to)
    found = await guests.get("a", 1)
    assert (found.address, found.name, found.lang) == ("anna@example.com", "Anna", "de")
    assert (await guests.by_link(link)).person == 1


async def test_a_withdrawn_link_is_dead_and_its_passes_end(guests, people, clock) -> None:
    await guests.add("a", [ANNA])
    link = await people.private_link("a", 1)
    token, _ = await people.follow(link, None)
    number = (await people.pass_of(token)).id
    clock.now += 1
    assert await guests.withdraw("a", 1) == ((number,), ())
    assert await guests.withdraw("a", 1) == ((), ())
    assert await people.pass_of(token) is None
    assert await people.follow(link, None) is None
    assert await people.known(link) is None
    assert await guests.by_link(link) is None
    assert (await guests.get("a", 1)).withdrawn == clock.now


async def test_whoever_is_invited_again_is_the_same_person_with_another_link(
    guests, people, clock
) -> None:
    await guests.add("a", [ANNA])
    link = await people.private_link("a", 1)
    await guests.withdraw("a", 1)
    clock.now += 1
    assert await guests.invite_again("a", 1)
    assert not await guests.invite_again("a", 1)
    again = await people.private_link("a", 1)
    assert again != link
    assert await people.follow(link, None) is None
    assert (await people.follow(again, None))[1].person == 1


async def test_addresses_go_with_publication_but_of_those_who_wait(guests, people, database):
    await guests.add("a", [ANNA, BERT])
    await guests.open(await people.private_link("a", 2), None, asked=True)
    assert await guests.due("a", whole=False) == 1
    await guests.forget("a", whole=False)
    assert [one.address for one in await guests.all("a")] == ["bert@example.org"]
    await guests.forget("a", whole=True)
    assert await guests.all("a") == ()
    assert await guests.due("a", whole=True) == 0
    told = str(await rows(database, "SELECT report FROM deletions"))
    assert "example.org" not in told


async def test_a_restored_database_loses_them_again(guests, people, database, clock) -> None:
    await guests.add("a", [ANNA, BERT])
    await guests.forget("a", whole=True)
    found = await database.read(reports)
    clock.now += 1
    await guests.add("a", [ANNA])  # another day's list: not what the report speaks of
    await database.write(lambda c: c.execute(text("DELETE FROM deletions")))
    await database.write(lambda c: apply(c, found))
    assert [one.person for one in await guests.all("a")] == [3]


async def test_a_restored_database_knows_what_was_withdrawn(guests, people, database) -> None:
    await guests.add("a", [ANNA])
    link = await people.private_link("a", 1)
    before = (await database.read(lambda c: c.execute(PEOPLE.select()).mappings().all()))[0]
    await guests.withdraw("a", 1)
    found = await database.read(reports)

    def restore(connection) -> None:
        connection.execute(text("DELETE FROM deletions"))
        connection.execute(text("UPDATE guests SET withdrawn = 0"))
        connection.execute(PEOPLE.insert(), dict(before))
        apply(connection, found)

    await database.write(restore)
    assert (await guests.get("a", 1)).withdrawn
    assert await people.known(link) is None


async def test_whoever_deletes_their_data_is_on_no_list(guests, people, database) -> None:
    await guests.add("a", [ANNA, BERT])
    await people.forget("a", 1)
    assert [one.person for one in await guests.all("a")] == [2]


async def test_a_handed_in_list_is_kept_for_a_day(database, clock) -> None:
    rolls = Rolls(database, clock)
    name = await rolls.put("a", '["x"]')
    assert await rolls.get("a", name) == '["x"]'
    assert await rolls.get("b", name) is None
    await rolls.replace("a", name, '["y"]')
    clock.now += DAY - 1
    assert await rolls.get("a", name) == '["y"]'
    await rolls.forget()
    clock.now += 1
    assert await rolls.get("a", name) is None
    await rolls.forget()
    assert await rows(database, "SELECT * FROM rolls") == []
    gone = await rolls.put("a", "[]")
    await rolls.drop("a", gone)
    assert await rolls.get("a", gone) is None
