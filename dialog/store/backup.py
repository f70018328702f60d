"""One file that holds the whole database of one moment, made while the server writes; and back.

PostgreSQL has its own tools for the copy; what has to follow a restore is the same for both.
"""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select, update

from dialog import disk
from dialog.store import deletions
from dialog.store.database import locate, make_engine
from dialog.store.deletions import Report
from dialog.store.lock import lock
from dialog.store.migrate import migrate
from dialog.store.outbox import doubt_all
from dialog.store.sessions import draw_epoch, set_session
from dialog.store.tables import INVITATIONS, PASSES, SESSIONS, SIGNINS

OURS = frozenset({"alembic_version", "sessions", "journal"})
LOGS = ("-wal", "-shm")
KEPT = timedelta(days=30)
PREFIX, STAMP, SUFFIX = "dialog-", "%Y%m%dT%H%M%SZ", ".sqlite3"
MAGIC = b"SQLite format 3\0"


class Unfit(Exception):  # noqa: N818 - it is said of a file
    """A backup or restore that is not begun, or a file that is no backup; says why."""


def backup(url: str, target: Path) -> int:
    """Write a database as of now into a new file that only its owner reads; return its bytes.

    It holds nothing that was deleted, needs no other file, and is checked and on the disk before
    it gets its name.
    """
    source = _file(url)
    if source is None:
        raise Unfit("A PostgreSQL database is copied by its own tools: pg_dump --format=custom")
    if not source.is_file():
        raise Unfit(f"There is no database {source}.")
    if not target.parent.is_dir():
        raise Unfit(f"There is no folder {target.parent}.")
    with _beside(target) as drawn:
        with closing(sqlite3.connect(source, isolation_level=None)) as connection:
            connection.execute("VACUUM INTO ?", (str(drawn),))
        check(drawn)
        disk.settle(drawn)
        try:
            target.hardlink_to(drawn)
        except FileExistsError:
            raise Unfit(f"{target} is there already and is not overwritten.") from None
    disk.settle(target.parent)
    return target.stat().st_size


def backup_into(url: str, folder: Path, now: datetime) -> tuple[Path, list[Path]]:
    """Write a backup with a name of its own into a folder, and delete those made long before.

    Return the new file, and what was deleted: what had to go must not live on in copies.
    """
    made = folder / f"{PREFIX}{now:{STAMP}}{SUFFIX}"
    backup(url, made)
    oldest = f"{PREFIX}{now - KEPT:{STAMP}}{SUFFIX}"
    gone = [file for file in sorted(folder.glob(f"{PREFIX}*Z{SUFFIX}")) if file.name < oldest]
    for file in gone:
        file.unlink()
    disk.settle(folder)
    return made, gone


def restore(url: str, source: Path, now: datetime, reports: Collection[Report] = ()) -> Path | None:
    """Put a backup in the database's place; return where the database of before lies now.

    The file is checked, brought to the tables of this program and given new epochs, and what
    ``reports`` tell is deleted from it again before anything changes; then it takes the place in
    one step. Raise ``InUse`` while a server runs.
    """
    target = _file(url)
    if target is None:
        raise Unfit("A PostgreSQL database is restored by its own tools: pg_restore, then restore")
    check(source)
    with lock(url), _beside(target) as drawn:
        _copy(source, drawn)
        try:
            migrate(f"sqlite:///{drawn}")
        except ValueError as fault:
            raise Unfit(f"{source} cannot be used. {fault}") from None
        begin_anew(f"sqlite:///{drawn}", now, reports)
        _alone(drawn)
        disk.settle(drawn)
        kept = _kept(target, now)
        drawn.replace(target)
        disk.settle(target.parent)
    return kept


def renew(url: str, now: datetime, reports: Collection[Report] = ()) -> int:
    """Give a database that was restored by other means new epochs; return how many sessions.

    What ``reports`` tell is deleted from it again.
    """
    with lock(url):
        return begin_anew(url, now, reports)


def begin_anew(url: str, now: datetime, reports: Collection[Report] = ()) -> int:
    """Draw new epochs, so that every client takes a snapshot, and end unused invitations.

    One of them may have been used after the moment to which the database went back, and mail that
    waited may have gone; what was deleted after it goes again, in the same transaction.
    """
    at = int(now.timestamp() * 1000)
    used = {"used": at}
    engine = make_engine(url, size=1)
    try:
        with engine.begin() as connection:
            sessions = connection.scalars(select(SESSIONS.c.id)).all()
            for session in sessions:
                set_session(connection, session, epoch=draw_epoch())
            connection.execute(update(INVITATIONS).where(INVITATIONS.c.used == 0).values(used))
            connection.execute(update(SIGNINS).where(SIGNINS.c.used == 0).values(used))
            # One may have ended since, with a role that went or by its owner: they sign in again.
            connection.execute(delete(PASSES).where(PASSES.c.account.is_not(None)))
            doubt_all(connection, at)
            deletions.apply(connection, reports)
    finally:
        engine.dispose()
    return len(sessions)


def check(file: Path) -> None:
    """Raise ``Unfit`` for a file that is no whole database of this program."""
    if not file.is_file():
        raise Unfit(f"There is no file {file}.")
    try:
        with closing(_reading(file)) as opened:
            found = opened.execute("PRAGMA integrity_check").fetchone()
            tables = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            names = {name for (name,) in tables}
    except sqlite3.DatabaseError as fault:
        raise Unfit(f"{file} is no database: {fault}.") from None
    if found != ("ok",):
        raise Unfit(f"{file} is damaged: {found[0]}")
    if not names >= OURS:
        raise Unfit(f"{file} is no database of Dialog digital.")


def _reading(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)


def _copy(source: Path, target: Path) -> None:
    """Copy what a database holds, also what still stands in a log beside it.

    Raise ``Unfit`` for triggers and views: one might undo what is acknowledged from then on.
    """
    with closing(_reading(source)) as whole, closing(sqlite3.connect(target)) as copy:
        whole.backup(copy)
        active = copy.execute("SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view')")
        if found := active.fetchone():
            raise Unfit(f"{source} holds what is not ours: {found[0]}.")


def _file(url: str) -> Path | None:
    """Return the file of a SQLite database, behind any link to it, None for PostgreSQL."""
    located = locate(url)
    sqlite = located.drivername == "sqlite" and located.database
    return Path(located.database).resolve() if sqlite and located.database else None


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """Lend an empty file in the same folder for what is not finished; leave nothing of it."""
    drawn = disk.draft(file)
    try:
        yield drawn
    finally:
        for name in (str(drawn), *(f"{drawn}{log}" for log in LOGS)):
            Path(name).unlink(missing_ok=True)


def _alone(file: Path) -> None:
    """Take what stands in a database's log into the file itself, or raise ``Unfit``."""
    with closing(sqlite3.connect(file, timeout=1, isolation_level=None)) as connection:
        busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy or Path(f"{file}-wal").exists():
        raise Unfit(f"Another program has {file} open.")


def _kept(file: Path, now: datetime) -> Path | None:
    """Give the database that is to be replaced a second name, which it keeps."""
    if not file.exists():
        return None
    kept = file.with_name(f"{file.name}.{now:%Y%m%dT%H%M%SZ}")
    with file.open("rb") as opened:
        whole = opened.read(len(MAGIC)) == MAGIC
    if whole:
        _alone(file)
    else:  # the reason to restore: kept with its log, which SQLite would not
        for log in LOGS:
            with suppress(FileNotFoundError):
                Path(f"{file}{log}").replace(f"{kept}{log}")
    kept.hardlink_to(file)
    return kept
