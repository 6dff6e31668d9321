"""Claims from a native face: facts in, the tool's own verdict out. A repeat gets the same answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from lti_tool.db import models
from lti_tool.db.sealing import Sealer
from lti_tool.db.upsert import insert_once
from lti_tool.domain.activity import Step
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.credential import CONSENTS, read_identifiers
from lti_tool.domain.credit import printed_amount
from lti_tool.domain.errors import BadInput, CmeError, Conflict, NotFound, Refused
from lti_tool.domain.native import (
    NativeAnswer,
    NativeCertificate,
    NativeClaim,
    Reason,
    read_message,
    write_message,
)
from lti_tool.domain.replay import LEEWAY
from lti_tool.domain.standing import Blocker
from lti_tool.domain.text import RichText
from lti_tool.services.certificate import (
    IssuedCertificate,
    Link,
    issued_certificates,
    own_certificate,
    valid_certificates,
    written_date,
)
from lti_tool.services.credential import held_credentials, keep_credentials
from lti_tool.services.credit import ClaimForm, asked_credentials, claim_credit, claim_view, wants_more
from lti_tool.services.learner import ProfileForm, profile_digest, read_profile
from lti_tool.services.native_access import NativeClient
from lti_tool.services.native_activity import activity_id_of
from lti_tool.services.native_facts import (
    link_in_course,
    native_course,
    native_learner,
    native_participation,
    person_of_subject,
    take_in,
)
from lti_tool.services.participation import progress
from lti_tool.services.ports import CertificatePrinter
from lti_tool.services.session import Visit

LATEST = timedelta(days=30)
"""How long after the learner's own claim a delivery is still taken: an outage must not cost anybody credit."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a claim needs from outside."""

    link: Link
    printer: CertificatePrinter
    sealer: Sealer


def once(
    db: Session,
    client: NativeClient,
    key: str,
    sent: Any,
    now: datetime,
    work: Callable[[], tuple[dict[str, Any], bool]],
) -> dict[str, Any]:
    """The answer to a request, worked out once. ``work`` says with its answer whether it is final and is to be kept.

    Raises ``BadInput("idempotency_key_missing")``, ``Conflict("idempotency_key_reused")`` for another request.
    """
    if not key or len(key) > 64 or not key.isascii() or not key.isprintable():
        raise BadInput("idempotency_key_missing", "send an Idempotency-Key of 1 to 64 characters")
    request_hash = hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()
    found = db.get(models.ApiRequest, (client.deployment_id, key))
    if found is None:
        answer, is_final = work()
        if is_final:
            place = {"deployment_id": client.deployment_id, "idempotency_key": key}
            rest = {"request_hash": request_hash, "answer": answer, "created_at": now}
            found = insert_once(db, models.ApiRequest, place, rest)
        else:
            return answer
    if found.request_hash != request_hash:
        raise Conflict("idempotency_key_reused", "this Idempotency-Key belongs to another request")
    return found.answer


def receive_claim(db: Session, client: NativeClient, key: str, data: Any, desk: Desk, now: datetime) -> dict[str, Any]:
    """Award, or say why not. Nothing of a refused claim is kept.

    Raises ``BadInput`` for a message that cannot be read, loudly where it is of another version.
    """

    def work() -> tuple[dict[str, Any], bool]:
        answer = _decided(db, client, read_message(NativeClaim, data), desk, now)
        return write_message(answer), answer.is_awarded

    return once(db, client, key, _compared(data, desk.sealer), now, work)


def _compared(data: Any, sealer: Sealer) -> Any:
    """What a repeat is known by. Identifiers are short enough to be found from a plain hash by trying: they go into it
    under the installation's secret."""
    body = data.get("body") if isinstance(data, dict) else None
    if not isinstance(body, dict) or not body.get("identifiers"):
        return data
    digest = sealer.digest(json.dumps(body["identifiers"], sort_keys=True))
    return {**data, "body": {**body, "identifiers": digest}}


