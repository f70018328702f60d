"""The secret from which all signatures come, kept in the data folder."""

import secrets
from contextlib import suppress
from pathlib import Path

from dialog import disk


def kept_secret(data: Path) -> str:
    """Return the secret of a data folder, drawn at the first start and readable by us alone.

    It appears whole or not at all: two commands may start at once, and an empty one signs nothing.
    """
    data.mkdir(parents=True, exist_ok=True)
    file = data / "secret"
    if not file.exists():
        drawn = disk.draft(file)
        drawn.write_text(secrets.token_urlsafe(48), "ascii")
        disk.settle(drawn)
        with suppress(FileExistsError):
            file.hardlink_to(drawn)
        drawn.unlink()
        disk.settle(data)
    secret = file.read_text("ascii").strip()
    if not secret:
        raise ValueError(f"{file} is empty: remove it, and a new secret is drawn")
    return secret
