"""What is purged together, class by class: which rows may be due, what is known of each, and how they go.

``candidates`` are read in the order of their keys, a page at a time; ``remove`` deletes and gives counts by table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import delete, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from lti_tool.db import models
from lti_tool.db.load import identities
from lti_tool.domain.retention import Facts, RecordClass, Retention
from lti_tool.services.pseudonym import ERASED, take_name_off
from lti_tool.services.retention import (
    Ground,
    activity_facts,
    day_of,
    participation_retention,
)
from lti_tool.services.row_count import Counts, added, counted


@dataclass(frozen=True, slots=True)
class Candidate:
    """One record: its key, until when it is kept, and whom a legal hold on it would name."""

    key: str
    retention: Retention
    learner_ids: frozenset[str] = frozenset()
    activity_ids: frozenset[str] = frozenset()


Finder: TypeAlias = Callable[[Session, Ground, datetime, str, int], Sequence[Candidate]]
"""(session, ground, made before, after this key, how many)."""


@dataclass(frozen=True, slots=True)
class Purge:
    """How one class goes. ``least_months``: nothing younger than that can be due, so it is not even looked at."""

    record_class: RecordClass
    least_months: int
    candidates: Finder
    remove: Callable[[Session, Sequence[str]], Counts]


def _participations(
    session: Session, ground: Ground, before: datetime, after: str, limit: int, record_class: RecordClass, *also: Any
) -> Sequence[Candidate]:
    part = models.Participation
    query = (
        select(part)
        .join(models.Activity, models.Activity.id == part.activity_id)
        .where(models.Activity.provider_id == ground.provider_id, part.started_at < before, part.id > after, *also)
        .order_by(part.id)
        .limit(limit)
    )
    return [
        Candidate(
            row.id,
            participation_retention(session, ground, row, record_class),
            frozenset(session.scalars(identities(row.learner_id))),
            frozenset({row.activity_id}),
        )
        for row in session.scalars(query)
    ]


def _credit(session: Session, ground: Ground, before: datetime, after: str, limit: int) -> Sequence[Candidate]:
    return _participations(session, ground, before, after, limit, RecordClass.CREDIT)


def remove_participations(session: Session, keys: Sequence[str]) -> Counts:
    """Learners' records in activities, whole: no entry of an account stays without the others, none is changed."""
    part, entry, certificate = models.Participation, models.CreditEntry, models.Certificate
    entries = select(entry.id).where(entry.participation_id.in_(keys))
    is_theirs = exists().where(
        part.id.in_(keys),
        part.is_trial.is_(False),
        part.learner_id == models.Delivery.learner_id,
        part.activity_id == func.coalesce(models.Placement.activity_id, models.Placement.credit_activity_id),
        models.Placement.id == models.Delivery.placement_id,
    )
    return counted(
        session,
        (
            delete(certificate).where(certificate.award_id.in_(entries)),
            delete(models.PendingAward).where(models.PendingAward.entry_id.in_(entries)),
            delete(models.Delivery).where(is_theirs),
            delete(entry).where(entry.participation_id.in_(keys)),
            delete(part).where(part.id.in_(keys)),
        ),
    )


_ANSWERED = (
    models.EvaluationResponse,
    models.Commitment,
    models.ContentResponse,
    models.FollowUpLink,
    models.FollowUpReminder,
    models.StudyView,
)
"""What was answered beside tests, what asks about it, and for how long was studied."""


def _answers(session: Session, ground: Ground, before: datetime, after: str, limit: int) -> Sequence[Candidate]:
    part, attempt = models.Participation, models.Attempt
    answered = exists().where(attempt.participation_id == part.id, models.Answer.attempt_id == attempt.id)
    is_any = or_(answered, *(exists().where(table.participation_id == part.id) for table in _ANSWERED))
    return _participations(session, ground, before, after, limit, RecordClass.ANSWERS, is_any)


