"""Who was at which session; awards by a rule that wait for their person"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_WALL = "coalesce(current_setting('cme.provider', true), '') IN ('', provider_id)"


def _refers(column: str, target: str, **options: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_attendance_{column}"), **options)


_JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("pending_award", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rule", _JSON, nullable=True))
    op.create_table(
        "attendance",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("activity_id", sa.String(length=32), nullable=False),
        sa.Column("session", sa.String(length=64), nullable=False),
        sa.Column("participation_id", sa.String(length=32), nullable=True),
        sa.Column("email_digest", sa.String(length=64), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("is_present", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "participation_id IS NOT NULL OR email_digest IS NOT NULL", name=op.f("ck_attendance_has_person")
        ),
        _refers("provider_id", "provider"),
        _refers("activity_id", "activity"),
        _refers("participation_id", "participation", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sa.UniqueConstraint("participation_id", "session", name=op.f("uq_attendance_participation_id_session")),
        sa.UniqueConstraint(
            "activity_id", "session", "email_digest", name=op.f("uq_attendance_activity_id_session_email_digest")
        ),
    )
    op.create_index(op.f("ix_attendance_provider_id"), "attendance", ["provider_id"])
    op.create_index(op.f("ix_attendance_email_digest"), "attendance", ["email_digest"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE attendance ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE attendance FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY one_provider ON attendance USING ({_WALL})")


def downgrade() -> None:
    op.drop_table("attendance")
    with op.batch_alter_table("pending_award", schema=None) as batch_op:
        batch_op.drop_column("rule")
