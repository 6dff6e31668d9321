"""Why an award that waits for its person goes beyond the attendance"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("pending_award", schema=None) as batch_op:
        batch_op.add_column(sa.Column("beyond", sa.String(length=500), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("pending_award", schema=None) as batch_op:
        batch_op.drop_column("beyond")
