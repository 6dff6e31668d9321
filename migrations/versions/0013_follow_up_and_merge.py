"""Follow-up by mail, letters in their reader's language, and two identities that are one person"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_OWNED = ("follow_up_link", "learner_contact", "learner_merge", "merge_link")
_NOW = "coalesce(current_setting('cme.provider', true), '')"
_JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
_MOMENT = sa.DateTime(timezone=True)


def _key(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=32), nullable=nullable)


def _to(table: str, column: str, target: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


_COLUMNS: tuple[tuple[str, sa.Column[object]], ...] = (
    ("mail", sa.Column("language", sa.String(length=35), nullable=False, server_default="")),
    ("mail", sa.Column("stop_link", sa.String(length=2048), nullable=False, server_default="")),
    ("commitment", sa.Column("barriers", _JSON, nullable=False, server_default="[]")),
    ("web_session", sa.Column("contact", sa.LargeBinary(), nullable=True)),
    ("learner", sa.Column("email_digest", sa.String(length=64), nullable=False, server_default="")),
    ("learner", sa.Column("merged_into", sa.String(length=32), nullable=True)),
    ("course_member", sa.Column("seen_as", sa.String(length=32), nullable=True)),
)
"""Without foreign keys: SQLite would build the busiest tables anew for them."""


def upgrade() -> None:
    for table, column in _COLUMNS:
        op.add_column(table, column)
    _index("learner", "email_digest")
    _index("learner", "merged_into")
    _follow_up_tables()
    _merge_tables()
    if op.get_bind().dialect.name == "postgresql":
        for table in _OWNED:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY one_provider ON {table} USING ({_NOW} IN ('', provider_id))")


def _follow_up_tables() -> None:
    op.create_table(
        "learner_contact",
        _key("learner_id"),
        _key("provider_id"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("given_at", _MOMENT, nullable=False),
        sa.Column("stopped_at", _MOMENT, nullable=True),
        _to("learner_contact", "learner_id", "learner"),
        _to("learner_contact", "provider_id", "provider"),
        sa.PrimaryKeyConstraint("learner_id", name=op.f("pk_learner_contact")),
    )
    _index("learner_contact", "provider_id")
    op.create_table(
        "follow_up_link",
        _key("id"),
        _key("provider_id"),
        _key("participation_id"),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        _to("follow_up_link", "provider_id", "provider"),
        _to("follow_up_link", "participation_id", "participation", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_follow_up_link_token_hash")),
    )
    _index("follow_up_link", "provider_id")
    _index("follow_up_link", "participation_id")
    op.create_table(
        "follow_up_reminder",
        _key("participation_id"),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("sent_at", _MOMENT, nullable=False),
        _to("follow_up_reminder", "participation_id", "participation", "CASCADE"),
        sa.PrimaryKeyConstraint("participation_id", "item", "days", name=op.f("pk_follow_up_reminder")),
    )


def _merge_tables() -> None:
    op.create_table(
        "learner_merge",
        _key("id"),
        _key("provider_id"),
        _key("kept_id"),
        _key("absorbed_id"),
        sa.Column("moved", _JSON, nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("merged_by", sa.String(length=255), nullable=False),
        sa.Column("merged_at", _MOMENT, nullable=False),
        sa.Column("undone_at", _MOMENT, nullable=True),
        _to("learner_merge", "provider_id", "provider"),
        _to("learner_merge", "kept_id", "learner"),
        _to("learner_merge", "absorbed_id", "learner"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learner_merge")),
    )
    for column in ("provider_id", "kept_id", "absorbed_id"):
        _index("learner_merge", column)
    op.create_table(
        "merge_link",
        _key("id"),
        _key("provider_id"),
        _key("kept_id"),
        _key("absorbed_id"),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT, nullable=True),
        _to("merge_link", "provider_id", "provider"),
        _to("merge_link", "kept_id", "learner"),
        _to("merge_link", "absorbed_id", "learner"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_merge_link_token_hash")),
    )
    _index("merge_link", "provider_id")


def downgrade() -> None:
    for table in ("merge_link", "learner_merge", "follow_up_reminder", "follow_up_link", "learner_contact"):
        op.drop_table(table)
    op.drop_index(op.f("ix_learner_merged_into"), table_name="learner")
    op.drop_index(op.f("ix_learner_email_digest"), table_name="learner")
    for table, column in reversed(_COLUMNS):
        op.drop_column(table, column.name)
