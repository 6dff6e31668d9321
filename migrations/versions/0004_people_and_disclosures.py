"""People, disclosures and mitigation"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEPT = ("disclosure_form", "disclosed_relationship", "relevance_decision", "mitigation", "standard3_choice")
"""What was given and decided is followed by newer rows and never changed. Rows may go when their time is over."""
REFUSAL = "what was disclosed and decided is never changed"
_FUNCTION = f"""
CREATE FUNCTION disclosure_is_kept() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$
"""


def _guard() -> None:
    """The database itself refuses to change a row."""
    is_postgres = op.get_bind().dialect.name == "postgresql"
    if is_postgres:
        op.execute(_FUNCTION)
    for table in KEPT:
        what = (
            "EXECUTE FUNCTION disclosure_is_kept()" if is_postgres else f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
        each = "FOR EACH ROW " if is_postgres else ""
        op.execute(f"CREATE TRIGGER {table}_is_kept BEFORE UPDATE ON {table} {each}{what}")


def upgrade() -> None:
    op.create_table(
        "company",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", sa.String(length=255), nullable=False),
        sa.Column("eligibility", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("rationale", sa.Text(), nullable=False),
        sa.Column("reviewed_by", sa.String(length=32), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("merged_into", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["merged_into"], ["company.id"], name=op.f("fk_company_merged_into")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_company_provider_id")),
        sa.ForeignKeyConstraint(["reviewed_by"], ["learner.id"], name=op.f("fk_company_reviewed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
        sa.UniqueConstraint("provider_id", "name_key", name=op.f("uq_company_provider_id_name_key")),
    )
    with op.batch_alter_table("company", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_company_merged_into"), ["merged_into"], unique=False)
        batch_op.create_index(
            "ix_company_provider_eligibility", ["provider_id", "eligibility", "name_key"], unique=False
        )

    op.create_table(
        "evidence_file",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("plan_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_by", sa.String(length=32), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_evidence_file_provider_id")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["learner.id"], name=op.f("fk_evidence_file_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_file")),
    )
    with op.batch_alter_table("evidence_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_file_provider_id"), ["provider_id"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("learner_id", sa.String(length=32), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", sa.String(length=255), nullable=False),
        sa.Column("credentials", sa.String(length=60), nullable=False),
        sa.Column("affiliation", sa.String(length=160), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("coordinator_email", sa.String(length=254), nullable=False),
        sa.Column("disclosed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("has_relationships", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.id"], name=op.f("fk_person_learner_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_person_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("provider_id", "learner_id", name=op.f("uq_person_provider_id_learner_id")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index("ix_person_provider_disclosed", ["provider_id", "disclosed_at"], unique=False)
        batch_op.create_index("ix_person_provider_email", ["provider_id", "email"], unique=False)
        batch_op.create_index("ix_person_provider_name", ["provider_id", "name_key", "id"], unique=False)

    op.create_table(
        "standard3_choice",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("plan_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("exception", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(length=32), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["decided_by"], ["learner.id"], name=op.f("fk_standard3_choice_decided_by")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_standard3_choice_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard3_choice")),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq_standard3_choice_plan_id_number")),
    )
    op.create_table(
        "activity_role",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("plan_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("added_by", sa.String(length=32), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["added_by"], ["learner.id"], name=op.f("fk_activity_role_added_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_activity_role_person_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_activity_role_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_role")),
    )
    with op.batch_alter_table("activity_role", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_activity_role_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_activity_role_plan", ["provider_id", "plan_id"], unique=False)
        batch_op.create_index(
            "uq_activity_role_live",
            ["plan_id", "person_id", "role"],
            unique=True,
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        )

    op.create_table(
        "commercial_support",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("plan_id", sa.String(length=32), nullable=False),
        sa.Column("company_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("evidence_id", sa.String(length=32), nullable=True),
        sa.Column("added_by", sa.String(length=32), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["added_by"], ["learner.id"], name=op.f("fk_commercial_support_added_by")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_commercial_support_company_id")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence_file.id"], name=op.f("fk_commercial_support_evidence_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_commercial_support_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commercial_support")),
    )
    with op.batch_alter_table("commercial_support", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_commercial_support_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_commercial_support_plan", ["provider_id", "plan_id"], unique=False)

    op.create_table(
        "disclosure_form",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("submission", sa.String(length=64), nullable=False),
        sa.Column("signed_name", sa.String(length=120), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("notice", sa.String(length=64), nullable=False),
        sa.Column("locale", sa.String(length=35), nullable=False),
        sa.Column("came_by", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["notice"], ["shown_text.fingerprint"], name=op.f("fk_disclosure_form_notice")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_disclosure_form_person_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_disclosure_form_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure_form")),
        sa.UniqueConstraint("person_id", "number", name=op.f("uq_disclosure_form_person_id_number")),
        sa.UniqueConstraint("person_id", "submission", name=op.f("uq_disclosure_form_person_id_submission")),
    )
    op.create_table(
        "disclosure_invitation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["learner.id"], name=op.f("fk_disclosure_invitation_created_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_disclosure_invitation_person_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_disclosure_invitation_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_disclosure_invitation_token_hash")),
    )
    with op.batch_alter_table("disclosure_invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_disclosure_invitation_person_id"), ["person_id"], unique=False)

    op.create_table(
        "disclosure_reminder",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_disclosure_reminder_person_id")),
        sa.PrimaryKeyConstraint("person_id", "due_on", "days", name=op.f("pk_disclosure_reminder")),
    )
    op.create_table(
        "joint_provider",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("plan_id", sa.String(length=32), nullable=False),
        sa.Column("company_id", sa.String(length=32), nullable=False),
        sa.Column("added_by", sa.String(length=32), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["added_by"], ["learner.id"], name=op.f("fk_joint_provider_added_by")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_joint_provider_company_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_joint_provider_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joint_provider")),
    )
    with op.batch_alter_table("joint_provider", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_joint_provider_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_joint_provider_plan", ["provider_id", "plan_id"], unique=False)
        batch_op.create_index(
            "uq_joint_provider_live",
            ["plan_id", "company_id"],
            unique=True,
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        )

    op.create_table(
        "relevance_decision",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("plan_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.String(length=32), nullable=False),
        sa.Column("nature", sa.String(length=32), nullable=False),
        sa.Column("relevance", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("exclusion", sa.String(length=32), nullable=False),
        sa.Column("argument", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(length=32), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_relevance_decision_company_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["learner.id"], name=op.f("fk_relevance_decision_decided_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_relevance_decision_person_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_relevance_decision_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relevance_decision")),
        sa.UniqueConstraint(
            "plan_id", "person_id", "number", name=op.f("uq_relevance_decision_plan_id_person_id_number")
        ),
    )
    with op.batch_alter_table("relevance_decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_relevance_decision_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_relevance_decision_person_id"), ["person_id"], unique=False)

    op.create_table(
        "disclosed_relationship",
        sa.Column("form_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.String(length=32), nullable=False),
        sa.Column("company_name", sa.String(length=120), nullable=False),
        sa.Column("nature", sa.String(length=32), nullable=False),
        sa.Column("research_role", sa.String(length=32), nullable=False),
        sa.Column("has_ended", sa.Boolean(), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_disclosed_relationship_company_id")),
        sa.ForeignKeyConstraint(["form_id"], ["disclosure_form.id"], name=op.f("fk_disclosed_relationship_form_id")),
        sa.PrimaryKeyConstraint("form_id", "position", name=op.f("pk_disclosed_relationship")),
    )
    with op.batch_alter_table("disclosed_relationship", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_disclosed_relationship_company_id"), ["company_id"], unique=False)

    op.create_table(
        "mitigation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("activity_role_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.String(length=32), nullable=False),
        sa.Column("nature", sa.String(length=32), nullable=False),
        sa.Column("strategy", sa.String(length=32), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("done_by", sa.String(length=120), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("evidence_id", sa.String(length=32), nullable=True),
        sa.Column("recorded_by", sa.String(length=32), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_role_id"], ["activity_role.id"], name=op.f("fk_mitigation_activity_role_id")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_mitigation_company_id")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence_file.id"], name=op.f("fk_mitigation_evidence_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_mitigation_provider_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["learner.id"], name=op.f("fk_mitigation_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mitigation")),
        sa.UniqueConstraint("activity_role_id", "number", name=op.f("uq_mitigation_activity_role_id_number")),
    )
    with op.batch_alter_table("mitigation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mitigation_company_id"), ["company_id"], unique=False)
    _guard()


def downgrade() -> None:
    with op.batch_alter_table("mitigation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mitigation_company_id"))

    op.drop_table("mitigation")
    with op.batch_alter_table("disclosed_relationship", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_disclosed_relationship_company_id"))

    op.drop_table("disclosed_relationship")
    with op.batch_alter_table("relevance_decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_relevance_decision_person_id"))
        batch_op.drop_index(batch_op.f("ix_relevance_decision_company_id"))

    op.drop_table("relevance_decision")
    with op.batch_alter_table("joint_provider", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_joint_provider_live",
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        )
        batch_op.drop_index("ix_joint_provider_plan")
        batch_op.drop_index(batch_op.f("ix_joint_provider_company_id"))

    op.drop_table("joint_provider")
    op.drop_table("disclosure_reminder")
    with op.batch_alter_table("disclosure_invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_disclosure_invitation_person_id"))

    op.drop_table("disclosure_invitation")
    op.drop_table("disclosure_form")
    with op.batch_alter_table("commercial_support", schema=None) as batch_op:
        batch_op.drop_index("ix_commercial_support_plan")
        batch_op.drop_index(batch_op.f("ix_commercial_support_company_id"))

    op.drop_table("commercial_support")
    with op.batch_alter_table("activity_role", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_activity_role_live",
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        )
        batch_op.drop_index("ix_activity_role_plan")
        batch_op.drop_index(batch_op.f("ix_activity_role_person_id"))

    op.drop_table("activity_role")
    op.drop_table("standard3_choice")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index("ix_person_provider_name")
        batch_op.drop_index("ix_person_provider_email")
        batch_op.drop_index("ix_person_provider_disclosed")

    op.drop_table("person")
    with op.batch_alter_table("evidence_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_file_provider_id"))

    op.drop_table("evidence_file")
    with op.batch_alter_table("company", schema=None) as batch_op:
        batch_op.drop_index("ix_company_provider_eligibility")
        batch_op.drop_index(batch_op.f("ix_company_merged_into"))

    op.drop_table("company")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION disclosure_is_kept()")
