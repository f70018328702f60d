"""Backups, and what has had its time."""

import asyncio
import json
import sqlite3
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from dialog.cli.conditions import be_at_head, counted, read_settings
from dialog.settings import Settings

SURE = "If the clock is right, add --clock-is-right."


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Write the database as it is now into FILE, also while serving.

    In a folder it gets a name by itself, and those made there more than 30 days ago are deleted.
    """
    from dialog.store.backup import Unfit
    from dialog.store.backup import backup as write
    from dialog.store.backup import backup_into as into

    settings = read_settings()
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


@click.command()
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

    settings, now = read_settings(), datetime.now(UTC)
    if not file:
        be_at_head(settings.database)
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
        f"{counted(reports, 'deletion report')} of {settings.data / 'deletions'} applied: what was "
        "blackened, taken out or purged since is gone again. Run purge for what had its time."
    )
    if not settings.secret and not (settings.data / "secret").is_file():
        click.echo(
            f"There is no secret in {settings.data}: the next start draws a new one. Open pages "
            "have to be loaded again, and private links become others."
        )


@click.command()
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

    settings = read_settings()
    be_at_head(settings.database)
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
    click.echo("Nothing is due." if not found else f"{counted(found, 'term')} ended.")


async def _purge(settings: Settings, *, dry_run: bool, sure: bool) -> list[dict[str, Any]]:
    """Look at all sessions as they are stored; let go what is due, opening no other session."""
    from dialog.app import Application

    application = Application(settings)
    try:
        declared, purging = list(application.declared), application.purging
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
