"""Claiming credit: what may be claimed, and the claim itself, which no crash and no second tab can halve or double."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from lti_tool.catalogue import attestation, credit_type
from lti_tool.db import models
from lti_tool.domain.activity import Activity, LearningFormat, Step
from lti_tool.domain.assessment import Result, TestKind
from lti_tool.domain.credit import CreditOffer, CreditType, Degree, check_amount, claimable_amounts
from lti_tool.domain.errors import BadInput
from lti_tool.domain.learner import Profile
from lti_tool.domain.pathway import attempt_result, best_result, has_acknowledged
from lti_tool.domain.record import Attempt, Record
from lti_tool.domain.wire import write_value
from lti_tool.services.certificate import (
    IssuedCertificate,
    Link,
    Printing,
    issue,
    issued_certificates,
    learner_language,
)
from lti_tool.services.grade import note_progress
from lti_tool.services.learner import EQUIVALENT, profile_digest
from lti_tool.services.participation import Progress, progress, progress_for_update, progress_of
from lti_tool.services.session import Visit
from lti_tool.services.statement import overrides_of_activity

PARTICIPATION = "attendance"
"""The catalogue's type without credit: its attestation is that of everybody who is not awarded credit."""
TERMS_VERSION = "award-terms/1"
_AMOUNT = re.compile(r"[0-9]{1,4}(\.[0-9]{1,2})?")
_NO_SUGGESTION = frozenset({LearningFormat.LIVE, LearningFormat.OTHER})
"""Formats of which somebody may have attended a part: the whole is never suggested (AMA PRA, claiming)."""


@dataclass(frozen=True, slots=True)
class ClaimableCredit:
    """One credit that this learner may claim, or may have their participation certified for."""

    credit: CreditType
    offer: CreditOffer
    is_awarded: bool
    amounts: tuple[Decimal, ...]
    """Every claimable amount, smallest first; empty where nothing is awarded and so nothing is chosen."""
    suggested: Decimal | None
    attestation: str

    @property
    def field(self) -> str:
        """Name of the form's control."""
        return f"amount.{self.credit.code}"


@dataclass(frozen=True, slots=True)
class ClaimView:
    """The claim page. ``claimable`` is empty until the particulars are confirmed."""

    progress: Progress
    claimable: tuple[ClaimableCredit, ...]
    post_test: Result | None
    """The best attempt."""

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


def _claimable(activity: Activity, offer: CreditOffer, degree: Degree) -> ClaimableCredit:
    credit = credit_type(offer.credit_type, activity.designated_on)
    is_awarded = credit.is_awarded_to(degree)
    amounts = claimable_amounts(offer, credit.step) if is_awarded else ()
    is_open = activity.format in _NO_SUGGESTION and len(amounts) != 1
    suggested = amounts[-1] if amounts and not is_open else None
    attested = credit if is_awarded else credit_type(PARTICIPATION, activity.designated_on)
    return ClaimableCredit(credit, offer, is_awarded, amounts, suggested, attestation(attested))


def claimable_credits(activity: Activity, profile: Profile) -> tuple[ClaimableCredit, ...]:
    """What this degree may claim: the credit it is awarded; else participation in what was designated for credit; else
    participation."""
    found = [_claimable(activity, offer, profile.degree) for offer in activity.credits]
    awarded = [one for one in found if one.is_awarded]
    designated = [one for one in found if one.credit.designation_text]
    return tuple(awarded or designated or found)


def claim_view(session: Session, visit: Visit, now: datetime) -> ClaimView:
    """The visitor's claim page, also while the step is locked."""
    found = progress(session, visit, now)
    claimable = claimable_credits(found.activity, found.profile) if found.profile else ()
    result = best_result(found.activity.post_test, found.record.submitted(TestKind.POST))
    return ClaimView(found, claimable, result)


def claim_credit(session: Session, visit: Visit, form: ClaimForm, link: Link, now: datetime) -> Claimed:
    """Claim everything that this learner's degree may claim, and issue the certificates, in one transaction.

    Claiming again gives what was claimed first. A trial is checked like a claim and leaves nothing behind.
    Raises ``Refused("step_locked")`` (earlier steps, release, designation, expiry) and ``BadInput("claim_unusable")``
    with faults ``profile`` (``missing``, ``changed``), ``attestation`` (``missing``) and ``amount.<credit type>``:
    ``claim_missing``, ``claim_not_a_number``, ``claim_above_maximum``, ``claim_below_minimum``, ``claim_not_in_steps``.
    """
    found = progress_for_update(session, visit, now)
    found.require(Step.CLAIM)
    if found.record.claims:
        return Claimed(issued_certificates(session, visit), is_new=False)
    profile = _shown_profile(found, form)
    claimable = claimable_credits(found.activity, profile)
    amounts = _read_amounts(claimable, form)
    if found.is_trial:
        return Claimed((), is_new=True)
    for one, amount in zip(claimable, amounts, strict=True):
        _award(session, found, profile, one, amount, link)
    row = session.get_one(models.Participation, found.participation_id)
    note_progress(session, progress_of(session, row, now), visit, now)
    return Claimed(issued_certificates(session, visit), is_new=True)


