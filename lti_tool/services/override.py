"""Staff's own entries in the ledger: award, adjust, revoke, expire, each with a reason; the certificate follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from lti_tool.catalogue import credit_name
from lti_tool.db import models
from lti_tool.db.load import accounts
from lti_tool.domain.award_rule import is_counted_by_time
from lti_tool.domain.capability import Capability
from lti_tool.domain.certificate import StatusReason
from lti_tool.domain.errors import NotFound, Refused
from lti_tool.domain.late_claim import clean_reason
from lti_tool.domain.learner import Profile
from lti_tool.domain.ledger import Entry, EntryKind, balance, is_expired, live_award
from lti_tool.services.attended_award import adjusted_terms, on_attendance, on_what_is_left
from lti_tool.services.audit import Actor, note
from lti_tool.services.certificate import Link
from lti_tool.services.certificate_replacement import as_awarded, award_terms, replace_certificates
from lti_tool.services.claimable import ClaimableCredit, awarded_working, claimable_credits
from lti_tool.services.credit import award, read_amount
from lti_tool.services.grade import note_progress_of
from lti_tool.services.ledger import Posting, lock_learner, post
from lti_tool.services.office import Officer
from lti_tool.services.participation import Progress, begin_for, lock, progress_of
from lti_tool.services.teaching import read_adjusted

MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class Account:
    """One learner's credit of one type for one activity, entry by entry."""

    credit_type: str
    name: str
    balance: Decimal
    is_live: bool
    is_expired: bool
    is_awarded: bool
    entries: tuple[Entry, ...]


def known_pair(
    session: Session, provider_id: str, learner_id: str, activity_id: str
) -> tuple[models.Learner, models.Activity]:
    learner, activity = session.get(models.Learner, learner_id), session.get(models.Activity, activity_id)
    if learner is None or activity is None or {learner.provider_id, activity.provider_id} != {provider_id}:
        raise NotFound("account_unknown")
    return learner, activity


def found_progress(session: Session, learner_id: str, activity_id: str, now: datetime) -> Progress:
    """The person's participation, locked; begun now for somebody who never opened the activity."""
    row = begin_for(session, session.get_one(models.Learner, learner_id), activity_id, now)
    return progress_of(session, lock(session, row.id), now)


def learner_accounts(session: Session, officer: Officer, learner_id: str, activity_id: str) -> tuple[Account, ...]:
    """Raises ``NotFound("account_unknown")``, ``Forbidden("capability_missing")``."""
    known_pair(session, officer.provider_id, learner_id, activity_id)
    officer.require(Capability.OVERRIDE_CLAIMS, activity_id)
    return tuple(
        Account(
            credit_type=code,
            name=credit_name(code),
            balance=balance(chain),
            is_live=live_award(chain) is not None,
            is_expired=is_expired(chain),
            is_awarded=chain[-1].is_awarded,
            entries=chain,
        )
        for code, chain in accounts(session, learner_id, activity_id).items()
    )


def offered(found: Progress, code: str, profile: Profile) -> ClaimableCredit:
    """What this person may be awarded of one type, or certified for.

    Raises ``Refused("credit_not_for_learner")`` for a type that the activity does not offer to their degree.
    """
    for one in claimable_credits(found.activity, profile):
        if one.credit.code == code:
            return one
    raise Refused("credit_not_for_learner", credit_type=code)


def ready_for_award(
    session: Session, actor: Actor, learner_id: str, activity_id: str, now: datetime
) -> tuple[Progress, Profile]:
    """The person's participation, locked, and their particulars.

    Raises ``NotFound("account_unknown")``, ``Refused``: ``profile_unconfirmed``, ``not_designated``.
    """
    known_pair(session, actor.provider_id, learner_id, activity_id)
    found = found_progress(session, learner_id, activity_id, now)
    lock_learner(session, learner_id)
    if found.profile is None:
        raise Refused("profile_unconfirmed")
    if found.activity.day_of(now) < found.activity.designated_on:
        raise Refused("not_designated")
    return found, found.profile


