"""The office: capabilities, audit trail, mail"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

REFUSAL = "the audit trail is append-only"
_FUNCTION = f"""
CREATE FUNCTION audit_entry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$
"""
_ROWS = """
CREATE TRIGGER audit_entry_keeps_rows BEFORE UPDATE OR DELETE ON audit_entry
FOR EACH ROW EXECUTE FUNCTION audit_entry_is_append_only()
"""
_WHOLE = """
CREATE TRIGGER audit_entry_keeps_all BEFORE TRUNCATE ON audit_entry
FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_is_append_only()
"""


def _guard() -> None:
    """The database refuses to change or remove an entry; SQLite needs ``recursive_triggers`` for REPLACE."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in (_FUNCTION, _ROWS, _WHOLE):
            op.execute(statement)
        return
    for act in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER audit_entry_no_{act} BEFORE {act.upper()} ON audit_entry "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.String(length=32), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("activity_id", sa.String(length=32), nullable=True),
        sa.Column(
            "detail", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_audit_entry_provider_id")),
        sa.PrimaryKeyConstraint("provider_id", "number", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index("ix_audit_entry_activity", ["activity_id", "number"], unique=False)

    op.create_table(
        "mail",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("recipient", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_mail_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("provider_id", "key", name=op.f("uq_mail_provider_id_key")),
    )
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.create_index("ix_mail_due", ["state", "next_at"], unique=False)

    op.create_table(
        "role_map",
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column(
            "capabilities",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_role_map_provider_id")),
        sa.PrimaryKeyConstraint("provider_id", name=op.f("pk_role_map")),
    )
    op.create_table(
        "office_account",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["learner.id"], name=op.f("fk_office_account_person_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_office_account_provider_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_office_account")),
        sa.UniqueConstraint("provider_id", "email", name=op.f("uq_office_account_provider_id_email")),
    )
    op.create_table(
        "office_grant",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("capability", sa.String(length=32), nullable=False),
        sa.Column("activity_id", sa.String(length=32), nullable=True),
        sa.Column("granted_by", sa.String(length=32), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_office_grant_activity_id")),
        sa.ForeignKeyConstraint(["granted_by"], ["learner.id"], name=op.f("fk_office_grant_granted_by")),
        sa.ForeignKeyConstraint(["person_id"], ["learner.id"], name=op.f("fk_office_grant_person_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_office_grant_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_grant")),
    )
    with op.batch_alter_table("office_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_office_grant_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_office_grant_provider_id"), ["provider_id"], unique=False)

    op.create_table(
        "office_link",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["learner.id"], name=op.f("fk_office_link_person_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_office_link_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_office_link_token_hash")),
    )
    with op.batch_alter_table("office_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_office_link_provider_id"), ["provider_id"], unique=False)

    op.create_table(
        "office_session",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("provider_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("lms_session_id", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["lms_session_id"], ["web_session.id"], name=op.f("fk_office_session_lms_session_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["learner.id"], name=op.f("fk_office_session_person_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_office_session_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_session")),
    )
    with op.batch_alter_table("office_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_office_session_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_office_session_lms_session_id"), ["lms_session_id"], unique=False)

    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("roles", sa.String(length=255), nullable=False, server_default=""))
    _guard()


def downgrade() -> None:
    with op.batch_alter_table("office_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_office_session_lms_session_id"))
        batch_op.drop_index(batch_op.f("ix_office_session_expires_at"))

    op.drop_table("office_session")
    with op.batch_alter_table("office_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_office_link_provider_id"))

    op.drop_table("office_link")
    with op.batch_alter_table("office_grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_office_grant_provider_id"))
        batch_op.drop_index(batch_op.f("ix_office_grant_person_id"))

    op.drop_table("office_grant")
    op.drop_table("office_account")
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.drop_column("roles")

    op.drop_table("role_map")
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.drop_index("ix_mail_due")

    op.drop_table("mail")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry_activity")

    op.drop_table("audit_entry")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_entry_is_append_only()")