def _shown_profile(found: Progress, form: ClaimForm) -> Profile:
    profile = found.profile
    if profile is None:
        raise BadInput("claim_unusable", faults={"profile": "missing"})
    if form.profile_digest != profile_digest(profile):
        raise BadInput("claim_unusable", faults={"profile": "changed"})
    return profile


def _read_amounts(claimable: Sequence[ClaimableCredit], form: ClaimForm) -> tuple[Decimal, ...]:
    """One amount each; where nothing is awarded, what the activity was designated for."""
    faults = {} if form.is_attested else {"attestation": "missing"}
    amounts = []
    for one in claimable:
        try:
            amounts.append(_read_amount(one, form) if one.is_awarded else one.offer.maximum)
        except BadInput as error:
            faults[one.field] = error.code
    if faults:
        raise BadInput("claim_unusable", faults=faults)
    return tuple(amounts)


def _read_amount(one: ClaimableCredit, form: ClaimForm) -> Decimal:
    typed = form.amounts.get(one.credit.code, "").strip()
    if not typed:
        raise BadInput("claim_missing")
    if not _AMOUNT.fullmatch(typed):
        raise BadInput("claim_not_a_number")
    amount = Decimal(typed)
    check_amount(one.offer, one.credit.step, amount)
    return amount


def _award(
    session: Session, found: Progress, profile: Profile, one: ClaimableCredit, amount: Decimal, link: Link
) -> None:
    now, activity = found.now, found.activity
    award = models.Award(
        learner_id=found.learner_id,
        activity_id=found.activity_id,
        participation_id=found.participation_id,
        version=found.version,
        credit_type=one.credit.code,
        amount=amount,
        is_awarded=one.is_awarded,
        terms=_terms(found, profile, one),
        claimed_at=now,
    )
    session.add(award)
    session.flush()
    printing = Printing(
        credit=one.credit,
        offer=one.offer,
        amount=amount,
        is_awarded=one.is_awarded,
        completed_on=activity.day_of(completed_at(found.record, now)),
        issued_on=activity.day_of(now),
        learner_language=learner_language(session.get_one(models.Learner, found.learner_id), profile.country),
        overrides=overrides_of_activity(session, found.activity_id),
    )
    issue(session, award, activity, profile, printing, link)


def completed_at(record: Record, now: datetime) -> datetime:
    """When the education was completed: the last of study, post-test and evaluation; the claim if none is asked."""
    tests = [attempt.submitted_at for attempt in record.submitted(TestKind.POST)]
    moments = [moment for moment in (*tests, record.content_finished_at, record.evaluated_at) if moment is not None]
    return max(moments, default=now)


def _terms(found: Progress, profile: Profile, one: ClaimableCredit) -> dict[str, Any]:
    """What was in force at the claim, kept for the accreditor (ACCME: six years)."""
    states_equivalence = profile.degree is Degree.OTHER_PHYSICIAN
    return {
        "version": TERMS_VERSION,
        "profile": {**write_value(profile), "statement": EQUIVALENT if states_equivalence else ""},
        "offer": write_value(one.offer),
        "credit_type": write_value(one.credit),
        "attestation": one.attestation,
        "evidence": _evidence(found),
    }


def _evidence(found: Progress) -> dict[str, Any]:
    record, fingerprint = found.record, found.page.fingerprint
    acknowledged = max((one.at for one in record.acknowledgements if one.fingerprint == fingerprint), default=None)
    return {
        "fingerprint": fingerprint if has_acknowledged(record, fingerprint) else "",
        "text_version": found.newest_version,
        "acknowledged_at": write_value(acknowledged),
        "activity_version": found.version,
        "post_test": _passing(found),
        "seconds_studied": record.seconds_studied,
        "content_finished_at": write_value(record.content_finished_at),
        "evaluated_at": write_value(record.evaluated_at),
    }


def _passing(found: Progress) -> dict[str, Any] | None:
    """The best submitted attempt at the post-test."""
    test, attempts = found.activity.post_test, found.record.submitted(TestKind.POST)
    if test is None or not attempts:
        return None

    def result(attempt: Attempt) -> Result:
        return attempt_result(test, attempt)

    best = max(attempts, key=lambda attempt: result(attempt).points)
    return {"attempt": best.id, "number": best.number, **write_value(result(best))}
