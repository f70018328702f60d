"""Copies of sessions to practise on, and volunteers who play in them."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from dialog.cli.conditions import be_at_head, be_there, read_settings
from dialog.settings import Settings


@click.command()
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

    settings, now = read_settings(), datetime.now(UTC)
    if remove:
        _remove(settings, slug, now)
        return
    be_there(settings, slug)
    be_at_head(settings.database)
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
            be_at_head(settings.database)
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
    from dialog.app import wall
    from dialog.secret import kept_secret
    from dialog.web.seals import Seals

    seals = Seals(settings.secret or kept_secret(settings.data), wall)
    return seals.rehearsal(slug, good // timedelta(milliseconds=1))


@click.command()
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
