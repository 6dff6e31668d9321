"""What is still to be told of credit in columns of its own, and the maximum that an LMS gives such a column"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_COLUMNS = (
    sa.Column("credit_cursor", sa.String(length=32), nullable=True),
    sa.Column("credit_leased_until", sa.DateTime(timezone=True), nullable=True),
    sa.Column("lms_maximum", sa.Double(), nullable=True),
)
_UNFINISHED = sa.text("credit_cursor IS NOT NULL")
_IS_COLUMN = "credit_activity_id IS NOT NULL"
# chr() and char() of 31: no link's id holds a control character.
_MARK = {"postgresql": "chr(31)", "sqlite": "char(31)"}


def upgrade() -> None:
    with op.batch_alter_table("placement", schema=None) as batch_op:
        for column in _COLUMNS:
            batch_op.add_column(column)
        batch_op.create_index(
            "ix_placement_credit_unfinished", ["id"], postgresql_where=_UNFINISHED, sqlite_where=_UNFINISHED
        )
    mark = _MARK[op.get_context().dialect.name]
    op.execute(
        f"UPDATE placement SET credit_cursor = '', resource_link_id = {mark} || resource_link_id WHERE {_IS_COLUMN}"
    )


def downgrade() -> None:
    op.execute(f"UPDATE placement SET resource_link_id = substr(resource_link_id, 2) WHERE {_IS_COLUMN}")
    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.drop_index("ix_placement_credit_unfinished")
        for column in reversed(_COLUMNS):
            batch_op.drop_column(column.name)
