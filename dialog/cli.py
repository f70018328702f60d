"""The command line: serve, migrate, check, organiser, invite, rehearse, backup, records, demo."""

import asyncio
import json
import socket
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Iterator, Sized
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from dialog.log import write_as_json
from dialog.settings import Settings

STAFF = ("moderator", "minister", "scribe", "organiser")
HOUR_S = 60 * 60
LINK_HOURS = 24
SURE = "If the clock is right, add --clock-is-right."


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dialog-digital", message="%(version)s")
def main() -> None:
    """Dialog digital: volunteers ask, a minister answers, everyone can read it afterwards."""


@main.command()
def serve() -> None:
    """Serve the programme as the environment sets it (DIALOG_…)."""
    settings = _settings()
    _be_at_head(settings.database)

    async def listening(port: int) -> None:
        click.echo(f"Dialog digital: http://{settings.host}:{port}")

    with _alone(settings.database):
        _be_free(settings.host, settings.port)
        run(settings, listening)


@main.command()
def migrate() -> None:
    """Bring the database up to date."""
    from dialog.store.migrate import migrate as bring

    settings = _settings()
    with _opening():
        bring(settings.database)
    click.echo("The database is up to date.")


@main.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def check(folder: Path | None) -> None:
    """Check the declared sessions and name every fault."""
    from dialog.programme import programme

    read = programme(folder or _settings().sessions)
    for fault in read.faults:
        click.echo(f"{fault.told('de')}\n  {fault.told('en')}", err=True)
    click.echo(f"{_count(read.declarations, 'session')}, {_count(read.faults, 'fault')}")
    sys.exit(1 if read.faults else 0)


@main.command()
@click.argument("slug")
@click.option("--role", type=click.Choice(STAFF), required=True, help="What the person may do.")
@click.option("--name", required=True, help="The person's name, as colleagues see it.")
@click.option(
    "--hours",
    default=72,
    show_default=True,
    type=click.IntRange(min=1),
    help="How long the link is good.",
)
def invite(slug: str, role: str, name: str, hours: int) -> None:
    """Make a link that lets one member of staff in, once."""
    from dialog.forum.names import Role

    settings = _settings()
    called = _called(name)
    _be_there(settings, slug)
    _be_at_head(settings.database)

    async def make() -> str:
        from dialog.app import Application

        application = Application(settings)
        try:
            return await application.people.invite(slug, Role(role), called, hours * HOUR_S)
        finally:
            await application.close()

    click.echo(f"{settings.base_url.rstrip('/')}/enter/{asyncio.run(make())}")


@main.command()
@click.argument("address")
@click.option("--name", required=True, help="The person's name, as colleagues see it.")
def organiser(address: str, name: str) -> None:
    """Let somebody organise the programme.

    Makes a link that signs them in, once within 24 hours: for the first one, or without mail.
    """
    from dialog.forum.names import Role
    from dialog.store.accounts import addressable

    settings = _settings()
    called = _called(name)
    if not addressable(address):
        sys.exit(f"{address} is no mail address.")
    _be_at_head(settings.database)

    async def make() -> str:
        from dialog.app import Application

        application = Application(settings)
        try:
            accounts = application.accounts
            account = await accounts.make(address, called)
            await accounts.appoint(
                account.id, {Role.ORGANISER, *await accounts.offices(account.id)}
            )
            number = await application.signins.ask(account.id, LINK_HOURS * HOUR_S * 1000)
            return application.signins.sealed(number).token
        finally:
            await application.close()

    click.echo(f"{settings.base_url.rstrip('/')}/signin/{asyncio.run(make())}")


