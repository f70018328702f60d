"""Serving the programme, looking at what is declared, and the demonstration."""

import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import click
import structlog

from dialog.cli.conditions import alone, be_at_head, be_free, counted, opening, read_settings
from dialog.log import write_as_json
from dialog.settings import Settings

log = structlog.get_logger()


@click.command()
def serve() -> None:
    """Serve the programme as the environment sets it (DIALOG_…)."""
    settings = read_settings()
    be_at_head(settings.database)

    async def listening(port: int) -> None:
        click.echo(f"Dialog digital: http://{settings.host}:{port}")

    with alone(settings.database):
        be_free(settings.host, settings.port)
        if settings.metrics_port:
            be_free(settings.metrics_host, settings.metrics_port, "DIALOG_METRICS")
        run(settings, listening)


@click.command()
def migrate() -> None:
    """Bring the database up to date."""
    from dialog.store.migrate import migrate as bring

    settings = read_settings()
    with opening():
        bring(settings.database)
    click.echo("The database is up to date.")


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def check(folder: Path | None) -> None:
    """Check the declared sessions and name every fault."""
    from dialog.programme import programme

    read = programme(folder or read_settings().sessions)
    for fault in read.faults:
        click.echo(f"{fault.told('de')}\n  {fault.told('en')}", err=True)
    click.echo(f"{counted(read.declarations, 'session')}, {counted(read.faults, 'fault')}")
    sys.exit(1 if read.faults else 0)


@click.command()
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


def run(settings: Settings, listening: Callable[[int], Awaitable[None]]) -> None:
    """Serve until a signal ends it."""
    from dialog.app import Application, server
    from dialog.operating import missing

    write_as_json()
    if lacking := missing(settings):
        log.warning("pages lack what an operator has to say", settings=lacking)
    server(Application(settings), listening).run()
