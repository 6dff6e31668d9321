"""A gradebook column of its own for credit, where the office wants it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_COLUMNS = {
    "deployment": (sa.Column("sends_credit", sa.Boolean(), nullable=False, server_default=sa.false()),),
    "placement": (
        sa.Column("credit_activity_id", sa.String(length=32), nullable=True),
        sa.Column("credit_maximum", sa.Integer(), nullable=True),
    ),
    "delivery": (sa.Column("comment", sa.String(length=500), nullable=False, server_default=""),),
}


def upgrade() -> None:
    for table, columns in _COLUMNS.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.add_column(column)


def downgrade() -> None:
    for table, columns in _COLUMNS.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.drop_column(column.name)
