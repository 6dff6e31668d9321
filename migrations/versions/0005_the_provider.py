"""What a provider says of itself, its documents, and the way to the next decision"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

REFUSAL = "a version is never overwritten"
GUARDED = "document_id, number, file_name, content_hash, body"
_FUNCTION = f"""
CREATE FUNCTION vault_version_is_kept() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$
"""
_ROWS = f"""
CREATE TRIGGER vault_version_keeps_files BEFORE UPDATE OF {GUARDED} ON vault_version
FOR EACH ROW EXECUTE FUNCTION vault_version_is_kept()
"""


def _guard() -> None:
    """The database refuses to change a file that was put in."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_FUNCTION)
        op.execute(_ROWS)
        return
    op.execute(
        f"CREATE TRIGGER vault_version_keeps_files BEFORE UPDATE OF {GUARDED} ON vault_version "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )


def upgrade() -> None:
    op.create_table(
        "accreditation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("body", sa.String(length=255), nullable=False),
        sa.Column("accreditor", sa.String(length=16), nullable=False),
        sa.Column("provider_number", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("term_from", sa.Date(), nullable=False),
        sa.Column("term_to", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_accreditation_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accreditation")),
    )
    with op.batch_alter_table("accreditation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_accreditation_provider_id"), ["provider_id"], unique=False)

    op.create_table(
        "provider_image",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("label", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_provider_image_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_image")),
    )
    with op.batch_alter_table("provider_image", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_provider_image_provider_id"), ["provider_id"], unique=False)

    op.create_table(
        "provider_profile",
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("contact", sa.String(length=500), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column(
            "languages", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_provider_profile_provider_id")),
        sa.PrimaryKeyConstraint("provider_id", name=op.f("pk_provider_profile")),
    )
    op.create_table(
        "statement_override",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("series", sa.String(length=64), nullable=False),
        sa.Column("text_key", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_statement_override_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_override")),
    )
    with op.batch_alter_table("statement_override", schema=None) as batch_op:
        batch_op.create_index(
            "uq_statement_override_day",
            ["provider_id", "series", "text_key", "effective_from"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )

    op.create_table(
        "accreditation_finding",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("accreditation_id", sa.String(length=32), nullable=False),
        sa.Column("criterion", sa.String(length=8), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("resolved_on", sa.Date(), nullable=True),
        sa.Column("owner_id", sa.String(length=32), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["accreditation_id"], ["accreditation.id"], name=op.f("fk_accreditation_finding_accreditation_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["learner.id"], name=op.f("fk_accreditation_finding_owner_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_accreditation_finding_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accreditation_finding")),
    )
    with op.batch_alter_table("accreditation_finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_accreditation_finding_provider_id"), ["provider_id"], unique=False)

    op.create_table(
        "accreditation_milestone",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("accreditation_id", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("owner_id", sa.String(length=32), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["accreditation_id"], ["accreditation.id"], name=op.f("fk_accreditation_milestone_accreditation_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["learner.id"], name=op.f("fk_accreditation_milestone_owner_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_accreditation_milestone_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accreditation_milestone")),
    )
    with op.batch_alter_table("accreditation_milestone", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_accreditation_milestone_provider_id"), ["provider_id"], unique=False)

    op.create_table(
        "activity_abstract",
        sa.Column("activity_id", sa.String(length=32), nullable=False),
        sa.Column(
            "answers", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_activity_abstract_activity_id")),
        sa.PrimaryKeyConstraint("activity_id", name=op.f("pk_activity_abstract")),
    )
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["learner.id"], name=op.f("fk_calendar_feed_person_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_calendar_feed_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_feed_provider_id"), ["provider_id"], unique=False)

    op.create_table(
        "signatory",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("image_id", sa.String(length=32), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["image_id"], ["provider_image.id"], name=op.f("fk_signatory_image_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_signatory_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signatory")),
    )
    with op.batch_alter_table("signatory", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signatory_provider_id"), ["provider_id"], unique=False)

    op.create_table(
        "vault_document",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("owner_id", sa.String(length=32), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column(
            "criteria", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("activity_id", sa.String(length=32), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_vault_document_activity_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["learner.id"], name=op.f("fk_vault_document_owner_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_vault_document_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault_document")),
    )
    with op.batch_alter_table("vault_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vault_document_activity_id"), ["activity_id"], unique=False)
        batch_op.create_index("ix_vault_document_listed", ["provider_id", "title", "id"], unique=False)

    op.create_table(
        "vault_version",
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("author_id", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["learner.id"], name=op.f("fk_vault_version_author_id")),
        sa.ForeignKeyConstraint(["document_id"], ["vault_document.id"], name=op.f("fk_vault_version_document_id")),
        sa.PrimaryKeyConstraint("document_id", "number", name=op.f("pk_vault_version")),
    )
    _guard()


def downgrade() -> None:
    op.drop_table("vault_version")
    with op.batch_alter_table("vault_document", schema=None) as batch_op:
        batch_op.drop_index("ix_vault_document_listed")
        batch_op.drop_index(batch_op.f("ix_vault_document_activity_id"))

    op.drop_table("vault_document")
    with op.batch_alter_table("signatory", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signatory_provider_id"))

    op.drop_table("signatory")
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calendar_feed_provider_id"))

    op.drop_table("calendar_feed")
    op.drop_table("activity_abstract")
    with op.batch_alter_table("accreditation_milestone", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_accreditation_milestone_provider_id"))

    op.drop_table("accreditation_milestone")
    with op.batch_alter_table("accreditation_finding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_accreditation_finding_provider_id"))

    op.drop_table("accreditation_finding")
    with op.batch_alter_table("statement_override", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_statement_override_day",
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )

    op.drop_table("statement_override")
    op.drop_table("provider_profile")
    with op.batch_alter_table("provider_image", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_provider_image_provider_id"))

    op.drop_table("provider_image")
    with op.batch_alter_table("accreditation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_accreditation_provider_id"))

    op.drop_table("accreditation")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION vault_version_is_kept()")
