"""Published records, and what was promised in them."""

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from dialog.cli.conditions import be_at_head, be_there, counted, read_settings
from dialog.settings import Settings


@click.command()
@click.argument("slug")
def adopt(slug: str) -> None:
    """Let an imported record be cared for on this server.

    From then on it can be corrected, promises kept, passages and names taken out.
    """
    from dialog.store.lock import InUse, lock

    settings = read_settings()
    be_there(settings, slug)
    be_at_head(settings.database)
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
        return await application.declared.adopt(slug)
    finally:
        await application.close()


@click.command()
@click.argument("slugs", nargs=-1, metavar="[SLUG]...")
@click.option("--to", required=True, type=click.Path(path_type=Path), metavar="FOLDER|FILE.zip")
@click.option("--logs", is_flag=True, help="With the moderation logs, for the state archive.")
def export(slugs: tuple[str, ...], to: Path, *, logs: bool) -> None:
    """Write records, of the named sessions or of all, with checksums."""
    settings = read_settings()
    be_at_head(settings.database)

    async def write() -> list[str]:
        from dialog.app import Application
        from dialog.exchange import export as out

        application = Application(settings)
        try:
            return await out(application, slugs, to, logs=logs)
        finally:
            await application.close()

    with _exchanging("Nothing was written."):
        click.echo(f"{to}: {counted(asyncio.run(write()), 'record')}, with checksums.")
        click.echo("A session.toml in it may hold the code of its session: keep it to yourself.")


@click.command("import")
@click.argument("sources", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--replace", is_flag=True, help="Also where a record says something else here.")
def import_(sources: tuple[Path, ...], *, replace: bool) -> None:
    """Take in records that `export` wrote, all of them or none.

    SOURCES are folders or ZIP files. Each is checked in full: shape, checksums, names, sizes.
    """
    from dialog.store.lock import InUse, lock

    settings = read_settings()
    be_at_head(settings.database)

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


@click.command()
@click.option(
    "--due", "within", default=14, show_default=True, type=click.IntRange(min=0), help="In days."
)
@click.option("--json", "as_json", is_flag=True, help="Print them as one JSON list.")
def promises(within: int, *, as_json: bool) -> None:
    """Print the promises that are overdue or fall due soon.

    Ends with 0 where there are none, 3 where somebody is to be reminded.
    """
    settings = read_settings()
    be_at_head(settings.database)

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
        click.echo(counted(found, "promise"))
    sys.exit(3 if found else 0)
