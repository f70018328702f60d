"""The ways in for staff that need no mail."""

import asyncio
import sys

import click

from dialog.cli.conditions import a_name, be_at_head, be_there, read_settings

STAFF = ("moderator", "minister", "scribe", "organiser")
HOUR_S = 60 * 60
LINK_HOURS = 24


@click.command()
@click.argument("address")
@click.option("--name", required=True, help="The person's name, as colleagues see it.")
def organiser(address: str, name: str) -> None:
    """Let somebody organise the programme.

    Makes a link that signs them in, once within 24 hours: for the first one, or without mail.
    """
    from dialog.forum.names import Role
    from dialog.store.accounts import addressable

    settings = read_settings()
    called = a_name(name)
    if not addressable(address):
        sys.exit(f"{address} is no mail address.")
    be_at_head(settings.database)

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


@click.command()
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

    settings = read_settings()
    called = a_name(name)
    be_there(settings, slug)
    be_at_head(settings.database)

    async def make() -> str:
        from dialog.app import Application

        application = Application(settings)
        try:
            return await application.people.invite(slug, Role(role), called, hours * HOUR_S)
        finally:
            await application.close()

    click.echo(f"{settings.base_url.rstrip('/')}/enter/{asyncio.run(make())}")
