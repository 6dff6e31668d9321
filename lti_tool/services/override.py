"""Staff's own entries in the ledger: award, adjust, revoke, each with a reason, with the certificate following suit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.catalogue import credit_name
from lti_tool.db import models
from lti_tool.db.load import accounts
from lti_tool.db.upsert import insert_once
from lti_tool.domain.capability import Capability
from lti_tool.domain.certificate import CertificateStatus, StatusReason
from lti_tool.domain.credit import CreditOffer, CreditType
from lti_tool.domain.errors import NotFound, Refused
from lti_tool.domain.late_claim import clean_reason
from lti_tool.domain.learner import Profile
from lti_tool.domain.ledger import Entry, EntryKind, balance, live_award
from lti_tool.domain.wire import read_certificate, read_value
from lti_tool.services.audit import Actor, note
from lti_tool.services.certificate import Link, issue, learner_language
from lti_tool.services.certificate_status import close
from lti_tool.services.certificate_text import PrintedOffer, Printing
from lti_tool.services.claimable import ClaimableCredit, claimable_credits
from lti_tool.services.credit import award, read_amount
from lti_tool.services.grade import note_progress_of
from lti_tool.services.ledger import Posting, lock_learner, post
from lti_tool.services.office import Officer
from lti_tool.services.participation import Progress, lock, newest_version, progress_of
from lti_tool.services.statement import overrides_of_activity

MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class Account:
    """One learner's credit of one type for one activity, entry by entry."""

    credit_type: str
    name: str
    balance: Decimal
    is_live: bool
    is_awarded: bool
    entries: tuple[Entry, ...]


def _known(
    session: Session, provider_id: str, learner_id: str, activity_id: str
) -> tuple[models.Learner, models.Activity]:
    learner, activity = session.get(models.Learner, learner_id), session.get(models.Activity, activity_id)
    if learner is None or activity is None or {learner.provider_id, activity.provider_id} != {provider_id}:
        raise NotFound("account_unknown")
    return learner, activity


def found_progress(session: Session, learner_id: str, activity_id: str, now: datetime) -> Progress:
    """The person's participation, locked; begun now for somebody who never opened the activity."""
    person = session.get_one(models.Learner, learner_id)
    key = {"learner_id": person.merged_into or person.id, "activity_id": activity_id, "is_trial": False}
    rest = {"version": newest_version(session, activity_id), "started_at": now}
    row = insert_once(session, models.Participation, key, rest)
    return progress_of(session, lock(session, row.id), now)


def learner_accounts(session: Session, officer: Officer, learner_id: str, activity_id: str) -> tuple[Account, ...]:
    """Raises ``NotFound("account_unknown")``, ``Forbidden("capability_missing")``."""
    _known(session, officer.provider_id, learner_id, activity_id)
    officer.require(Capability.OVERRIDE_CLAIMS, activity_id)
    return tuple(
        Account(code, credit_name(code), balance(chain), live_award(chain) is not None, chain[-1].is_awarded, chain)
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
) -> models.CreditEntry:
    """Award what the activity was designated for, whatever the learner did in the tool. Callers check the capability.

    The body's rules stay: profession, steps, maximum, no award before designation, one award per type. Raises
    ``NotFound("account_unknown")``, ``Refused`` (``credit_not_for_learner``, ``award_live``, ``profile_unconfirmed``,
    ``not_designated``), ``BadInput`` (``reason_unusable``, ``claim_*``).
    """
    words = clean_reason(reason, MAX_REASON)
    _known(session, actor.provider_id, learner_id, activity_id)
    found = found_progress(session, learner_id, activity_id, now)
    lock_learner(session, learner_id)
    if found.profile is None:
        raise Refused("profile_unconfirmed")
    if found.activity.day_of(now) < found.activity.designated_on:
        raise Refused("not_designated")
    one = offered(found, code, found.profile)
    amount = read_amount(one, typed) if one.is_awarded else one.offer.maximum
    certificate = award(
        session, found, found.profile, [(one, amount)], link, actor=f"officer:{actor.person_id}", reason=words
    )
    detail = {"credit_type": code, "amount": (Decimal(0), amount)}
    note(
        session,
        actor,
        "credit.awarded",
        f"credit_entry:{certificate.award_id}",
        now,
        activity_id=activity_id,
        detail=detail,
    )
    _tell_grades(session, found, actor, now)
    return session.get_one(models.CreditEntry, certificate.award_id)


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
) -> None:
    """Set another amount within the terms as they stood at the award; the certificate is replaced.

    Raises as :func:`award_by_staff`, and ``Refused("award_missing")``, ``BadInput("amount_unchanged")``.
    """
    words = clean_reason(reason, MAX_REASON)
    found, live, before = _live(session, officer, learner_id, activity_id, code, now)
    one = _as_awarded(session, live)
    if not one.is_awarded:
        raise Refused("participation_has_no_amount")
    amount = read_amount(one, typed)
    row = post(session, found, _posting(session, live, EntryKind.ADJUST, amount, officer, words))
    replace_certificate(session, found, live.claim_id, link, StatusReason.CREDIT_ADJUSTED, words)
    detail = {"credit_type": code, "amount": (before, amount)}
    note(session, officer, "credit.adjusted", f"credit_entry:{row.id}", now, activity_id=activity_id, detail=detail)


