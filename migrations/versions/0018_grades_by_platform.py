"""Waiting grades by platform, and those that nobody has heard"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_delivery_waiting": "state = 'waiting'",
    "ix_delivery_unheard": "state = 'waiting' AND outcome = 'retry' AND status IS NULL",
}


def upgrade() -> None:
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        for name, condition in _INDEXES.items():
            where = sa.text(condition)
            batch_op.create_index(
                name, ["platform_id", "next_at"], unique=False, sqlite_where=where, postgresql_where=where
            )


def downgrade() -> None:
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        for name in _INDEXES:
            batch_op.drop_index(name)
