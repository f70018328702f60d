"""The command line: serve, migrate, check, invite, backup, restore, demo."""

import asyncio
import json
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from dialog.log import write_as_json
from dialog.settings import Settings

STAFF = ("moderator", "minister", "scribe", "organiser")
HOUR_S = 60 * 60


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dialog-digital", message="%(version)s")
def main() -> None:
    """Dialog digital: volunteers ask, a minister answers, everyone can read it afterwards."""


@main.command()
def serve() -> None:
    """Serve the programme; settings come from the environment (DIALOG_…)."""
    from dialog.store.migrate import at_head

    settings = Settings()
    if not at_head(settings.database):
        sys.exit("The database is not up to date. Run: python -m dialog migrate")

    async def listening(port: int) -> None:
        click.echo(f"Dialog digital: http://{settings.host}:{port}")

    with _alone(settings.database):
        run(settings, listening)


@main.command()
def migrate() -> None:
    """Bring the database up to date."""
    from dialog.store.migrate import migrate as bring

    bring(Settings().database)
    click.echo("The database is up to date.")


@main.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def check(folder: Path | None) -> None:
    """Check the declared sessions and name everything that is wrong with them."""
    from dialog.programme import programme

    read = programme(folder or Settings().sessions)
    for fault in read.faults:
        click.echo(f"{fault.told('de')}\n  {fault.told('en')}", err=True)
    click.echo(f"{len(read.declarations)} sessions, {len(read.faults)} faults")
    sys.exit(1 if read.faults else 0)


@main.command()
@click.argument("slug")
@click.option("--role", type=click.Choice(STAFF), required=True, help="What the person may do.")
@click.option("--name", required=True, help="The person's name, as colleagues see it.")
@click.option("--hours", default=72, show_default=True, help="How long the link is good.")
def invite(slug: str, role: str, name: str, hours: int) -> None:
    """Make a link that lets one member of staff in, once."""
    from dialog.forum.names import Limits, Role
    from dialog.forum.texts import required

    settings = Settings()
    called = required(name, Limits().name, "name")
    if not isinstance(called, str):
        sys.exit(f"This name cannot be used: {called.code.value}.")
    if not (settings.sessions / slug / "session.toml").is_file():
        sys.exit(f"There is no session {slug} in {settings.sessions}.")

    async def make() -> str:
        from dialog.app import Application

        application = Application(settings)
        try:
            return await application.people.invite(slug, Role(role), called, hours * HOUR_S)
        finally:
            await application.close()

    click.echo(f"{settings.base_url.rstrip('/')}/enter/{asyncio.run(make())}")


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write the whole database of this moment into FILE, while the server goes on."""
    from dialog.store.backup import Unfit
    from dialog.store.backup import backup as write

    settings = Settings()
    try:
        size = write(settings.database, file)
    except (Unfit, OSError, sqlite3.Error) as fault:
        sys.exit(f"No backup was made. {fault}")
    click.echo(f"{file}: {size} bytes, checked.")
    click.echo(
        f"The secret ({settings.data / 'secret'}, or DIALOG_SECRET) and the folder "
        f"{settings.sessions} are not in it: keep copies of them elsewhere."
    )


@main.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
def restore(file: Path | None) -> None:
    """Put the backup FILE in the database's place; the server must not run.

    Without FILE: tell the clients of a database that was restored by other means, such as
    pg_restore, that it is another one than before.
    """
    from dialog.store.backup import Unfit, renew
    from dialog.store.backup import restore as put
    from dialog.store.lock import InUse

    settings, now = Settings(), datetime.now(UTC)
    try:
        kept = put(settings.database, file, now) if file else None
        renewed = 0 if file else renew(settings.database, now)
    except InUse as fault:
        sys.exit(f"Nothing was restored. {fault} Stop the server first.")
    except (Unfit, OSError, sqlite3.Error) as fault:
        sys.exit(f"Nothing was restored. {fault}")
    click.echo(f"{file} was restored." if file else f"{renewed} sessions have new epochs.")
    if kept:
        click.echo(f"The database of before lies in {kept}; delete it when it is not needed.")
    click.echo(
        "Invitations that were not used at that time have ended: invite anew. What was redacted, "
        "and who left, since then is back: look after it."
    )
    if not settings.secret and not (settings.data / "secret").is_file():
        click.echo(
            f"There is no secret in {settings.data}: the next start draws a new one. Open pages "
            "have to be loaded again, and private links become others."
        )


@main.command()
@click.option("--port", default=8000, show_default=True, help="Port on 127.0.0.1.")
@click.option("--data", default="demo-data", show_default=True, type=click.Path(path_type=Path))
@click.option("--play", is_flag=True, help="Let 60 simulated volunteers take part.")
@click.option("--seed", default=1, show_default=True, help="Seed of what they do.")
@click.option("--json", "as_json", is_flag=True, help="Print the links as one JSON object.")
def demo(port: int, data: Path, seed: int, *, play: bool, as_json: bool) -> None:
    """Show an evening on this machine: a demonstration, no authority's offer."""
    from dialog import demo as show

    def tell(links: dict[str, object]) -> None:
        click.echo(json.dumps(links) if as_json else show.told(links))

    write_as_json()
    show.run(data, port, tell=tell, play=play, seed=seed)


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
