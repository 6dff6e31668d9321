"""Taking the provider part of a plan from the provider's settings."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.domain.capability import Capability
from lti_tool.domain.document import part, tidied
from lti_tool.services.office import Officer
from lti_tool.services.plan.powers import require_on
from lti_tool.services.plan.readiness import days_of
from lti_tool.services.plan.settings import provider_part
from lti_tool.services.plan.work import note_revision, plan_row, require_open


def take_provider(db: Session, officer: Officer, plan_id: str, signatory_id: str, now: datetime) -> int:
    """Everything that the settings say takes the place of what the plan says; gives the plan's revision.

    Joint providers stay, and so does what the settings leave empty. Raises ``NotFound("record_unknown")`` for an
    unknown signatory, and as ``require_open``.
    """
    row = plan_row(db, officer, plan_id, is_locked=True)
    require_on(officer, row, Capability.PLAN)
    require_open(db, row)
    day = days_of(row.document, row.designated_on, now).designation
    is_joint = bool(part(row.document, "provider", "joint_providers"))
    taken = provider_part(db, officer.provider_id, day, is_joint=is_joint, signatory_id=signatory_id)
    stated = dict(row.document.get("provider") or {})
    if "accreditation" in taken:
        stated.pop("state_body", None)
    document = tidied({**row.document, "provider": {**stated, **taken}})
    if document != row.document:
        note_revision(db, row, officer, "provider-taken", document, now)
    return row.revision
