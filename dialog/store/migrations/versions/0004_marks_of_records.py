"""A mark beside each record: whether it has changed is asked without reading it.

Revision: 0004
"""

from hashlib import blake2b

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    bind = op.get_bind()
    mark = sa.Column("mark", sa.LargeBinary(), nullable=True)
    if bind.dialect.name == "sqlite":
        # Behind a long text, SQLite would walk through all of it to read a mark.
        with op.batch_alter_table("transcripts", recreate="always") as table:
            table.add_column(mark, insert_after="slug")
    else:
        op.add_column("transcripts", mark)
    transcripts = sa.table("transcripts", sa.column("slug"), sa.column("mark"), sa.column("bundle"))
    for slug, bundle in bind.execute(sa.select(transcripts.c.slug, transcripts.c.bundle)).all():
        made = blake2b(bundle.encode(), digest_size=16).digest()
        bind.execute(transcripts.update().where(transcripts.c.slug == slug).values(mark=made))
    with op.batch_alter_table("transcripts") as table:
        table.alter_column("mark", existing_type=sa.LargeBinary(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("transcripts") as table:
        table.drop_column("mark")
