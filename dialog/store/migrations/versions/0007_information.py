"""Notices, who gets them by mail, and the directory of integration guides.

Revision: 0007
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    _create_notices()
    _create_subscriptions()
    _create_guides()
    with op.batch_alter_table("rolls") as rolls:
        rolls.alter_column("session", existing_type=sa.Integer(), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM rolls WHERE session IS NULL")
    with op.batch_alter_table("rolls") as rolls:
        rolls.alter_column("session", existing_type=sa.Integer(), nullable=False)
    for table in ("guides", "subscriptions", "notice_links", "notices"):
        op.drop_table(table)


def _create_notices() -> None:
    op.create_table(
        "notices",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        *_texts("title", "summary", "body", "topics", "from_", "until"),
        *_moments("deadline", "published", "changed"),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("mailed", sa.Integer(), nullable=False),
        sa.CheckConstraint("\"kind\" IN ('notice', 'call')", name=op.f("ck_notices_kind")),
        sa.CheckConstraint(
            "\"state\" IN ('draft', 'published', 'withdrawn')", name=op.f("ck_notices_state")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_notices")),
        sa.UniqueConstraint("slug", name=op.f("uq_notices_slug")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "notice_links",
        sa.Column("notice", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("question", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice"],
            ["notices.number"],
            name=op.f("fk_notice_links_notice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("notice", "slug", "question", name=op.f("pk_notice_links")),
    )


def _create_subscriptions() -> None:
    op.create_table(
        "subscriptions",
        *_texts("id", "key", "address", "lang", "topics", "wanted"),
        *_moments("asked", "confirmed"),
        sa.Column("opening", sa.LargeBinary(), nullable=True),
        sa.Column("ending", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("key", name=op.f("uq_subscriptions_key")),
        sa.UniqueConstraint("opening", name=op.f("uq_subscriptions_opening")),
        sa.UniqueConstraint("ending", name=op.f("uq_subscriptions_ending")),
    )


def _create_guides() -> None:
    op.create_table(
        "guides",
        sa.Column("number", sa.Integer(), nullable=False),
        *_texts("district", "organisation", "name", "phone", "mail", "web", "note"),
        *_moments("made"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_guides")),
    )


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _moments(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]
