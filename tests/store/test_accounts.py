"""Accounts of staff: one person in every browser and role, and gone at once where a role goes."""

import asyncio

import pytest
from sqlalchemy import text

from dialog.forum.names import Role
from dialog.store.accounts import Accounts, LastOrganiser
from dialog.store.database import Database
from dialog.store.people import DAY, HOUR, STAFF_LIFETIME, Lifetime, People, Stranger
from dialog.store.processes import Processes

MODERATOR, SCRIBE, ORGANISER, VOLUNTEER = (
    Role.MODERATOR, Role.SCRIBE, Role.ORGANISER, Role.VOLUNTEER,
)  # fmt: skip


@pytest.fixture
def accounts(database, clock) -> Accounts:
    return Accounts(database, clock)


@pytest.fixture
async def elsewhere(url, clock):
    """The same accounts, seen by another process."""
    other = Database(url)
    yield Accounts(other, clock)
    await other.close()


async def signed(people: People, account, before=None) -> str:
    return (await people.sign_in(account.id, before)).token


def roles(held, slug="a") -> set[Role]:
    return {grant.role for grant in held.grants if grant.session == slug}


async def session(people: People, slug="a") -> None:
    """Let a session be known, with one volunteer."""
    await people.join(None, slug, "Vera")


# --- who has an account --------------------------------------------------------------------------


async def test_an_address_has_one_account_however_it_is_spelt(accounts):
    made = await accounts.make(" J.Brandl@Amt.Example ", "J. Brandl")
    again = await accounts.make("j.brandl@amt.example", "Jemand anders")
    assert again == made
    assert (made.address, made.name, made.lang) == ("J.Brandl@Amt.Example", "J. Brandl", "de")
    assert await accounts.find("J.BRANDL@AMT.EXAMPLE") == made
    assert await accounts.get(made.id) == made
    assert await accounts.find("brandl@amt.example") is None


async def test_an_account_made_twice_at_once_is_one(accounts, elsewhere):
    made = await asyncio.gather(
        *(one.make("a@b.example", f"Name {n}") for n, one in enumerate([accounts, elsewhere] * 4))
    )
    assert len({account.id for account in made}) == 1


async def test_a_name_and_a_language_can_change(accounts):
    made = await accounts.make("a@b.example", "A")
    await accounts.rename(made.id, "Neu")
    await accounts.speak(made.id, "en")
    found = await accounts.get(made.id)
    assert (found.name, found.lang) == ("Neu", "en")


async def test_a_subject_is_known_by_its_address_once_and_by_itself_from_then_on(accounts):
    made = await accounts.make("a@b.example", "A")
    assert await accounts.know("s1", "") is None
    assert (await accounts.know("s1", "A@B.example")).id == made.id
    assert (await accounts.know("s1", "moved@b.example")).id == made.id
    assert await accounts.know("s2", "a@b.example") is None


# --- roles ---------------------------------------------------------------------------------------


async def test_an_office_opens_a_session_once_it_is_entered(accounts, people):
    await session(people)
    account = await accounts.make("a@b.example", "A. Organ")
    await accounts.appoint(account.id, {ORGANISER})
    token = await signed(people, account)
    held = await people.pass_of(token)
    assert (held.account, held.offices, held.grants) == (account, frozenset({ORGANISER}), ())
    entered = await people.enter(token, "a")
    assert await people.pass_of(token) == entered
    assert [(g.session, g.person, g.role, g.name) for g in entered.grants] == [
        ("a", 2, ORGANISER, "A. Organ")
    ]
    assert await people.enter(token, "a") == entered


async def test_a_seat_opens_its_session_alone(accounts, people):
    for slug in ("a", "b"):
        await session(people, slug)
    account = await accounts.make("a@b.example", "A")
    await accounts.seat(account.id, "a", {MODERATOR, SCRIBE})
    token = await signed(people, account)
    assert roles(await people.enter(token, "a")) == {MODERATOR, SCRIBE}
    assert await people.enter(token, "b") is None
    assert await people.enter(token, "unheard-of") is None
    assert {grant.session for grant in (await people.pass_of(token)).grants} == {"a"}


async def test_nobody_enters_as_staff_without_an_account_or_a_role(accounts, people):
    token, _ = await people.join(None, "a", "Vera")
    assert await people.enter(token, "a") is None
    assert await people.enter("guessed", "a") is None
    account = await accounts.make("a@b.example", "A")
    assert await people.enter(await signed(people, account), "a") is None


