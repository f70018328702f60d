"""Sign-ins by mail: one use, ten minutes, five tries, and no way to guess over many of them."""

import asyncio

import pytest
from sqlalchemy import text

from dialog.store.accounts import Accounts
from dialog.store.database import Database
from dialog.store.people import DAY, HOUR, Lifetime, People
from dialog.store.signins import GOOD_MS, TRIES, WRONG_A_DAY, SignIns

SECRET = "a secret of the tests"


@pytest.fixture
def accounts(database, clock) -> Accounts:
    return Accounts(database, clock)


@pytest.fixture
def signins(database, people, clock) -> SignIns:
    return SignIns(database, people, SECRET, clock)


@pytest.fixture
async def elsewhere(url, clock):
    """The same sign-ins, seen by another process."""
    other = Database(url)
    people = People(other, SECRET, clock, Lifetime(2 * HOUR, DAY))
    yield SignIns(other, people, SECRET, clock)
    await other.close()


@pytest.fixture
async def account(accounts):
    return await accounts.make("j.brandl@amt.example", "J. Brandl")


def wrong(signins: SignIns, number: str) -> str:
    return f"{(int(signins.sealed(number).code) + 1) % 1_000_000:06}"


async def test_a_link_lets_in_once(signins, people, account):
    told = signins.sealed(await signins.ask(account.id))
    for _ in range(3):  # looking uses nothing up
        assert await signins.offered(told.token) == account
    entered = await signins.follow(told.token, None)
    assert entered.account == account
    assert (await people.pass_of(entered.token)).account == account
    assert await signins.offered(told.token) is None
    assert await signins.follow(told.token, None) is None


async def test_a_code_lets_in_once_and_spends_the_link(signins, people, account):
    number = await signins.ask(account.id)
    told = signins.sealed(number)
    assert len(told.code) == 6
    entered = await signins.enter(number, told.code, None)
    assert (await people.pass_of(entered.token)).account == account
    assert await signins.enter(number, told.code, None) is None
    assert await signins.follow(told.token, None) is None


async def test_a_link_that_was_used_spends_the_code(signins, account):
    number = await signins.ask(account.id)
    told = signins.sealed(number)
    assert await signins.follow(told.token, None)
    assert await signins.enter(number, told.code, None) is None


async def test_both_run_out(signins, account, clock):
    number = await signins.ask(account.id)
    told = signins.sealed(number)
    clock.now += GOOD_MS
    assert await signins.offered(told.token) is None
    assert await signins.follow(told.token, None) is None
    assert await signins.enter(number, told.code, None) is None


async def test_of_many_at_once_one_gets_in(signins, elsewhere, account):
    number = await signins.ask(account.id)
    told = signins.sealed(number)
    tried = [one.follow(told.token, None) for one in (signins, elsewhere) * 3]
    tried += [one.enter(number, told.code, None) for one in (signins, elsewhere)]
    assert sum(entered is not None for entered in await asyncio.gather(*tried)) == 1


async def test_after_five_wrong_codes_the_right_one_is_wrong_and_the_link_good(signins, account):
    number = await signins.ask(account.id)
    for _ in range(TRIES):
        assert await signins.enter(number, wrong(signins, number), None) is None
    told = signins.sealed(number)
    assert await signins.enter(number, told.code, None) is None
    assert await signins.follow(told.token, None)


async def test_a_fifth_code_may_be_right(signins, account):
    number = await signins.ask(account.id)
    for _ in range(TRIES - 1):
        assert await signins.enter(number, wrong(signins, number), None) is None
    assert await signins.enter(number, signins.sealed(number).code, None)


async def test_guesses_at_once_are_counted_one_by_one(signins, elsewhere, account):
    number = await signins.ask(account.id)
    false = wrong(signins, number)
    tries = [one.enter(number, false, None) for one in (signins, elsewhere) * 4]
    await asyncio.gather(*tries)
    assert await signins.enter(number, signins.sealed(number).code, None) is None


async def test_codes_of_many_sign_ins_cannot_be_guessed_on_and_on(signins, account, clock):
    for _ in range(WRONG_A_DAY // TRIES):
        number = await signins.ask(account.id)
        for _ in range(TRIES):
            assert await signins.enter(number, wrong(signins, number), None) is None
        clock.now += HOUR
    number = await signins.ask(account.id)
    assert await signins.enter(number, signins.sealed(number).code, None) is None
    assert await signins.follow(signins.sealed(number).token, None)  # nobody is locked out
    clock.now += DAY + HOUR
    number = await signins.ask(account.id)
    assert await signins.enter(number, signins.sealed(number).code, None)


async def test_whoever_signs_in_often_is_not_counted_as_a_guesser(signins, account):
    for _ in range(WRONG_A_DAY + 2):
        number = await signins.ask(account.id)
        assert await signins.enter(number, signins.sealed(number).code, None)


async def test_guesses_at_one_account_do_not_count_for_another(signins, account, accounts):
    for _ in range(WRONG_A_DAY // TRIES):
        number = await signins.ask(account.id)
        for _ in range(TRIES):
            await signins.enter(number, wrong(signins, number), None)
    other = await accounts.make("b@amt.example", "B")
    number = await signins.ask(other.id)
    assert await signins.enter(number, signins.sealed(number).code, None)


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "\ud800", "0" * 10_000])
async def test_what_is_no_code_is_wrong(signins, account, code):
    assert await signins.enter(await signins.ask(account.id), code, None) is None
    assert await signins.enter("unheard-of", code, None) is None
    assert await signins.enter("\ud800", code, None) is None


async def test_a_code_of_another_sign_in_is_wrong(signins, account):
    one, two = await signins.ask(account.id), await signins.ask(account.id)
    codes = {number: signins.sealed(number).code for number in (one, two)}
    if codes[one] != codes[two]:
        assert await signins.enter(one, codes[two], None) is None
    assert await signins.enter(one, codes[one], None)
    assert await signins.enter(two, codes[two], None)


async def test_a_planted_pass_ends_and_rises_to_nothing(signins, people, account):
    planted, _ = await people.join(None, "a", "Vera")
    number = await signins.ask(account.id)
    entered = await signins.enter(number, signins.sealed(number).code, planted)
    assert await people.pass_of(planted) is None
    assert (await people.pass_of(entered.token)).grants == ()


async def test_sign_ins_of_a_deleted_account_are_gone(signins, accounts, account):
    told = signins.sealed(await signins.ask(account.id))
    await accounts.delete(account.id)
    assert await signins.follow(told.token, None) is None


async def test_old_ones_go_when_a_new_one_comes(signins, account, clock, database):
    await signins.ask(account.id)
    clock.now += GOOD_MS + DAY
    await signins.ask(account.id)
    count = text("SELECT count(*) FROM signins")
    assert await database.read(lambda c: c.execute(count).scalar_one()) == 1


async def test_neither_link_nor_code_can_be_read_from_the_database(
    signins, account, database, people, clock
):
    number = await signins.ask(account.id)
    told = signins.sealed(number)
    rows = await database.read(lambda c: c.execute(text("SELECT * FROM signins")).all())
    stored = b"".join(bytes(v) for v in rows[0] if isinstance(v, bytes | memoryview))
    assert told.token.encode() not in stored
    assert told.code.encode() not in stored
    another = SignIns(database, people, "another secret", clock)
    assert another.sealed(number) != told
