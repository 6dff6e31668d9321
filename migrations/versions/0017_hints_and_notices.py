"""Waiting rows wake a worker (PostgreSQL)"""

from __future__ import annotations

from alembic import op

revision = "0017"
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


def upgrade() -> None:
    if not _is_postgres():
        return
    op.execute(_FUNCTION)
    for name, occasion in WAKING.items():
        op.execute(f"CREATE TRIGGER {name} {occasion} EXECUTE FUNCTION wake_workers()")


def downgrade() -> None:
    if _is_postgres():
        op.execute("DROP FUNCTION wake_workers() CASCADE")