async def test_an_account_is_one_person_in_all_browsers_and_roles(accounts, people):
    await session(people)
    account = await accounts.make("a@b.example", "A")
    await accounts.seat(account.id, "a", {MODERATOR})
    first, second = [await signed(people, account) for _ in range(2)]
    _, volunteer = await people.join(first, "a", "Anna")
    staff = await people.enter(second, "a")
    assert {grant.person for grant in staff.grants} == {volunteer.person}
    invited = await people.invite("a", SCRIBE, "Sommer", 60)
    _, scribe = await people.consume(invited, second)
    assert scribe.person == volunteer.person


async def test_two_browsers_that_enter_at_once_are_one_person(accounts, people):
    await session(people)
    account = await accounts.make("a@b.example", "A")
    await accounts.appoint(account.id, {ORGANISER})
    tokens = [await signed(people, account) for _ in range(4)]
    held = await asyncio.gather(*(people.enter(token, "a") for token in tokens))
    assert {grant.person for one in held for grant in one.grants} == {2}


async def test_a_private_link_of_somebody_else_is_refused_to_staff(accounts, people):
    _, vera = await people.join(None, "a", "Vera")
    link = await people.private_link("a", vera.person)
    account = await accounts.make("a@b.example", "A")
    await accounts.seat(account.id, "a", {MODERATOR})
    token = await signed(people, account)
    for _ in range(2):  # before it is a person here, and after
        with pytest.raises(Stranger):
            await people.follow(link, token)
        await people.enter(token, "a")
    token, own = await people.join(token, "a", "Anna")
    assert await people.follow(await people.private_link("a", own.person), token)


async def test_whoever_has_no_role_there_is_the_person_of_the_link_for_good(accounts, people):
    _, vera = await people.join(None, "a", "Vera")
    link = await people.private_link("a", vera.person)
    one, two = [await accounts.make(f"{n}@b.example", n) for n in "12"]
    token, grant = await people.follow(link, await signed(people, one))
    assert grant.person == vera.person
    with pytest.raises(Stranger):
        await people.follow(link, await signed(people, two))
    await accounts.seat(one.id, "a", {MODERATOR})
    assert {g.person for g in (await people.pass_of(token)).grants} == {vera.person}


# --- roles that go -------------------------------------------------------------------------------


async def test_a_role_that_goes_ends_the_numbers_of_the_passes_and_not_the_sign_in(
    accounts, people, database
):
    await session(people)
    account = await accounts.make("a@b.example", "A")
    await accounts.seat(account.id, "a", {MODERATOR, SCRIBE})
    token = await signed(people, account)
    token, _ = await people.join(token, "a", "Anna")
    before = await people.enter(token, "a")
    assert await accounts.seat(account.id, "a", {MODERATOR, SCRIBE, ORGANISER}) == ()
    ended = await accounts.seat(account.id, "a", {SCRIBE})
    after = await people.pass_of(token)
    assert ended == (before.id,)
    assert after.id > before.id
    assert roles(after) == {SCRIBE, VOLUNTEER}
    assert (after.account, after.confirmed) == (before.account, before.confirmed)
    if database.shared:  # this is what other processes look for
        assert list(await Processes(database).ended([before.id, after.id])) == [before.id]


async def test_offices_are_given_and_taken(accounts, people):
    await session(people)
    keeps = await accounts.make("k@b.example", "K")
    await accounts.appoint(keeps.id, {ORGANISER})
    account = await accounts.make("a@b.example", "A")
    await accounts.appoint(account.id, {ORGANISER, MODERATOR})
    token = await signed(people, account)
    held = await people.enter(token, "a")
    assert await accounts.appoint(account.id, {MODERATOR}) == (held.id,)
    assert roles(await people.pass_of(token)) == {MODERATOR}
    assert [(one.account.name, one.roles) for one in await accounts.all()] == [
        ("A", {MODERATOR}),
        ("K", {ORGANISER}),
    ]


async def test_the_last_organiser_stays(accounts):
    account = await accounts.make("a@b.example", "A")
    await accounts.appoint(account.id, {ORGANISER})
    with pytest.raises(LastOrganiser):
        await accounts.appoint(account.id, ())
    with pytest.raises(LastOrganiser):
        await accounts.delete(account.id)
    assert (await accounts.all())[0].roles == {ORGANISER}


async def test_of_two_organisers_who_go_at_once_one_stays(accounts, elsewhere):
    one, two = [await accounts.make(f"{n}@b.example", n) for n in "12"]
    for account in (one, two):
        await accounts.appoint(account.id, {ORGANISER})
    gone = await asyncio.gather(
        accounts.appoint(one.id, ()), elsewhere.delete(two.id), return_exceptions=True
    )
    assert [type(one) for one in gone].count(LastOrganiser) == 1
    assert sum(ORGANISER in listed.roles for listed in await accounts.all()) == 1