def award_by_staff(
    session: Session,
    actor: Actor,
    learner_id: str,
    activity_id: str,
    code: str,
    typed: str,
    reason: str,
    link: Link,
    now: datetime,
    beyond: str = "",
) -> models.CreditEntry:
    """Award what the activity was designated for, whatever the learner did in the tool. Callers check the capability.

    The body's rules stay: profession, steps, maximum, no award before designation, one award per type. At an activity
    with sessions the attendance binds; ``beyond`` says why more is right, and is kept with the entry. Raises
    ``NotFound("account_unknown")``, ``Refused`` (``credit_not_for_learner``, ``award_live``, ``profile_unconfirmed``,
    ``not_designated``, ``award_needs_rule`` for a format of fixed amounts), ``BadInput`` (``reason_unusable``,
    ``claim_*``, ``award_above_attended``).
    """
    words = clean_reason(reason, MAX_REASON)
    found, profile = ready_for_award(session, actor, learner_id, activity_id, now)
    one = offered(found, code, profile)
    if one.is_awarded and not is_counted_by_time(found.activity, one.credit):
        raise Refused("award_needs_rule", credit_type=code)
    amount = read_amount(one, typed) if one.is_awarded else one.offer.maximum
    one = on_attendance(found, one, amount, beyond)
    row = award(session, found, profile, [(one, amount)], link, actor=f"officer:{actor.person_id}", reason=words)
    detail = {"credit_type": code, "amount": (Decimal(0), amount), **_beyond(one)}
    note(session, actor, "credit.awarded", f"credit_entry:{row.id}", now, activity_id=activity_id, detail=detail)
    tell_grades(session, found, actor, now)
    return row


def adjust_by_staff(
    session: Session,
    officer: Officer,
    learner_id: str,
    activity_id: str,
    code: str,
    typed: str,
    reason: str,
    link: Link,
    now: datetime,
    beyond: str = "",
) -> None:
    """Set another amount within the terms as they stood at the award; the certificate is replaced.

    What is more than before needs attendance, or ``beyond``. Raises as :func:`award_by_staff`, and
    ``Refused("award_missing")``, ``BadInput("amount_unchanged")``.
    """
    words = clean_reason(reason, MAX_REASON)
    found, chain = _account(session, officer, learner_id, activity_id, code, now)
    before = balance(chain)
    one = replace(as_awarded(session, _live_of(chain)), working=awarded_working(award_terms(session, chain[-1].id)))
    if not one.is_awarded:
        raise Refused("participation_has_no_amount")
    amount = read_adjusted(one, typed)
    one = _adjusted_on(found, one, amount, before, beyond)
    posting = _posting(session, chain, EntryKind.ADJUST, amount, officer, words)
    row = post(session, found, replace(posting, terms=adjusted_terms(posting.terms, one)))
    replace_certificates(session, found, row, link, StatusReason.CREDIT_ADJUSTED, words)
    detail = {"credit_type": code, "amount": (before, amount), **_beyond(one)}
    note(session, officer, "credit.adjusted", f"credit_entry:{row.id}", now, activity_id=activity_id, detail=detail)


def _beyond(one: ClaimableCredit) -> dict[str, str]:
    return {"beyond": one.beyond_reason} if one.beyond_reason else {}


def _adjusted_on(
    found: Progress, one: ClaimableCredit, amount: Decimal, before: Decimal, beyond: str
) -> ClaimableCredit:
    """What is left of an amount needs no new attendance; what teaching gave needs none at all."""
    taught = one.working.working.amount if one.working and one.working.is_teaching else Decimal(0)
    if amount < before and not beyond.strip():
        return on_what_is_left(found, one, amount - taught)
    return on_attendance(found, one, amount - taught, beyond)


