"""People: one person per browser and session, single use where promised, nothing readable kept."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text

from dialog.forum.names import Admission, Role
from dialog.store.database import Database
from dialog.store.journal import Journal
from dialog.store.people import DAY, HOUR, Grant, Invitation, Lifetime, Pass, People

VOLUNTEER, MODERATOR = Role.VOLUNTEER, Role.MODERATOR


@pytest.fixture
async def twins(url, people, clock):
    """The same people seen by two processes."""
    other = Database(url)
    yield people, People(other, "a secret of the tests", clock, Lifetime(2 * HOUR, DAY))
    await other.close()


# --- passes --------------------------------------------------------------------------------------


async def test_a_new_pass_opens_nothing(people):
    token = await people.new_pass()
    found = await people.pass_of(token)
    assert isinstance(found, Pass)
    assert found.grants == ()


async def test_a_token_nobody_gave_is_no_pass(people):
    assert await people.pass_of("guessed") is None
    assert await people.pass_of("") is None
    assert await people.pass_of("\ud800") is None


async def test_a_pass_ends_when_it_is_left(people):
    token, _ = await people.join(None, "a", "Anna")
    await people.leave(token)
    await people.leave(token)
    assert await people.pass_of(token) is None


async def test_the_number_of_a_pass_is_never_given_twice(people):
    first = await people.new_pass()
    number = (await people.pass_of(first)).id
    await people.leave(first)
    assert (await people.pass_of(await people.new_pass())).id > number


async def test_a_pass_runs_out_when_it_is_not_used(people, clock):
    token = await people.new_pass()
    clock.now += 2 * HOUR - 1
    assert await people.pass_of(token)
    clock.now += 2 * HOUR - 1
    assert await people.pass_of(token)
    clock.now += 2 * HOUR
    assert await people.pass_of(token) is None


async def test_a_pass_runs_out_in_the_end_even_when_used(people, clock):
    token = await people.new_pass()
    for _ in range(23):
        clock.now += HOUR
        assert await people.pass_of(token)
    clock.now += HOUR
    assert await people.pass_of(token) is None


async def test_a_page_does_not_write_each_time(people, clock, database, monkeypatch):
    token = await people.new_pass()
    writes = []
    write = database.write

    def counted(work):
        writes.append(work)
        return write(work)

    monkeypatch.setattr(database, "write", counted)
    for _ in range(4):
        await people.pass_of(token)
        clock.now += 10_000
    assert writes == []
    clock.now += HOUR
    await people.pass_of(token)
    assert len(writes) == 1


async def test_passes_that_ran_out_go_when_a_new_one_comes(people, clock, database):
    await people.join(None, "a", "Anna")
    clock.now += DAY
    await people.new_pass()
    count = text("SELECT (SELECT count(*) FROM passes) + (SELECT count(*) FROM grants)")
    assert await database.read(lambda c: c.execute(count).scalar_one()) == 1


async def test_a_pass_that_ran_out_joins_as_someone_new(people, clock):
    token, first = await people.join(None, "a", "Anna")
    clock.now += DAY
    other, second = await people.join(token, "a", "Anna")
    assert other != token
    assert second.person != first.person


# --- volunteers ----------------------------------------------------------------------------------


async def test_how_somebody_first_came_in_stays(people, database):
    token, grant = await people.join(None, "a", "Anna", Admission.NEW)
    assert grant.admission is Admission.NEW
    _, again = await people.join(token, "a", "Anna B.", Admission.JOINED)
    assert again == replace(grant, name="Anna B.")
    found = await people.pass_of(token)
    assert found.grants == (again,)
    link = await people.private_link("a", grant.person)
    other, followed = await people.follow(link, None)
    assert followed == again
    await people.join(other, "a", "Anna C.")
    assert (await people.pass_of(token)).grants[0].admission is Admission.NEW
    _, usual = await people.join(None, "a", "Boris")
    assert usual.admission is Admission.JOINED


async def test_joining_again_is_the_same_person_with_the_new_name(people):
    token, first = await people.join(None, "a", "Anna")
    again, second = await people.join(token, "a", "Anna B.")
    assert again == token
    assert first == Grant("a", 1, VOLUNTEER, "Anna")
    assert second == replace(first, name="Anna B.")
    assert (await people.pass_of(token)).grants == (second,)


async def test_one_pass_is_someone_else_in_each_session(people):
    await people.join(None, "b", "Vera")
    token, first = await people.join(None, "a", "Anna")
    _, second = await people.join(token, "b", "Anna")
    assert (first.person, second.person) == (1, 2)
    assert (await people.pass_of(token)).grants == (first, second)


async def test_twenty_who_join_at_once_are_twenty(twins):
    joined = await asyncio.gather(*(p.join(None, "a", f"N{i}") for i in range(10) for p in twins))
    assert sorted(grant.person for _, grant in joined) == list(range(1, 21))


async def test_one_browser_that_joins_twenty_times_at_once_is_one(twins):
    token = await twins[0].new_pass()
    joined = await asyncio.gather(*(p.join(token, "a", "Anna") for p in twins * 10))
    assert {(told, grant.person) for told, grant in joined} == {(token, 1)}


async def test_joining_and_opening_meet_in_one_session(people, journal: Journal):
    await people.join(None, "a", "Anna")
    epoch = (await journal.open("a")).epoch
    _, grant = await people.join(None, "a", "Bert")
    assert grant.person == 2
    assert (await journal.open("a")).epoch == epoch


# --- invitations ---------------------------------------------------------------------------------


async def test_an_invitation_lets_one_in_once(people):
    link = await people.invite("a", MODERATOR, "Mia", 60)
    assert await people.invitation(link) == Invitation("a", MODERATOR, "Mia", True)
    token, grant = await people.consume(link, None)
    assert grant == Grant("a", 1, MODERATOR, "Mia")
    assert (await people.pass_of(token)).grants == (grant,)
    assert await people.invitation(link) == Invitation("a", MODERATOR, "Mia", False)
    assert await people.consume(link, token) is None


async def test_looking_at_an_invitation_does_not_use_it(people):
    link = await people.invite("a", MODERATOR, "Mia", 60)
    for _ in range(3):
        assert (await people.invitation(link)).usable
    assert await people.consume(link, None)


async def test_of_twenty_who_use_an_invitation_one_comes_in(twins):
    link = await twins[0].invite("a", MODERATOR, "Mia", 60)
    entered = await asyncio.gather(*(p.consume(link, None) for p in twins * 10))
    assert len([one for one in entered if one]) == 1


async def test_an_invitation_runs_out(people, clock):
    link = await people.invite("a", MODERATOR, "Mia", 60)
    clock.now += 60_000
    assert not (await people.invitation(link)).usable
    assert await people.consume(link, None) is None


async def test_an_unknown_invitation_is_none(people):
    assert await people.invitation("guessed") is None
    assert await people.consume("guessed", None) is None


async def test_entering_gives_the_pass_another_token(people):
    old, volunteer = await people.join(None, "a", "Anna")
    link = await people.invite("b", MODERATOR, "Mia", 60)
    new, moderator = await people.consume(link, old)
    assert new != old
    assert await people.pass_of(old) is None
    assert (await people.pass_of(new)).grants == (volunteer, moderator)


async def test_a_volunteer_who_moderates_stays_one_person_with_two_names(people):
    """Or nobody could be kept from deciding on a question of their own."""
    await people.join(None, "a", "Vera")
    token, volunteer = await people.join(None, "a", "Anna")
    link = await people.invite("a", MODERATOR, "Moderation Mia", 60)
    token, moderator = await people.consume(link, token)
    assert volunteer.person == moderator.person == 2
    assert (await people.pass_of(token)).grants == (moderator, volunteer)
    _, again = await people.join(token, "a", "Anna")
    assert again == volunteer


async def test_an_invitation_used_with_a_foreign_token_opens_a_pass_of_its_own(people):
    link = await people.invite("a", MODERATOR, "Mia", 60)
    token, _ = await people.consume(link, "planted")
    assert token != "planted"
    assert await people.pass_of("planted") is None


# --- private links -------------------------------------------------------------------------------


async def test_a_private_link_is_the_same_every_time_and_leads_to_the_same_person(people):
    _, grant = await people.join(None, "a", "Anna")
    link = await people.private_link("a", grant.person)
    assert await people.private_link("a", grant.person) == link
    token, same = await people.follow(link, None)
    assert same == grant
    assert (await people.pass_of(token)).grants == (grant,)


async def test_private_links_differ_by_person_session_and_secret(people, database, clock):
    for _ in range(2):
        await people.join(None, "a", "Anna")
    await people.join(None, "b", "Anna")
    other = People(database, "another secret", clock)
    told = [("a", 1), ("a", 2), ("b", 1)]
    links = [await one.private_link(*who) for one in (people, other) for who in told]
    assert len(set(links)) == len(links)


async def test_a_private_link_is_good_for_any_number_of_browsers(people):
    first, grant = await people.join(None, "a", "Anna")
    link = await people.private_link("a", grant.person)
    tokens = [(await people.follow(link, None))[0] for _ in range(3)]
    for token in (first, *tokens):
        assert (await people.pass_of(token)).grants == (grant,)


async def test_following_makes_this_browser_that_person_and_rotates_its_token(people):
    _, anna = await people.join(None, "a", "Anna")
    old, vera = await people.join(None, "a", "Vera")
    link = await people.private_link("a", anna.person)
    new, grant = await people.follow(link, old)
    assert grant == anna != vera
    assert await people.pass_of(old) is None
    assert (await people.pass_of(new)).grants == (anna,)


async def test_a_link_nobody_gave_leads_nowhere(people):
    assert await people.follow("guessed", None) is None


async def test_only_a_volunteer_has_a_private_link(people):
    link = await people.invite("a", MODERATOR, "Mia", 60)
    _, grant = await people.consume(link, None)
    with pytest.raises(LookupError):
        await people.private_link("a", grant.person)
    with pytest.raises(LookupError):
        await people.private_link("a", 99)


# --- what is kept --------------------------------------------------------------------------------


async def test_when_volunteers_part_their_passes_open_nothing_and_staff_stays(people):
    alone, _ = await people.join(None, "a", "Anna")
    both, _ = await people.join(None, "a", "Berta")
    both, _ = await people.join(both, "b", "Berta")
    invitation = await people.invite("a", Role.ORGANISER, "Carla", 60)
    staff, _ = await people.consume(invitation, None)
    await people.part("a")
    assert await people.pass_of(alone) is None
    assert [grant.session for grant in (await people.pass_of(both)).grants] == ["b"]
    assert [grant.role for grant in (await people.pass_of(staff)).grants] == [Role.ORGANISER]


async def test_a_private_link_leads_back_after_volunteers_parted(people):
    _, grant = await people.join(None, "a", "Anna")
    link = await people.private_link("a", grant.person)
    await people.part("a")
    _, again = await people.follow(link, None)
    assert again.person == grant.person


async def test_no_token_stands_in_the_database(people, database):
    token, grant = await people.join(None, "a", "Anna")
    private = await people.private_link("a", grant.person)
    invited = await people.invite("a", MODERATOR, "Mia", 60)
    used = await people.invite("a", MODERATOR, "Mo", 60)
    entered, _ = await people.consume(used, None)
    assert all(len(one) == 32 for one in (token, private, invited, used, entered))
    kept = []
    for table in ("passes", "people", "grants", "invitations", "sessions"):
        query = text(f"SELECT * FROM {table}")
        kept += await database.read(lambda c, q=query: c.execute(q).all())
    told = b" ".join(bytes(v) if isinstance(v, bytes) else str(v).encode() for r in kept for v in r)
    assert b"Anna" in told
    for one in (token, private, invited, used, entered):
        assert one.encode() not in told


async def test_who_has_everything_deleted_is_gone_and_others_stay(people):
    token, grant = await people.join(None, "a", "Anna Abschied")
    both, other = await people.join(None, "a", "Berta")
    both, _ = await people.join(both, "b", "Berta")
    link = await people.private_link("a", grant.person)
    tablet, _ = await people.follow(link, None)
    assert await people.since("a", grant.person) > 0
    held = {(await people.pass_of(one)).id for one in (token, tablet)}
    assert await people.forget("a", grant.person) == (tuple(sorted(held)), ())
    assert [await people.pass_of(one) for one in (token, tablet)] == [None, None]
    assert await people.follow(link, None) is None
    assert await people.since("a", grant.person) == 0
    stays = (await people.pass_of(both)).id
    assert await people.forget("a", other.person) == ((), (stays,))
    assert [one.session for one in (await people.pass_of(both)).grants] == ["b"]
    assert await people.forget("a", other.person) == ((), ())


async def test_a_moderator_who_also_asked_stays_a_moderator(people):
    token, grant = await people.join(None, "a", "Mia")
    invitation = await people.invite("a", MODERATOR, "Mia Moos", 60)
    token, again = await people.consume(invitation, token)
    assert again.person == grant.person
    ended, others = await people.forget("a", grant.person)
    assert (ended, len(others)) == ((), 1)
    assert [one.role for one in (await people.pass_of(token)).grants] == [MODERATOR]
