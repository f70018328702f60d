"""Accounts of staff, invited volunteers, mail, and how somebody came in.

Revision: 0006
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: None = None
depends_on: None = None

ROLES = "'reader', 'volunteer', 'moderator', 'scribe', 'minister', 'organiser', 'system'"
STATES = "'waiting', 'sending', 'sent', 'failed', 'unclear', 'dropped'"
# SQLite copies the table, and would forget that a pass's number is never given again.
NEVER_TWICE = {"sqlite_autoincrement": True}
ADMISSIONS = "'invited', 'joined', 'new'"


def upgrade() -> None:
    _create_accounts()
    for table in ("offices", "seats"):
        _create_roles(table)
    _create_members()
    _create_signins()
    _create_guests()
    _create_rolls()
    _create_letters()
    _create_editions()
    with op.batch_alter_table("passes", table_kwargs=NEVER_TWICE) as passes:
        passes.add_column(sa.Column("account", sa.Integer(), nullable=True))
        passes.add_column(
            sa.Column("confirmed", sa.BigInteger(), nullable=False, server_default="0")
        )
        passes.create_index(op.f("ix_passes_account"), ["account"])
        passes.create_foreign_key(
            op.f("fk_passes_account"), "accounts", ["account"], ["id"], ondelete="CASCADE"
        )
    with op.batch_alter_table("people") as people:
        people.add_column(
            sa.Column("admission", sa.Text(), nullable=False, server_default="joined")
        )
        people.create_check_constraint(
            op.f("ck_people_admission"), f'"admission" IN ({ADMISSIONS})'
        )


def downgrade() -> None:
    with op.batch_alter_table("people") as people:
        people.drop_constraint(op.f("ck_people_admission"), type_="check")
        people.drop_column("admission")
    with op.batch_alter_table("passes", table_kwargs=NEVER_TWICE) as passes:
        passes.drop_constraint(op.f("fk_passes_account"), type_="foreignkey")
        passes.drop_index(op.f("ix_passes_account"))
        passes.drop_column("confirmed")
        passes.drop_column("account")
    for table in ("editions", "letters", "rolls", "guests"):
        op.drop_table(table)
    for table in ("signins", "members", "seats", "offices", "accounts"):
        op.drop_table(table)


def _session(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_session")
    return sa.ForeignKeyConstraint(["session"], ["sessions.id"], name=name)


def _account(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_account")
    return sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=name, ondelete="CASCADE")


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("key", name=op.f("uq_accounts_key")),
        sa.UniqueConstraint("subject", name=op.f("uq_accounts_subject")),
        sqlite_autoincrement=True,
    )


def _create_roles(table: str) -> None:
    """A role everywhere, or in one session."""
    of_session = table == "seats"
    where = [sa.Column("session", sa.Integer(), nullable=False)] if of_session else []
    keys = ["account", "session", "role"] if of_session else ["account", "role"]
    op.create_table(
        table,
        sa.Column("account", sa.Integer(), nullable=False),
        *where,
        sa.Column("role", sa.Text(), nullable=False),
        sa.CheckConstraint(f'"role" IN ({ROLES})', name=op.f(f"ck_{table}_role")),
        _account(table),
        *([_session(table)] if of_session else []),
        sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{table}")),
    )


def _create_members() -> None:
    op.create_table(
        "members",
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("person", sa.Integer(), nullable=False),
        _account("members"),
        _session("members"),
        sa.PrimaryKeyConstraint("account", "session", name=op.f("pk_members")),
    )


def _create_signins() -> None:
    op.create_table(
        "signins",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        _account("signins"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signins")),
        sa.UniqueConstraint("token", name=op.f("uq_signins_token")),
    )


def _create_guests() -> None:
    op.create_table(
        "guests",
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("joined", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn", sa.BigInteger(), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        _session("guests"),
        sa.PrimaryKeyConstraint("session", "number", name=op.f("pk_guests")),
        sa.UniqueConstraint("session", "key", name="uq_guests_session_key"),
        sa.UniqueConstraint("session", "person", name="uq_guests_session_person"),
    )


def _create_rolls() -> None:
    op.create_table(
        "rolls",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        _session("rolls"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rolls")),
    )


def _create_letters() -> None:
    op.create_table(
        "letters",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("session", sa.Integer(), nullable=True),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(f'"state" IN ({STATES})', name=op.f("ck_letters_state")),
        _session("letters"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
    )
    op.create_index(op.f("ix_letters_state_due"), "letters", ["state", "due"])
    op.create_index(op.f("ix_letters_session_person"), "letters", ["session", "person"])


def _create_editions() -> None:
    op.create_table(
        "editions",
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        _session("editions"),
        sa.PrimaryKeyConstraint("session", name=op.f("pk_editions")),
    )
