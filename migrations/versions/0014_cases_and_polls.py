"""Answers to cases and polls in the content"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
_NOW = "coalesce(current_setting('cme.provider', true), '')"


def upgrade() -> None:
    op.create_table(
        "content_response",
        sa.Column("participation_id", sa.String(length=32), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("activity_id", sa.String(length=32), nullable=False),
        sa.Column("value", _JSON, nullable=False),
        sa.Column("options_hash", sa.String(length=64), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_content_response_activity_id")),
        sa.ForeignKeyConstraint(
            ["participation_id"],
            ["participation.id"],
            name=op.f("fk_content_response_participation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("participation_id", "item", name=op.f("pk_content_response")),
    )
    op.create_index("ix_content_response_item", "content_response", ["activity_id", "item"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE content_response ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE content_response FORCE ROW LEVEL SECURITY")
        op.execute(
            "CREATE POLICY one_provider ON content_response "
            f"USING ({_NOW} = '' OR activity_id IN (SELECT id FROM activity))"
        )


def downgrade() -> None:
    op.drop_table("content_response")
