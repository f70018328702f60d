"""The command line; each file holds commands of one kind."""

import click

from dialog.cli.examining import doctor
from dialog.cli.keeping import backup, purge, restore
from dialog.cli.records import adopt, export, import_, promises
from dialog.cli.rehearsing import rehearsal, rehearse
from dialog.cli.serving import check, demo, migrate, run, serve
from dialog.cli.staff import invite, organiser

__all__ = ["main", "run"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dialog-digital", message="%(version)s")
def main() -> None:
    """Dialog digital: volunteers ask, a minister answers, everyone can read it afterwards."""


for _command in (
    adopt, backup, check, demo, doctor, export, import_, invite, migrate,
    organiser, promises, purge, rehearsal, rehearse, restore, serve,
):  # fmt: skip
    main.add_command(_command)
