"""P18: a backup made while people write restores to one moment, whole, and clients notice.

What was there at that moment is there again; every client that comes back gets a snapshot under a
new epoch, and what it sends again under its key is done once.
"""

import asyncio
import random
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Connection

from dialog.forum.events import Asked, Redacted
from dialog.forum.names import Field
from dialog.forum.question import Wording
from dialog.store.accounts import Accounts
from dialog.store.backup import Unfit, backup, renew, restore
from dialog.store.database import Database, check_sqlite
from dialog.store.deletions import reports
from dialog.store.journal import Journal
from dialog.store.lock import InUse, lock
from dialog.store.migrate import migrate
from dialog.store.people import DAY, HOUR, Lifetime, People
from dialog.store.signins import SignIns
from dialog.store.tables import DELETIONS, TEXTS
from tests.chaos.storm import FAST, Storm, stored
from tests.live.programme import declare
from tests.live.server import Server
from tests.mutants import Mutant
from tests.store.values import batch, store

SEED = 18
WAITING = 100
NOW = datetime(2026, 12, 3, 18, tzinfo=UTC)
MODULE = "dialog/store/backup.py"

MUTANTS = (
    Mutant(
        "the copy is of the file, not of one moment of the database",
        MODULE,
        '            connection.execute("VACUUM INTO ?", (str(drawn),))\n',
        "            drawn.write_bytes(source.read_bytes())\n",
        "clients_notice or nothing_that_was_deleted",
    ),
    Mutant(
        "all sessions get one epoch",
        MODULE,
        "            set_session(connection, session, epoch=draw_epoch())\n",
        "            set_session(connection, session, epoch='e7c0ffee00000001')\n",
        "of_its_own",
    ),
    Mutant(
        "a restore draws no new epochs",
        MODULE,
        '        begin_anew(f"sqlite:///{drawn}", now, reports)\n',
        "",
        "clients_notice",
    ),
    Mutant(
        "a restore goes on under a running server",
        MODULE,
        "    with lock(url), _beside(target) as drawn:\n",
        "    with _beside(target) as drawn:\n",
        "while_a_server",
    ),
    Mutant(
        "the database of before is not kept",
        MODULE,
        "    kept.hardlink_to(file)\n",
        "",
        "nothing_is_wiped",
    ),
    Mutant(
        "what stands in the log of the database of before is forgotten",
        MODULE,
        "    if whole:\n        _alone(file)\n",
        "    if whole:\n        pass\n",
        "nothing_is_wiped",
    ),
    Mutant(
        "a damaged file is restored all the same",
        MODULE,
        '    if found != ("ok",):\n',
        "    if not found:\n",
        "no_backup",
    ),
    Mutant(
        "any database will do",
        MODULE,
        "    if not names >= OURS:\n",
        "    if not names:\n",
        "no_backup",
    ),
    Mutant(
        "a restore leaves what stands in a log",
        MODULE,
        "        whole.backup(copy)\n",
        "        target.write_bytes(source.read_bytes())\n",
        "copied_folder",
    ),
    Mutant(
        "a trigger is restored, too",
        MODULE,
        "        if found := active.fetchone():\n",
        "        if found := active.description is None and ():\n",
        "by_itself",
    ),
    Mutant(
        "a backup overwrites",
        MODULE,
        "            target.hardlink_to(drawn)\n",
        "            drawn.replace(target)\n",
        "overwritten",
    ),
    Mutant(
        "invitations that may have been used are good again",
        MODULE,
        "        connection.execute(update(INVITATIONS)"
        ".where(INVITATIONS.c.used == 0).values(used))\n",
        "        pass\n",
        "invitations",
    ),
    Mutant(
        "what was blackened since is back",
        MODULE,
        "            deletions.apply(connection, reports)\n",
        "",
        "deleted_again",
    ),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of a database."""
    made = tmp_path / "data" / "dialog.sqlite3"
    migrate(f"sqlite:///{made}")
    return made


@pytest.fixture
def url(file: Path) -> str:
    """Its address."""
    return f"sqlite:///{file}"


@pytest.mark.chaos
@pytest.mark.parametrize(
    "clients, seconds",
    [pytest.param(6, 0.6, id="small"), pytest.param(20, 20, id="large", marks=pytest.mark.large)],
)
async def test_a_backup_made_while_people_write_is_whole_and_clients_notice(
    tmp_path, file, url, clients, seconds
) -> None:
    slug = declare(tmp_path / "sessions", "sicherung", waiting=WAITING)
    server, copy = Server(tmp_path, {"one": slug}, **FAST), tmp_path / "backup.sqlite3"
    server.start()
    try:
        storm = await asyncio.to_thread(Storm, server, slug, clients, random.Random(SEED))
        async with storm.connected():
            raging = asyncio.create_task(storm.rage())
            await asyncio.sleep(seconds / 2)
            done = await asyncio.to_thread(server.run, "backup", str(copy))
            assert done.returncode == 0, done.stderr
            await asyncio.sleep(seconds / 2)
            server.kill()  # with commands under way that have no answer
            await asyncio.wait_for(raging, 15)
        epochs = {one.client.epoch for one in storm.everyone}
        then, last = stored(copy, slug), stored(file, slug)
        assert 0 < then.head < last.head
        assert then.texts.items() <= last.texts.items()
        assert server.run("restore", str(copy)).returncode == 0
        assert stored(file, slug) == then
        await asyncio.to_thread(server.start)
        async with storm.connected():
            for one in storm.everyone:
                await one.client.until(
                    lambda one=one: "snapshot" in [message["type"] for message in one.client.seen]
                )
                assert one.client.epoch not in epochs
            await asyncio.gather(*(_again(one) for one in storm.volunteers))
            await storm.converged()
        after = stored(file, slug)
        assert len(set(after.texts.values())) == len(after.texts)
        for one in storm.volunteers:
            assert one.done[-1].fields.get("text", "") in {"", *after.texts.values()}
    finally:
        server.stop()
    server.check_log()
    print(
        f"{clients} clients: backup at {then.head} of {last.head} entries, {len(then.texts)} "
        f"questions, {copy.stat().st_size} bytes"
    )


async def _again(one) -> None:
    """Send what had no answer, or a new question twice, under one key."""
    waiting = [row for row in one.client.me["mine"] if row["review"] == "waiting"]
    if len(waiting) >= WAITING:  # a long storm asks more than moderators decide
        assert (await one.client.command("withdraw", number=waiting[0]["number"]))["type"] == "done"
    if one.open is None or one.open.do != "ask":
        await one.give("ask", text=f"Nach der Rückkehr, {one.client.me['person']}?")
    else:
        await one.send(one.open)
    last = one.done[-1]
    again = await one.client.command(last.do, key=last.key, **last.fields)
    # The head of the stream may be another one by then.
    assert (again["type"], again["result"]) == ("done", last.answer["result"])


def test_a_restored_database_is_as_durable_as_before(tmp_path, file, url) -> None:
    backup(url, tmp_path / "copy")
    restore(url, tmp_path / "copy", NOW)
    for owned in (file, tmp_path / "copy"):
        assert stat.S_IMODE(owned.stat().st_mode) == 0o600
        assert not list(owned.parent.glob(f"{owned.name}-*"))
    database = Database(url)
    asyncio.run(database.read(lambda c: check_sqlite(c.connection.driver_connection)))
    asyncio.run(database.close())


def test_nothing_that_was_deleted_is_in_a_backup(tmp_path, file, url) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA secure_delete = OFF")
        database.execute("CREATE TABLE scrap (body)")
        database.execute("INSERT INTO scrap VALUES ('Samira Kanarienvogel')")
        database.commit()
        database.execute("DROP TABLE scrap")
        database.commit()
        assert b"Kanarienvogel" in file.read_bytes() + Path(f"{file}-wal").read_bytes()
        backup(url, tmp_path / "copy")
    assert b"Kanarienvogel" not in (tmp_path / "copy").read_bytes()


def test_a_backup_is_never_overwritten_and_leaves_nothing_unfinished(tmp_path, url) -> None:
    (tmp_path / "copy").write_text("mine")
    with pytest.raises(Unfit, match="there already"):
        backup(url, tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "mine"
    for target, source in ((tmp_path / "no" / "copy", url), (tmp_path / "x", "sqlite:///no.db")):
        with pytest.raises(Unfit, match="There is no"):
            backup(source, target)
    assert not list(tmp_path.glob(".*"))


def test_a_file_that_is_no_backup_is_refused(tmp_path, file, url) -> None:
    before = file.read_bytes()
    text, foreign, damaged = (tmp_path / name for name in ("text", "foreign", "torn"))
    text.write_text("no database at all, but long enough to be looked at" * 100)
    with closing(sqlite3.connect(foreign)) as database:
        database.execute("CREATE TABLE sessions (id)")
    backup(url, damaged)
    broken = bytearray(damaged.read_bytes())
    broken[36:40] = b"\0\0\0\7"  # seven free pages, says the header
    damaged.write_bytes(broken)
    newer = tmp_path / "newer"
    backup(url, newer)
    with closing(sqlite3.connect(newer)) as database:
        database.execute("UPDATE alembic_version SET version_num = 'later'")
        database.commit()
    found = {text: "no database", foreign: "of Dialog", damaged: "damaged", newer: "later version"}
    found[tmp_path / "nowhere"] = "There is no file"
    for source, why in found.items():
        with pytest.raises(Unfit, match=why):
            restore(url, source, NOW)
    assert file.read_bytes() == before
    assert sorted(one.name for one in file.parent.iterdir()) == [file.name, f"{file.name}.lock"]


def test_nothing_is_restored_while_a_server_runs(tmp_path, file, url) -> None:
    backup(url, tmp_path / "copy")
    before = file.read_bytes()
    with lock(url):
        with pytest.raises(InUse):
            restore(url, tmp_path / "copy", NOW)
        with pytest.raises(InUse):
            renew(url, NOW)
    assert file.read_bytes() == before


def test_a_link_to_a_database_is_that_database(tmp_path, file, url) -> None:
    backup(url, tmp_path / "copy")
    link = tmp_path / "dialog.sqlite3"
    link.symlink_to(file)
    with lock(url), pytest.raises(InUse), lock(f"sqlite:///{link}"):
        pass
    kept = restore(f"sqlite:///{link}", tmp_path / "copy", NOW)
    assert kept is not None
    assert (kept.parent, link.readlink()) == (file.parent, file)


def test_nothing_is_wiped_by_a_restore(tmp_path, file, url) -> None:
    backup(url, tmp_path / "copy")
    with closing(sqlite3.connect(file)) as killed:  # its log is not yet in the file
        killed.execute("INSERT INTO sessions VALUES (1, 'a', 'e', 'live', 0, 7)")
        killed.commit()
        log, body = Path(f"{file}-wal").read_bytes(), file.read_bytes()
    file.write_bytes(body)
    Path(f"{file}-wal").write_bytes(log)
    kept = restore(url, tmp_path / "copy", NOW)
    assert kept is not None
    assert kept == file.with_name(f"{file.name}.20261203T180000Z")
    with closing(sqlite3.connect(kept)) as database:
        assert database.execute("SELECT slug, persons FROM sessions").fetchall() == [("a", 7)]
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT slug FROM sessions").fetchall() == []


def test_a_copied_folder_restores_with_what_stood_in_its_log(tmp_path, file, url) -> None:
    copy = tmp_path / "copied" / file.name
    copy.parent.mkdir()
    with closing(sqlite3.connect(file)) as killed:
        killed.execute("INSERT INTO sessions VALUES (1, 'a', 'e', 'live', 0, 7)")
        killed.commit()
        for log in ("", "-wal"):
            Path(f"{copy}{log}").write_bytes(Path(f"{file}{log}").read_bytes())
    restore(url, copy, NOW)
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT slug, persons FROM sessions").fetchall() == [("a", 7)]


@pytest.mark.parametrize(
    "active",
    [
        "CREATE TRIGGER t AFTER INSERT ON journal BEGIN DELETE FROM texts; END",
        "CREATE VIEW t AS SELECT * FROM texts",
    ],
)
def test_a_backup_that_would_act_by_itself_is_refused(tmp_path, file, url, active) -> None:
    backup(url, tmp_path / "copy")
    with closing(sqlite3.connect(tmp_path / "copy")) as crafted:
        crafted.execute(active)
        crafted.commit()
    before = file.read_bytes()
    with pytest.raises(Unfit, match="not ours: t"):
        restore(url, tmp_path / "copy", NOW)
    assert file.read_bytes() == before


def test_a_damaged_database_is_kept_as_it_was(tmp_path, file, url) -> None:
    backup(url, tmp_path / "copy")
    file.write_bytes(b"damaged " * 1_000)
    Path(f"{file}-wal").write_bytes(b"and its log")
    kept = restore(url, tmp_path / "copy", NOW)
    assert kept is not None
    assert kept.read_bytes() == b"damaged " * 1_000
    assert Path(f"{kept}-wal").read_bytes() == b"and its log"
    assert not Path(f"{file}-wal").exists()
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_machine_without_a_database_gets_one(tmp_path, url) -> None:
    backup(url, tmp_path / "copy")
    fresh = tmp_path / "new" / "dialog.sqlite3"
    assert restore(f"sqlite:///{fresh}", tmp_path / "copy", NOW) is None
    assert fresh.is_file()


async def test_every_session_has_a_new_epoch_of_its_own(url) -> None:
    database = Database(url)
    journal = Journal(database)
    before = [(await journal.open(slug)).epoch for slug in ("a", "b")]
    await database.close()
    assert renew(url, NOW) == 2
    database = Database(url)
    journal = Journal(database)
    after = [(await journal.open(slug)).epoch for slug in ("a", "b")]
    await database.close()
    assert len({*before, *after}) == 4
    assert all(len(epoch) == 16 for epoch in after)


async def test_invitations_of_before_are_not_good_again(tmp_path, url) -> None:
    from dialog.forum.names import Role

    moment = int(NOW.timestamp() * 1000)
    database = Database(url)
    people = People(database, "a secret", lambda: moment, Lifetime(2 * HOUR, DAY))
    token = await people.invite("a", Role.SCRIBE, "Sven", 3600)
    await database.close()
    backup(url, tmp_path / "copy")
    restore(url, tmp_path / "copy", NOW)
    database = Database(url)
    people = People(database, "a secret", lambda: moment, Lifetime(2 * HOUR, DAY))
    assert await people.consume(token, None) is None
    await database.close()


async def test_sign_ins_of_before_are_not_good_again(tmp_path, url) -> None:
    """A link may have been used since, and a pass ended with the role that it had."""
    moment = int(NOW.timestamp() * 1000)
    database = Database(url)
    people = People(database, "a secret", lambda: moment)
    account = await Accounts(database, lambda: moment).make("a@b.example", "A")
    signins = SignIns(database, people, "a secret", lambda: moment)
    link = signins.sealed(await signins.ask(account.id)).token
    token = (await people.sign_in(account.id, None)).token
    await database.close()
    backup(url, tmp_path / "copy")
    restore(url, tmp_path / "copy", NOW)
    database = Database(url)
    people = People(database, "a secret", lambda: moment)
    signins = SignIns(database, people, "a secret", lambda: moment)
    assert await signins.follow(link, None) is None
    assert await people.pass_of(token) is None
    assert await signins.follow(signins.sealed(await signins.ask(account.id)).token, None)
    await database.close()


def test_postgresql_has_its_own_tools(tmp_path) -> None:
    address = "postgresql://nobody@nowhere/none"
    with pytest.raises(Unfit, match="pg_dump"):
        backup(address, tmp_path / str(uuid4()))
    with pytest.raises(Unfit, match="pg_restore"):
        restore(address, tmp_path / "copy", NOW)


@pytest.mark.postgres
async def test_after_pg_restore_epochs_are_drawn(fresh_postgres_url) -> None:
    migrate(fresh_postgres_url)
    database = Database(fresh_postgres_url)
    journal = Journal(database)
    before = (await journal.open("a")).epoch
    assert renew(fresh_postgres_url, NOW) == 1
    assert (await journal.open("a")).epoch != before
    await database.close()


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("pg", marks=pytest.mark.postgres)])
async def test_what_was_deleted_since_is_deleted_again(tmp_path, request, kind) -> None:
    """By a restore of ours, and after one by other means."""
    address = f"sqlite:///{tmp_path / 'data' / 'dialog.sqlite3'}"
    address = request.getfixturevalue("fresh_postgres_url") if kind == "pg" else address
    migrate(address)
    database = Database(address)
    journal = Journal(database)
    await journal.open("a")
    asked = batch(Asked(1, Wording(1)), texts=((1, "Herr Maier wartet?"),))
    await store(journal, "a", asked)
    if kind == "sqlite":
        backup(address, tmp_path / "copy")
    black = batch(Redacted(1, Field.TEXT), after=1, texts=((1, "Herr █████ wartet?"),))
    await store(journal, "a", black)
    told = await database.read(reports)
    if kind == "sqlite":
        await database.close()
        restore(address, tmp_path / "copy", NOW, told)
        assert b"Maier" not in (tmp_path / "data" / "dialog.sqlite3").read_bytes()
        database = Database(address)
    else:
        await database.write(bring_back)
        assert renew(address, NOW, told) == 1
    assert (await Journal(database).open("a")).texts == {1: "Herr █████ wartet?"}
    await database.close()


def bring_back(connection: Connection) -> None:
    """What an older copy of the database would do."""
    connection.execute(DELETIONS.delete())
    connection.execute(TEXTS.update().values(body="Herr Maier wartet?"))
