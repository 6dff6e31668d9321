"""Waiting rows wake a worker (PostgreSQL); notices of platforms, and which course was copied from which"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

WAKING = {
    "delivery_is_queued": "AFTER INSERT ON delivery FOR EACH ROW WHEN (NEW.state = 'waiting')",
    "delivery_is_revived": "AFTER UPDATE OF state ON delivery FOR EACH ROW "
    "WHEN (NEW.state = 'waiting' AND OLD.state NOT IN ('waiting', 'sending'))",
    "delivery_is_brought_forward": "AFTER UPDATE OF next_at ON delivery FOR EACH ROW "
    "WHEN (NEW.state = 'waiting' AND OLD.state = 'waiting' AND NEW.next_at < OLD.next_at)",
    "mail_is_queued": "AFTER INSERT ON mail FOR EACH ROW WHEN (NEW.state = 'waiting')",
    "print_job_is_queued": "AFTER INSERT ON print_job FOR EACH ROW",
}
"""What workers themselves put back (sending to waiting) is due later, so it wakes nobody."""
_FUNCTION = """
CREATE FUNCTION wake_workers() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_notify('cme_work', ''); RETURN NULL; END $$
"""


def _is_postgres() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _time(name: str, *, is_nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=is_nullable)


def _belongs(table: str, parent: str) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    column = f"{parent}_id"
    name = op.f(f"fk_{table}_{column}")
    key = sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=name, ondelete="CASCADE")
    return sa.Column(column, sa.String(length=32), nullable=False), key


def _create_service() -> None:
    types = sa.JSON().with_variant(JSONB(), "postgresql")
    op.create_table(
        "notice_service",
        *_belongs("notice_service", "deployment"),
        sa.Column("url", sa.String(length=2048), nullable=False),
        sa.Column("offered", types, nullable=False),
        sa.Column("handled", types, nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        _time("asked_at", is_nullable=True),
        sa.Column("fault", sa.String(length=64), nullable=False),
        sa.Column("fault_words", sa.String(length=500), nullable=False),
        _time("noticed_at", is_nullable=True),
        sa.PrimaryKeyConstraint("deployment_id", name=op.f("pk_notice_service")),
    )


def _create_received() -> None:
    op.create_table(
        "received_notice",
        *_belongs("received_notice", "platform"),
        sa.Column("notice_id", sa.String(length=255), nullable=False),
        sa.Column("nonce_hash", sa.String(length=64), nullable=False),
        _time("received_at"),
        _time("expires_at"),
        sa.PrimaryKeyConstraint("platform_id", "notice_id", name=op.f("pk_received_notice")),
        sa.UniqueConstraint("platform_id", "nonce_hash", name=op.f("uq_received_notice_platform_id_nonce_hash")),
    )
    with op.batch_alter_table("received_notice", schema=None) as batch_op:
        batch_op.create_index("ix_received_notice_platform_received", ["platform_id", "received_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_received_notice_expires_at"), ["expires_at"], unique=False)


def _create_copy() -> None:
    op.create_table(
        "course_copy",
        *_belongs("course_copy", "deployment"),
        sa.Column("context_id", sa.String(length=255), nullable=False),
        sa.Column("origin_id", sa.String(length=255), nullable=False),
        _time("copied_at"),
        sa.PrimaryKeyConstraint("deployment_id", "context_id", "origin_id", name=op.f("pk_course_copy")),
    )


def upgrade() -> None:
    _create_service()
    _create_received()
    _create_copy()
    if not _is_postgres():
        return
    op.execute(_FUNCTION)
    for name, occasion in WAKING.items():
        op.execute(f"CREATE TRIGGER {name} {occasion} EXECUTE FUNCTION wake_workers()")


def downgrade() -> None:
    if _is_postgres():
        op.execute("DROP FUNCTION wake_workers() CASCADE")
    for table in ("course_copy", "received_notice", "notice_service"):
        op.drop_table(table)
