"""Alembic runs this file; the connection comes from ``dialog.store.migrate``."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from dialog.store.tables import METADATA, Prose


def render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:  # noqa: ANN401
    """Write our own type as what it is in the database: a migration names nothing of today."""
    return "sa.Text()" if kind == "type" and isinstance(item, Prose) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    render_item=render,
    # One transaction on both databases: half a migration helps nobody.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
