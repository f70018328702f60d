"""A look at the server's public address."""

import asyncio
import json
import sys
import time
from dataclasses import asdict

import click

from dialog.cli.conditions import read_settings
from dialog.settings import Settings


@click.command()
@click.argument("url")
@click.option(
    "--seconds", default=30.0, show_default=True, type=click.FloatRange(0.1, 60),
    help="How long silence is tried.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print it as one JSON list.")
def doctor(url: str, seconds: float, *, as_json: bool) -> None:
    """Look at what a proxy makes of the server at URL.

    Websockets, Origin, forwarded headers, bodies, buffering, times, TLS, clock, and what the
    operator's pages lack. It needs the server's secret, so run it with the server's settings,
    while the server runs. Ends with 1 where something has to be changed.
    """
    from dialog.doctor import Away, Grade, Patient, examine, lacking
    from dialog.operating import missing
    from dialog.web.seals import Seals

    settings = read_settings()
    seals = Seals(_secret(settings), _now)
    try:
        patient = Patient(url.rstrip("/"), seals.doctor(), seconds)
        found = asyncio.run(examine(patient, _now))
    except Away as fault:
        sys.exit(str(fault))
    found.append(lacking(missing(settings)))
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False))
    else:
        for one in found:
            remedy = f"\n      → {one.remedy}" if one.remedy else ""
            click.echo(f"{one.grade.value:<4}  {one.about}: {one.said}{remedy}")
    sys.exit(1 if any(one.grade is Grade.BAD for one in found) else 0)


def _secret(settings: Settings) -> str:
    """Return the server's secret, and draw none where there is none: it would be another one."""
    kept = settings.data / "secret"
    try:
        return settings.secret or kept.read_text("ascii").strip()
    except OSError as fault:
        sys.exit(f"The server's secret is needed, and cannot be read: {kept}: {fault.strerror}.")


def _now() -> int:
    return time.time_ns() // 1_000_000
