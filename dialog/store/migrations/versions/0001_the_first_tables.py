"""The first tables.

Revision: 0001
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: None = None
depends_on: None = None

PHASES = "'announced', 'open', 'live', 'closed', 'published', 'cancelled'"
REVIEWS = "'waiting', 'approved', 'stage_only', 'returned', 'merged', 'withdrawn', 'unreviewed'"
REASONS = (
    "'off_topic', 'already_answered', 'not_ours', 'single_case', 'no_question', 'insulting', "
    "'pending', 'advertising', 'unclear'"
)
OUTCOMES = "'open', 'aloud', 'promised', 'written', 'referred', 'not_reached'"
ROLES = "'reader', 'volunteer', 'moderator', 'scribe', 'minister', 'organiser', 'system'"


def upgrade() -> None:
    _create_sessions()
    _create_journal()
    _create_questions()
    _create_results()
    _create_people()
    _create_passes()
    _create_invitations()
    _create_transcripts()


def downgrade() -> None:
    for table in ("transcripts", "invitations", "grants", "passes", "people"):
        op.drop_table(table)
    for table in ("results", "questions", "texts", "journal", "sessions"):
        op.drop_table(table)


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("head", sa.BigInteger(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.CheckConstraint(f'"phase" IN ({PHASES})', name=op.f("ck_sessions_phase")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("slug", name=op.f("uq_sessions_slug")),
    )


def _create_journal() -> None:
    op.create_table(
        "journal",
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["session"], ["sessions.id"], name=op.f("fk_journal_session")),
        sa.PrimaryKeyConstraint("session", "number", name=op.f("pk_journal")),
    )
    op.create_table(
        "texts",
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["session"], ["sessions.id"], name=op.f("fk_texts_session")),
        sa.PrimaryKeyConstraint("session", "number", name=op.f("pk_texts")),
    )


def _create_questions() -> None:
    op.create_table(
        "questions",
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("review", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("into", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("upvotes", sa.Integer(), nullable=False),
        sa.Column("text", sa.Integer(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(f'"review" IN ({REVIEWS})', name=op.f("ck_questions_review")),
        sa.CheckConstraint(f'"reason" IN ({REASONS})', name=op.f("ck_questions_reason")),
        sa.CheckConstraint(f'"outcome" IN ({OUTCOMES})', name=op.f("ck_questions_outcome")),
        sa.ForeignKeyConstraint(["session"], ["sessions.id"], name=op.f("fk_questions_session")),
        sa.PrimaryKeyConstraint("session", "number", name=op.f("pk_questions")),
    )


def _create_results() -> None:
    op.create_table(
        "results",
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["session"], ["sessions.id"], name=op.f("fk_results_session")),
        sa.PrimaryKeyConstraint("session", "person", "key", name=op.f("pk_results")),
    )


def _create_people() -> None:
    op.create_table(
        "people",
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(f'"role" IN ({ROLES})', name=op.f("ck_people_role")),
        sa.ForeignKeyConstraint(["session"], ["sessions.id"], name=op.f("fk_people_session")),
        sa.PrimaryKeyConstraint("session", "number", "role", name=op.f("pk_people")),
        sa.UniqueConstraint("link", name=op.f("uq_people_link")),
    )


def _create_passes() -> None:
    op.create_table(
        "passes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passes")),
        sa.UniqueConstraint("token", name=op.f("uq_passes_token")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_passes_made"), "passes", ["made"])
    op.create_table(
        "grants",
        sa.Column("holder", sa.Integer(), nullable=False),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.CheckConstraint(f'"role" IN ({ROLES})', name=op.f("ck_grants_role")),
        sa.ForeignKeyConstraint(
            ["holder"], ["passes.id"], name=op.f("fk_grants_holder"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["session"], ["sessions.id"], name=op.f("fk_grants_session")),
        sa.PrimaryKeyConstraint("holder", "session", "role", name=op.f("pk_grants")),
    )


def _create_invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(f'"role" IN ({ROLES})', name=op.f("ck_invitations_role")),
        sa.ForeignKeyConstraint(["session"], ["sessions.id"], name=op.f("fk_invitations_session")),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_invitations")),
    )


def _create_transcripts() -> None:
    op.create_table(
        "transcripts",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("starts", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("bundle", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_transcripts")),
    )