@main.command()
@click.argument("slug")
@click.option("--remove", is_flag=True, help="Delete this rehearsal with all it holds.")
@click.option(
    "--hours",
    default=24,
    show_default=True,
    type=click.IntRange(1, 168),
    help="How long it is live, and the token good.",
)
def rehearsal(slug: str, hours: int, *, remove: bool) -> None:
    """Make a copy of a session to rehearse on, or remove one."""
    from dialog.programme import DeclarationError
    from dialog.programme.copying import copy

    settings, now = _settings(), datetime.now(UTC)
    if remove:
        _remove(settings, slug, now)
        return
    _be_there(settings, slug)
    _be_at_head(settings.database)
    lasts = timedelta(hours=hours)
    try:
        made = copy(settings.sessions, slug, now, lasts)
    except DeclarationError as error:
        sys.exit("\n".join(fault.told("en") for fault in error.faults))
    except OSError as fault:
        sys.exit(f"No rehearsal was made. {fault}")
    address = f"{settings.base_url.rstrip('/')}/sessions/{made.slug}"
    click.echo(f"A running server opens it within seconds: {address}")
    click.echo("It is marked on every page, listed nowhere, and deleted after seven days.")
    if made.code:
        click.echo(f"Its code is {made.code}.")
    click.echo(f"\nTo play it, good for {hours} hours and for this rehearsal only:\n")
    click.echo(f"  DIALOG_REHEARSAL_TOKEN={_token(settings, made.slug, lasts)} \\")
    click.echo(f"  python -m dialog rehearse {address}")
    click.echo(f"\nTo remove it: python -m dialog rehearsal --remove {made.slug}")


def _remove(settings: Settings, slug: str, now: datetime) -> None:
    """End a rehearsal, and delete it where no server runs that would."""
    from dialog.copies import delete
    from dialog.programme.copying import end, rehearsals
    from dialog.store.database import Database
    from dialog.store.lock import InUse, lock
    from dialog.store.rehearsals import RealSession

    if slug not in (rehearsals(settings.sessions) if settings.sessions.is_dir() else ()):
        sys.exit(f"{slug} is no rehearsal in {settings.sessions}. Nothing was removed.")

    async def now_then() -> None:
        database = Database(settings.database)
        try:
            await delete(settings.sessions, database, slug)
        finally:
            await database.close()

    try:
        end(settings.sessions, slug, now)
        with lock(settings.database):
            _be_at_head(settings.database)
            asyncio.run(now_then())
    except InUse:
        if (slug, None) in rehearsals(settings.sessions).items():
            sys.exit(f"{slug} cannot be read, so no server deletes it. Mend its session.toml.")
        click.echo(f"{slug} has ended. The running server deletes it within seconds.")
    except (RealSession, ValueError, OSError) as fault:
        sys.exit(f"Nothing was removed. {fault}")
    else:
        click.echo(f"{slug} was removed with all it held.")


