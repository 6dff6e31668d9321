"""Periods of retention, legal holds, and requests of learners about their data"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_TABLES = ("retention_period", "legal_hold", "data_request")
_WALL = "coalesce(current_setting('cme.provider', true), '') IN ('', provider_id)"


def _key(name: str, *, is_nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=32), nullable=is_nullable)


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _indexes(table: str, columns: tuple[str, ...]) -> None:
    with op.batch_alter_table(table, schema=None) as batch_op:
        for column in columns:
            batch_op.create_index(batch_op.f(f"ix_{table}_{column}"), [column], unique=False)


def _create_period() -> None:
    op.create_table(
        "retention_period",
        _key("provider_id"),
        sa.Column("record_class", sa.String(length=16), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        _refers("retention_period", "provider_id", "provider"),
        sa.PrimaryKeyConstraint("provider_id", "record_class", name=op.f("pk_retention_period")),
    )


def _create_hold() -> None:
    op.create_table(
        "legal_hold",
        _key("id"),
        _key("provider_id"),
        _key("learner_id", is_nullable=True),
        _key("activity_id", is_nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("placed_by", sa.String(length=255), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lift_reason", sa.String(length=1000), nullable=False),
        sa.Column("lifted_by", sa.String(length=255), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        _refers("legal_hold", "provider_id", "provider"),
        _refers("legal_hold", "learner_id", "learner"),
        _refers("legal_hold", "activity_id", "activity"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    _indexes("legal_hold", ("provider_id", "learner_id", "activity_id"))


def _create_request() -> None:
    op.create_table(
        "data_request",
        _key("id"),
        _key("provider_id"),
        _key("learner_id"),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("asked_by", sa.String(length=255), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("decided_by", sa.String(length=255), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        _refers("data_request", "provider_id", "provider"),
        _refers("data_request", "learner_id", "learner"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_request")),
    )
    _indexes("data_request", ("provider_id", "learner_id"))
    is_open = sa.text("closed_at IS NULL")
    op.create_index(
        "uq_data_request_open",
        "data_request",
        ["learner_id", "kind"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def upgrade() -> None:
    _create_period()
    _create_hold()
    _create_request()
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY one_provider ON {table} USING ({_WALL})")


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)
