"""Claiming credit: what may be claimed, and the claim itself, which no crash and no second tab can halve or double."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.activity import Activity, Step
from lti_tool.domain.assessment import Result, TestKind
from lti_tool.domain.certificate import StatusReason
from lti_tool.domain.claim import typed_amount
from lti_tool.domain.credential import Requirement, asked_for, missing_identifiers
from lti_tool.domain.division import Division
from lti_tool.domain.eligibility import clashes
from lti_tool.domain.errors import BadInput, Refused
from lti_tool.domain.learner import Profile
from lti_tool.domain.ledger import EntryKind
from lti_tool.domain.pathway import best_result
from lti_tool.services.certificate import IssuedCertificate, Link, issued_certificates
from lti_tool.services.certificate_division import current_division, lists_sessions, papers
from lti_tool.services.certificate_issue import Issuing
from lti_tool.services.certificate_replacement import add_certificates, award_terms, replace_certificates
from lti_tool.services.certificate_text import PrintedOffer
from lti_tool.services.claimable import (
    BarredCredit,
    ClaimableCredit,
    claimable_credits,
    claimables,
    claimed_sessions,
    nothing_claimable,
)
from lti_tool.services.credential import held_credentials
from lti_tool.services.credit_terms import claim_terms, completed_on
from lti_tool.services.grade import note_progress
from lti_tool.services.learner import profile_digest
from lti_tool.services.ledger import LEARNER, Posting, account, lock_learner, new_claim_id, post
from lti_tool.services.participation import Progress, progress, progress_for_update, progress_of
from lti_tool.services.session import Visit

__all__ = ["ClaimForm", "ClaimView", "Claimed", "claim_credit", "claim_view", "claimable_credits"]

NOT_CLAIMED = "none"
"""What the control of a credit sends that the learner leaves."""
FURTHER_SESSIONS = "further sessions of the series"
"""Why a certificate was replaced after its holder claimed more."""


@dataclass(frozen=True, slots=True)
class ClaimView:
    """The claim page. ``claimable`` is empty until the particulars are confirmed, and when all has been claimed."""

    progress: Progress
    claimable: tuple[ClaimableCredit, ...]
    post_test: Result | None
    """The best attempt."""
    barred: tuple[BarredCredit, ...] = ()

    @property
    def attestation(self) -> str:
        """What is confirmed by claiming: each sentence of the claimable credits once."""
        sentences = (f"{part.rstrip('.')}." for one in self.claimable for part in one.attestation.split(". "))
        return " ".join(dict.fromkeys(sentences))

    @property
    def profile_digest(self) -> str:
        profile = self.progress.profile
        return "" if profile is None else profile_digest(profile)


@dataclass(frozen=True, slots=True)
class ClaimForm:
    """A claim as sent. ``amounts`` is text by credit type; ``profile_digest`` says which particulars were shown."""

    amounts: Mapping[str, str]
    is_attested: bool
    profile_digest: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """The outcome. ``is_new`` is false for a second tab or a doubled submit; a trial has no certificates."""

    certificates: tuple[IssuedCertificate, ...]
    is_new: bool


def claim_view(session: Session, visit: Visit, now: datetime) -> ClaimView:
    """The visitor's claim page, also while the step is locked."""
    found = progress(session, visit, now)
    left = claimables(session, found)
    result = best_result(found.activity.post_test, found.record.submitted(TestKind.POST))
    return ClaimView(found, left.credits, result, left.barred)


def asked_credentials(view: ClaimView) -> dict[Requirement, tuple[ClaimableCredit, ...]]:
    """What the bodies of the claimable credits ask for; see ``domain.credential.asked_for``."""
    return asked_for(view.claimable)


def claim_credit(session: Session, visit: Visit, form: ClaimForm, link: Link, now: datetime) -> Claimed:
    """Claim what the form names of all that this learner may claim, with its certificates, in one transaction.

    Claiming again gives what was claimed first; credit that was left may be claimed later, while claims are open, and
    more of one for sessions that were attended since. A trial is checked like a claim and leaves nothing behind. Raises
    ``Refused("step_locked")`` (earlier steps, release, designation, window, attendance, nothing left to claim) and
    ``BadInput("claim_unusable")`` with faults ``profile`` (``missing``, ``changed``),
    ``attestation`` (``missing``), ``amounts`` (``claim_nothing``), ``id.<requirement>`` (``missing``) and
    ``amount.<credit type>``: ``claim_missing``, ``claim_not_a_number``, ``claim_above_maximum``,
    ``claim_above_attended``, ``claim_below_minimum``, ``claim_not_in_steps``, ``claim_excluded``.
    """
    found = progress_for_update(session, visit, now)
    found.require(Step.CLAIM)
    if found.record.claims and not wants_more(session, found, form):
        return Claimed(issued_certificates(session, visit), is_new=False)
    lock_learner(session, found.learner_id)
    profile = _shown_profile(found, form)
    left = claimables(session, found)
    if not left.credits:
        raise Refused("step_locked", step=Step.CLAIM, blockers=(nothing_claimable(left.barred),))
    chosen = _chosen(session, found, left.credits, form)
    if found.is_trial:
        return Claimed((), is_new=True)
    new = [pair for pair in chosen if not pair[0].held]
    if new:
        award(session, found, profile, new, link)
    for one, amount in chosen:
        if one.held:
            _raise(session, found, profile, one, amount, link)
    row = session.get_one(models.Participation, found.participation_id)
    note_progress(session, progress_of(session, row, now), visit, now)
    return Claimed(issued_certificates(session, visit), is_new=True)