def remove_answers(session: Session, keys: Sequence[str]) -> Counts:
    """What was answered and for how long it was studied; that it was done stays."""
    attempts = select(models.Attempt.id).where(models.Attempt.participation_id.in_(keys))
    statements = [delete(table).where(table.participation_id.in_(keys)) for table in _ANSWERED]
    return counted(session, (delete(models.Answer).where(models.Answer.attempt_id.in_(attempts)), *statements))


def _identifiers(session: Session, ground: Ground, before: datetime, after: str, limit: int) -> Sequence[Candidate]:
    held, learner, entry = models.Credential, models.Learner, models.CreditEntry
    newest = func.max(held.confirmed_at)
    query = (
        select(held.learner_id, newest)
        .join(learner, learner.id == held.learner_id)
        .where(learner.provider_id == ground.provider_id, held.learner_id > after)
        .group_by(held.learner_id)
        .having(newest < before)
        .order_by(held.learner_id)
        .limit(limit)
    )
    found = []
    for learner_id, confirmed_at in session.execute(query).all():
        awarded_at = session.scalar(select(func.max(entry.recorded_at)).where(entry.learner_id == learner_id))
        facts = Facts(RecordClass.IDENTIFIERS, day_of(confirmed_at))
        facts = replace(facts, awarded_on=day_of(awarded_at) if awarded_at else None)
        taken = select(models.Participation.activity_id).where(models.Participation.learner_id == learner_id)
        activities = frozenset(session.scalars(taken))
        found.append(Candidate(learner_id, ground.retention(facts), frozenset({learner_id}), activities))
    return found


def remove_identifiers(session: Session, keys: Sequence[str]) -> Counts:
    return counted(session, (delete(models.Credential).where(models.Credential.learner_id.in_(keys)),))


def _people(session: Session, ground: Ground, before: datetime, after: str, limit: int) -> Sequence[Candidate]:
    """Learners of whom nothing is left but their name. Whoever works in the office or teaches is not among them."""
    person, seen = models.Learner, models.CourseMember
    owners = (
        models.Participation.learner_id,
        models.CreditEntry.learner_id,
        models.PendingAward.learner_id,
        models.OfficeGrant.person_id,
        models.OfficeAccount.person_id,
        models.Person.learner_id,
    )
    more = aliased(person)
    has_more = exists().where(more.merged_into == person.id)
    newest = select(func.max(seen.last_seen_at)).where(seen.learner_id == person.id).scalar_subquery()
    query = (
        select(person.id, person.created_at, newest)
        .where(person.provider_id == ground.provider_id, person.created_at < before, person.id > after)
        .where(~person.subject.startswith(ERASED), person.merged_into.is_(None), ~has_more)
        .where(*(~exists().where(column == person.id) for column in owners))
        .order_by(person.id)
        .limit(limit)
    )
    return [
        Candidate(
            key, ground.retention(Facts(RecordClass.CREDIT, day_of(max(filter(None, (made, last)))))), frozenset({key})
        )
        for key, made, last in session.execute(query)
    ]


def remove_people(session: Session, keys: Sequence[str]) -> Counts:
    """Their rows lose the name; counted as ``learner``."""
    counts: Counts = {"learner": len(keys)}
    for key in keys:
        counts = added(counts, take_name_off(session, key))
    return counts


def _mail(session: Session, ground: Ground, before: datetime, after: str, limit: int) -> Sequence[Candidate]:
    table = models.Mail
    query = (
        select(table.id, table.finished_at)
        .where(table.provider_id == ground.provider_id, table.state.in_(("sent", "failed")))
        .where(table.finished_at < before, table.id > after)
        .order_by(table.id)
        .limit(limit)
    )
    return [
        Candidate(key, ground.retention(Facts(RecordClass.MAIL, day_of(moment))))
        for key, moment in session.execute(query)
        if moment
    ]


