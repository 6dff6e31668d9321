"""Workings: how the amount of an offer was found, kept as evidence beside the activity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.catalogue import credit_name
from lti_tool.db import models
from lti_tool.domain.amount import Working
from lti_tool.domain.capability import Capability
from lti_tool.domain.credit import CreditType
from lti_tool.domain.wire import write_value
from lti_tool.services.audit import note
from lti_tool.services.office import Officer

PAGE = 100


@dataclass(frozen=True, slots=True)
class KeptWorking:
    """As it was kept. ``working`` is the wire form of ``domain.amount.Working``."""

    id: str
    activity_key: str
    credit_name: str
    edition: str
    amount: Decimal
    working: dict[str, Any]
    created_at: datetime


def keep_working(
    session: Session, officer: Officer, activity_key: str, credit: CreditType, working: Working, now: datetime
) -> str:
    """Keep it; gives its key. Raises ``Forbidden("capability_missing")``."""
    officer.require(Capability.PLAN)
    row = models.CreditWorking(
        provider_id=officer.provider_id,
        activity_key=activity_key[:64],
        credit_type=credit.code,
        edition=credit.edition,
        amount=working.amount,
        working=write_value(working),
        actor=officer.person_id,
        created_at=now,
    )
    session.add(row)
    session.flush()
    note(session, officer, "credit.worked_out", f"credit_working:{row.id}", now, detail={"amount": working.amount})
    return row.id


def workings(session: Session, officer: Officer, activity_key: str = "") -> tuple[KeptWorking, ...]:
    """Newest first; perhaps those of one activity. Raises ``Forbidden("capability_missing")``."""
    officer.require(Capability.PLAN)
    table = models.CreditWorking
    query = select(table).where(table.provider_id == officer.provider_id)
    if activity_key:
        query = query.where(table.activity_key == activity_key)
    rows = session.scalars(query.order_by(table.created_at.desc(), table.id).limit(PAGE))
    return tuple(
        KeptWorking(
            row.id, row.activity_key, credit_name(row.credit_type), row.edition, row.amount, row.working, row.created_at
        )
        for row in rows
    )
