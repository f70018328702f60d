"""Wake-ups between the processes of one PostgreSQL: told in a batch's transaction, heard at once.

They carry nothing that is not in the database, and may be lost: whoever listens looks for itself
now and then.
"""

import asyncio
from collections.abc import Callable

import psycopg
from sqlalchemy import Connection

from dialog.store.database import locate

CHANNEL = "dialog"
AGAIN_S = 0.5


def tell(connection: Connection, slug: str, head: int) -> None:
    """Wake whoever follows a session, once the transaction is committed."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_notify(%s, %s)", (CHANNEL, f"{slug} {head}"))


async def listen(url: str, heard: Callable[[str, int], None]) -> None:
    """Call ``heard`` with slug and head at every wake-up, for ever.

    A connection that is lost is made anew; what was told meanwhile is not heard.
    """
    address = locate(url).set(drivername="postgresql").render_as_string(hide_password=False)
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(address, autocommit=True) as listening:
                await listening.execute(f"LISTEN {CHANNEL}")
                async for note in listening.notifies():
                    slug, _, head = note.payload.partition(" ")
                    if head.isdecimal():
                        heard(slug, int(head))
        except psycopg.Error:
            await asyncio.sleep(AGAIN_S)