def remove_mail(session: Session, keys: Sequence[str]) -> Counts:
    return counted(session, (delete(models.Mail).where(models.Mail.id.in_(keys)),))


BETWEEN = "/"
"""Joins the two halves of an API request's key."""


def _sign_in(session: Session, ground: Ground, before: datetime, after: str, limit: int) -> Sequence[Candidate]:
    table = models.ApiRequest
    key = table.deployment_id + BETWEEN + table.idempotency_key
    query = (
        select(key, table.created_at)
        .join(models.Deployment, models.Deployment.id == table.deployment_id)
        .where(models.Deployment.provider_id == ground.provider_id, table.created_at < before, key > after)
        .order_by(key)
        .limit(limit)
    )
    return [
        Candidate(found, ground.retention(Facts(RecordClass.SIGN_IN, day_of(moment))))
        for found, moment in session.execute(query)
    ]


def remove_sign_in(session: Session, keys: Sequence[str]) -> Counts:
    table = models.ApiRequest
    return counted(session, (delete(table).where((table.deployment_id + BETWEEN + table.idempotency_key).in_(keys)),))


_PLAN_TABLES = (
    models.RelevanceDecision,
    models.CommercialSupport,
    models.JointProvider,
    models.Standard3Choice,
)


def _disclosures(session: Session, ground: Ground, before: datetime, after: str, limit: int) -> Sequence[Candidate]:
    plan = models.ActivityPlan
    tables = (*_PLAN_TABLES, models.EvidenceFile, models.ActivityRole)
    query = (
        select(plan)
        .where(plan.provider_id == ground.provider_id, plan.activity_id.is_not(None), plan.updated_at < before)
        .where(plan.id > after, or_(*(exists().where(table.plan_id == plan.id) for table in tables)))
        .order_by(plan.id)
        .limit(limit)
    )
    return [_plan_candidate(session, ground, row) for row in session.scalars(query)]


def _plan_candidate(session: Session, ground: Ground, row: models.ActivityPlan) -> Candidate:
    entry, activity_id = models.CreditEntry, row.activity_id or ""
    ends_on, accreditation = activity_facts(session, activity_id)
    awarded_at = session.scalar(select(func.max(entry.recorded_at)).where(entry.activity_id == activity_id))
    facts = Facts(
        RecordClass.DISCLOSURES,
        made_on=day_of(row.updated_at),
        activity_ends_on=ends_on,
        awarded_on=day_of(awarded_at) if awarded_at else None,
        term_ends_on=ground.term_ends_on,
        accreditation=accreditation,
    )
    return Candidate(row.id, ground.retention(facts), activity_ids=frozenset({activity_id}))


def remove_disclosures(session: Session, keys: Sequence[str]) -> Counts:
    """What was decided about one activity's people. Their own forms stay with them: they may teach elsewhere."""
    roles = select(models.ActivityRole.id).where(models.ActivityRole.plan_id.in_(keys))
    tables = (*_PLAN_TABLES, models.EvidenceFile, models.ActivityRole)
    return counted(
        session,
        (
            delete(models.Mitigation).where(models.Mitigation.activity_role_id.in_(roles)),
            *(delete(table).where(table.plan_id.in_(keys)) for table in tables),
        ),
    )


PURGES: tuple[Purge, ...] = (
    Purge(RecordClass.SIGN_IN, 1, _sign_in, remove_sign_in),
    Purge(RecordClass.MAIL, 3, _mail, remove_mail),
    Purge(RecordClass.IDENTIFIERS, 15, _identifiers, remove_identifiers),
    Purge(RecordClass.ANSWERS, 12, _answers, remove_answers),
    Purge(RecordClass.CREDIT, 72, _credit, remove_participations),
    Purge(RecordClass.CREDIT, 72, _people, remove_people),
    Purge(RecordClass.DISCLOSURES, 12, _disclosures, remove_disclosures),
)
"""In this order. The audit trail is not among them: nothing in the tool removes an entry."""
