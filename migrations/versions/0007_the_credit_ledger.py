"""The credit ledger in place of the awards, credentials, late claims, awards that wait, wording, workings"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CARRIED = (
    *("id", "learner_id", "activity_id", "participation_id", "version", "credit_type", "amount", "is_awarded", "terms"),
)


def upgrade() -> None:
    make_tables()
    carry_awards_over()
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_certificate_award_id"), type_="foreignkey")
        batch_op.create_foreign_key(batch_op.f("fk_certificate_award_id"), "credit_entry", ["award_id"], ["id"])
        batch_op.drop_constraint(batch_op.f("uq_certificate_award_id"), type_="unique")
        batch_op.create_index(batch_op.f("ix_certificate_award_id"), ["award_id"], unique=False)
    op.drop_table("award")


def carry_awards_over() -> None:
    """Every award becomes the first entry of its account, under its own id: certificates keep what they point to."""
    same = ", ".join(CARRIED)
    chosen = ", ".join(f"award.{name}" for name in CARRIED)
    op.execute(
        f"INSERT INTO credit_entry ({same}, provider_id, follows, kind, claim_id, actor, reason, recorded_at) "
        f"SELECT {chosen}, activity.provider_id, '', 'award', award.id, 'learner', '', award.claimed_at "
        "FROM award JOIN activity ON activity.id = award.activity_id"
    )


def make_tables() -> None:
    op.create_table(
        "credit_working",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("activity_key", sa.String(length=64), nullable=False),
        sa.Column("credit_type", sa.String(length=64), nullable=False),
        sa.Column("edition", sa.String(length=64), nullable=False),
        sa.Column("amount", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column(
            "working", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_credit_working_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_working")),
    )
    with op.batch_alter_table("credit_working", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_credit_working_provider_id"), ["provider_id"], unique=False)

    op.create_table(
        "late_claim_policy",
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_late_claim_policy_provider_id")),
        sa.PrimaryKeyConstraint("provider_id", name=op.f("pk_late_claim_policy")),
    )
    op.create_table(
        "wording_confirmation",
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("credit_type", sa.String(length=64), nullable=False),
        sa.Column("edition", sa.String(length=64), nullable=False),
        sa.Column("confirmed_by", sa.String(length=255), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_wording_confirmation_provider_id")),
        sa.PrimaryKeyConstraint("provider_id", "credit_type", "edition", name=op.f("pk_wording_confirmation")),
    )
    op.create_table(
        "credential",
        sa.Column("learner_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=6), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.id"], name=op.f("fk_credential_learner_id")),
        sa.PrimaryKeyConstraint("learner_id", "kind", "place", name=op.f("pk_credential")),
    )
    op.create_table(
        "credit_entry",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("learner_id", sa.String(length=32), nullable=False),
        sa.Column("activity_id", sa.String(length=32), nullable=False),
        sa.Column("participation_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("credit_type", sa.String(length=64), nullable=False),
        sa.Column("follows", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("claim_id", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("is_awarded", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column(
            "terms", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_credit_entry_activity_id")),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.id"], name=op.f("fk_credit_entry_learner_id")),
        sa.ForeignKeyConstraint(
            ["participation_id"], ["participation.id"], name=op.f("fk_credit_entry_participation_id")
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_credit_entry_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_entry")),
        sa.UniqueConstraint(
            "learner_id",
            "activity_id",
            "credit_type",
            "follows",
            name=op.f("uq_credit_entry_learner_id_activity_id_credit_type_follows"),
        ),
    )
    with op.batch_alter_table("credit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_credit_entry_activity_id"), ["activity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_credit_entry_claim_id"), ["claim_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_credit_entry_participation_id"), ["participation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_credit_entry_provider_id"), ["provider_id"], unique=False)

    op.create_table(
        "late_claim",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("participation_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_granted", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=255), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("open_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["participation_id"], ["participation.id"], name=op.f("fk_late_claim_participation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_late_claim_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_claim")),
    )
    with op.batch_alter_table("late_claim", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_late_claim_participation_id"), ["participation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_late_claim_provider_id"), ["provider_id"], unique=False)
        batch_op.create_index(
            "uq_late_claim_open",
            ["participation_id"],
            unique=True,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )

    op.create_table(
        "pending_award",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("activity_id", sa.String(length=32), nullable=False),
        sa.Column("credit_type", sa.String(length=64), nullable=False),
        sa.Column("amount", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("email_digest", sa.String(length=64), nullable=False),
        sa.Column("learner_id", sa.String(length=32), nullable=True),
        sa.Column("is_declined", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entry_id", sa.String(length=32), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_pending_award_activity_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["credit_entry.id"], name=op.f("fk_pending_award_entry_id")),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.id"], name=op.f("fk_pending_award_learner_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_pending_award_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_award")),
        sa.UniqueConstraint(
            "activity_id",
            "credit_type",
            "email_digest",
            name=op.f("uq_pending_award_activity_id_credit_type_email_digest"),
        ),
    )
    with op.batch_alter_table("pending_award", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pending_award_email_digest"), ["email_digest"], unique=False)
        batch_op.create_index(batch_op.f("ix_pending_award_learner_id"), ["learner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pending_award_provider_id"), ["provider_id"], unique=False)


def downgrade() -> None:
    refuse_to_lose_entries()
    make_awards()
    same = ", ".join(CARRIED)
    op.execute(f"INSERT INTO award ({same}, claimed_at) SELECT {same}, recorded_at FROM credit_entry")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_certificate_award_id"), type_="foreignkey")
        batch_op.create_foreign_key(batch_op.f("fk_certificate_award_id"), "award", ["award_id"], ["id"])
        batch_op.drop_index(batch_op.f("ix_certificate_award_id"))
        batch_op.create_unique_constraint(batch_op.f("uq_certificate_award_id"), ["award_id"])
    op.drop_table("pending_award")
    op.drop_table("late_claim")
    op.drop_table("credential")
    op.drop_table("wording_confirmation")
    op.drop_table("late_claim_policy")
    op.drop_table("credit_working")
    op.drop_table("credit_entry")


def refuse_to_lose_entries() -> None:
    """The table before could hold first awards only: what was adjusted, revoked or awarded again would be forgotten."""
    query = sa.text("SELECT COUNT(*) FROM credit_entry WHERE kind <> 'award' OR follows <> ''")
    if op.get_bind().execute(query).scalar_one():
        raise RuntimeError(
            "the ledger holds adjusted, revoked or repeated awards, which the release before cannot keep; "
            "restore a backup from before this migration instead"
        )


def make_awards() -> None:
    op.create_table(
        "award",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("learner_id", sa.String(length=32), nullable=False),
        sa.Column("activity_id", sa.String(length=32), nullable=False),
        sa.Column("participation_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("credit_type", sa.String(length=64), nullable=False),
        sa.Column("amount", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("is_awarded", sa.Boolean(), nullable=False),
        sa.Column(
            "terms", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_award_activity_id")),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.id"], name=op.f("fk_award_learner_id")),
        sa.ForeignKeyConstraint(["participation_id"], ["participation.id"], name=op.f("fk_award_participation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint(
            "learner_id", "activity_id", "credit_type", name=op.f("uq_award_learner_id_activity_id_credit_type")
        ),
    )
    with op.batch_alter_table("award", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_award_activity_id"), ["activity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_award_participation_id"), ["participation_id"], unique=False)
