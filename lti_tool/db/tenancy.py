"""A second wall between providers, in PostgreSQL itself (row-level security).

Every query names its provider; that is the first wall. Within a request of a person whose provider is known, the
database shows and takes rows of that provider only, whatever a query forgot. Where no provider is set (a launch before
it is checked, the worker, the command line) the wall is open. SQLite has none.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

SETTING = "cme.provider"
OWNED = (
    "accreditation",
    "accreditation_finding",
    "accreditation_milestone",
    "activity",
    "activity_plan",
    "activity_role",
    "attendance",
    "audit_entry",
    "calendar_feed",
    "certificate",
    "certificate_counter",
    "certificate_design",
    "certificate_division",
    "commercial_support",
    "company",
    "credit_entry",
    "credit_working",
    "data_request",
    "disclosure_form",
    "disclosure_invitation",
    "evidence_file",
    "follow_up_link",
    "issuer_key",
    "joint_provider",
    "late_claim",
    "late_claim_policy",
    "learner",
    "learner_contact",
    "learner_merge",
    "legal_hold",
    "mail",
    "merge_link",
    "mitigation",
    "office_account",
    "office_grant",
    "office_link",
    "office_session",
    "page_markup",
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
    "registration_invitation",
    "relevance_decision",
    "retention_period",
    "role_map",
    "signatory",
    "standard3_choice",
    "statement_override",
    "style_sheet",
    "transcript_link",
    "vault_document",
    "wording_confirmation",
)
"""Tables whose rows name their provider. What hangs on them (courses on deployments, attempts on participations) is
walled off by ``BELOW``, or is reached through them only."""
BELOW = {
    "activity_abstract": ("activity_id", "activity"),
    "activity_version": ("activity_id", "activity"),
    "content_response": ("activity_id", "activity"),
    "evaluation_response": ("activity_id", "activity"),
    "participation": ("activity_id", "activity"),
}
"""Table to its column and the table that it names."""
SHARED = frozenset({"deployment", "platform", "provider"})
"""Registrations may serve several providers; who owns what of them is asked of all their rows."""


def confine(session: Session, provider_id: str) -> None:
    """Until the end of this transaction, rows of other providers do not exist."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT set_config(:name, :value, true)"), {"name": SETTING, "value": provider_id})


def is_above_the_wall(session: Session) -> bool:
    """PostgreSQL never binds this role by row-level security: it is a superuser, or may bypass it."""
    if session.get_bind().dialect.name != "postgresql":
        return False
    return bool(session.scalar(text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")))