def revoke_by_staff(
    session: Session,
    officer: Officer,
    learner_id: str,
    activity_id: str,
    code: str,
    reason: str,
    link: Link,
    now: datetime,
) -> None:
    """Take the credit back; the certificate says so at once, and the LMS is told.

    A certificate of several credits is replaced by one without this; of several certificates, only this type's end.
    Raises as :func:`adjust_by_staff`.
    """
    words = clean_reason(reason, MAX_REASON)
    found, chain = _account(session, officer, learner_id, activity_id, code, now)
    _live_of(chain)
    posting = _posting(session, chain, EntryKind.REVOKE, Decimal(0), officer, words)
    _end(session, officer, found, posting, StatusReason.CREDIT_WITHDRAWN, balance(chain), link)


def expire_by_staff(
    session: Session,
    officer: Officer,
    learner_id: str,
    activity_id: str,
    code: str,
    reason: str,
    evidence: str,
    link: Link,
    now: datetime,
) -> None:
    """Enter that the credit counts no more, by the body's or board's decision that ``evidence`` names.

    It was rightly given, so its certificate says "expired" and not "withdrawn". Done again it does nothing. Raises as
    :func:`revoke_by_staff`, and ``BadInput("reason_unusable")`` with the fault ``evidence``.
    """
    words, proof = clean_reason(reason, MAX_REASON), clean_reason(evidence, MAX_REASON, "evidence")
    found, chain = _account(session, officer, learner_id, activity_id, code, now)
    if is_expired(chain):
        return
    _live_of(chain)
    posting = _posting(session, chain, EntryKind.EXPIRE, Decimal(0), officer, words)
    posting = replace(posting, terms={**posting.terms, "evidence_of_expiry": proof})
    _end(session, officer, found, posting, StatusReason.CREDIT_EXPIRED, balance(chain), link)


def _end(
    session: Session,
    officer: Officer,
    found: Progress,
    posting: Posting,
    reason: StatusReason,
    before: Decimal,
    link: Link,
) -> None:
    row = post(session, found, posting)
    replace_certificates(session, found, row, link, reason, posting.reason)
    action = "credit.expired" if posting.kind is EntryKind.EXPIRE else "credit.revoked"
    detail = {"credit_type": posting.credit_type, "amount": (before, Decimal(0))}
    subject = f"credit_entry:{row.id}"
    note(session, officer, action, subject, found.now, activity_id=found.activity_id, detail=detail)
    tell_grades(session, found, officer, found.now)


def _account(
    session: Session, officer: Officer, learner_id: str, activity_id: str, code: str, now: datetime
) -> tuple[Progress, tuple[Entry, ...]]:
    """The person's participation, locked, and their account of this type; nothing is in it before an award."""
    known_pair(session, officer.provider_id, learner_id, activity_id)
    officer.require(Capability.OVERRIDE_CLAIMS, activity_id)
    found = found_progress(session, learner_id, activity_id, now)
    return found, accounts(session, learner_id, activity_id).get(code, ())


def _live_of(chain: tuple[Entry, ...]) -> Entry:
    live = live_award(chain)
    if live is None:
        raise Refused("award_missing")
    return live


def tell_grades(session: Session, found: Progress, actor: Actor, now: datetime) -> None:
    row = session.get_one(models.Participation, found.participation_id)
    note_progress_of(session, progress_of(session, row, now), actor.provider_id, now)


def _posting(
    session: Session, chain: tuple[Entry, ...], kind: EntryKind, amount: Decimal, officer: Officer, reason: str
) -> Posting:
    """On the terms of the last entry: what the amount rests on goes on with it."""
    live = _live_of(chain)
    return Posting(
        credit_type=live.credit_type,
        kind=kind,
        balance=amount,
        is_awarded=live.is_awarded,
        actor=f"officer:{officer.person_id}",
        terms=award_terms(session, chain[-1].id),
        reason=reason,
    )
