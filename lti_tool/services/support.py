"""Commercial support and joint providers of one activity: taking them on, and off again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load_disclosure import company_value
from lti_tool.domain.activity import SupportKind
from lti_tool.domain.capability import Capability
from lti_tool.domain.company import Company
from lti_tool.domain.errors import BadInput, Conflict, NotFound
from lti_tool.domain.integrity import SupportAgreement, joint_provider_fault, support_faults
from lti_tool.services.audit import note
from lti_tool.services.company import named_company
from lti_tool.services.evidence import Upload, keep_evidence
from lti_tool.services.integrity import joint_providers
from lti_tool.services.office import Officer
from lti_tool.services.roster import read_day
from lti_tool.services.row_key import is_row_key
from lti_tool.services.subject import require_for, subject

MAX_DESCRIPTION = 500
MOST_SUPPORT = Decimal("9999999999.99")


@dataclass(frozen=True, slots=True)
class SupportForm:
    """An agreement as typed."""

    company: str
    kind: str
    signed_on: str
    amount: str = ""
    currency: str = ""
    description: str = ""
    upload: Upload | None = None


def read_amount(text: str) -> Decimal | None:
    """A positive amount with at most two decimals; ``None`` for an empty text.

    Raises ``BadInput("amount_unusable")``.
    """
    if not text.strip():
        return None
    try:
        amount = Decimal(text.strip().replace(",", "").replace(" ", ""))
    except InvalidOperation as error:
        raise BadInput("amount_unusable", faults={"amount": "not_a_number"}) from error
    if not amount.is_finite() or not 0 < amount <= MOST_SUPPORT or amount != amount.quantize(Decimal("0.01")):
        raise BadInput("amount_unusable", faults={"amount": "not_a_number"})
    return amount


def _read_support(form: SupportForm, company: Company) -> tuple[SupportAgreement | None, dict[str, str]]:
    faults: dict[str, str] = {}
    amount: Decimal | None = None
    try:
        amount = read_amount(form.amount)
    except BadInput as error:
        faults |= error.faults
    currency = form.currency.strip().upper()
    if currency and not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        faults["currency"] = "unknown"
    if form.kind not in set(SupportKind):
        return None, faults | {"kind": "missing"}
    description = " ".join(form.description.split())[:MAX_DESCRIPTION]
    kind, signed_on = SupportKind(form.kind), read_day(form.signed_on)
    return SupportAgreement(company, kind, signed_on, amount, currency, description), faults


def add_support(
    db: Session, officer: Officer, plan_id: str, form: SupportForm, now: datetime
) -> models.CommercialSupport:
    """Keep an agreement on commercial support.

    Raises ``BadInput("company_unusable")``, or ``BadInput("support_unusable")`` with a fault per field: among them
    ``company`` (``company_eligible``: then it is no commercial support; ``company_unreviewed``) and ``signed_on``
    (``signed_too_late``: the agreement is signed before the activity begins, ACCME Standard 4.2).
    """
    about = subject(db, officer.provider_id, plan_id)
    require_for(officer, about, Capability.PLAN)
    company = named_company(db, officer.provider_id, form.company, now)
    agreement, faults = _read_support(form, company_value(company))
    if agreement is not None:
        faults = support_faults(agreement, about.starts_on) | faults
    if faults or agreement is None or agreement.signed_on is None:
        raise BadInput("support_unusable", faults=faults)
    evidence = keep_evidence(db, officer, plan_id, form.upload, now) if form.upload else None
    row = models.CommercialSupport(
        provider_id=officer.provider_id,
        plan_id=about.id,
        company_id=company.id,
        kind=agreement.kind.value,
        amount=agreement.amount,
        currency=agreement.currency,
        description=agreement.description,
        signed_on=agreement.signed_on,
        evidence_id=evidence.id if evidence else None,
        added_by=officer.person_id,
        added_at=now,
    )
    db.add(row)
    db.flush()
    detail = {"company": company.id, "kind": row.kind, "signed_on": form.signed_on}
    note(db, officer, "support.added", f"support:{row.id}", now, activity_id=about.activity_id or None, detail=detail)
    return row


def add_partner(db: Session, officer: Officer, plan_id: str, name: str, now: datetime) -> models.JointProvider:
    """Name a joint provider.

    Raises ``BadInput("company_unusable")``; ``BadInput("partner_unusable")`` with a fault for ``company``:
    ``company_ineligible`` or ``company_unreviewed``; ``Conflict("partner_named")``.
    """
    about = subject(db, officer.provider_id, plan_id)
    require_for(officer, about, Capability.PLAN)
    company = named_company(db, officer.provider_id, name, now)
    fault = joint_provider_fault(company_value(company))
    if fault:
        raise BadInput("partner_unusable", faults={"company": fault})
    if company.id in {partner.id for _, partner in joint_providers(db, officer, plan_id)}:
        raise Conflict("partner_named")
    row = models.JointProvider(
        provider_id=officer.provider_id,
        plan_id=about.id,
        company_id=company.id,
        added_by=officer.person_id,
        added_at=now,
    )
    db.add(row)
    db.flush()
    detail = {"company": company.id}
    note(db, officer, "partner.added", f"partner:{row.id}", now, activity_id=about.activity_id or None, detail=detail)
    return row


def remove_support(db: Session, officer: Officer, plan_id: str, support_id: str, now: datetime) -> None:
    """Take an agreement off the activity; it stays on file. Raises ``NotFound("support_unknown")``."""
    about = subject(db, officer.provider_id, plan_id)
    require_for(officer, about, Capability.PLAN)
    row = db.get(models.CommercialSupport, support_id) if is_row_key(support_id) else None
    if row is None or (row.provider_id, row.plan_id) != (officer.provider_id, about.id) or row.removed_at:
        raise NotFound("support_unknown")
    row.removed_at = now
    note(db, officer, "support.removed", f"support:{row.id}", now, activity_id=about.activity_id or None)


def remove_partner(db: Session, officer: Officer, plan_id: str, partner_id: str, now: datetime) -> None:
    """Take a joint provider off the activity. Raises ``NotFound("partner_unknown")``."""
    about = subject(db, officer.provider_id, plan_id)
    require_for(officer, about, Capability.PLAN)
    row = db.get(models.JointProvider, partner_id) if is_row_key(partner_id) else None
    if row is None or (row.provider_id, row.plan_id) != (officer.provider_id, about.id) or row.removed_at:
        raise NotFound("partner_unknown")
    row.removed_at = now
    note(db, officer, "partner.removed", f"partner:{row.id}", now, activity_id=about.activity_id or None)
