"""The certificates of a claim follow its ledger: replaced by what stands, or withdrawn where nothing does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load import accounts
from lti_tool.domain.certificate import CertificateStatus, StatusReason
from lti_tool.domain.credit import CreditOffer, CreditType
from lti_tool.domain.learner import Profile
from lti_tool.domain.ledger import Entry, balance, live_award
from lti_tool.domain.wire import read_certificate, read_value
from lti_tool.services.certificate import Link, issue, learner_language
from lti_tool.services.certificate_status import close
from lti_tool.services.certificate_text import PrintedOffer, Printing
from lti_tool.services.claimable import ClaimableCredit, awarded_working, claimed_sessions
from lti_tool.services.participation import Progress, progress_of
from lti_tool.services.statement import overrides_of_activity


def award_terms(session: Session, entry_id: str) -> Mapping[str, Any]:
    """What was in force at an award."""
    return session.get_one(models.CreditEntry, entry_id).terms


def as_awarded(session: Session, live: Entry) -> ClaimableCredit:
    """Type and offer as they stood at the award."""
    terms = award_terms(session, live.id)
    credit, offer = read_value(CreditType, terms["credit_type"]), read_value(CreditOffer, terms["offer"])
    row = session.get_one(models.CreditEntry, live.id)
    activity = progress_of(
        session, session.get_one(models.Participation, row.participation_id), row.recorded_at
    ).activity
    return ClaimableCredit.of(credit, offer, activity, is_awarded=live.is_awarded)


def replace_certificate(
    session: Session,
    found: Progress,
    claim_id: str,
    link: Link,
    reason: StatusReason,
    words: str,
    *,
    completed: date | None = None,
) -> None:
    """After a change: the certificates of the claim are replaced by one of what stands, or revoked if nothing does.

    A name that was corrected since stays corrected, and the day of completion the same unless ``completed`` is another.
    """
    certificate, entry = models.Certificate, models.CreditEntry
    query = select(certificate).join(entry, entry.id == certificate.award_id).where(entry.claim_id == claim_id)
    old = session.scalars(query.order_by(certificate.issued_at, certificate.number)).all()
    standing = _standing_lines(session, found, claim_id)
    status = CertificateStatus.SUPERSEDED if standing else CertificateStatus.REVOKED
    for row in old:
        if row.status == CertificateStatus.VALID.value or not standing:
            close(session, row, status, reason, words, found.now)
    session.flush()
    if not standing or not old:
        return
    values, first = read_certificate(old[-1].body), session.get_one(entry, standing[0][0].id)
    profile = replace(_profile(first.terms), printed_name=values.learner_name)
    printing = _printing(session, found, profile, tuple(line for _, line in standing), completed or values.completed_on)
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
        one = as_awarded(session, live)
        terms = award_terms(session, chain[-1].id)
        sessions = (claimed_sessions(terms) or ()) if found.activity.lists_sessions else ()
        working = awarded_working(terms)
        lines.append((live, PrintedOffer(one.credit, one.offer, balance(chain), live.is_awarded, sessions, working)))
    return sorted(lines, key=lambda pair: (pair[1].credit.participated_text == "", pair[1].credit.code))
