"""Writing the credit ledger: one function for every kind of entry, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.base import new_id
from lti_tool.db.load import accounts, person_of
from lti_tool.domain.credit import CreditOffer, CreditType
from lti_tool.domain.errors import Conflict
from lti_tool.domain.ledger import Entry, EntryKind, live_award, next_amount
from lti_tool.domain.wire import write_value
from lti_tool.services.credit_column import note_credit
from lti_tool.services.participation import Progress

LEARNER = "learner"
TERMS_VERSION = "award-terms/1"


@dataclass(frozen=True, slots=True)
class Posting:
    """What is to be entered. ``balance`` is what the account shall hold after it, in the type's unit."""

    credit_type: str
    kind: EntryKind
    balance: Decimal
    is_awarded: bool
    actor: str
    terms: Mapping[str, Any]
    reason: str = ""
    claim_id: str = ""


def new_claim_id() -> str:
    """What awards made together share."""
    return new_id()


def lock_learner(session: Session, learner_id: str) -> None:
    """Until the transaction ends nobody else claims for this person: equivalent activities are checked in turn."""
    table = models.Learner
    session.execute(select(table.id).where(table.id == person_of(learner_id)).with_for_update())


def account(session: Session, found: Progress, credit_type: str) -> tuple[Entry, ...]:
    """The entries of one account in order."""
    return accounts(session, found.learner_id, found.activity_id).get(credit_type, ())


def post(session: Session, found: Progress, posting: Posting) -> models.CreditEntry:
    """Add an entry to the end of its account, and queue what gradebooks shall say of it; call it with the
    participation locked.

    Raises ``Refused`` and ``BadInput`` as ``domain.ledger.next_amount``, ``Conflict("ledger_moved")`` where somebody
    else was there first (the database keeps two entries from following the same one).
    """
    chain = account(session, found, posting.credit_type)
    live = live_award(chain)
    last = session.get_one(models.CreditEntry, chain[-1].id) if chain else None
    row = models.CreditEntry(
        id=new_id(),
        provider_id=session.get_one(models.Activity, found.activity_id).provider_id,
        # An account goes on under the identity of the person under which it was begun.
        learner_id=last.learner_id if last else found.learner_id,
        activity_id=found.activity_id,
        participation_id=last.participation_id if last else found.participation_id,
        version=found.version,
        credit_type=posting.credit_type,
        follows=chain[-1].id if chain else "",
        kind=posting.kind.value,
        claim_id=live.claim_id if live else posting.claim_id,
        amount=next_amount(chain, posting.kind, posting.balance),
        is_awarded=live.is_awarded if live else posting.is_awarded,
        actor=posting.actor,
        reason=posting.reason,
        terms=dict(posting.terms),
        recorded_at=found.now,
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("ledger_moved") from error
    note_credit(session, found, row.provider_id, found.now)
    return row


def elsewhere(session: Session, found: Progress, keys: Mapping[str, str]) -> dict[str, str]:
    """Credit types that this learner holds for equivalent activities: type to the activity's title.

    ``keys`` are ids of equivalent activities with their titles.
    """
    held: dict[str, str] = {}
    for activity_id, title in keys.items():
        for credit_type, chain in accounts(session, found.learner_id, activity_id).items():
            award = live_award(chain)
            if award is not None and award.is_awarded:
                held[credit_type] = title
    return held


def standing_terms(
    credit: CreditType, offer: CreditOffer, *, profile: Mapping[str, Any], attestation: str, evidence: Mapping[str, Any]
) -> dict[str, Any]:
    """What was in force at the award, kept for the accreditor (ACCME: six years)."""
    return {
        "version": TERMS_VERSION,
        "profile": dict(profile),
        "offer": write_value(offer),
        "credit_type": write_value(credit),
        "attestation": attestation,
        "evidence": dict(evidence),
    }
