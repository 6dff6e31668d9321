"""One certificate for each credit type or session of a claim, where the provider wants it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_WALL = "coalesce(current_setting('cme.provider', true), '') IN ('', provider_id)"
_INDEX = "uq_certificate_valid_award"
_VALID = sa.text("status = 'valid'")
_COLUMNS = (
    sa.Column("division", sa.String(length=16), nullable=False, server_default="together"),
    sa.Column("session_key", sa.String(length=64), nullable=False, server_default=""),
    sa.Column("letter_key", sa.String(length=255), nullable=True),
)


def _index(*columns: str) -> None:
    """At most one valid certificate for the same ``columns``."""
    op.drop_index(_INDEX, table_name="certificate")
    op.create_index(_INDEX, "certificate", [*columns], unique=True, sqlite_where=_VALID, postgresql_where=_VALID)


def upgrade() -> None:
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        for column in _COLUMNS:
            batch_op.add_column(column)
    _index("award_id", "session_key")
    op.create_table(
        "certificate_division",
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("division", sa.String(length=16), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_certificate_division_provider_id")),
        sa.PrimaryKeyConstraint("provider_id", name=op.f("pk_certificate_division")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE certificate_division ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE certificate_division FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY one_provider ON certificate_division USING ({_WALL})")


def _refuse_to_confuse_certificates() -> None:
    """The release before would take each of them for the only one of its claim, and replace it by one of all credit."""
    query = sa.text("SELECT COUNT(*) FROM certificate WHERE division <> 'together'")
    if op.get_bind().execute(query).scalar_one():
        raise RuntimeError(
            "there are certificates of single credit types or sessions, which the release before cannot keep; "
            "restore a backup from before this migration instead"
        )


def downgrade() -> None:
    _refuse_to_confuse_certificates()
    op.drop_table("certificate_division")
    _index("award_id")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        for column in reversed(_COLUMNS):
            batch_op.drop_column(column.name)
