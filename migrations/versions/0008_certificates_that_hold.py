"""Certificates that hold: designs, pictures, signing keys, corrections and withdrawals, printing in bulk"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
_VALID = sa.text("status = 'valid'")
_ACTIVE = sa.text("retired_at IS NULL")


def _tables() -> None:
    op.create_table(
        "certificate_design",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", _JSON, nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_certificate_design_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_design")),
        sa.UniqueConstraint("provider_id", "number", name=op.f("uq_certificate_design_provider_id_number")),
    )
    op.create_table(
        "picture",
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("png", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_picture_provider_id")),
        sa.PrimaryKeyConstraint("provider_id", "sha256", name=op.f("pk_picture")),
    )
    op.create_table(
        "style_sheet",
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("css", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_style_sheet_provider_id")),
        sa.PrimaryKeyConstraint("provider_id", "sha256", name=op.f("pk_style_sheet")),
    )
    op.create_table(
        "issuer_key",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_issuer_key_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issuer_key")),
        sa.UniqueConstraint("kid", name=op.f("uq_issuer_key_kid")),
    )
    with op.batch_alter_table("issuer_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_issuer_key_provider_id"), ["provider_id"], unique=False)
        batch_op.create_index(
            "uq_issuer_key_active", ["provider_id"], unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE
        )
    op.create_table(
        "print_job",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("activity_id", sa.String(length=32), nullable=False),
        sa.Column("asked_by", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("printed", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("passed", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_print_job_activity_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["learner.id"], name=op.f("fk_print_job_asked_by")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_print_job_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_job")),
    )
    with op.batch_alter_table("print_job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_print_job_finished_at"), ["finished_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_print_job_provider_id"), ["provider_id"], unique=False)


def upgrade() -> None:
    _tables()
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("badges", _JSON, nullable=True))
        batch_op.add_column(sa.Column("status_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("status_reason", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("status_note", sa.String(length=500), nullable=True))
        batch_op.add_column(sa.Column("successor_id", sa.String(length=32), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_certificate_successor_id"), "certificate", ["successor_id"], ["id"])
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.create_index(
            "uq_certificate_valid_award", ["award_id"], unique=True, sqlite_where=_VALID, postgresql_where=_VALID
        )


def downgrade() -> None:
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_index("uq_certificate_valid_award", sqlite_where=_VALID, postgresql_where=_VALID)
        batch_op.drop_constraint(batch_op.f("fk_certificate_successor_id"), type_="foreignkey")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        for name in ("successor_id", "status_note", "status_reason", "status_at", "badges"):
            batch_op.drop_column(name)
    for name in ("print_job", "issuer_key", "style_sheet", "picture", "certificate_design"):
        op.drop_table(name)