def _decided(db: Session, client: NativeClient, claim: NativeClaim, desk: Desk, now: datetime) -> NativeAnswer:
    savepoint = db.begin_nested()
    try:
        answer = _awarded(db, client, claim, desk, now)
    except CmeError as error:
        savepoint.rollback()
        return NativeAnswer(False, (), tuple(_reasons(error)))
    savepoint.commit()
    return answer


def _awarded(db: Session, client: NativeClient, claim: NativeClaim, desk: Desk, now: datetime) -> NativeAnswer:
    if not claim.subject or not now - LATEST <= claim.at <= now + LEEWAY:
        raise Refused("claim_out_of_time", "the claim is too old, or from the future")
    activity_id = activity_id_of(db, client.provider_id, claim.activity)
    learner = native_learner(db, client, claim.subject, claim.locale, now)
    course = native_course(db, client, claim.context, claim.context_title, now)
    visit = visit_of(client, learner.id, course.id, activity_id, claim.locale)
    issued = _issued(db, visit, claim, desk, now)
    insert_once(
        db,
        models.CourseMember,
        {"course_id": course.id, "learner_id": learner.id},
        {"is_staff": False, "last_seen_at": now},
    )
    return answered(issued, desk.link)


def _issued(db: Session, visit: Visit, claim: NativeClaim, desk: Desk, now: datetime) -> tuple[IssuedCertificate, ...]:
    """The facts and the particulars taken in, and the claim made on them; where there is credit already and the claim
    names no other, what was issued for it."""
    form = ClaimForm(claim.amounts, claim.is_attested, profile_digest(claim.profile))
    known = issued_certificates(db, visit)
    if known and not wants_more(db, progress(db, visit, claim.at), form):
        return known
    began = min((mark.at for mark in claim.record.acknowledgements), default=claim.at)
    row = native_participation(db, visit.learner_id, str(visit.activity_id), claim.version, began)
    known = issued_certificates(db, visit)  # another claim may have been quicker
    if not known or progress(db, visit, claim.at).standing.of(Step.CLAIM).blockers:
        take_in(db, row, claim, link_in_course(db, str(visit.course_id), str(visit.activity_id)))
    _take_particulars(db, row.learner, claim, desk)
    if claim.identifiers is not None:
        _take_identifiers(db, visit, claim.identifiers, claim.at, desk.sealer, now)
    return claim_credit(db, visit, form, desk.link, claim.at).certificates


def _take_identifiers(
    db: Session, visit: Visit, typed: Mapping[str, str], at: datetime, sealer: Sealer, now: datetime
) -> None:
    """Kept is what the claimable credits ask for and nothing else. ``at``: when the claim was made."""
    asked = [need for need in asked_credentials(claim_view(db, visit, at)) if str(need) in typed]
    held = [need for need in held_credentials(db, visit.learner_id) if need.kind not in CONSENTS]
    keep_credentials(db, visit.learner_id, read_identifiers(typed, asked, held), asked, sealer, now)


def _take_particulars(db: Session, learner: models.Learner, claim: NativeClaim, desk: Desk) -> None:
    typed = claim.profile
    profile = read_profile(
        ProfileForm(typed.printed_name, typed.degree.value, typed.country, claim.is_equivalence_stated), desk.printer
    )
    learner.printed_name, learner.degree, learner.country = profile.printed_name, profile.degree.value, profile.country
    learner.confirmed_at = claim.at
    db.flush()


def visit_of(client: NativeClient, learner_id: str, course_id: str, activity_id: str, locale: str) -> Visit:
    """The same use-cases serve an LTI launch and a native claim: this is the latter as the former."""
    return Visit(
        session_id="",
        provider_id=client.provider_id,
        deployment_id=client.deployment_id,
        platform_id=client.platform_id,
        course_id=course_id,
        placement_id=None,
        activity_id=activity_id,
        step=None,
        learner_id=learner_id,
        is_staff=False,
        locale=locale,
        platform_origin="",
        frame_origins=(),
        document_target="",
        return_url=None,
        deep_linking=None,
    )


