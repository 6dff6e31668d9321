"""The certificates of a claim follow its ledger: replaced by what stands, or withdrawn where nothing does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load import accounts
from lti_tool.domain.certificate import CertificateStatus, StatusReason
from lti_tool.domain.credit import CreditOffer, CreditType, certain_parts
from lti_tool.domain.division import Division, added_sessions
from lti_tool.domain.learner import Profile
from lti_tool.domain.ledger import Entry, balance, live_award
from lti_tool.domain.series import AttendedSession
from lti_tool.domain.wire import read_certificate, read_value
from lti_tool.services.certificate import Link
from lti_tool.services.certificate_division import Paper, lists_sessions, papers
from lti_tool.services.certificate_issue import Issuing
from lti_tool.services.certificate_status import close
from lti_tool.services.certificate_text import PrintedOffer
from lti_tool.services.claimable import ClaimableCredit, awarded_working, claimed_sessions
from lti_tool.services.ledger import account
from lti_tool.services.participation import Progress, progress_of


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


@dataclass(frozen=True, slots=True)
class _Claim:
    """The certificates that an entry of the ledger touches, oldest first, and what stands of the claim now."""

    session: Session
    found: Progress
    changed: models.CreditEntry
    division: Division
    rows: tuple[models.Certificate, ...]

    @classmethod
    def of(cls, session: Session, found: Progress, changed: models.CreditEntry) -> _Claim:
        certificate, entry = models.Certificate, models.CreditEntry
        query = select(certificate, entry.credit_type).join(entry, entry.id == certificate.award_id)
        query = query.where(entry.claim_id == changed.claim_id).order_by(certificate.issued_at, certificate.number)
        rows = [
            row
            for row, credit_type in session.execute(query)
            if row.division == Division.TOGETHER.value or credit_type == changed.credit_type
        ]
        division = Division(rows[-1].division) if rows else Division.TOGETHER
        return cls(session, found, changed, division, tuple(rows))

    def standing(self) -> list[tuple[Entry, PrintedOffer]]:
        """Live awards with what is printed of each."""
        found = accounts(self.session, self.found.learner_id, self.found.activity_id)
        lines = [
            (live, self._line(live, chain))
            for credit_type, chain in found.items()
            if (live := live_award(chain)) is not None and live.claim_id == self.changed.claim_id
            if self.division is Division.TOGETHER or credit_type == self.changed.credit_type
        ]
        return sorted(lines, key=lambda pair: pair[1].credit.printing_order)

    def _line(self, live: Entry, chain: tuple[Entry, ...]) -> PrintedOffer:
        one, terms = as_awarded(self.session, live), award_terms(self.session, chain[-1].id)
        has_sessions = lists_sessions(self.found.activity, self.division)
        sessions = (claimed_sessions(terms) or ()) if has_sessions else ()
        return PrintedOffer(one.credit, one.offer, balance(chain), live.is_awarded, sessions, awarded_working(terms))

    def issuing(self, award: models.CreditEntry, link: Link, completed: date | None) -> Issuing:
        """For the holder as printed: a name that was corrected since stays corrected."""
        printed = [read_certificate(row.body) for row in self.rows]
        is_dated = self.division is Division.BY_SESSION  # each has the day of its own session
        day = max(one.completed_on for one in printed) if is_dated else printed[-1].completed_on
        kept = {name: value for name, value in award.terms["profile"].items() if name != "statement"}
        profile = replace(read_value(Profile, kept), printed_name=printed[-1].learner_name)
        return Issuing(self.session, self.found, profile, completed or day, self.division, link)

    def unchanged(self, wanted: Sequence[Paper]) -> set[str]:
        """Keys of the sessions whose valid certificates say what is to be said."""
        amounts = {paper.session_key: paper.lines[0].shown for paper in wanted if paper.session is not None}
        return {
            row.session_key
            for row in self.rows
            if row.status == CertificateStatus.VALID.value
            and row.session_key in amounts
            and sum(one.amount for one in read_certificate(row.body).credits) == amounts[row.session_key]
        }


def replace_certificates(
    session: Session,
    found: Progress,
    changed: models.CreditEntry,
    link: Link,
    reason: StatusReason,
    words: str,
    *,
    completed: date | None = None,
) -> None:
    """After an entry in the ledger: the certificates that it touches are replaced by what stands, or revoked if nothing
    does. Of divided claims these are those of its credit type; of sessions that it leaves as they were none.

    A name that was corrected since stays corrected, and the day of completion the same unless ``completed`` is another.
    """
    claim = _Claim.of(session, found, changed)
    standing = claim.standing()
    wanted = papers([line for _, line in standing], claim.division) if standing else ()
    kept = claim.unchanged(wanted)
    fresh = [paper for paper in wanted if paper.session_key not in kept or paper.session is None]
    current = [row for row in claim.rows if row.successor_id is None and row.session_key not in kept]
    status = CertificateStatus.SUPERSEDED if fresh else CertificateStatus.REVOKED
    for row in claim.rows:
        is_valid = row.status == CertificateStatus.VALID.value
        if not standing or (is_valid and row.session_key not in kept):
            close(session, row, status, reason, words, found.now)
    session.flush()
    if not fresh or not claim.rows:
        return
    entries = {entry.credit_type: session.get_one(models.CreditEntry, entry.id) for entry, _ in standing}
    issuing = claim.issuing(next(iter(entries.values())), link, completed)
    new = issuing.issue(fresh, entries)
    of_session = {row.session_key: row.id for row in new}
    for row in current:
        row.successor_id = of_session.get(row.session_key, new[0].id)
    session.flush()


def add_certificates(
    session: Session,
    found: Progress,
    changed: models.CreditEntry,
    one: ClaimableCredit,
    held: Sequence[AttendedSession],
    link: Link,
    completed: date,
) -> bool:
    """Certificates of their own for the sessions that a claim has added to ``held``; those issued before stay.

    False where that cannot be: the claim is not divided by session, a session of before counts no more, or all of it
    together gives what no session gives alone.
    """
    claim = _Claim.of(session, found, changed)
    added = added_sessions(held, one.series.sessions) if one.series else None
    total = balance(account(session, found, changed.credit_type))
    if claim.division is not Division.BY_SESSION or not added or certain_parts(one.offer, total):
        return False
    line = PrintedOffer(one.credit, one.offer, changed.amount, True, added)
    award = session.get_one(models.CreditEntry, claim.standing()[0][0].id)
    issuing = claim.issuing(award, link, completed)
    issuing.issue(papers([line], claim.division), {changed.credit_type: changed})
    return True
