"""The wall between providers goes round the newer rooms too"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_OWNED = (
    "accreditation",
    "accreditation_finding",
    "accreditation_milestone",
    "activity_plan",
    "activity_role",
    "calendar_feed",
    "certificate_design",
    "commercial_support",
    "company",
    "credit_working",
    "disclosure_form",
    "disclosure_invitation",
    "evidence_file",
    "issuer_key",
    "joint_provider",
    "late_claim",
    "late_claim_policy",
    "mitigation",
    "pending_award",
    "person",
    "picture",
    "print_job",
    "provider_image",
    "provider_profile",
    "question",
    "question_image",
    "question_import",
    "question_tag",
    "relevance_decision",
    "signatory",
    "standard3_choice",
    "statement_override",
    "style_sheet",
    "vault_document",
    "wording_confirmation",
)
_BELOW = {"activity_abstract": ("activity_id", "activity")}
_NOW = "coalesce(current_setting('cme.provider', true), '')"


def _wall(table: str, condition: str) -> None:
    """Row-level security that also binds the tables' owner, which the tool is."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY one_provider ON {table} USING ({condition})")


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in _OWNED:
        _wall(table, f"{_NOW} IN ('', provider_id)")
    for table, (column, owner) in _BELOW.items():
        _wall(table, f"{_NOW} = '' OR {column} IN (SELECT id FROM {owner})")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in (*_BELOW, *_OWNED):
        op.execute(f"DROP POLICY one_provider ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