def _token(settings: Settings, slug: str, good: timedelta) -> str:
    """Return a token for whoever plays in a rehearsal."""
    from dialog.app import kept_secret, wall
    from dialog.web.seals import Seals

    seals = Seals(settings.secret or kept_secret(settings.data), wall)
    return seals.rehearsal(slug, good // timedelta(milliseconds=1))


@main.command()
@click.argument("url")
@click.option("--volunteers", default=300, show_default=True, type=click.IntRange(1, 20_000))
@click.option("--minutes", default=3.0, show_default=True, type=click.FloatRange(0.05, 240))
@click.option("--seed", default=1, show_default=True, help="Seed of what they do.")
@click.option(
    "--token",
    default="",
    envvar="DIALOG_REHEARSAL_TOKEN",
    help="What `rehearsal` printed; better in DIALOG_REHEARSAL_TOKEN, for others see commands.",
)
@click.option(
    "--report",
    default="rehearsal.html",
    show_default=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the report goes.",
)
@click.option("--lang", default="de", show_default=True, type=click.Choice(("de", "en")))
def rehearse(
    url: str, volunteers: int, minutes: float, seed: int, token: str, report: Path, lang: str
) -> None:
    """Play volunteers against the rehearsal at URL.

    Ends with 0 for a server that is ready, 1 for one that is not, 2 where nobody got in, 3 where
    nothing can be said.
    """
    from dialog.rehearsal.play import Plan
    from dialog.rehearsal.show import Task, run

    task = Task(url, token, Plan(volunteers, minutes * 60, seed), report)
    sys.exit(run(task, lang, click.echo, lambda: datetime.now(UTC).astimezone()))


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Write the database as it is now into FILE, also while serving.

    In a folder it gets a name by itself, and those made there more than 30 days ago are deleted.
    """
    from dialog.store.backup import Unfit
    from dialog.store.backup import backup as write
    from dialog.store.backup import backup_into as into

    settings = _settings()
    try:
        gone: list[Path] = []
        if file.is_dir():
            file, gone = into(settings.database, file, datetime.now(UTC))
        else:
            write(settings.database, file)
    except (Unfit, OSError, sqlite3.Error) as fault:
        sys.exit(f"No backup was made. {fault}")
    click.echo(f"{file}: {file.stat().st_size} bytes, checked.")
    for old in gone:
        click.echo(f"{old}: deleted, older than 30 days.")
    click.echo(
        f"The secret ({settings.data / 'secret'}, or DIALOG_SECRET) and the folder "
        f"{settings.sessions} are not in it: keep copies of them elsewhere."
    )


@main.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
def restore(file: Path | None) -> None:
    """Put the backup FILE in the database's place; not while serving.

    Without FILE: tell the clients of a database that was restored by other means, such as
    pg_restore, that it is another one than before.
    """
    from dialog.store.backup import Unfit, renew
    from dialog.store.backup import restore as put
    from dialog.store.deletions import read
    from dialog.store.lock import InUse

    settings, now = _settings(), datetime.now(UTC)
    if not file:
        _be_at_head(settings.database)
    try:
        reports = read(settings.data / "deletions")
        kept = put(settings.database, file, now, reports) if file else None
        renewed = 0 if file else renew(settings.database, now, reports)
    except InUse as fault:
        sys.exit(f"Nothing was restored. {fault} Stop the server first.")
    except (Unfit, OSError, ValueError, sqlite3.Error) as fault:
        sys.exit(f"Nothing was restored. {fault}")
    click.echo(f"{file} was restored." if file else f"Sessions with a new epoch: {renewed}.")
    if kept:
        click.echo(f"The database of before lies in {kept}; delete it when it is not needed.")
    click.echo(
        "Invitations that were not used at that time have ended: invite anew. "
        f"{_count(reports, 'deletion report')} of {settings.data / 'deletions'} applied: what was "
        "blackened, taken out or purged since is gone again. Run purge for what had its time."
    )
    if not settings.secret and not (settings.data / "secret").is_file():
        click.echo(
            f"There is no secret in {settings.data}: the next start draws a new one. Open pages "
            "have to be loaded again, and private links become others."
        )


@main.command()
@click.argument("slug")
def adopt(slug: str) -> None:
    """Let an imported record be cared for on this server.

    From then on it can be corrected, promises kept, passages and names taken out.
    """
    from dialog.store.lock import InUse, lock

    settings = _settings()
    _be_there(settings, slug)
    _be_at_head(settings.database)
    try:
        with lock(settings.database):
            refused = asyncio.run(_adopt(settings, slug))
    except InUse as fault:
        sys.exit(f"Nothing was adopted. {fault} Stop the server first.")
    if refused:
        sys.exit(f"Nothing was adopted. {refused}")
    click.echo(f"{slug} is a session of this server now. Invite an organiser to care for it.")


async def _adopt(settings: Settings, slug: str) -> str:
    from dialog.app import Application

    application = Application(settings)
    try:
        return await application.adopt(slug)
    finally:
        await application.close()


@main.command()
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.option("--clock-is-right", is_flag=True, help="Also long after the last that happened here.")
@click.option("--json", "as_json", is_flag=True, help="Print it as one JSON list.")
def purge(*, dry_run: bool, clock_is_right: bool, as_json: bool) -> None:
    """Let go what has had its time, in all sessions.

    Once a day is enough, by a timer. A running server does it within seconds, otherwise this
    command. What went stands in reports in the data folder, for a restore.
    """
    from dialog.purging import Doubtful, ask
    from dialog.store.lock import InUse, lock

    settings = _settings()
    _be_at_head(settings.database)
    try:
        if dry_run:
            found = asyncio.run(_purge(settings, dry_run=True, sure=False))
        else:
            with lock(settings.database):
                found = asyncio.run(_purge(settings, dry_run=False, sure=clock_is_right))
    except InUse:
        try:
            found = list(map(asdict, ask(settings.data, sure=clock_is_right)))
        except TimeoutError:
            sys.exit("The running server does not answer. It looks for files in its data folder.")
        except Doubtful as fault:
            sys.exit(f"Nothing was purged. {fault} {SURE}")
    except Doubtful as fault:
        sys.exit(f"Nothing was purged. {fault} {SURE}")
    if as_json:
        click.echo(json.dumps(found))
        return
    for one in found:
        click.echo(_said(one, dry_run=dry_run))
    click.echo("Nothing is due." if not found else f"{_count(found, 'term')} ended.")


async def _purge(settings: Settings, *, dry_run: bool, sure: bool) -> list[dict[str, Any]]:
    """Look at all sessions as they are stored; let go what is due, opening no other session."""
    from dialog.app import Application

    application = Application(settings)
    try:
        declared, purging = application.declared(), application.purging
        if dry_run:
            return list(map(asdict, await purging.due(declared)))
        done = await purging.purge(declared, sure=sure)
        await application.drain()
    finally:
        await application.close()
    return list(map(asdict, done))


def _said(one: dict[str, Any], *, dry_run: bool) -> str:
    goes = [f"{one[what]} {what}" for what in ("texts", "persons", "entries") if one[what]]
    told = "is held" if one["held"] else "would go" if dry_run else "went"
    return "{session}  {term}  ended {since}: ".format(**one) + f"{', '.join(goes)} {told}"


@main.command()
@click.option(
    "--due", "within", default=14, show_default=True, type=click.IntRange(min=0), help="In days."
)
@click.option("--json", "as_json", is_flag=True, help="Print them as one JSON list.")
def promises(within: int, *, as_json: bool) -> None:
    """Print the promises that are overdue or fall due soon.

    Ends with 0 where there are none, 3 where somebody is to be reminded.
    """
    settings = _settings()
    _be_at_head(settings.database)

    async def look() -> list[dict[str, Any]]:
        from dialog.app import Application
        from dialog.due import due

        application = Application(settings)
        try:
            return await due(application, within)
        finally:
            await application.close()

    found = asyncio.run(look())
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    for row in () if as_json else found:
        told = row | {"text": row["text"] or f"question {row['question']}, for the stage only"}
        click.echo("{until}  {days:+d}  {by}: {text}\n  {address}".format(**told))
    if not as_json:
        click.echo(_count(found, "promise"))
    sys.exit(3 if found else 0)


@main.command()
@click.argument("slugs", nargs=-1, metavar="[SLUG]...")
@click.option("--to", required=True, type=click.Path(path_type=Path), metavar="FOLDER|FILE.zip")
@click.option("--logs", is_flag=True, help="With the moderation logs, for the state archive.")
def export(slugs: tuple[str, ...], to: Path, *, logs: bool) -> None:
    """Write records, of the named sessions or of all, with checksums."""
    settings = _settings()
    _be_at_head(settings.database)

    async def write() -> list[str]:
        from dialog.app import Application
        from dialog.exchange import export as out

        application = Application(settings)
        try:
            return await out(application, slugs, to, logs=logs)
        finally:
            await application.close()

    with _exchanging("Nothing was written."):
        click.echo(f"{to}: {_count(asyncio.run(write()), 'record')}, with checksums.")
        click.echo("A session.toml in it may hold the code of its session: keep it to yourself.")


@main.command("import")
@click.argument("sources", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--replace", is_flag=True, help="Also where a record says something else here.")
def import_(sources: tuple[Path, ...], *, replace: bool) -> None:
    """Take in records that `export` wrote, all of them or none.

    SOURCES are folders or ZIP files. Each is checked in full: shape, checksums, names, sizes.
    """
    from dialog.store.lock import InUse, lock

    settings = _settings()
    _be_at_head(settings.database)

    async def take(*, store: bool) -> dict[str, bool]:
        from dialog.app import Application
        from dialog.exchange import take_in

        application = Application(settings)
        try:
            return await take_in(application, sources, replace=replace, store=store)
        finally:
            await application.close()

    with _exchanging("Nothing was taken in."):
        try:
            with lock(settings.database):
                taken = asyncio.run(take(store=True))
        except InUse:
            taken = asyncio.run(take(store=False))
            click.echo("A server runs: it shows them after its next start.")
        for slug, new in taken.items():
            click.echo(f"{slug}: {'taken in' if new else 'here already, nothing to do'}.")


@contextmanager
def _exchanging(nothing: str) -> Iterator[None]:
    """End with the sentence why records cannot go out or come in."""
    from dialog.archive.folder import NoRecord
    from dialog.archive.intake import Unfit
    from dialog.archive.pdf import NotSet

    try:
        yield
    except NotSet as fault:
        sys.exit(f"{nothing} A PDF cannot be made: {fault}.")
    except (Unfit, NoRecord, OSError) as fault:
        sys.exit(f"{nothing} {fault}")


@main.command()
@click.option("--port", default=8000, show_default=True, help="Port on 127.0.0.1.")
@click.option(
    "--data",
    default="demo-data",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Folder that keeps the evening; another one is another evening.",
)
@click.option("--play", is_flag=True, help="Let 60 simulated volunteers take part.")
@click.option("--seed", default=1, show_default=True, help="Seed of what they do.")
@click.option("--json", "as_json", is_flag=True, help="Print the links as one JSON object.")
def demo(port: int, data: Path, seed: int, *, play: bool, as_json: bool) -> None:
    """Show an evening on this machine; it is no authority's offer."""
    from dialog import demo as show

    def tell(links: dict[str, object]) -> None:
        click.echo(json.dumps(links) if as_json else show.told(links))

    write_as_json()
    show.run(data, port, tell=tell, play=play, seed=seed)


def _settings() -> Settings:
    """Read the settings, or end with a sentence for each that cannot be used; none is repeated."""
    try:
        return Settings()
    except ValidationError as fault:
        told = (f"DIALOG_{str(one['loc'][0]).upper()}: {one['msg']}." for one in fault.errors())
        sys.exit("\n".join(told))


def _called(name: str) -> str:
    """Return a name as it can be shown, or end."""
    from dialog.forum.names import Limits
    from dialog.forum.texts import required

    called = required(name, Limits().name, "name")
    if not isinstance(called, str):
        sys.exit(f"This name cannot be used: {called.code.value}.")
    return called


def _be_there(settings: Settings, slug: str) -> None:
    """Go on with a declared session by its own name, or end."""
    declared = settings.sessions / slug / "session.toml"
    if Path(slug).name != slug or not declared.is_file():
        sys.exit(f"There is no session {slug} in {settings.sessions}.")


def _be_at_head(database: str) -> None:
    """Go on with a database that is up to date, or end."""
    from dialog.store.migrate import at_head

    with _opening():
        if not at_head(database):
            sys.exit("The database is not up to date. Run: python -m dialog migrate")


@contextmanager
def _opening() -> Iterator[None]:
    """End with the sentence why a database cannot be opened."""
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except (OSError, ValueError) as fault:
        sys.exit(f"The database cannot be opened. {fault}")
    except DBAPIError as fault:
        sys.exit(f"The database cannot be opened. {fault.orig}")


def _be_free(host: str, port: int) -> None:
    """Go on with an address to listen on, or end: later it would be one empty line of a log."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            sys.exit(
                f"Nobody can listen on {host}, port {port}: {fault.strerror}. "
                f"Set DIALOG_HOST and DIALOG_PORT, or end what uses them."
            )


def _count(things: Sized, noun: str) -> str:
    return f"{len(things)} {noun}{'' if len(things) == 1 else 's'}"


@contextmanager
def _alone(database: str) -> Iterator[None]:
    """Hold the database, or end with the sentence that another process has it."""
    from dialog.store.lock import InUse, lock

    try:
        with lock(database):
            yield
    except InUse as fault:
        sys.exit(f"{fault} Stop the other one first.")


def run(settings: Settings, listening: Callable[[int], Awaitable[None]]) -> None:
    """Serve until a signal ends it."""
    from dialog.app import Application, server

    write_as_json()
    server(Application(settings), listening).run()