def answered(issued: Sequence[IssuedCertificate], link: Link) -> NativeAnswer:
    """The answer to whoever holds these certificates."""
    return NativeAnswer(True, tuple(_certificate(one, link) for one in issued))


def _certificate(issued: IssuedCertificate, link: Link) -> NativeCertificate:
    values = issued.certificate
    credit = values.credits[0] if values.credits else None
    return NativeCertificate(
        id=issued.id,
        number=values.number,
        title=values.title,
        phrase=credit.label if credit else RichText(()),
        note=" ".join((*_others(values), *(note.plain for note in values.notes))),
        amount=printed_amount(credit.amount) if credit else "0",
        credit_type=credit.credit_type if credit else "",
        is_awarded=credit is not None and credit.is_awarded,
        learner_name=f"{values.learner_name}, {values.degree}" if values.degree else values.learner_name,
        completed_on=written_date(values.completed_on, values.language),
        status=issued.status.value,
        verify_url=link(issued.code),
    )


def _others(values: Certificate) -> Iterator[str]:
    """What a certificate of several credits names beside the first."""
    others = [f"{printed_amount(one.amount)} {one.label.plain}" for one in values.credits[1:]]
    if others:
        yield f"It also names {'; '.join(others)}."


def _reasons(error: CmeError) -> Iterator[Reason]:
    blockers: tuple[Blocker, ...] = error.facts.get("blockers", ())
    for blocker in blockers:
        facts = {name: _text(value) for name, value in blocker.facts.items()}
        yield Reason(blocker.code, blocker.step.value if blocker.step else "", "", facts)
    faults = error.faults if isinstance(error, BadInput) else {}
    for control, code in faults.items():
        yield Reason(code, "", control)
    if not blockers and not faults:
        yield Reason(error.code, "", "", {name: str(error.facts.get(name, "")) for name in ("what", "link")})


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _identities(client: NativeClient, subject: str) -> Select[str]:
    """All identities of the person whom this platform calls ``subject``."""
    table, theirs = models.Learner, aliased(models.Learner)
    mine = and_(table.provider_id == client.provider_id, table.issuer == client.issuer, table.subject == subject)
    person = select(func.coalesce(table.merged_into, table.id)).where(mine)
    return select(theirs.id).where(or_(theirs.id.in_(person), theirs.merged_into.in_(person)))


def native_certificate(db: Session, client: NativeClient, certificate_id: str, subject: str) -> IssuedCertificate:
    """A certificate of this person of this platform. Raises ``NotFound("certificate_unknown")`` for any other."""
    table = models.Certificate
    query = (
        select(table.id, models.CreditEntry.activity_id, models.CreditEntry.learner_id)
        .join(models.CreditEntry, models.CreditEntry.id == table.award_id)
        .where(table.id == certificate_id, table.provider_id == client.provider_id)
        .where(models.CreditEntry.learner_id.in_(_identities(client, subject)))
    )
    is_plain = certificate_id.isalnum() and subject.isprintable()
    row = db.execute(query).first() if is_plain else None
    if row is None:
        raise NotFound("certificate_unknown")
    return own_certificate(db, visit_of(client, row.learner_id, "", row.activity_id, ""), certificate_id)


def native_certificates(db: Session, client: NativeClient, key: str, subject: str) -> tuple[IssuedCertificate, ...]:
    """The valid certificates of this person of this platform in one activity, in the order of their numbers.

    Raises ``NotFound``: ``activity_unknown``, and ``certificate_unknown`` where there is none.
    """
    activity_id = activity_id_of(db, client.provider_id, key)
    person = person_of_subject(db, client, subject)
    visit = None if person is None else visit_of(client, person, "", activity_id, "")
    valid = () if visit is None else valid_certificates(issued_certificates(db, visit))
    if not valid:
        raise NotFound("certificate_unknown")
    return valid
