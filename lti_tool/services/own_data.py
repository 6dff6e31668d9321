"""All that is kept of one person at one provider, for that person to read and take away (GDPR, articles 15 and 20).

It holds their identifiers for boards, opened, and who has read them: nobody else ever gets this document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load import identities, record_value
from lti_tool.db.sealing import Sealer
from lti_tool.domain.wire import write_value
from lti_tool.services.credential import READ, own_credentials
from lti_tool.services.erasure import kept_for
from lti_tool.services.session import Visit

VERSION = "own-data/2"
OUTSIDE = frozenset({"pdf", "body", "token_hash", "handoff_hash", "lease", "sealed", "email_digest"})
"""Columns that are secrets, or are given out as files of their own."""


@dataclass(frozen=True, slots=True)
class OwnData:
    """Plain JSON values by kind. ``titles`` are the activities that the person began."""

    document: Mapping[str, Any]
    titles: tuple[str, ...]


def own_data(session: Session, visit: Visit, sealer: Sealer, now: datetime) -> OwnData:
    """Of the visitor alone, at the provider that they came to."""
    learner = session.get_one(models.Learner, visit.learner_id)
    participations = session.scalars(
        select(models.Participation)
        .where(models.Participation.learner_id.in_(identities(learner.id)))
        .order_by(models.Participation.started_at)
    ).all()
    activities = {row.activity_id: session.get_one(models.Activity, row.activity_id) for row in participations}
    document = {
        "version": VERSION,
        "made_at": now.isoformat(),
        "provider": session.get_one(models.Provider, visit.provider_id).name,
        "person": _plain(learner),
        "further_identities": _further(session, learner.id),
        "courses": _rows(session, models.CourseMember, learner.id),
        "activities": [
            {
                "key": activities[row.activity_id].key,
                "title": activities[row.activity_id].title,
                "participation": _plain(row),
                "facts": write_value(record_value(session, row)),
                "evaluation": _evaluation(session, row.id),
            }
            for row in participations
        ],
        "awards": _rows(session, models.CreditEntry, learner.id),
        "certificates": _certificates(session, learner.id),
        "grades": _rows(session, models.Delivery, learner.id),
        "reminder_address": _rows(session, models.LearnerContact, learner.id),
        "identifiers": [
            {"kind": need.kind.value, "place": need.place, "value": value}
            for need, value in own_credentials(session, visit, sealer).items()
        ],
        "identifiers_read": _readings(session, visit),
        "late_claims": _beside(session, models.LateClaim, learner.id),
        "commitments": _beside(session, models.Commitment, learner.id),
        "extra_time": _beside(session, models.Accommodation, learner.id),
        "transcript_links": _rows(session, models.TranscriptLink, learner.id),
        "waiting_awards": _rows(session, models.PendingAward, learner.id),
        "data_requests": _rows(session, models.DataRequest, learner.id),
        "kept_until": write_value(kept_for(session, visit.provider_id, learner.id, now)),
    }
    return OwnData(document, tuple(sorted({row.title for row in activities.values()})))


def _plain(row: models.Learner | Any) -> dict[str, Any]:
    columns: Iterable[str] = (column.key for column in row.__mapper__.column_attrs)
    return {name: write_value(getattr(row, name)) for name in columns if name not in OUTSIDE}


def _further(session: Session, learner_id: str) -> list[dict[str, Any]]:
    """Identities that were merged into this one."""
    return [
        _plain(row) for row in session.scalars(select(models.Learner).where(models.Learner.merged_into == learner_id))
    ]


def _rows(session: Session, table: Any, learner_id: str) -> list[dict[str, Any]]:
    return [_plain(row) for row in session.scalars(select(table).where(table.learner_id.in_(identities(learner_id))))]


def _beside(session: Session, table: Any, learner_id: str) -> list[dict[str, Any]]:
    """Rows that hang on the learner's participations."""
    part = models.Participation
    query = (
        select(table).join(part, part.id == table.participation_id).where(part.learner_id.in_(identities(learner_id)))
    )
    return [_plain(row) for row in session.scalars(query)]


def _readings(session: Session, visit: Visit) -> list[dict[str, Any]]:
    """When the identifiers were opened for somebody else, by whom (a row key) and what for."""
    table = models.AuditEntry
    query = select(table).where(
        table.provider_id == visit.provider_id, table.action == READ, table.subject == f"person:{visit.learner_id}"
    )
    return [
        {"at": row.at.isoformat(), "by": row.actor_id, "purpose": row.detail.get("purpose", "")}
        for row in session.scalars(query.order_by(table.number))
    ]


def _certificates(session: Session, learner_id: str) -> list[dict[str, Any]]:
    table, award = models.Certificate, models.CreditEntry
    query = select(table).join(award, award.id == table.award_id).where(award.learner_id.in_(identities(learner_id)))
    return [_plain(row) | {"printed": row.body} for row in session.scalars(query.order_by(table.issued_at))]


def _evaluation(session: Session, participation_id: str) -> list[Any]:
    """What was said under one's name. What was said without it is not known to be theirs."""
    table = models.EvaluationResponse
    return list(session.scalars(select(table.answers).where(table.participation_id == participation_id)))
