"""The people of a plan come from its roster: what that makes of the document, and of the rules that are not met.

Until something is entered in the roster, the people that stand in the document count. From then on the roster alone
does, also when everybody was removed from it again: what the document held is not as well proved.
"""

from __future__ import annotations

import copy
import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.activity import Accreditation, CommercialSupport, PersonInControl
from lti_tool.domain.document import Document, records, tidied
from lti_tool.domain.integrity import Unmet as Independence
from lti_tool.domain.plan import PlanSection
from lti_tool.domain.readiness import Severity, Unmet
from lti_tool.services.integrity import Integrity, integrity
from lti_tool.services.office import Officer

FROM_THE_ROSTER = (models.ActivityRole, models.CommercialSupport, models.JointProvider, models.Standard3Choice)
"""A row in one of these, even one that was removed, makes the roster count."""
_NOT_ASKED = frozenset(
    {
        "disclosure_not_collected",
        "disclosure_beyond_window",
        "disclosure_stale",
        "exception_not_argued",
        "support_agreement_missing",
    }
)
"""Rules over what authors type about people. The roster has its own, which look at what was signed."""
_PARTNERS = "provider.joint_providers"
_PARTNER_RULE = "ACCME, joint providership"


def has_roster(db: Session, plan_id: str) -> bool:
    return any(
        db.scalars(select(table.id).where(table.plan_id == plan_id).limit(1)).first() for table in FROM_THE_ROSTER
    )


def held_for(db: Session, officer: Officer, plan_id: str, now: datetime) -> Integrity | None:
    """What the roster holds, ``None`` while the document's people count."""
    if not has_roster(db, plan_id):
        return None
    return integrity(db, officer, plan_id, now, officer.disclosure_months)


def _person(value: PersonInControl) -> dict[str, Any]:
    return {
        "key": value.key,
        "name": value.name,
        "credentials": value.credentials,
        "affiliation": value.affiliation,
        "roles": [role.value for role in value.roles],
        "relationships": [
            {
                "key": f"r{number}",
                "company": one.company,
                "nature": one.nature,
                **({"ended": True} if one.has_ended else {}),
            }
            for number, one in enumerate(value.relationships, start=1)
        ],
        "mitigation": value.mitigation,
    }


def _support(number: int, value: CommercialSupport) -> dict[str, Any]:
    return {
        "key": f"s{number}",
        "company": value.company,
        "kind": value.kind.value,
        "description": value.description,
    }


def counted(document: Document, held: Integrity | None) -> Document:
    """The document with the people, support, joint providers and exception that count."""
    if held is None:
        return document
    result = copy.deepcopy(document)
    result["people"] = [_person(one) for one in held.people]
    result["standard3_exception"] = held.exception.value
    result["standard3_reason"] = held.exception_reason
    result["commercial_support"] = [_support(number, one) for number, one in enumerate(held.told_support, start=1)]
    if held.joint_providers:
        _add_partners(result, held)
    tidy: Document = tidied(result)
    return tidy


def fingerprint(document: Document) -> str:
    """Of all that an approver reads, the people of the roster included: 64 hex digits."""
    return hashlib.sha256(json.dumps(document, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _add_partners(document: Document, held: Integrity) -> None:
    """Without any on file, the document's own joint providers stay, with the rule that asks about them."""
    provider = document.get("provider")
    provider = provider if isinstance(provider, dict) else {}
    if provider.get("accreditation") in (None, "", Accreditation.DIRECT.value):
        provider["accreditation"] = Accreditation.JOINT.value
    document["provider"] = {**provider, "joint_providers": list(held.joint_providers)}


def is_answered(code: str, held: Integrity | None) -> bool:
    """The roster answers what this rule asks of the document."""
    if held is None:
        return False
    return code in _NOT_ASKED or (code == "joint_provider_unchecked" and bool(held.partners))


def _place(one: Independence) -> str:
    """Where in the counted document it is told, so that the same is not said twice."""
    code = one.reason.code
    if one.person_id:
        return f"people[{one.person_id}]{'.mitigation' if code == 'unmitigated' else ''}"
    if code == "exception_not_offered":
        return "standard3_exception"
    if one.reason.rule == _PARTNER_RULE:
        return _PARTNERS
    return "commercial_support" if code.startswith("support_") else "people"


def people_unmet(held: Integrity | None) -> tuple[Unmet, ...]:
    """What the roster leaves open, each with its clause, in its own order."""
    if held is None:
        return ()
    return tuple(
        Unmet(
            one.reason.code,
            _place(one),
            PlanSection.PEOPLE,
            one.reason.rule,
            Severity.ERROR,
            {"reason": one.reason, "who": one.who},
        )
        for one in held.unmet
    )


def left_out(document: Document, held: Integrity | None) -> tuple[str, ...]:
    """Companies whose support the document named and the roster does not: nobody may forget them by moving."""
    if held is None:
        return ()
    told = {one.company.casefold() for one in held.told_support}
    names = (str(one.get("company") or "") for one in records(document.get("commercial_support")))
    return tuple(name for name in names if name and name.casefold() not in told)