def revoke_by_staff(
    session: Session,
    officer: Officer,
    learner_id: str,
    activity_id: str,
    code: str,
    reason: str,
    link: Link,
    now: datetime,
    *,
    kind: EntryKind = EntryKind.REVOKE,
) -> None:
    """Take the credit back, or let it expire; the certificate says so at once, and the LMS is told.

    A certificate of several credits is replaced by one without this. Raises as :func:`adjust_by_staff`.
    """
    words = clean_reason(reason, MAX_REASON)
    found, live, before = _live(session, officer, learner_id, activity_id, code, now)
    row = post(session, found, _posting(session, live, kind, Decimal(0), officer, words))
    replace_certificate(session, found, live.claim_id, link, StatusReason.CREDIT_WITHDRAWN, words)
    action = "credit.expired" if kind is EntryKind.EXPIRE else "credit.revoked"
    detail = {"credit_type": code, "amount": (before, Decimal(0))}
    note(session, officer, action, f"credit_entry:{row.id}", now, activity_id=activity_id, detail=detail)
    _tell_grades(session, found, officer, now)


def _live(
    session: Session, officer: Officer, learner_id: str, activity_id: str, code: str, now: datetime
) -> tuple[Progress, Entry, Decimal]:
    _known(session, officer.provider_id, learner_id, activity_id)
    officer.require(Capability.OVERRIDE_CLAIMS, activity_id)
    found = found_progress(session, learner_id, activity_id, now)
    chain = accounts(session, learner_id, activity_id).get(code, ())
    live = live_award(chain)
    if live is None:
        raise Refused("award_missing")
    return found, live, balance(chain)


def _tell_grades(session: Session, found: Progress, actor: Actor, now: datetime) -> None:
    row = session.get_one(models.Participation, found.participation_id)
    note_progress_of(session, progress_of(session, row, now), actor.provider_id, now)


def _terms(session: Session, entry_id: str) -> Mapping[str, Any]:
    return session.get_one(models.CreditEntry, entry_id).terms


def _posting(session: Session, live: Entry, kind: EntryKind, amount: Decimal, officer: Officer, reason: str) -> Posting:
    return Posting(
        credit_type=live.credit_type,
        kind=kind,
        balance=amount,
        is_awarded=live.is_awarded,
        actor=f"officer:{officer.person_id}",
        terms=_terms(session, live.id),
        reason=reason,
    )


def _as_awarded(session: Session, live: Entry) -> ClaimableCredit:
    """Type and offer as they stood at the award."""
    terms = _terms(session, live.id)
    credit, offer = read_value(CreditType, terms["credit_type"]), read_value(CreditOffer, terms["offer"])
    row = session.get_one(models.CreditEntry, live.id)
    activity = progress_of(
        session, session.get_one(models.Participation, row.participation_id), row.recorded_at
    ).activity
    return ClaimableCredit.of(credit, offer, activity, is_awarded=live.is_awarded)


def replace_certificate(
    session: Session, found: Progress, claim_id: str, link: Link, reason: StatusReason, words: str
) -> None:
    """After a change: the certificates of the claim are replaced by one of what stands, or revoked if nothing does.

    A name that was corrected since stays corrected.
    """
    certificate, entry = models.Certificate, models.CreditEntry
    query = select(certificate).join(entry, entry.id == certificate.award_id).where(entry.claim_id == claim_id)
    old = session.scalars(query.order_by(certificate.issued_at, certificate.number)).all()
    standing = _standing_lines(session, found, claim_id)
    status = CertificateStatus.SUPERSEDED if standing else CertificateStatus.REVOKED
    for row in old:
        if row.status == CertificateStatus.VALID.value or not standing:
            close(row, status, reason, words, found.now)
    session.flush()
    if not standing or not old:
        return
    values, first = read_certificate(old[-1].body), session.get_one(entry, standing[0][0].id)
    profile = replace(_profile(first.terms), printed_name=values.learner_name)
    printing = _printing(session, found, profile, tuple(line for _, line in standing), values.completed_on)
    new = issue(session, first, found.activity, profile, printing, link)
    new.issued_at = found.now
    old[-1].successor_id = new.id


def _profile(terms: Mapping[str, Any]) -> Profile:
    """The particulars as they were printed."""
    kept = {name: value for name, value in terms["profile"].items() if name != "statement"}
    return read_value(Profile, kept)


def _printing(
    session: Session, found: Progress, profile: Profile, lines: tuple[PrintedOffer, ...], completed_on: date
) -> Printing:
    language = learner_language(session.get_one(models.Learner, found.learner_id), profile.country)
    overrides = overrides_of_activity(session, found.activity_id)
    return Printing(lines, completed_on, found.activity.day_of(found.now), language, overrides)


def _standing_lines(session: Session, found: Progress, claim_id: str) -> list[tuple[Entry, PrintedOffer]]:
    lines = []
    for chain in accounts(session, found.learner_id, found.activity_id).values():
        live = live_award(chain)
        if live is None or live.claim_id != claim_id:
            continue
        one = _as_awarded(session, live)
        lines.append((live, PrintedOffer(one.credit, one.offer, balance(chain), live.is_awarded)))
    return sorted(lines, key=lambda pair: (pair[1].credit.participated_text == "", pair[1].credit.code))
