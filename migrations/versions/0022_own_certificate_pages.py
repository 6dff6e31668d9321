"""Certificate pages of a provider's own making"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_WALL = "coalesce(current_setting('cme.provider', true), '') IN ('', provider_id)"


def upgrade() -> None:
    op.create_table(
        "page_markup",
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_page_markup_provider_id")),
        sa.PrimaryKeyConstraint("provider_id", "sha256", name=op.f("pk_page_markup")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE page_markup ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE page_markup FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY one_provider ON page_markup USING ({_WALL})")


def downgrade() -> None:
    op.drop_table("page_markup")