def wants_more(session: Session, found: Progress, form: ClaimForm) -> bool:
    """The form names credit that was left at the first claim."""
    return any(_is_claimed(one, form) for one in claimables(session, found).credits)


def _is_claimed(one: ClaimableCredit, form: ClaimForm) -> bool:
    return form.amounts.get(one.credit.code, "").strip() not in ("", NOT_CLAIMED)


def _shown_profile(found: Progress, form: ClaimForm) -> Profile:
    profile = found.profile
    if profile is None:
        raise BadInput("claim_unusable", faults={"profile": "missing"})
    if form.profile_digest != profile_digest(profile):
        raise BadInput("claim_unusable", faults={"profile": "changed"})
    return profile


def _chosen(
    session: Session, found: Progress, claimable: Sequence[ClaimableCredit], form: ClaimForm
) -> list[tuple[ClaimableCredit, Decimal]]:
    """What is claimed, with its amounts; where nothing is awarded, what the activity was designated for."""
    faults = {} if form.is_attested else {"attestation": "missing"}
    chosen: list[tuple[ClaimableCredit, Decimal]] = []
    for one in claimable:
        if one.is_optional and not _is_claimed(one, form):
            continue
        try:
            chosen.append(
                (one, read_amount(one, form.amounts.get(one.credit.code, "")) if one.is_awarded else one.offer.maximum)
            )
        except BadInput as error:
            faults[one.field] = error.code
    if not chosen and not faults:
        faults["amounts"] = "claim_nothing"
    faults |= {f"amount.{code}": "claim_excluded" for code in clashes(one.offer for one, _ in chosen)}
    held = held_credentials(session, found.learner_id)
    faults |= missing_identifiers([one for one, _ in chosen], (), held)
    if faults:
        raise BadInput("claim_unusable", faults=faults)
    return chosen


def read_amount(one: ClaimableCredit, raw: str) -> Decimal:
    """An amount as typed. Raises ``BadInput`` with a ``claim_*`` code (see :func:`claim_credit`)."""
    amount = typed_amount(raw, one.credit, one.offer)
    if one.series is not None and amount > one.series.total:
        raise BadInput("claim_above_attended")
    if amount not in one.amounts:
        raise BadInput("claim_not_in_steps")
    return amount


def award(
    session: Session,
    found: Progress,
    profile: Profile,
    chosen: Sequence[tuple[ClaimableCredit, Decimal]],
    link: Link,
    *,
    actor: str = LEARNER,
    reason: str = "",
) -> models.CreditEntry:
    """Enter the awards and issue their certificates, as the provider wants claims divided; gives the first award."""
    claim_id = new_claim_id()
    ordered = sorted(chosen, key=lambda pair: pair[0].credit.printing_order)
    rows = [
        post(
            session,
            found,
            Posting(
                credit_type=one.credit.code,
                kind=EntryKind.AWARD,
                balance=amount,
                is_awarded=one.is_awarded,
                actor=actor,
                reason=reason,
                terms=claim_terms(found, profile, one),
                claim_id=claim_id,
            ),
        )
        for one, amount in ordered
    ]
    division = current_division(session, rows[0].provider_id)
    lines = [printed_offer(found.activity, one, amount, division) for one, amount in ordered]
    day = completed_on(found.activity, found.record, found.now)
    issuing = Issuing(session, found, profile, day, division, link)
    issuing.issue(papers(lines, division), {row.credit_type: row for row in rows})
    return rows[0]


def _raise(
    session: Session, found: Progress, profile: Profile, one: ClaimableCredit, amount: Decimal, link: Link
) -> None:
    """Further sessions of a series: the account grows. They get certificates of their own, where sessions have them;
    else the certificate is replaced by one of the new amount."""
    before = account(session, found, one.credit.code)[-1]
    row = post(
        session,
        found,
        Posting(
            credit_type=one.credit.code,
            kind=EntryKind.ADJUST,
            balance=amount,
            is_awarded=True,
            actor=LEARNER,
            terms=claim_terms(found, profile, one),
        ),
    )
    day = completed_on(found.activity, found.record, found.now)
    held = claimed_sessions(award_terms(session, before.id)) or ()
    if not add_certificates(session, found, row, one, held, link, day):
        reason = StatusReason.CREDIT_ADJUSTED
        replace_certificates(session, found, row, link, reason, FURTHER_SESSIONS, completed=day)


def printed_offer(activity: Activity, one: ClaimableCredit, amount: Decimal, division: Division) -> PrintedOffer:
    """As a certificate names it; with the attended sessions where the provider wants them."""
    sessions = one.series.sessions if one.series and lists_sessions(activity, division) else ()
    return PrintedOffer(one.credit, one.offer, amount, one.is_awarded, sessions, one.working)
