"""Connections: dynamic registration, approval, how each platform is doing, and a wall between providers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_OWNED = (
    "activity",
    "audit_entry",
    "certificate",
    "certificate_counter",
    "credit_entry",
    "learner",
    "mail",
    "office_account",
    "office_grant",
    "office_link",
    "office_session",
    "registration_invitation",
    "role_map",
)
_BELOW = {
    "activity_version": ("activity_id", "activity"),
    "evaluation_response": ("activity_id", "activity"),
    "participation": ("activity_id", "activity"),
}
_NOW = "coalesce(current_setting('cme.provider', true), '')"


def _wall(table: str, condition: str) -> None:
    """Row-level security that also binds the tables' owner, which the tool is."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY one_provider ON {table} USING ({condition})")


def _raise_walls() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in _OWNED:
        _wall(table, f"{_NOW} IN ('', provider_id)")
    for table, (column, owner) in _BELOW.items():
        _wall(table, f"{_NOW} = '' OR {column} IN (SELECT id FROM {owner})")


def _take_walls_down() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in (*_BELOW, *_OWNED):
        op.execute(f"DROP POLICY one_provider ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")


_JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    with op.batch_alter_table("platform", schema=None) as batch_op:
        batch_op.add_column(sa.Column("home_provider_id", sa.String(length=32), nullable=True))
        batch_op.add_column(_moment("approved_at", nullable=True))
        batch_op.add_column(sa.Column("takes_deployments", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index(batch_op.f("ix_platform_home_provider_id"), ["home_provider_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_platform_home_provider_id"), "provider", ["home_provider_id"], ["id"]
        )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lms_says", sa.String(length=16), nullable=False, server_default=""))
    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.add_column(_moment("reconciled_at", nullable=True))
    # What was connected by hand was approved by the hand that did it.
    op.execute("UPDATE platform SET approved_at = created_at")

    op.create_table(
        "registration_invitation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=False),
        _moment("created_at"),
        _moment("expires_at"),
        _moment("used_at", nullable=True),
        sa.Column("platform_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["platform_id"],
            ["platform.id"],
            name=op.f("fk_registration_invitation_platform_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_registration_invitation_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_registration_invitation_token_hash")),
    )
    with op.batch_alter_table("registration_invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registration_invitation_provider_id"), ["provider_id"], unique=False)

    op.create_table(
        "connection_state",
        sa.Column("platform_id", sa.String(length=32), nullable=False),
        _moment("launched_at", nullable=True),
        sa.Column("received", _JSON, nullable=False),
        _moment("refused_at", nullable=True),
        sa.Column("refusal_code", sa.String(length=64), nullable=False),
        sa.Column("refusal_words", sa.String(length=500), nullable=False),
        sa.Column("refused_deployment", sa.String(length=255), nullable=False),
        sa.Column("refused_claims", _JSON, nullable=False),
        _moment("tested_at", nullable=True),
        sa.Column("findings", _JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["platform.id"], name=op.f("fk_connection_state_platform_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("platform_id", name=op.f("pk_connection_state")),
    )
    _raise_walls()


def downgrade() -> None:
    _take_walls_down()
    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.drop_column("reconciled_at")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_column("lms_says")
    op.drop_table("connection_state")
    with op.batch_alter_table("registration_invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registration_invitation_provider_id"))
    op.drop_table("registration_invitation")
    with op.batch_alter_table("platform", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_platform_home_provider_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_platform_home_provider_id"))
        batch_op.drop_column("takes_deployments")
        batch_op.drop_column("approved_at")
        batch_op.drop_column("home_provider_id")