async def test_a_deleted_account_holds_nothing(accounts, people):
    await session(people)
    account = await accounts.make("a@b.example", "A")
    await accounts.seat(account.id, "a", {MODERATOR})
    token = await signed(people, account)
    held = await people.enter(token, "a")
    assert [one.account for one in await accounts.seated("a")] == [account]
    assert await accounts.delete(account.id) == (held.id,)
    assert await people.pass_of(token) is None
    assert await accounts.all() == await accounts.seated("a") == ()


# --- passes --------------------------------------------------------------------------------------


async def test_signing_in_ends_the_pass_of_before(accounts, people):
    planted, _ = await people.join(None, "a", "Vera")
    number = (await people.pass_of(planted)).id
    account = await accounts.make("a@b.example", "A")
    entered = await people.sign_in(account.id, planted)
    assert (entered.account, entered.ended) == (account, (number,))
    assert await people.pass_of(planted) is None
    held = await people.pass_of(entered.token)
    assert (held.account, held.grants) == (account, ())


async def test_signing_in_once_more_notes_when_and_changes_the_token_alone(accounts, people, clock):
    account = await accounts.make("a@b.example", "A")
    token = await signed(people, account)
    before = await people.pass_of(token)
    clock.now += HOUR
    again = await people.sign_in(account.id, token)
    assert again.ended == ()
    assert await people.pass_of(token) is None
    after = await people.pass_of(again.token)
    assert (after.id, after.confirmed) == (before.id, clock.now)


async def test_another_account_in_the_same_browser_has_another_pass(accounts, people):
    one, two = [await accounts.make(f"{n}@b.example", n) for n in "12"]
    token = await signed(people, one)
    before = await people.pass_of(token)
    entered = await people.sign_in(two.id, token)
    assert entered.ended == (before.id,)
    assert await people.pass_of(token) is None
    assert (await people.pass_of(entered.token)).account == two


async def test_own_passes_are_listed_and_ended(accounts, people, clock):
    one, two = [await accounts.make(f"{n}@b.example", n) for n in "12"]
    other = await signed(people, two)
    tokens = []
    for _ in range(3):
        tokens.append(await signed(people, one))
        clock.now += 60_000
    ids = [(await people.pass_of(token)).id for token in tokens]
    listed = await people.passes(one.id)
    assert [held.id for held in listed] == ids[::-1]
    assert listed[0].made == listed[0].seen == clock.now - 60_000
    strange = (await people.pass_of(other)).id
    assert await people.end(one.id, strange) == ()
    assert await people.end(one.id, ids[1]) == (ids[1],)
    assert await people.end(one.id, but=ids[2]) == (ids[0],)
    assert [held.id for held in await people.passes(one.id)] == [ids[2]]
    assert await people.pass_of(other)


async def test_a_sign_in_runs_out_sooner_than_a_volunteers_pass(database, accounts, clock):
    people = People(database, "a secret of the tests", clock, Lifetime(30 * DAY, 180 * DAY))
    account = await accounts.make("a@b.example", "A")
    token = await signed(people, account)
    clock.now += STAFF_LIFETIME.idle - 1
    assert await people.pass_of(token)
    clock.now += STAFF_LIFETIME.idle
    assert await people.pass_of(token) is None
    token = await signed(people, account)
    for _ in range(167):
        clock.now += HOUR
        assert await people.pass_of(token)
    clock.now += HOUR
    assert await people.pass_of(token) is None


@pytest.mark.parametrize("end", ["part", "forget", "purge"])
async def test_what_ends_volunteers_passes_leaves_who_signed_in(accounts, people, end):
    account = await accounts.make("a@b.example", "A")
    token, grant = await people.join(await signed(people, account), "a", "Anna")
    await {
        "part": lambda: people.part("a"),
        "forget": lambda: people.forget("a", grant.person),
        "purge": lambda: people.purge("a", ()),
    }[end]()
    held = await people.pass_of(token)
    assert (held.account, held.grants) == (account, ())


async def test_nothing_of_a_token_can_be_read(accounts, people, database):
    account = await accounts.make("a@b.example", "A")
    token = await signed(people, account)
    stored = await database.read(lambda c: c.execute(text("SELECT token FROM passes")).all())
    assert token.encode() not in bytes(stored[0].token)
