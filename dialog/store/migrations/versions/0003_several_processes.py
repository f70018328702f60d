"""Several processes: who they are, and answers found by number.

Revision: 0003
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.create_table(
        "processes",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_processes")),
    )
    op.create_index(op.f("ix_results_session_seq"), "results", ["session", "seq"])


def downgrade() -> None:
    op.drop_index(op.f("ix_results_session_seq"), table_name="results")
    op.drop_table("processes")
